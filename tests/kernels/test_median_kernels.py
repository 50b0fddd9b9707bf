"""Both kernels for medians against NumPy's median of each window."""

import numpy as np
import pytest

from skthresh.batch import kernel_form
from skthresh.kernels import median as kernels
from skthresh.kernels.border import border_index
from skthresh.modes import Output

RNG = np.random.default_rng(0)

MODES = ["binary", "binary_inv", "trunc", "tozero", "tozero_inv", None]
BINARY = MODES[:2]

SHAPES = [
    ((3, 13, 17), (5, 7)),
    ((2, 16, 40), (15, 15)),
    ((1, 1, 30), (1, 9)),
    ((1, 30, 1), (9, 1)),
    ((2, 6, 5), (21, 33)),  # larger than the image
    ((1, 9, 9), (1, 1)),
    ((1, 1, 1), (3, 3)),
    ((1, 3, 1200), (3, 5)),  # several strips of columns, the last of them not whole
    ((1, 2, 700), (1, 601)),  # wider than a strip
]


def pixels(kind, shape, dtype=np.uint8):
    top = np.iinfo(dtype).max
    if kind == "noise":
        return RNG.integers(0, top, shape, dtype=dtype, endpoint=True)
    if kind == "ties":
        return RNG.choice(np.array([0, 1, 7, 16, top - 1, top], dtype), shape)
    if kind == "steps":  # the median goes from one coarse bin to another, and back
        ramp = np.arange(shape[-1]) // 9 % 2 * 100 + RNG.integers(0, 40, shape)
        return ramp.astype(dtype)
    return np.full(shape, {"dark": 0, "bright": top}[kind], dtype)


def medians(v, sizes, border):
    index = (border_index(*pair, border) for pair in zip(v.shape[1:], sizes, strict=True))
    rows, columns = index
    padded = v[:, rows][:, :, columns]
    windows = np.lib.stride_tricks.sliding_window_view(padded, sizes, axis=(1, 2))
    return np.median(windows, axis=(-1, -2))


def applied(v, t, mode, white):
    if mode is None:
        return t
    info = np.iinfo(v.dtype)
    level = np.clip(t, info.min, info.max)
    above = v > t
    return {
        "binary": np.where(above, white, 0),
        "binary_inv": np.where(above, 0, white),
        "trunc": np.where(above, level, v),
        "tozero": np.where(above, v, 0),
        "tozero_inv": np.where(above, 0, v),
    }[mode]


def run(kernel, v, sizes, border, offset, mode):
    """Threshold in two parts, the first and the last rows."""
    index = [border_index(*pair, border) for pair in zip(v.shape[1:], sizes, strict=True)]
    out = np.empty(v.shape, np.float64 if mode is None else v.dtype)
    rule = Output(mode, 77).rule(v.dtype, out.dtype)
    n, height, _ = v.shape
    for y0, y1 in ((0, height // 3), (height // 3, height)):
        kernel(kernel_form(v), *index, (0, n, y0, y1), offset, rule, out)
    return out


@pytest.mark.parametrize("kind", ["noise", "ties", "steps", "dark", "bright"])
@pytest.mark.parametrize("border", ["replicate", "reflect"])
@pytest.mark.parametrize(("shape", "sizes"), SHAPES)
def test_histograms_of_columns(shape, sizes, border, kind):
    v = pixels(kind, shape)
    median = medians(v, sizes, border)
    for mode in MODES:
        for offset in (0, 3, -2, 255, -256, 1e9):
            out = run(kernels.column_threshold, v, sizes, border, float(offset), mode)
            np.testing.assert_array_equal(out, applied(v, median - offset, mode, 77))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("kind", ["noise", "ties", "steps", "dark", "bright"])
@pytest.mark.parametrize("border", ["replicate", "reflect"])
@pytest.mark.parametrize(("shape", "sizes"), SHAPES)
def test_counts_of_pixels_below(shape, sizes, border, kind, dtype):
    v = pixels(kind, shape, dtype)
    median, top = medians(v, sizes, border), int(np.iinfo(dtype).max)
    for mode in BINARY:
        for offset in (0, 1, 3, -1, -2, top, top + 1, -top, -top - 1, 2**17, -(2**17)):
            out = run(kernels.count_threshold, v, sizes, border, offset, mode)
            np.testing.assert_array_equal(out, applied(v, median - offset, mode, 77))


@pytest.mark.parametrize("sizes", [(255, 257), (1, 65535), (1, 257), (51, 5)])
def test_the_largest_windows_fill_their_bins(sizes):
    """All pixels of a window in one bin, and as nearly as may be one half in each of two."""
    assert np.prod(sizes) <= kernels.MOST
    for shape in ((1, 1, 3), (1, 6, 8)):
        for levels in ([7], [255], [0, 255], [15, 16], range(256)):
            v = RNG.choice(np.array(levels, np.uint8), shape)
            for border in ("replicate", "reflect"):
                t = medians(v, sizes, border)
                out = run(kernels.column_threshold, v, sizes, border, 0.0, None)
                np.testing.assert_array_equal(out, t)
                for offset in (0, 1):
                    out = run(kernels.count_threshold, v, sizes, border, offset, "binary")
                    np.testing.assert_array_equal(out, applied(v, t - offset, "binary", 77))
