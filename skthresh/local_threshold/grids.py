"""Thresholds that are known at the points of a grid, and are wanted everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from skthresh.kernels.interpolate import interpolate_axis

__all__ = ["fill_gaps", "interpolate"]

Floats = NDArray[np.float64]


def interpolate(grid: Floats, points: Sequence[NDArray[Any]], part: tuple[slice, ...]) -> Floats:
    """Interpolate linearly along one axis after the other; outside the grid nothing changes.

    Parameters
    ----------
    grid : ndarray
        The values.
    points : sequence of ndarray
        Where they are on each axis, ascending, in pixels.
    part : tuple of slice
        The pixels that are wanted: of each axis from one to another.

    Examples
    --------
    >>> grid, points = np.array([0.0, 8.0]), [np.array([1, 5])]
    >>> interpolate(grid, points, (slice(0, 7),))
    array([0., 0., 2., 4., 6., 8., 8.])
    >>> interpolate(grid, points, (slice(3, 5),))
    array([4., 6.])
    """
    for axis, (at, wanted) in enumerate(zip(points, part, strict=True)):
        n = wanted.stop - wanted.start
        done, later = grid.shape[:axis], grid.shape[axis + 1 :]
        folded = grid.reshape(math.prod(done), len(at), math.prod(later))
        out = np.empty((len(folded), n, folded.shape[2]))
        interpolate_axis(np.ascontiguousarray(folded), at.astype(np.float64) - wanted.start, out)
        grid = out.reshape(*done, n, *later)
    return grid


def fill_gaps(grid: Floats) -> Floats:
    """Give points without a value, NaN, that of the nearest one that has it.

    Examples
    --------
    >>> fill_gaps(np.array([np.nan, np.nan, 3.0, 4.0]))
    array([3., 3., 3., 4.])
    """
    gaps = np.isnan(grid)
    if not gaps.any() or gaps.all():
        return grid
    nearest = distance_transform_edt(gaps, return_distances=False, return_indices=True)
    return np.asarray(grid[tuple(nearest)])
