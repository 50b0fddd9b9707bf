"""Sums over cells, interpolation and regions by area, against NumPy and SciPy to the last bit."""

import numpy as np
import pytest
from scipy import ndimage

from skthresh.kernels.cells import cell_squares, cell_totals
from skthresh.kernels.interpolate import interpolate_axis
from skthresh.kernels.regions import of_size

RNG = np.random.default_rng(0)


def summed(values, rows, columns):
    """Add as `skthresh.local_threshold.cells` does where there is no kernel."""
    slabs = np.split(values, rows[1:])
    return np.array([np.add.reduceat(slab.sum(axis=0), columns) for slab in slabs])


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("width", [3, 40, 700])
def test_sums_of_cells(masked, width):
    v = RNG.normal(size=(23, width))
    valid = RNG.random(v.shape) < (0.7 if masked else 2)
    rows, columns = np.array([0, 1, 9, 15]), np.unique(np.r_[0, RNG.integers(1, width, 3)])
    ends = np.append(rows[1:], len(v))
    origin, half, low, high = -3.0, 1.5, 0.8, 1.2
    mean = RNG.normal(size=(len(rows), len(columns)))
    totals, squares = np.empty((4, *mean.shape)), np.empty(mean.shape)
    kept = np.zeros((4, width)), np.zeros(width)
    for y in range(0, len(v), 4):  # bands that end within cells
        there = valid[y : y + 4].view(np.uint8) if masked else np.zeros((0, 0), np.uint8)
        some = v[y : y + 4]
        cell_totals(some, there, y, ends, columns, (origin, half, low, high), kept[0], totals)
        cell_squares(some, there, y, ends, columns, (origin, half), mean, kept[1], squares)
    u = (v / 2 - origin / 2) / half
    black = valid & (u <= low)
    for found, part in zip(
        totals, (valid, u * valid, black, valid & ~black & (u < high)), strict=True
    ):
        np.testing.assert_array_equal(found, summed(part.astype(np.float64), rows, columns))
    sizes = np.diff(np.append(columns, width))
    d = u - np.repeat(np.repeat(mean, sizes, axis=1), ends - rows, axis=0)
    np.testing.assert_array_equal(squares, summed(np.where(valid, d * d, 0), rows, columns))


@pytest.mark.parametrize("shape", [(1, 6, 1), (5, 6, 1), (1, 6, 5), (3, 6, 4)])
def test_interpolation_along_an_axis(shape):
    at = np.array([1.0, 2.0, 5.0, 9.0, 10.5, 14.0])
    grid = RNG.normal(size=shape)
    grid[0, 2] = grid[0, 3]
    grid[-1, 4] = np.nan
    out = np.empty((shape[0], 17, shape[2]))
    interpolate_axis(grid, at, out)
    x = np.arange(17)
    i = np.clip(np.searchsorted(at, x, side="right") - 1, 0, 4)
    share = np.clip((x - at[i]) / (at[i + 1] - at[i]), 0, 1)[:, np.newaxis]
    a, b = grid[:, i], grid[:, i + 1]
    np.testing.assert_array_equal(out, np.where(a == b, a, a * (1 - share) + b * share))


@pytest.mark.parametrize("shape", [(60,), (20, 31), (6, 7, 8)])
def test_regions_of_a_size(shape):
    for least, greatest in ((0, 3), (2, 5.5), (4, np.inf), (9, 1)):
        mask = RNG.random(shape) < (0.4 if len(shape) < 3 else 0.1)
        labels, n = ndimage.label(mask, np.ones((3,) * len(shape)))
        expected = np.zeros(shape, bool)
        for k in range(1, n + 1):
            expected |= (labels == k) & (least <= (labels == k).sum() <= greatest)
        np.testing.assert_array_equal(of_size(mask, least, greatest), expected)
