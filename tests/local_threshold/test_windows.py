"""The statistics of windows against their plain twin, and where peers overflow."""

import numpy as np
import pytest
from twin import statistics

from skthresh import SauvolaThreshold
from skthresh.local_threshold.windows import Windows, disk

RNG = np.random.default_rng(0)
FUNCTIONS = {"mean": np.mean, "std": np.std, "min": np.min, "max": np.max}
SHAPES = [
    ((17,), (5,)),
    ((13, 11), (5, 3)),
    ((13, 11), (25, 27)),
    ((13, 11), (1, 1)),
    ((5, 6, 7), (3, 1, 5)),
    ((1, 1), (3, 3)),
]


def values(dtype, shape):
    v = RNG.normal(100, 20, shape).astype(dtype)
    if dtype == "i4":
        return v * 100_000
    return v + np.uint64(2**40) if dtype == "u8" else v


def computed(windows):
    out = {name: np.full(windows.shape, np.inf) for name in FUNCTIONS}
    for band in windows.bands(*FUNCTIONS):
        for name, array in out.items():
            array[band.index] = getattr(band, name)
    return out


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("window_shape", ["square", "disk"])
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i4", "u8", "f4", "f8"])
def test_statistics(dtype, border, window_shape, masked):
    for shape, sizes in SHAPES:
        v = values(dtype, shape)
        valid = RNG.random(shape) < 0.6 if masked else None
        if masked:
            valid.flat[0] = True
        windows = Windows(v, sizes, valid, border, window_shape)
        twin = statistics(
            v, sizes, FUNCTIONS.values(), valid=valid, border=border, shape=window_shape
        )
        for (name, array), expected in zip(computed(windows).items(), twin, strict=True):
            # float64 itself has no more digits at 2**40
            tolerance = 1e-3 if dtype == "u8" else 1e-5 if v.dtype == np.float32 else 1e-9
            np.testing.assert_allclose(
                array.reshape(shape), expected, rtol=1e-9, atol=tolerance, err_msg=name
            )


def test_bands_join(monkeypatch):
    v = values("f8", (40, 9))
    whole = computed(Windows(v, (7, 5)))
    monkeypatch.setattr("skthresh.local_threshold.windows.BAND", 1)
    for name, array in computed(Windows(v, (7, 5))).items():
        np.testing.assert_array_equal(array, whole[name])


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_large_windows_do_not_overflow(dtype):
    """Doxa's 16-bit column sums overflow from a window of 301 on."""
    v = np.full((700, 40), np.iinfo(dtype).max, dtype)
    v[::2] -= 1
    (band,) = Windows(v, (601, 601)).bands("std")
    rows = np.pad(v[:, 0].astype(np.float64), 300, mode="edge")
    for y in (0, 350, 699):
        column = rows[y : y + 601]
        assert band.mean[0, y, 20] == pytest.approx(column.mean(), rel=1e-15)
        assert band.std[0, y, 20] == pytest.approx(column.std(), rel=1e-6)


def test_a_wide_image_of_more_than_2_to_24_pixels():
    v = np.zeros((17, 2**20), np.uint8)
    v[:, -1] = 255
    bands = list(Windows(v, (3, 3)).bands("std"))
    assert bands[-1].mean[0, 0, -2] == 255 / 3
    assert bands[-1].mean[0, 0, -3] == 0
    assert bands[-1].std[0, 0, -2] == pytest.approx(255 * np.sqrt(2) / 3)


def test_equal_pixels_have_no_deviation():
    v = np.full((50, 50), 0.1, np.float64)
    v[30:, :] = RNG.random((20, 50))
    for band in Windows(v, (9, 9)).bands("std"):
        upper = [y for y in range(*band.index[1].indices(50)) if y < 26]
        np.testing.assert_array_equal(band.std[:, : len(upper)], 0)


def test_an_extreme_pixel_takes_no_digits_from_far_ones():
    v = RNG.random((8, 60))
    (before,) = Windows(v, (5, 5)).bands("std")
    v[4, 10] = 1e30
    (after,) = Windows(v, (5, 5)).bands("std")
    np.testing.assert_allclose(after.mean[..., 20:], before.mean[..., 20:], rtol=1e-12)
    np.testing.assert_allclose(after.std[..., 20:], before.std[..., 20:], rtol=1e-9)


def test_disks_are_those_of_scikit_image():
    from skimage.morphology import disk as theirs

    for radius in range(1, 30):
        (ours,) = disk((1, 2 * radius + 1, 2 * radius + 1))
        np.testing.assert_array_equal(2 * ours + 1, theirs(radius).sum(axis=1))


def test_only_what_is_close_is_settled():
    """Near the end of float64's range the sum of two magnitudes is infinite, and close to all."""
    windows = Windows(np.array([[-1.7e308, 0.0, 1.7e308]]), (1, 3))
    v, t = np.array([1.6e308]), np.array([1.2e308])
    np.testing.assert_array_equal(windows.settle(t, v), t)


@pytest.mark.parametrize("size", [0, -3, 4, 2**16 + 3, (5, 2**16 + 3), (5,), 5.0])
def test_windows_are_odd_and_not_too_wide(size):
    with pytest.raises(ValueError, match="window_size"):
        SauvolaThreshold(window_size=size).fit([np.zeros((4, 6), np.uint8)])


def test_the_widest_window_is_allowed():
    image = RNG.integers(0, 256, (4, 6), np.uint8)
    e = SauvolaThreshold(window_size=2**16 + 1, border="clip").fit([image])
    np.testing.assert_allclose(
        e.thresholds([image])[0], image.mean() * (1 + 0.2 * (image.std() / 128 - 1))
    )
