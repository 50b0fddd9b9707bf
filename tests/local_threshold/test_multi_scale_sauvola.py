from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial import cKDTree
from skimage import data
from skimage.measure import label, regionprops
from skimage.transform import downscale_local_mean
from twin import assert_same_mask, statistics

from skthresh import MultiScaleSauvolaThreshold, SauvolaThreshold, binarize
from skthresh.local_threshold.multi_scale_sauvola import areas, subsample

RNG = np.random.default_rng(0)
PAGE = data.page()


def letters(dtype="uint8"):
    """Strokes of every width, 1 to 24 pixels, on paper."""
    image = RNG.normal(200, 2, (96, 128))
    x = 2
    for width in (1, 2, 3, 6, 12, 24):
        image[8 : 8 + min(5 * width, 80), x : x + width] = 50
        x += width + 10
    return image.astype(dtype)


def the_paper_again(image, w, n_scales, k, q=2):
    """The four steps, by scikit-image and by search for the nearest of all object pixels."""
    v, surfaces, points, scales = image.astype(float), [], [], []
    greatest = 0.7 * w * w
    for s in range(n_scales):
        if s:
            v = downscale_local_mean(v, (q, q))
        mean, std = statistics(v, (w, w), [np.mean, np.std])
        t = mean * (1 + k * (std / 128 - 1))
        least = 0 if s == 0 else 0.9 * greatest / q**2
        greatest = greatest if s == 0 else greatest * q**2
        for region in regionprops(label(v <= t, connectivity=2)):
            if least <= region.area and (region.area <= greatest or s == n_scales - 1):
                for y, x in region.coords * q**s:
                    inside = [(y + i, x + j) for i in range(q**s) for j in range(q**s)]
                    points += inside
                    scales += [s] * len(inside)
        middle = (q**s - 1) / 2
        ys, xs = ((np.arange(n) - middle) / q**s for n in image.shape)
        along = np.array([np.interp(xs, np.arange(v.shape[1]), row) for row in t])
        surfaces.append(np.array([np.interp(ys, np.arange(v.shape[0]), c) for c in along.T]).T)
    chosen = {}
    for p, s in zip(points, scales, strict=True):
        chosen[p] = max(s, chosen.get(p, 0))
    where = np.argwhere(np.ones(image.shape))
    tree, labels = cKDTree(list(chosen)), np.array(list(chosen.values()))
    near, _ = tree.query(where)
    return np.array(surfaces).reshape(n_scales, -1), [
        set(labels[tree.query_ball_point(p, d + 1e-9)].tolist())
        for p, d in zip(where, near, strict=True)
    ]


def test_the_steps_of_the_paper():
    image = letters()
    rows = np.arange(8, 88)
    image[rows, 104 + np.abs(rows % 40 - 20)] = 50  # one stroke, joined by its corners
    surfaces, options = the_paper_again(image, 9, 3, 0.34)
    e = MultiScaleSauvolaThreshold(window_size=9, n_scales=3, k=0.34).fit([image])
    t = e.thresholds([image])[0].reshape(-1)
    # where objects of two scales are equally near, either will do
    assert all(any(np.isclose(t[i], surfaces[s, i]) for s in o) for i, o in enumerate(options))
    assert {s for o in options if len(o) == 1 for s in o} == {0, 1, 2}
    assert np.isclose(surfaces[0], surfaces[1]).mean() < 0.2, "any scale would do"


def test_wide_strokes_are_not_hollow_and_narrow_ones_not_lost():
    image, ink = letters(), letters() < 100
    params = {"window_size": 9, "mode": "binary_inv"}
    one = SauvolaThreshold(k=0.34, **params).fit([image]).predict([image])[0]
    many = MultiScaleSauvolaThreshold(**params).fit([image]).predict([image])[0]
    assert (one & ink).sum() < 0.7 * ink.sum()
    assert (many & ink).sum() > 0.95 * ink.sum()
    assert not (many & ~ink).any()


@pytest.mark.parametrize("dtype", ["uint8", "float64"])
@pytest.mark.parametrize("shape", [(50,), (30, 41), (9, 12, 14)])
def test_one_scale_is_sauvolas(shape, dtype):
    image = (RNG.random(shape) * 200).astype(dtype)
    one = MultiScaleSauvolaThreshold(n_scales=1, k=0.2, r=100, window_size=5).fit([image])
    other = SauvolaThreshold(k=0.2, r=100, window_size=5).fit([image])
    np.testing.assert_array_equal(one.thresholds([image])[0], other.thresholds([image])[0])


def test_areas_of_neighbouring_scales_overlap():
    limits = areas(51 * 51, 4, 4)
    assert limits[0] == (0, 0.7 * 51 * 51)
    assert limits[-1][1] == np.inf
    for (_, greatest), (least, _) in pairwise(limits):
        assert least == pytest.approx(0.9 * greatest / 4)
    assert areas(9, 1, 4) == [(0, np.inf)]


def test_means_of_blocks():
    v, valid = RNG.random((7, 10)), RNG.random((7, 10)) < 0.5
    valid[:3, :3] = False
    mean, some = subsample(v, valid, 3)
    assert mean.shape == (3, 4)
    for y in range(3):
        for x in range(4):
            block = np.s_[3 * y : 3 * y + 3, 3 * x : 3 * x + 3]
            assert some[y, x] == valid[block].any()
            if some[y, x]:
                assert mean[y, x] == pytest.approx(v[block][valid[block]].mean())


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "multi_scale_sauvola", window_size=15, mode="binary_inv")
    assert 0.02 < expected.mean() < 0.5
    for copy in (PAGE.astype(np.uint16) * 257, PAGE / 255, (PAGE / 255).astype(np.float32)):
        mask = binarize(copy, "multi_scale_sauvola", window_size=15, mode="binary_inv")
        np.testing.assert_array_equal(mask, expected)


def test_masked_ink_makes_no_object():
    image = RNG.normal(200, 2, (48, 64)).astype(np.uint8)
    image[2::5, 1::5] = 50  # dots, for the first scale
    there = np.ones(image.shape, bool)
    there[:, 50:] = False
    darker = np.where(there, image, 0).astype(np.uint8)
    e = MultiScaleSauvolaThreshold(window_size=9).fit([image])
    first = SauvolaThreshold(window_size=9, k=0.34).fit([image])
    expected = first.thresholds([image], mask=[there])[0][there]
    for x in (image, darker):
        np.testing.assert_array_equal(e.thresholds([x], mask=[there])[0][there], expected)


def test_no_object_at_all():
    blank = np.full((20, 20), 200, np.uint8)
    params = {"window_size": 5, "k": 0.34}
    one = SauvolaThreshold(**params).fit([blank]).thresholds([blank])[0]
    many = MultiScaleSauvolaThreshold(**params).fit([blank]).thresholds([blank])[0]
    assert_same_mask(blank > many, blank, one)
    np.testing.assert_allclose(many, one)


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_scales", 0), ("n_scales", 17), ("reduction", 1), ("reduction", 2**16 + 1), ("r", 0)],
)
def test_bad_parameters(name, value):
    with pytest.raises(ValueError, match=f"The {name!r} parameter"):
        MultiScaleSauvolaThreshold(**{name: value}).fit([PAGE])


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_numbers_have_a_mean(sign):
    v = np.full((5, 7), sign * np.finfo(np.float64).max)
    mean, _ = subsample(v, np.ones(v.shape, bool), 3)
    np.testing.assert_allclose(mean, v[::3, ::3], rtol=1e-15)
    large, small = (
        MultiScaleSauvolaThreshold().fit_transform(x[np.newaxis]) for x in (v, np.sign(v))
    )
    np.testing.assert_array_equal(large, small)


@pytest.mark.parametrize("reduction", [21, np.int8(21)])
def test_the_last_scales_are_one_block(reduction):
    x = np.random.default_rng(0).integers(0, 256, (1, 9, 30)).astype(np.uint8)
    many = MultiScaleSauvolaThreshold(n_scales=16, reduction=reduction).fit(x)
    assert np.isfinite(many.thresholds(x)).all()


def test_float16_is_cut_at_a_threshold_beyond_it():
    X = np.array([[-3.618e-05, -1.842e2, -3.998e3]], np.float16)
    cut = MultiScaleSauvolaThreshold(mode="trunc").fit(X)
    assert (cut.thresholds(X) < np.finfo(np.float16).min).all()
    np.testing.assert_array_equal(cut.transform(X), np.full_like(X, -np.inf))


def test_k_may_be_any_whole_number():
    X = np.full((1, 2, 3), 7, np.uint8)
    t = MultiScaleSauvolaThreshold(k=10**30).fit(X).thresholds(X)
    np.testing.assert_allclose(t, 7 * (1 - 1e30))
