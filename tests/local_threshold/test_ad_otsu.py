import numpy as np
import pytest
from skimage import data
from twin import statistics, windows

from skthresh import AdOtsuThreshold, LocalOtsuThreshold, OtsuThreshold, binarize
from skthresh.local_threshold.ad_otsu import _estimate, ad_otsu
from skthresh.local_threshold.windows import Windows

RNG = np.random.default_rng(0)
PAGE = data.page()
SIZES = (9, 7)


def page(dtype="uint8", shape=(40, 44)):
    """Ink on the left, noise alone on the right."""
    image = RNG.normal(200, 3, shape)
    image[::4, : shape[1] // 3] = 60
    return image.astype(dtype)


def rule_of_2012(image, border, k=1.6, n_iter=2, sizes=SIZES):
    """The technique again, window by window, for dark ink."""
    v = image.astype(np.float64)
    (otsu,) = LocalOtsuThreshold(window_size=sizes, border=border).fit([image]).thresholds([image])
    mean, std = statistics(image, sizes, [np.mean, np.std], border=border)
    t = mean * (1 + 0.1 * (std / 128 - 1))
    for _ in range(n_iter):
        background = v > t
        estimate = v.copy()
        for index, pixels in windows(v, sizes, background, border):
            if not background[index]:
                estimate[index] = pixels.mean()
        (background_std,) = statistics(estimate, sizes, [np.std], border=border)
        t = np.where(std > k * background_std, otsu, -np.inf)
    return t


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float64"])
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
def test_the_rule_of_2012(dtype, border):
    image = PAGE[150:190, 10:54].astype(dtype)  # where the second estimate changes something
    scale = {"uint8": 1, "uint16": 257, "float64": 1 / 255}[dtype]
    e = AdOtsuThreshold(window_size=SIZES, border=border, grid_step=1, mode="binary_inv")
    found = []
    for n_iter in (1, 2, 3):
        expected = image <= rule_of_2012(image, border, n_iter=n_iter)
        e.set_params(n_iter=n_iter).fit([image])
        np.testing.assert_array_equal(e.predict([(image * scale).astype(dtype)])[0], expected)
        found.append(expected.mean())
    assert 0.02 < min(found) < 0.4
    assert found[0] != found[1]


@pytest.mark.parametrize("seed", [0, 1, 20])
def test_rounds_of_the_same_estimates_are_left_out(seed):
    """After some estimates all is as it was one or two before; a thousand millions take no time."""
    image = np.random.default_rng(seed).integers(0, 256, (9, 11)).astype(np.uint8)
    e = AdOtsuThreshold(window_size=(5, 3), border="clip", k_sigma=1.3, grid_step=1)
    e.set_params(mode="binary_inv").fit([image])
    expected = {
        n: image <= rule_of_2012(image, "clip", 1.3, n, sizes=(5, 3)) for n in (*range(1, 10), 20)
    }
    expected |= {10**9: expected[20]}
    for n_iter, mask in expected.items():
        np.testing.assert_array_equal(e.set_params(n_iter=n_iter).predict([image])[0], mask)


def test_blank_paper_is_not_divided():
    image = page()
    blank = np.s_[:, 24:]
    ours = AdOtsuThreshold(window_size=9, grid_step=1, mode="binary_inv").fit([image])
    all_ = LocalOtsuThreshold(window_size=9, mode="binary_inv").fit([image])
    assert not ours.predict([image])[0][blank].any()
    assert all_.predict([image])[0][blank].mean() > 0.2
    assert (ours.predict([image])[0] >= (image < 100)).all()


def test_bright_ink_is_dark_ink_in_the_negative():
    image = page()
    dark = AdOtsuThreshold(window_size=9, mode="binary_inv").fit([image]).predict([image])[0]
    bright = AdOtsuThreshold(window_size=9).fit([image]).predict([255 - image])[0]
    # but for pixels between the classes: a threshold is the highest level of the lower one
    assert np.mean(bright != dark) < 0.002
    assert 0.05 < dark.mean() < 0.2


def test_interpolation_between_the_points_of_the_grid():
    image = PAGE[:61, :70]
    params = {"reference": "global", "max_difference": 255, "window_size": 21}
    one = AdOtsuThreshold(**params, grid_step=1).fit([image]).thresholds([image])[0]
    (otsu,) = LocalOtsuThreshold(window_size=21).fit([image]).thresholds([image])
    np.testing.assert_array_equal(one, otsu)
    some = AdOtsuThreshold(**params, grid_step=(10, 23)).fit([image]).thresholds([image])[0]
    np.testing.assert_array_equal(some[::10, ::23], otsu[::10, ::23])
    np.testing.assert_allclose(
        some[5, 46], np.where(some[5, 46] == image[5, 46], image[5, 46], otsu[[0, 10], 46].mean())
    )
    half = AdOtsuThreshold(**params).fit([image]).thresholds([image])[0]
    np.testing.assert_array_equal(half[::10, ::10], otsu[::10, ::10])


@pytest.mark.parametrize("inverse", [False, True])
def test_the_rule_of_2010(inverse):
    """A window counts if its threshold is within a tenth of the scale of the plane's."""
    image = PAGE[:70, :80]
    (otsu,) = LocalOtsuThreshold(window_size=15).fit([image]).thresholds([image])
    near = np.abs(otsu - OtsuThreshold().fit([image]).threshold_) <= 25.5
    assert 0.1 < near.mean() < 0.9
    mode = "binary_inv" if inverse else "binary"
    mask = binarize(image, "ad_otsu", reference="global", window_size=15, grid_step=1, mode=mode)
    np.testing.assert_array_equal(mask, near & ((image <= otsu) if inverse else (image > otsu)))


@pytest.mark.parametrize("reference", ["background", "global"])
def test_an_image_and_its_copies_have_the_same_mask(reference):
    image = PAGE[:100, :120]
    params = {"reference": reference, "window_size": 21, "mode": "binary_inv"}
    expected = binarize(image, "ad_otsu", **params)
    assert 0.01 < expected.mean() < 0.5
    for copy in (image.astype(np.uint16) * 257, image / 255, (image / 255).astype(np.float32)):
        np.testing.assert_array_equal(binarize(copy, "ad_otsu", **params), expected)


@pytest.mark.parametrize("mode", ["binary", "binary_inv"])
def test_nothing_but_background(mode):
    noise = RNG.normal(0.8, 0.01, (40, 40))
    for image in (np.full((9, 9), 80, np.uint8), noise, np.full((3, 3), -1e308)):
        e = AdOtsuThreshold(window_size=15, k_sigma=2, mode=mode).fit([image])
        assert not e.predict([image])[0].any()
        assert np.isfinite(e.thresholds([image])[0]).all()


def test_windows_without_pixels():
    """Grid points in the masked half take the nearest threshold that there is."""
    image, there = page(), np.ones((40, 44), bool)
    there[:, 22:] = False
    there[0, 43] = True
    params = {"reference": "global", "max_difference": 255, "grid_step": 4}
    e = AdOtsuThreshold(window_size=5, mode="binary_inv", **params).fit([image])
    t = e.thresholds([image], mask=[there])[0]
    assert (t[there] >= image.min()).all()
    mask = e.predict([image], mask=[there])[0]
    np.testing.assert_array_equal(mask[:, :12], e.predict([image])[0][:, :12])
    assert not mask[~there].any()


def test_background_under_ink_is_that_around_it():
    """In the window, or in one twice as large where that holds ink alone."""
    v, background = RNG.random((1, 30, 30)), np.ones((1, 30, 30), bool)
    background[0, 8:20, 8:20] = False
    background[0, 0, 0] = background[0, 10, 14] = False
    everywhere = np.ones(v.shape, bool)
    everywhere[0, 0, 0] = False
    windows = Windows(v, (1, 5, 5), everywhere)
    estimate = _estimate(background, windows)
    np.testing.assert_array_equal(estimate[background], v[background])
    assert estimate[0, 9, 9] == pytest.approx(v[0, 7:12, 7:12][background[0, 7:12, 7:12]].mean())
    assert background[0, 11:16, 9:14].sum() == 0
    near = np.s_[0, 8:19, 6:17]
    assert estimate[0, 13, 11] == pytest.approx(v[near][background[near]].mean())


def test_formula():
    np.testing.assert_array_equal(
        ad_otsu(np.array([5.0, 6.0, 7.0]), np.array([1, 2, 3]), np.array([1, 1, 1]), 2, -7),
        [-7, -7, 7],
    )


@pytest.mark.parametrize(
    "params", [{"reference": "local"}, {"k_sigma": -1}, {"n_iter": 0}, {"grid_step": (2, 3, 4)}]
)
def test_bad_parameters(params):
    with pytest.raises(ValueError, match=next(iter(params))):
        AdOtsuThreshold(**params).fit([PAGE])
