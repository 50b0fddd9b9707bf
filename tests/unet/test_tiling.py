"""Tiles cover an image, fall on the same pixels as a whole one, and leave no seam."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skthresh.unet.tiling import Tiling, bucket


@given(
    size=st.lists(st.integers(1, 300), min_size=1, max_size=3).map(tuple),
    tile=st.integers(1, 128),
    overlap=st.integers(0, 64),
    multiple=st.sampled_from([1, 2, 8, 16]),
)
def test_weights_add_up_to_one_everywhere(size, tile, overlap, multiple):
    tiling = Tiling(size, tile, overlap, multiple)
    assert all(n % multiple == 0 for n in tiling.tile)
    for n, (starts, weights) in zip(size, tiling.axes, strict=True):
        total = np.zeros(starts[-1] + len(weights[0]))
        for start, w in zip(starts, weights, strict=True):
            assert start % multiple == 0
            assert (w >= 0).all()
            total[start : start + len(w)] += w
        assert np.allclose(total[:n], 1, atol=1e-6)
        steps = np.diff(starts)
        assert (steps > 0).all()
        assert (len(weights[0]) - steps >= min(overlap, len(weights[0]) - multiple)).all()


@pytest.mark.parametrize("size", [(100, 90), (40, 50, 30), (64, 64)])
def test_rows_of_tiles_build_the_whole(size):
    tiling = Tiling(size, 32, 8, 4)
    whole = np.zeros([axis[0][-1] + n for axis, n in zip(tiling.axes, tiling.tile, strict=True)])
    n, last = 0, None
    for start, following, tiles in tiling.rows():
        assert last in (None, start)
        last = following
        for t in tiles:
            assert t.corner[0] == start
            assert t.weight.shape == tiling.tile
            whole[tuple(slice(c, c + k) for c, k in zip(t.corner, tiling.tile, strict=True))] += (
                t.weight
            )
            n += 1
    assert last is None
    assert n == tiling.n_tiles > 1
    assert np.allclose(whole, 1, atol=1e-5)


def test_inner_edges_count_for_nothing():
    starts, weights = Tiling((64,), 40, 16, 4).axes[0]
    assert starts == [0, 24]
    overlap = 16
    assert not weights[0][-overlap // 4 :].any()
    assert not weights[1][: overlap // 4].any()
    assert (weights[0][:24] == 1).all()
    assert (np.diff(weights[1][:overlap]) >= 0).all()


def test_a_small_image_is_one_tile():
    tiling = Tiling((30, 17), 32, 8, 16)
    assert tiling.tile == (32, 32)
    assert tiling.n_tiles == 1


def test_buckets_are_few_and_close():
    sizes = {bucket(n) for n in range(1, 1025)}
    assert len(sizes) < 65
    assert all(bucket(n) == n for n in range(1, 17))
    assert all(n <= bucket(n) < 1.125 * n + 1 for n in range(1, 1025))


def test_sides_are_some_of_few():
    sides = {Tiling((n,), 1024, 64, 16).tile[0] for n in range(1, 5000)}
    assert len(sides) < 64


def test_tiles_are_hardly_more_than_the_image():
    """Of an image in two dimensions, with the overlap of the default network."""
    lengths = range(1441, 20000, 7)
    tilings = [Tiling((n,), 1440, 48, 16) for n in lengths]
    computed = np.array([t.n_tiles * t.tile[0] for t in tilings]) / lengths
    assert np.median(computed**2) < 1.09
    assert np.max(computed**2) < 1.13
