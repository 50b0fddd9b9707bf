"""Sums and extremes of windows against every window looked at by itself."""

import itertools

import numpy as np
import pytest
from sklearn import config_context

from skthresh.array_api.namespace import as_host
from skthresh.array_api.sliding import Reach
from skthresh.kernels.border import border_index
from skthresh.local_threshold.windows import disk

RNG = np.random.default_rng(0)
SHAPE = (4, 6, 7)


def each_window(v, sizes, border, halves, function, nothing):
    """Look at the windows one by one."""
    index = [border_index(*pair, border) for pair in zip(v.shape, sizes, strict=True)]
    out = np.empty(v.shape, v.dtype)
    for where in itertools.product(*map(range, v.shape)):
        near = [i[at : at + size] for i, at, size in zip(index, where, sizes, strict=True)]
        cube = v[np.ix_(*near)]
        z, y, x = (i >= 0 for i in near)
        cube[~(z[:, None, None] & y[:, None] & x)] = nothing
        if halves is not None:
            reach = np.abs(np.arange(sizes[2]) - sizes[2] // 2)
            cube = cube[reach <= halves[..., np.newaxis]]
        out[where] = function(cube)
    return out


@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
@pytest.mark.parametrize("sizes", [(1, 1, 1), (1, 3, 5), (3, 5, 7), (5, 9, 3)])
@pytest.mark.parametrize("round_", [False, True])
def test_every_window(border, sizes, round_, kind):
    halves = disk(sizes) if round_ else None
    reach = Reach(sizes, border, halves)
    whole, floats = RNG.integers(-99, 99, SHAPE), RNG.random(SHAPE)
    with config_context(array_api_dispatch=True):
        sums = as_host(reach.whole_sums(kind(whole)))
        near = as_host(reach.sums(kind(floats)))
        low = as_host(reach.extremes(kind(floats), greatest=False, nothing=np.inf))
        high = as_host(reach.extremes(kind(whole), greatest=True, nothing=-1000))
    look = (sizes, border, halves)
    np.testing.assert_array_equal(sums, each_window(whole, *look, np.sum, 0))
    np.testing.assert_allclose(near, each_window(floats, *look, np.sum, 0), rtol=1e-14)
    np.testing.assert_array_equal(low, each_window(floats, *look, np.min, np.inf))
    np.testing.assert_array_equal(high, each_window(whole, *look, np.max, -1000))


def test_running_sums_may_wrap(kind):
    """Sums of windows are right even if the sum of a row has no place in 64 bits."""
    v = np.full((1, 1, 64), 2**60)
    with config_context(array_api_dispatch=True):
        sums = as_host(Reach((1, 1, 3), "replicate").whole_sums(kind(v)))
    assert (sums == 3 * 2**60).all()


def test_far_pixels_leave_no_trace(kind):
    v = RNG.random((1, 1, 40))
    v[0, 0, 3] = 1e30
    with config_context(array_api_dispatch=True):
        sums = as_host(Reach((1, 1, 5), "replicate").sums(kind(v)))
    np.testing.assert_allclose(sums[0, 0, 8:30], np.convolve(v[0, 0], np.ones(5))[10:32])
