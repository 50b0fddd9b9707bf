"""Means of windows over samples of 1 to 3 dimensions: between the kernels and the techniques."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.kernels import window as kernels

__all__ = ["local_mean", "weighted_mean"]

Select = tuple[Any, Any] | None

# Beyond this magnitude, sums of float64 pixels may overflow.
HUGE = 2.0**900


def local_mean(
    plane: Array,
    sizes: tuple[int, ...],
    offset: float,
    out: Array,
    select: Select,
    *,
    inverse: bool,
) -> None:
    """Threshold at the plain mean of a window, less an offset.

    Parameters
    ----------
    plane : ndarray of 1 to 3 dimensions
        In the kernels' form.
    sizes : tuple of int
        Odd window sizes, one for each axis.
    offset : float
        Subtracted from the mean.
    out : ndarray of plane's shape
        Gets thresholds, or what `select` says.
    select : (scalar, scalar) or None
        What to write where the pixel is above its threshold, and where it is not.
    inverse : bool
        Which way a fractional offset is rounded on integers.
    """
    largest = _largest(plane)
    count = math.prod(sizes)
    # Beyond twice the largest level an offset changes no comparison, and could overflow one.
    shift = _whole_offset(offset, inverse=inverse)
    if select is not None:
        shift = max(min(shift, 2 * largest + 2), -2 * largest - 2)
    bound = (largest + abs(shift)) * count
    if plane.dtype.kind == "f" or bound >= 2**61:
        weights = [np.full(n, 1.0) for n in sizes]
        weighted_mean(plane, weights, offset, out, select, inverse=inverse)
        return
    if plane.dtype == np.uint64:  # its values fit, as the bound has shown
        plane = plane.astype(np.int64)
    above, below = _pair(select, out)
    index = _borders(plane.shape, sizes)
    work = np.empty((4, len(index[1])), np.int32 if bound < 2**30 else np.int64)
    for stat, v, o in _planes(plane, out, [np.ones(n, np.int64) for n in sizes]):
        kernels.box_threshold(
            *(stat, v, *index, count, shift, select is not None, above, below, work, o)
        )


def weighted_mean(
    plane: Array,
    weights: list[NDArray[np.float64]],
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
    if plane.dtype.kind == "f":
        # np.min and np.max are NaN where there is one
        if not -HUGE < float(np.min(plane)) <= float(np.max(plane)) < HUGE:
            _weighted_mean_careful(plane, weights, offset, out, select)
            return
        tolerance = _rounding(weights)
        rounded, shift = False, float(offset)
    else:
        tolerance, rounded = 0.0, True
        shift = float(_whole_offset(offset, inverse=inverse))
    above, below = _pair(select, out)
    scale = 1.0 / math.prod(w.sum() for w in weights)
    sizes = tuple(len(w) for w in weights)
    index = _borders(plane.shape, sizes)
    row, column = [np.ones(1), *weights][-2:]
    for stat, v, o in _planes(plane, out, weights):
        kernels.weighted_threshold(
            *(stat, v, *index, row, column, scale, rounded, shift, tolerance),
            *(select is not None, above, below, o),
        )


def _weighted_mean_careful(
    plane: Array, weights: list[NDArray[np.float64]], offset: float, out: Array, select: Select
) -> None:
    """Serve floats with NaN, which have no weight, or with values whose sums overflow."""
    data = ~np.isnan(plane)
    largest = float(np.max(np.abs(plane), initial=0.0, where=data))
    down = 2.0**-100 if largest >= HUGE else 1.0
    values = np.where(data, plane, 0).astype(np.float64) * down
    sums, present = np.empty(plane.shape), np.empty(plane.shape)
    for source, target in ((values, sums), (data.astype(np.float64), present)):
        weighted_mean(source, weights, 0.0, target, None, inverse=False)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.where(present > 0, sums / present, np.nan)
        # As in the kernel: what differs by rounding alone is equal.
        tolerance = 2 * _rounding(weights)
        near = np.abs(mean - values) <= tolerance * np.abs(values)
        t = np.where(near & data, values, mean) / down - offset
    if select is None:
        out[...] = t
    else:
        out[...] = np.where(plane > t, *select)


def _rounding(weights: list[NDArray[np.float64]]) -> float:
    """Bound the relative error of a weighted mean of equal pixels."""
    return 4 * (sum(len(w) for w in weights) + 4) * sys.float_info.epsilon


def _largest(plane: Array) -> int:
    """Bound the magnitude of integer pixels; 0 for floats."""
    if plane.dtype.kind == "f":
        return 0
    if plane.dtype.itemsize < 8:
        info = np.iinfo(plane.dtype)
        return max(int(info.max), -int(info.min))
    return max(abs(int(plane.min())), abs(int(plane.max())))


def _whole_offset(offset: float, *, inverse: bool) -> int:
    """Round an offset for integers: the pixel is above ``mean - offset`` if above this."""
    return math.floor(offset) if inverse else math.ceil(offset)


def _pair(select: Select, out: Array) -> tuple[Any, Any]:
    return (out.dtype.type(0), out.dtype.type(0)) if select is None else select


def _borders(shape: tuple[int, ...], sizes: tuple[int, ...]) -> tuple[Array, Array]:
    """Index the padded rows and columns; a signal is an image of one row."""
    rows, columns = ((1, *shape)[-2:], (1, *sizes)[-2:])
    pair = [kernels.border_index(n, k) for n, k in zip(rows, columns, strict=True)]
    return pair[0], pair[1]


def _planes(plane: Array, out: Array, weights: list[Any]) -> Any:
    """Visit (what is summed, what is thresholded, where to) as 2-D arrays.

    A signal is one row; a volume is visited slice by slice, each with the sum of its neighbours.
    """
    if plane.ndim < 3:
        shape = (1, *plane.shape)[-2:]
        yield plane.reshape(shape), plane.reshape(shape), out.reshape(shape)
        return
    index = kernels.border_index(len(plane), len(weights[0]))
    total = np.empty(plane.shape[1:], weights[0].dtype)
    for z, (v, o) in enumerate(zip(plane, out, strict=True)):
        kernels.weighted_planes(plane, index[z : z + len(weights[0])], weights[0], total)
        yield total, v, o
