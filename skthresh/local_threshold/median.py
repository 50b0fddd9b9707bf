"""Medians of windows, by SciPy."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from skthresh.batch import Array
from skthresh.local_threshold.base import Plane, Select
from skthresh.local_threshold.mean import whole_offset
from skthresh.local_threshold.windows import Windows

__all__ = ["local_median"]

# SciPy's names for the ways to extend an image.
MODES = {"replicate": "nearest", "reflect": "mirror"}

# Pixels of all windows together that are held at once where some do not count.
HELD = 2**22


def local_median(
    plane: Plane, windows: Windows, offset: float, out: Array, select: Select, *, inverse: bool
) -> None:
    """Threshold at the median of a window, less an offset; as `local_mean` otherwise.

    Of an even number of pixels, where windows are clipped or masked, the median is the mean of the
    two in the middle.
    """
    sizes = windows.sizes[-plane.v.ndim :]
    if windows.everywhere:
        median = ndimage.median_filter(plane.v, size=sizes, mode=MODES[windows.border])
    else:
        median = _counted_medians(plane, windows, sizes)
    shift = offset if plane.v.dtype.kind == "f" else whole_offset(offset, inverse=inverse)
    with np.errstate(over="ignore"):
        t = median.astype(np.float64) - shift
    out[...] = t if select is None else np.where(plane.v > t, *select)


def _counted_medians(plane: Plane, windows: Windows, sizes: tuple[int, ...]) -> Array:
    """Give medians of the pixels that count; NaN where there are none."""
    values = plane.v.astype(np.float64)
    if plane.valid is not None:
        values[~plane.valid] = np.nan
    # Indices of -1, beyond a border that clips, point at one more pixel at the end: no data.
    values = np.pad(values, [(0, 1)] * values.ndim, constant_values=np.nan)
    padded = values[np.ix_(*windows.index[-plane.v.ndim :])]
    views = sliding_window_view(padded, sizes)
    out = np.empty(plane.v.shape)
    rows = max(1, HELD // (int(np.prod(sizes)) * int(np.prod(plane.v.shape[1:]))))
    for y in range(0, len(out), rows):
        held = views[y : y + rows].reshape(*out[y : y + rows].shape, -1)
        some = ~np.isnan(held).all(axis=-1)
        band = np.full(some.shape, np.nan)
        band[some] = np.nanmedian(held[some], axis=-1)
        out[y : y + rows] = band
    return out
