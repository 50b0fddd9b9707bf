import numpy as np
import pytest
from skimage import data
from skimage.filters import rank
from skimage.morphology import disk
from twin import windows

from skthresh import LocalOtsuThreshold, OtsuThreshold, binarize
from skthresh.global_threshold.otsu import otsu
from skthresh.local_threshold.ranks import rank_bins, rank_levels
from skthresh.local_threshold.windows import Windows

RNG = np.random.default_rng(0)
PAGE = data.page()
SHAPES = [((21,), (5,)), ((14, 17), (5, 3)), ((9, 8), (21, 1)), ((5, 6, 7), (3, 3, 5))]


def values(dtype, shape):
    """Fewer levels than bins, however far apart."""
    v = RNG.integers(0, 60, shape) * {"int32": 10**7, "float64": 2.0**1000}.get(dtype, 1)
    return (v + np.uint64(2**63) if dtype == "uint64" else v).astype(dtype)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "uint64", "float32", "float64"])
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("window_shape", ["square", "disk"])
def test_otsu_of_each_window(dtype, border, masked, window_shape):
    for shape, sizes in SHAPES:
        image = values(dtype, shape)
        valid = RNG.random(shape) < 0.7 if masked else None
        e = LocalOtsuThreshold(window_size=sizes, border=border, window_shape=window_shape)
        mask = None if valid is None else [valid]
        t = e.fit([image]).thresholds([image], mask=mask)[0]
        for index, pixels in windows(image, sizes, valid, border, window_shape):
            levels, counts = np.unique(pixels, return_counts=True)
            if pixels.size:
                assert t[index] == float(otsu(counts, levels)), index
            else:
                assert np.isnan(t[index])


@pytest.mark.parametrize("radius", [2, 7])
def test_equal_to_scikit_image(radius):
    image = PAGE[:120, :150]
    size = 2 * radius + 1
    for shape, footprint in (("disk", disk(radius)), ("square", np.ones((size, size)))):
        e = LocalOtsuThreshold(window_size=size, border="clip", window_shape=shape).fit([image])
        np.testing.assert_array_equal(e.thresholds([image])[0], rank.otsu(image, footprint))


def test_a_window_that_holds_everything_is_the_global_technique():
    image = data.coins()[:40, :40]
    t = OtsuThreshold().fit([image]).threshold_
    e = LocalOtsuThreshold(window_size=81, border="clip").fit([image])
    np.testing.assert_array_equal(e.thresholds([image])[0], np.full(image.shape, t))


def test_equal_splits():
    """Of n pixels at each of 0, 1 and 2 both splits are equal: the lowest one is taken."""
    for n in (1, 7, 1001):
        line = np.repeat(np.array([0, 1, 2], np.uint8), n)
        e = LocalOtsuThreshold(window_size=6 * n + 1, border="clip").fit([line])
        assert (e.thresholds([line])[0] == 0).all()
        assert (e.thresholds([line / 255])[0] == 0).all()
        line[0] = 1
        if n > 1:  # the upper class is as large as before, the lower one not
            assert otsu(*counted(line)) == 1
            assert (e.thresholds([line])[0] == 1).all()


def counted(pixels):
    return np.unique(pixels, return_counts=True)[::-1]


@pytest.mark.parametrize("dtype", ["uint16", "int32", "float32", "float64"])
def test_many_levels_are_binned(dtype):
    image = (RNG.random((30, 31)) * 60_000).astype(dtype)
    n_bins = 32
    t = LocalOtsuThreshold(window_size=7, n_bins=n_bins).fit([image]).thresholds([image])[0]
    v = image.astype(np.float64)
    bins = np.minimum((v - v.min()) / (v.max() - v.min()) * n_bins, n_bins - 1).astype(int)
    tops = np.array([v[bins == b].max() for b in range(n_bins)])
    for index, pixels in windows(bins, (7, 7)):
        assert t[index] == tops[otsu(*counted(pixels))]


def test_images_of_one_level_in_each_window_have_no_foreground():
    steps = np.repeat(np.array([10, 20, 200], np.uint8), 9)
    e = LocalOtsuThreshold(window_size=5).fit([steps])
    inside = np.arange(27) % 9 // 2 % 4 > 0  # no other level within two pixels
    assert not e.predict([steps])[0][inside & (np.arange(27) % 9 < 7)].any()
    constant = np.full((1, 6, 6), 7.5)
    assert not e.fit(constant).predict(constant).any()
    np.testing.assert_array_equal(e.thresholds(constant), constant)


def test_an_image_and_its_copies_have_the_same_mask():
    image = PAGE[:100, :120]
    expected = binarize(image, "local_otsu", window_size=21)
    for copy in (image.astype(np.uint16) * 257, image / 255, (image / 255).astype(np.float32)):
        np.testing.assert_array_equal(binarize(copy, "local_otsu", window_size=21), expected)


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_more_levels_than_16_bits_hold(dtype):
    image = (RNG.permutation(90_000).reshape(300, 300) * 3).astype(dtype)
    for ranked in (rank_bins(Windows(image, (5, 5)), 100_000), rank_levels(Windows(image, (5, 5)))):
        assert ranked.nothing == image.size
        np.testing.assert_array_equal(ranked.value(ranked.at(...).astype(np.int64))[0], image)


def test_bad_bins():
    with pytest.raises(ValueError, match="n_bins"):
        LocalOtsuThreshold(n_bins=1).fit([PAGE])
