"""Thresholds that are known at the points of a grid, and are wanted everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

__all__ = ["fill_gaps", "interpolate"]

Floats = NDArray[np.float64]


def interpolate(grid: Floats, points: Sequence[NDArray[Any]], shape: tuple[int, ...]) -> Floats:
    """Interpolate linearly along one axis after the other; outside the grid nothing changes.

    Parameters
    ----------
    grid : ndarray
        The values.
    points : sequence of ndarray
        Where they are on each axis, ascending, in pixels.
    shape : tuple of int
        Of the result.

    Examples
    --------
    >>> interpolate(np.array([0.0, 8.0]), [np.array([1, 5])], (7,))
    array([0., 0., 2., 4., 6., 8., 8.])
    """
    for axis, (at, n) in enumerate(zip(points, shape, strict=True)):
        if len(at) == 1:
            grid = np.repeat(grid, n, axis=axis)
            continue
        x = np.arange(n)
        i = np.clip(np.searchsorted(at, x, side="right") - 1, 0, len(at) - 2)
        share = np.clip((x - at[i]) / (at[i + 1] - at[i]), 0, 1)
        share = share.reshape([-1 if k == axis else 1 for k in range(grid.ndim)])
        a, b = grid.take(i, axis), grid.take(i + 1, axis)
        grid = np.where(a == b, a, a * (1 - share) + b * share)
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
