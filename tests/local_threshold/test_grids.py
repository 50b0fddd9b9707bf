import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from skthresh.local_threshold.grids import fill_gaps, interpolate

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(20,), (20, 13), (9, 1, 17)])
def test_against_scipy(shape):
    points = [np.unique([0, n // 3, n - 1]) + 0.0 for n in shape]
    grid = RNG.random([len(p) for p in points])
    at = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    wide = [p if len(p) > 1 else np.array([0.0, 1.0]) for p in points]
    whole = grid
    for axis, p in enumerate(points):
        whole = np.repeat(whole, 2, axis) if len(p) == 1 else whole
    expected = RegularGridInterpolator(wide, whole)(at)
    found = interpolate(grid, points, tuple(slice(0, n) for n in shape))
    np.testing.assert_allclose(found, expected)
    part = tuple(slice(n // 4, n // 4 + 1 + n // 2) for n in shape)
    np.testing.assert_array_equal(interpolate(grid, points, part), found[part])


def test_beyond_the_grid_nothing_changes():
    t = interpolate(np.array([1.0, 5.0]), [np.array([1.5, 3.5])], (slice(0, 6),))
    np.testing.assert_array_equal(t, [1, 1, 2, 4, 5, 5])


def test_equal_values_stay_exactly_equal():
    for value in RNG.random(50):
        t = interpolate(np.full((3, 3), value), [np.array([0, 7, 18])] * 2, (slice(0, 19),) * 2)
        assert (t == value).all()


def test_gaps():
    grid = np.array([[1, np.nan, np.nan], [np.nan, np.nan, 7]])
    np.testing.assert_array_equal(fill_gaps(grid)[:, [0, 2]], [[1, 7], [1, 7]])
    assert np.isnan(fill_gaps(np.full(3, np.nan))).all()
