"""Means of windows over samples of 1 to 3 dimensions: between the kernels and the techniques."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.array_api.namespace import is_elsewhere
from skthresh.batch import Array
from skthresh.kernels.box import box_threshold
from skthresh.kernels.symmetric import error_of_means, weighted_select
from skthresh.kernels.weighted import weighted_planes, weighted_threshold
from skthresh.local_threshold.base import Plane
from skthresh.local_threshold.engines import Part
from skthresh.local_threshold.windows import Windows
from skthresh.modes import Output
from skthresh.utils._threads import run_threads

__all__ = ["local_mean", "weighted_mean", "whole_offset"]

Weights = list[NDArray[np.float64]]

# Beyond this magnitude, sums of float64 pixels may overflow.
HUGE = 2.0**900


def rounded_mean(mean: Array, offset: float) -> Array:
    """Give the mean rounded to the nearest grey level, less an offset."""
    return np.floor(mean + 0.5) - offset


def plain_mean(mean: Array, offset: float) -> Array:
    """Give the mean less an offset."""
    return mean - offset


def local_mean(
    plane: Plane,
    windows: Windows,
    offset: float,
    out: Array,
    how: Output,
    *,
    inverse: bool,
    n_jobs: int,
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
        Gets what `how` says.
    how : Output
    inverse : bool
        Which way a fractional offset is rounded on integers.
    n_jobs : int
        Threads.
    """
    if plane.dtype.kind == "f":
        windows.threshold(plain_mean, (float(offset),), how, out, n_jobs)
        return
    shift = whole_offset(offset, inverse=inverse)
    if windows.everywhere and windows.halves is None and not is_elsewhere(plane.v):
        done = _box(plane.v, windows, shift, out, how, n_jobs)
        if done:
            return
    windows.threshold(rounded_mean, (float(shift),), how, out, n_jobs)


def _box(v: Array, windows: Windows, shift: int, out: Array, how: Output, n_jobs: int) -> bool:
    """Threshold integers without a division; tell whether their sums fit into 64 bits."""
    largest, count = _largest(windows), windows.size
    if how.is_binary:
        # Beyond twice the largest level an offset changes no comparison, and could overflow one.
        shift = max(min(shift, 2 * largest + 2), -2 * largest - 2)
    bound = (largest + abs(shift)) * count
    if bound >= 2**61:
        return False
    rule = how.rule(v.dtype, out.dtype)
    if v.dtype == np.uint64:  # its values fit, as the bound has shown
        v = v.astype(np.int64)
    index = windows.index[1], windows.index[2]
    dtype = np.int32 if bound < 2**30 else np.int64
    weights = np.ones(windows.sizes[0], np.int64)
    for stat, pixels, o, parts in _blocks(windows, v, out, weights, n_jobs):

        def work(part: Part, stat: Array = stat, pixels: Array = pixels, o: Array = o) -> None:
            rows = np.empty((2, len(index[1])), dtype)
            box_threshold(stat, pixels, *index, part, count, shift, rule, rows, o)

        run_threads(work, parts, n_jobs)
    return True


def weighted_mean(
    plane: Plane,
    windows: Windows,
    weights: Weights,
    offset: float,
    out: Array,
    how: Output,
    *,
    inverse: bool,
    n_jobs: int,
) -> None:
    """Threshold at the weighted mean of a window, less an offset; as `local_mean` otherwise.

    Parameters
    ----------
    weights : list of ndarray of float64
        Odd in length, one for each axis; their product weighs the window.
    """
    whole = plane.dtype.kind != "f"
    shift = float(whole_offset(offset, inverse=inverse)) if whole else float(offset)
    if is_elsewhere(plane.v):
        array_windows: Any = windows
        array_windows.weigh(weights, shift, _rounding(weights), how, out)
        return
    huge = max(map(abs, windows.range)) >= HUGE
    if windows.everywhere and not huge:
        if how.is_binary and windows.plain and plane.v.dtype in (np.uint8, np.uint16):
            _select(plane.v, windows, weights, shift, out, how, n_jobs)
        else:
            _weigh(plane.v, windows, weights, shift, out, how, n_jobs, whole=whole)
        return
    valid = np.ones(plane.v.shape, bool) if plane.valid is None else plane.valid
    down = 2.0**-100 if huge else 1.0
    values = np.where(valid, plane.v, 0).astype(np.float64) * down
    sums, present = (_extended_sums(a, windows, weights) for a in (values, valid.astype(float)))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.where(present > 0, sums / present, np.nan)
        t = np.rint(mean) if whole else np.where(_close(mean, values, weights), values, mean)
        how.write(plane.v, t / down - shift, out)


def _extended_sums(v: Array, windows: Windows, weights: Weights) -> Array:
    """Give weighted means of a plane that is surrounded by zeros if windows end at its border."""
    half = [len(w) // 2 if windows.border == "clip" else 0 for w in weights]
    padded = np.pad(v, [(h, h) for h in half])
    around = Windows(
        padded, tuple(map(len, weights)), border=windows.border.replace("clip", "replicate")
    )
    out = np.empty(padded.shape)
    _weigh(padded, around, weights, 0.0, out, Output(None), 1, whole=False)
    return out[tuple(slice(h, n + h) for h, n in zip(half, v.shape, strict=True))]


def _weigh(
    v: Array,
    windows: Windows,
    weights: Weights,
    shift: float,
    out: Array,
    how: Output,
    n_jobs: int,
    *,
    whole: bool,
) -> None:
    scale = 1.0 / math.prod(w.sum() for w in weights)
    tolerance = 0.0 if whole else _rounding(weights)
    index = windows.index[1], windows.index[2]
    planes, rows, columns = [np.ones(1), np.ones(1), *weights][-3:]
    rule = how.rule(v.dtype, out.dtype)
    for stat, pixels, o, parts in _blocks(windows, v, out, planes, n_jobs):

        def work(part: Part, stat: Array = stat, pixels: Array = pixels, o: Array = o) -> None:
            weighted_threshold(
                *(stat, pixels, *index, part, rows, columns, scale, whole, shift, tolerance),
                *(rule, o),
            )

        run_threads(work, parts, n_jobs)


def _select(
    v: Array,
    windows: Windows,
    weights: Weights,
    shift: float,
    out: Array,
    how: Output,
    n_jobs: int,
) -> None:
    """Compare narrow integers, most of them in float32."""
    scale = 1.0 / math.prod(w.sum() for w in weights)
    rows, columns = [np.ones(1), *weights][-2:]
    largest = float(np.iinfo(v.dtype).max)
    # Beyond twice the largest level an offset changes no comparison, and would take digits away.
    shift = max(min(shift, 2 * largest + 2), -2 * largest - 2)
    error = error_of_means(len(rows), len(columns), largest)
    white, zero = out.dtype.type(how.white), out.dtype.type(0)
    above, below = (white, zero) if how.mode == "binary" else (zero, white)
    volume, target = windows.volume(v), windows.volume(out)
    look = (*windows.index[1:],)

    def work(part: Part) -> None:
        weighted_select(
            *(volume, *look, part, rows, columns, scale, shift, error, above, below, target)
        )

    run_threads(work, windows.parts(n_jobs), n_jobs)


def _close(mean: Array, values: Array, weights: Weights) -> Array:
    """Tell, as the kernel does, where mean and pixel differ by rounding alone."""
    return np.asarray(np.abs(mean - values) <= 2 * _rounding(weights) * np.abs(values))


def _rounding(weights: Weights) -> float:
    """Bound the relative error of a weighted mean of equal pixels."""
    return 4 * (sum(len(w) for w in weights) + 4) * sys.float_info.epsilon


def _largest(windows: Windows) -> int:
    """Bound the magnitude of integer pixels."""
    dtype = windows.plane.dtype
    if dtype.itemsize < 8:
        info = np.iinfo(dtype)
        return max(int(info.max), -int(info.min))
    return max(abs(windows.extent.lo), abs(windows.extent.hi))


def whole_offset(offset: float, *, inverse: bool) -> int:
    """Round an offset for integers: the pixel is above ``mean - offset`` if above this."""
    return math.floor(offset) if inverse else math.ceil(offset)


def _blocks(
    windows: Windows, v: Array, out: Array, weights: Array, n_jobs: int
) -> Iterator[tuple[Array, Array, Array, list[Part]]]:
    """Visit (what is summed, what is thresholded, where to, the parts of it).

    What is summed is the stack itself, or in a volume the weighted sum of a slice's neighbours.
    """
    v, out = windows.volume(v), windows.volume(out)
    if len(weights) == 1:
        yield v, v, out, windows.parts(n_jobs)
        return
    total = np.empty(v.shape[1:], weights.dtype)
    for z in range(len(v)):
        weighted_planes(v, windows.index[0][z : z + len(weights)], weights, total)
        one = slice(z, z + 1)
        yield total[np.newaxis], v[one], out[one], [(0, 1, 0, v.shape[1])]
