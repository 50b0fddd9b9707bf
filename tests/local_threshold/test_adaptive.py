import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.ndimage import correlate1d, median_filter
from skimage import data
from skimage.filters import rank
from skimage.morphology import disk
from twin import statistics

from skthresh import AdaptiveThreshold
from skthresh.kernels.gaussian import gaussian_weights

METHODS = {"mean": cv2.ADAPTIVE_THRESH_MEAN_C, "gaussian": cv2.ADAPTIVE_THRESH_GAUSSIAN_C}
MODES = {"binary": cv2.THRESH_BINARY, "binary_inv": cv2.THRESH_BINARY_INV}
REAL = [data.page(), data.coins(), data.text(), data.cell(), data.camera(), data.moon()]


def twin_mean(image, weights):
    """The window's weighted mean in float64, borders replicated: the plain twin."""
    mean = image.astype(np.float64)
    for axis, w in enumerate(weights):
        mean = correlate1d(mean, w / w.sum(), axis=axis, mode="nearest")
    return mean


def weights_of(method, size, ndim=2):
    return [np.ones(size) if method == "mean" else gaussian_weights(size)] * ndim


def random_image(rng):
    shape = tuple(rng.integers(1, 50, 2))
    lo, hi = sorted(rng.integers(0, 256, 2))
    return rng.integers(lo, hi, shape, dtype=np.uint8, endpoint=True)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("method", METHODS)
def test_equal_to_opencv_on_random_images(method, mode):
    rng = np.random.default_rng(len(method + mode))
    for _ in range(2000):
        image = random_image(rng)
        size = int(rng.choice([3, 5, 7, 9] if method == "gaussian" else [3, 5, 9, 11, 25, 51, 101]))
        offset = float(rng.choice([2, 0, -3, 10, 2.5, -0.5, 7.25, 300, -300]))
        theirs = cv2.adaptiveThreshold(image, 255, METHODS[method], MODES[mode], size, offset)
        ours = AdaptiveThreshold(method, window_size=size, offset=offset, mode=mode)
        got = ours.fit_transform(image[np.newaxis])[0]
        np.testing.assert_array_equal(got, theirs, err_msg=f"{size=} {offset=}")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [3, 5, 7, 9, 11, 25, 51, 101, 301])
@pytest.mark.parametrize("method", METHODS)
def test_equal_to_opencv_on_real_images(method, size, mode):
    """Gaussian windows above 9: OpenCV sums in float32, and may differ where the mean is a tie."""
    ours = AdaptiveThreshold(method, window_size=size, offset=2, mode=mode).fit_transform(REAL)
    for image, got in zip(REAL, ours, strict=True):
        theirs = cv2.adaptiveThreshold(image, 255, METHODS[method], MODES[mode], size, 2)
        different = got != theirs
        if method == "gaussian" and size > 9:
            mean = twin_mean(image, weights_of(method, size))
            different &= np.abs(mean % 1 - 0.5) > 1e-4
        assert not different.any()


def test_offsets_without_fraction_make_the_modes_complements():
    image = data.page()[np.newaxis]
    bright = AdaptiveThreshold(offset=3).fit(image).predict(image)
    dark = AdaptiveThreshold(offset=3, mode="binary_inv").fit(image).predict(image)
    np.testing.assert_array_equal(dark, ~bright)


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "int32", "uint32", "int64", "uint64"]
)
@pytest.mark.parametrize("shape", [(40,), (13, 17), (5, 7, 9)])
@pytest.mark.parametrize("method", METHODS)
def test_integers_of_every_rank_against_the_twin(method, shape, dtype):
    rng = np.random.default_rng(5)
    for size in (1, 3, 7):
        X = rng.integers(0, 100, (2, *shape)).astype(dtype)
        X[0] += 20
        e = AdaptiveThreshold(method, window_size=size, offset=1.5).fit(X)
        for image, t, mask in zip(X, e.thresholds(X), e.predict(X), strict=True):
            mean = twin_mean(image, weights_of(method, size, image.ndim))
            sure = np.abs(mean % 1 - 0.5) > 1e-9
            np.testing.assert_array_equal(t[sure], (np.rint(mean) - 2)[sure])
            np.testing.assert_array_equal(mask, image > t)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(40,), (13, 17), (5, 7, 9)])
@pytest.mark.parametrize("method", METHODS)
def test_floats_of_every_rank_against_the_twin(method, shape, dtype):
    rng = np.random.default_rng(6)
    X = rng.random((2, *shape)).astype(dtype)
    e = AdaptiveThreshold(method, window_size=5, offset=0.01).fit(X)
    for image, t, mask in zip(X, e.thresholds(X), e.predict(X), strict=True):
        mean = twin_mean(image, weights_of(method, 5, image.ndim))
        np.testing.assert_allclose(t, mean - 0.01, rtol=1e-12)
        np.testing.assert_array_equal(mask, image > t)


def test_wide_integers_whose_sums_pass_64_bits():
    top = np.iinfo(np.int64).max
    X = np.array([[0, top, top, top, 0, 0, 0, 0]], np.int64)
    e = AdaptiveThreshold(window_size=3, offset=0).fit(X)
    np.testing.assert_allclose(
        e.thresholds(X)[0], np.array([1, 2, 3, 2, 1, 0, 0, 0]) * (top / 3), rtol=1e-9
    )


def test_sums_past_32_bits():
    """A window of 301 over bright 16-bit pixels sums to 6e9."""
    rng = np.random.default_rng(7)
    image = rng.integers(60_000, 65_535, (310, 305), dtype=np.uint16, endpoint=True)
    t = AdaptiveThreshold(window_size=301, offset=0).fit([image]).thresholds([image])[0]
    mean = twin_mean(image, weights_of("mean", 301))
    np.testing.assert_array_equal(t, np.rint(mean))


def test_windows_that_differ_by_axis():
    X = data.coins()[np.newaxis]
    e = AdaptiveThreshold(window_size=(5, 31), offset=0).fit(X)
    mean = twin_mean(X[0], [np.ones(5), np.ones(31)])
    np.testing.assert_array_equal(e.thresholds(X)[0], np.rint(mean))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("method", METHODS)
def test_flat_regions_have_no_foreground(method, dtype):
    """Whatever the order of summation, a mean of equal pixels is that pixel."""
    for value in (0.1, 0.3, 1 / 255, 0.93, 1e-20, -7.7):
        X = np.full((1, 30, 30), value, dtype)
        X[0, 15, 15] += np.abs(X[0, 15, 15])  # a spot, to spoil sums that slide
        for size in (3, 7, 11):
            mask = AdaptiveThreshold(method, window_size=size, offset=0).fit(X).predict(X)[0]
            assert mask.sum() == 1
            assert mask[15, 15]
            holes = X.copy()
            holes[0, 3:5, ::4] = np.nan
            mask = AdaptiveThreshold(method, window_size=size, offset=0).fit(X).predict(holes)[0]
            assert mask.sum() == 1
            assert mask[15, 15]


@pytest.mark.parametrize("method", METHODS)
def test_nan_has_no_weight(method):
    rng = np.random.default_rng(8)
    image = rng.random((12, 14))
    image[rng.random(image.shape) < 0.3] = np.nan
    image[:4, :4] = np.nan
    t = AdaptiveThreshold(method, window_size=3, offset=0.1).fit([image]).thresholds([image])[0]
    w = np.outer(*weights_of(method, 3))
    padded = np.pad(image, 1, mode="edge")
    for y in range(12):
        for x in range(14):
            window = padded[y : y + 3, x : x + 3]
            data_ = ~np.isnan(window)
            if data_.any():
                mean = (window[data_] * w[data_]).sum() / w[data_].sum()
                assert t[y, x] == pytest.approx(mean - 0.1)
            else:
                assert np.isnan(t[y, x])


def test_far_pixels_do_not_disturb():
    """A sum that slides would carry the digits that 1e30 took away along the row."""
    image = np.random.default_rng(9).random((8, 60)).astype(np.float32)
    expected = AdaptiveThreshold(window_size=5, offset=0).fit([image]).predict([image])[0]
    image[4, 10] = 1e30
    mask = AdaptiveThreshold(window_size=5, offset=0).fit([image]).predict([image])[0]
    np.testing.assert_array_equal(mask[:, 20:], expected[:, 20:])


@pytest.mark.parametrize("size", [4, 0, -3, (3, 5, 7), (3, 4), 2.5, "3", (3, "a")])
def test_bad_window(size):
    with pytest.raises(ValueError, match="window_size"):
        AdaptiveThreshold(window_size=size).fit(data.coins()[np.newaxis])


def test_four_dimensions_are_too_many():
    with pytest.raises(ValueError, match=r"1 to 3 dimensions.*channel_axis"):
        AdaptiveThreshold().fit(np.zeros((1, 2, 2, 2, 2)))


pictures = arrays(np.uint8, array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=9))


@given(pictures, st.sampled_from(["mean", "gaussian"]), st.sampled_from([3, 5, 11]))
def test_flips_and_order_of_axes(X, method, size):
    e = AdaptiveThreshold(method, window_size=size, offset=1).fit(X)
    expected = e.predict(X)
    np.testing.assert_array_equal(e.predict(X[:, ::-1, ::-1])[:, ::-1, ::-1], expected)
    np.testing.assert_array_equal(e.predict(X.transpose(0, 2, 1)).transpose(0, 2, 1), expected)
    np.testing.assert_array_equal(e.predict(list(X)), expected)
    np.testing.assert_array_equal(np.concatenate([e.predict(x[None]) for x in X]), expected)


@given(pictures)
def test_shift(X):
    """Adding a constant to an image adds it to every threshold."""
    wide = X.astype(np.int32)
    e = AdaptiveThreshold(window_size=5).fit(wide)
    np.testing.assert_array_equal(e.thresholds(wide + 1000), e.thresholds(wide) + 1000)


@pytest.mark.parametrize("method", ["mean", "median"])
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
def test_disks(border, dtype, method):
    image = (np.random.default_rng(1).random((4, 11, 12)) * 200).astype(dtype)
    e = AdaptiveThreshold(method, window_size=(3, 7, 5), offset=0, border=border)
    t = e.set_params(window_shape="disk").fit([image]).thresholds([image])[0]
    (expected,) = statistics(image, (3, 7, 5), [getattr(np, method)], border=border, shape="disk")
    if dtype == "uint8" and method == "mean":
        expected = np.floor(expected + 0.5)
    np.testing.assert_allclose(t, expected, rtol=1e-12)


@pytest.mark.parametrize("radius", [1, 4, 12])
def test_medians_of_disks_are_those_of_scikit_image(radius):
    """Of an even number of pixels, at its clipped borders, it takes the upper one."""
    image = data.coins()[:90, :100]
    theirs = rank.median(image, disk(radius))
    e = AdaptiveThreshold("median", window_size=2 * radius + 1, offset=0, window_shape="disk")
    t = e.fit([image]).thresholds([image])[0]
    inner = np.s_[radius:-radius, radius:-radius]
    np.testing.assert_array_equal(t[inner], theirs[inner])
    clipped = e.set_params(border="clip").fit([image]).thresholds([image])[0]
    assert (clipped <= theirs).all()


@pytest.mark.parametrize("dtype", ["int16", "int32", "uint64", "float32", "float64"])
def test_medians_are_levels_of_the_image(dtype):
    """However far apart they are, and however many."""
    rng = np.random.default_rng(2)
    image = rng.integers(0, 2**15, (60, 61)).astype(dtype)
    image = image * np.array({"int32": 60_000, "float64": 1e303}.get(dtype, 1), dtype)
    e = AdaptiveThreshold("median", window_size=(9, 7), offset=0, border="reflect")
    expected = median_filter(image, (9, 7), mode="mirror").astype(float)
    np.testing.assert_array_equal(e.fit([image]).thresholds([image])[0], expected)


@pytest.mark.parametrize("size", [5, 31])
def test_median_bands_join(size, monkeypatch):
    image = data.coins()[:50, :40]
    e = AdaptiveThreshold("median", window_size=size, border="clip").fit([image])
    whole = e.thresholds([image])
    monkeypatch.setattr("skthresh.local_threshold.ranks.BAND", 1)
    np.testing.assert_array_equal(e.thresholds([image]), whole)


def test_a_gaussian_has_no_disk():
    with pytest.raises(ValueError, match="window_shape='disk'.*'gaussian'.*'square'"):
        AdaptiveThreshold("gaussian", window_shape="disk").fit(data.coins()[np.newaxis])


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_clipped_gaussian_takes_stacks(dtype):
    """Its windows hold fewer pixels at the border, and each image is thresholded by itself."""
    X = np.random.default_rng(0).integers(0, 255, (3, 9, 8)).astype(dtype)
    e = AdaptiveThreshold("gaussian", border="clip", window_size=5).fit(X)
    w, ones = gaussian_weights(5), np.ones(X.shape)

    def sums(a):
        for axis in (1, 2):
            a = correlate1d(a, w, axis=axis, mode="constant")
        return a

    mean = np.rint(sums(X.astype(np.float64)) / sums(ones))
    np.testing.assert_array_equal(e.thresholds(X), mean - 2)
    np.testing.assert_array_equal(e.predict(X), np.stack(e.predict(list(X))))


@pytest.mark.parametrize("method", ["mean", "gaussian", "median"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_clipped_windows_of_stacks_are_those_of_lists(method, dtype):
    X = (np.random.default_rng(0).random((3, 11, 14)) * 200).astype(dtype)
    e = AdaptiveThreshold(method, window_size=(3, 7), border="clip").fit(X)
    np.testing.assert_array_equal(e.thresholds(X), np.stack(e.thresholds(list(X))))
