"""Blocks with their neighbours' pixels: dask's own overlap says what they are."""

import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skthresh.rims import with_neighbours


@st.composite
def depths_and_chunks(draw):
    """Draw a depth for each axis, and chunks of it that are nowhere smaller."""
    depth = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    sizes = [st.lists(st.integers(max(d, 1), 5), min_size=1, max_size=4) for d in depth]
    return tuple(depth), tuple(tuple(draw(s)) for s in sizes)


@settings(max_examples=50)
@given(depths_and_chunks(), st.sampled_from(["u1", "f4", ">i2", "?"]))
def test_it_is_what_dask_makes(drawn, dtype):
    depth, chunks = drawn
    shape = [sum(c) for c in chunks]
    pixels = np.random.default_rng(0).integers(0, 100, shape).astype(dtype)
    x = da.from_array(pixels, chunks=chunks)
    found = with_neighbours(x, depth)
    expected = da.overlap.overlap(x, dict(enumerate(depth)), boundary="none", allow_rechunk=False)
    assert found.chunks == expected.chunks
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(
        found.compute(scheduler="sync"), expected.compute(scheduler="sync")
    )


@pytest.mark.parametrize("ndim", [1, 2])
def test_a_block_is_free_when_its_rims_are_copied(ndim):
    x = da.ones((8,) * ndim, chunks=4)
    graph = with_neighbours(x, (1,) * ndim).__dask_graph__()
    first = next(task for key, task in graph.items() if str(key[0]).startswith("rims-"))
    made = first[0](np.ones((4,) * ndim), *first[2:])
    assert all(rim.base is None for rim in made.values())
    assert (0,) * ndim not in made  # all of it would be no rim


def test_its_name_tells_arrays_and_depths_apart():
    x, y = da.ones((4, 4), chunks=2), da.zeros((4, 4), chunks=2)
    names = {with_neighbours(v, d).name for v in (x, y) for d in ((1, 1), (1, 0))}
    assert len(names) == 4
    assert with_neighbours(x, (1, 1)).name in names
