"""Means of windows over samples of 1 to 3 dimensions: between the kernels and the techniques."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.kernels import window as kernels
from skthresh.local_threshold.base import Plane, Select
from skthresh.local_threshold.windows import Windows

__all__ = ["local_mean", "weighted_mean", "whole_offset"]

Weights = list[NDArray[np.float64]]

# Beyond this magnitude, sums of float64 pixels may overflow.
HUGE = 2.0**900


def local_mean(
    plane: Plane, windows: Windows, offset: float, out: Array, select: Select, *, inverse: bool
) -> None:
    """Threshold at the plain mean of a window, less an offset.

    Parameters
    ----------
    plane : Plane
        Of 1 to 3 dimensions.
    windows : Windows
        Of the plane.
    offset : float
        Subtracted from the mean, which is rounded first on integers.
    out : ndarray of plane's shape
        Gets thresholds, or what `select` says.
    select : (scalar, scalar) or None
        What to write where the pixel is above its threshold, and where it is not.
    inverse : bool
        Which way a fractional offset is rounded on integers.
    """
    whole = plane.v.dtype.kind != "f"
    if whole and windows.everywhere and windows.halves is None:
        done = _box(plane.v, windows, whole_offset(offset, inverse=inverse), out, select)
        if done:
            return
    shift = whole_offset(offset, inverse=inverse) if whole else offset
    target = windows.volume(out)
    with np.errstate(over="ignore", invalid="ignore"):
        for band in windows.bands("mean"):
            mean = np.floor(band.mean + 0.5) if whole else windows.settle(band.mean, band.v)
            t = mean - shift
            target[band.index] = t if select is None else np.where(band.v > t, *select)


def _box(v: Array, windows: Windows, shift: int, out: Array, select: Select) -> bool:
    """Threshold integers without a division; tell whether their sums fit into 64 bits."""
    largest, count = _largest(v), windows.size
    if select is not None:
        # Beyond twice the largest level an offset changes no comparison, and could overflow one.
        shift = max(min(shift, 2 * largest + 2), -2 * largest - 2)
    bound = (largest + abs(shift)) * count
    if bound >= 2**61:
        return False
    if v.dtype == np.uint64:  # its values fit, as the bound has shown
        v = v.astype(np.int64)
    above, below = _pair(select, out)
    index = windows.index[1], windows.index[2]
    work = np.empty((4, len(index[1])), np.int32 if bound < 2**30 else np.int64)
    weights = np.ones(windows.sizes[0], np.int64)
    for stat, pixels, o in _planes(windows.volume(v), windows.volume(out), windows, weights):
        kernels.box_threshold(
            *(stat, pixels, *index, count, shift, select is not None, above, below, work, o)
        )
    return True


def weighted_mean(
    plane: Plane,
    windows: Windows,
    weights: Weights,
    offset: float,
    out: Array,
    select: Select,
    *,
    inverse: bool,
) -> None:
    """Threshold at the weighted mean of a window, less an offset; as `local_mean` otherwise.

    Parameters
    ----------
    weights : list of ndarray of float64
        Odd in length, one for each axis; their product weighs the window.
    """
    whole = plane.v.dtype.kind != "f"
    shift = float(whole_offset(offset, inverse=inverse)) if whole else float(offset)
    huge = max(map(abs, windows.range)) >= HUGE
    if windows.everywhere and not huge:
        _weigh(plane.v, windows, weights, shift, out, select, whole=whole)
        return
    valid = np.ones(plane.v.shape, bool) if plane.valid is None else plane.valid
    down = 2.0**-100 if huge else 1.0
    values = np.where(valid, plane.v, 0).astype(np.float64) * down
    sums, present = (_extended_sums(a, windows, weights) for a in (values, valid.astype(float)))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.where(present > 0, sums / present, np.nan)
        t = np.rint(mean) if whole else np.where(_close(mean, values, weights), values, mean)
        t = t / down - shift
        out[...] = t if select is None else np.where(plane.v > t, *select)


def _extended_sums(v: Array, windows: Windows, weights: Weights) -> Array:
    """Give weighted means of a plane that is surrounded by zeros if windows end at its border."""
    half = [len(w) // 2 if windows.border == "clip" else 0 for w in weights]
    padded = np.pad(v, [(h, h) for h in half])
    around = Windows(
        padded, tuple(map(len, weights)), border=windows.border.replace("clip", "replicate")
    )
    out = np.empty(padded.shape)
    _weigh(padded, around, weights, 0.0, out, None, whole=False)
    return out[tuple(slice(h, n + h) for h, n in zip(half, v.shape, strict=True))]


def _weigh(
    v: Array,
    windows: Windows,
    weights: Weights,
    shift: float,
    out: Array,
    select: Select,
    *,
    whole: bool,
) -> None:
    above, below = _pair(select, out)
    scale = 1.0 / math.prod(w.sum() for w in weights)
    tolerance = 0.0 if whole else _rounding(weights)
    index = windows.index[1], windows.index[2]
    planes, rows, columns = [np.ones(1), np.ones(1), *weights][-3:]
    for stat, pixels, o in _planes(windows.volume(v), windows.volume(out), windows, planes):
        kernels.weighted_threshold(
            *(stat, pixels, *index, rows, columns, scale, whole, shift, tolerance),
            *(select is not None, above, below, o),
        )


def _close(mean: Array, values: Array, weights: Weights) -> Array:
    """Tell, as the kernel does, where mean and pixel differ by rounding alone."""
    return np.asarray(np.abs(mean - values) <= 2 * _rounding(weights) * np.abs(values))


def _rounding(weights: Weights) -> float:
    """Bound the relative error of a weighted mean of equal pixels."""
    return 4 * (sum(len(w) for w in weights) + 4) * sys.float_info.epsilon


def _largest(v: Array) -> int:
    """Bound the magnitude of integer pixels."""
    if v.dtype.itemsize < 8:
        info = np.iinfo(v.dtype)
        return max(int(info.max), -int(info.min))
    return max(abs(int(v.min())), abs(int(v.max())))


def whole_offset(offset: float, *, inverse: bool) -> int:
    """Round an offset for integers: the pixel is above ``mean - offset`` if above this."""
    return math.floor(offset) if inverse else math.ceil(offset)


def _pair(select: Select, out: Array) -> tuple[Any, Any]:
    return (out.dtype.type(0), out.dtype.type(0)) if select is None else select


def _planes(
    volume: Array, out: Array, windows: Windows, weights: Array
) -> Iterator[tuple[Array, Array, Array]]:
    """Visit (what is summed, what is thresholded, where to), slice by slice.

    What is summed is the slice, or in a volume the weighted sum of its neighbours.
    """
    if len(weights) == 1:
        yield from zip(volume, volume, out, strict=True)
        return
    total = np.empty(volume.shape[1:], weights.dtype)
    for z, (v, o) in enumerate(zip(volume, out, strict=True)):
        kernels.weighted_planes(volume, windows.index[0][z : z + len(weights)], weights, total)
        yield total, v, o
