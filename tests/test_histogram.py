import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skthresh.batch import kernel_form
from skthresh.float_counts import FloatGrid
from skthresh.histogram import Histogram, count

RNG = np.random.default_rng(0)


def counted(x, dtype=None, n_bins=256, weight=None):
    return count([(kernel_form(x), weight)], np.dtype(dtype or x.dtype), n_bins)


@pytest.mark.parametrize("size", [1, 7, 8, 9, 1000])
def test_bytes(size):
    x = RNG.integers(0, 256, size, dtype=np.uint8)
    h = counted(x)
    np.testing.assert_array_equal(h.counts, np.bincount(x, minlength=256))
    np.testing.assert_array_equal(h.centers, np.arange(256))
    assert h.counts.dtype == np.int64


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_levels_over_the_whole_range(dtype):
    info = np.iinfo(dtype)
    x = np.array([info.min, info.max, info.max - 1, info.min, info.max], dtype)
    h = counted(x)
    occupied = h.occupied()
    assert h.centers[occupied].tolist() == sorted(set(x.tolist()))
    assert h.counts[occupied].tolist() == [2, 1, 2]


def test_a_narrow_range_of_wide_integers_has_a_bin_for_each_level():
    x = np.array([2**40, 2**40 + 5], np.int64)
    h = counted(x)
    assert h.centers.tolist() == list(range(2**40, 2**40 + 6))


@pytest.mark.parametrize("n_bins", [2, 7, 256, 1000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_are_counted_as_numpy_counts_them(n_bins, dtype):
    for values in (RNG.normal(size=5000), RNG.integers(0, 256, 5000) / 255, RNG.random(3) * 1e-300):
        x = values.astype(dtype)
        if x.min() == x.max():
            continue
        counts, edges = np.histogram(x.astype(np.float64), n_bins)
        h = counted(x, n_bins=n_bins)
        np.testing.assert_array_equal(h.counts, counts)
        np.testing.assert_allclose(h.centers, (edges[:-1] + edges[1:]) / 2)


def test_nan_is_left_out():
    x = np.array([np.nan, 1.0, 2.0, np.nan, 2.0])
    assert counted(x, n_bins=2).counts.tolist() == [1, 2]
    assert counted(np.full(3, np.nan)).n_pixels == 0


def test_float_range_as_wide_as_the_dtype():
    top = np.finfo(np.float64).max
    h = counted(np.array([-top, 0.0, top]), n_bins=3)
    assert h.counts.tolist() == [1, 1, 1]
    assert np.isfinite(h.centers).all()


def test_weights():
    levels = np.array([1, 2], np.uint8)
    planes = [(kernel_form(levels), 0.5), (kernel_form(levels[1:]), 2.0)]
    h = count(planes, np.dtype(np.uint8), 256)
    assert h.counts[1:3].tolist() == [0.5, 2.5]
    # a plane without weight does not even stretch the range
    planes = [(np.array([0.0, 1.0]), 1.0), (np.array([1e9]), 0.0)]
    assert count(planes, np.dtype(float), 2).centers.tolist() == [0.25, 0.75]


def test_sum_of_histograms_with_different_levels():
    a, b = RNG.integers(0, 2**30, (2, 50))
    total = counted(a) + counted(b)
    both = counted(np.concatenate([a, b]))
    np.testing.assert_array_equal(total.centers, both.centers)
    np.testing.assert_array_equal(total.counts, both.counts)


def test_counts_beyond_32_bits_add():
    h = Histogram(np.array([2**40, 1]), np.array([0, 1]))
    assert (h + h).n_pixels == 2**41 + 2


floats = arrays(
    np.float64,
    st.integers(1, 40),
    elements=st.floats(allow_nan=True, allow_infinity=False, width=64),
)


class TestFloatGrid:
    @given(st.lists(floats, min_size=1, max_size=5), st.randoms(use_true_random=False))
    def test_batches_and_their_order_do_not_matter(self, batches, random):
        whole = FloatGrid()
        whole.add(np.concatenate(batches))
        parts = FloatGrid()
        random.shuffle(batches)
        for batch in batches:
            parts.add(batch)
        assert (parts.lo, parts.hi, parts.exponent) == (whole.lo, whole.hi, whole.exponent)
        assert parts.first == whole.first
        np.testing.assert_array_equal(parts.counts, whole.counts)
        assert whole.counts.sum() == np.count_nonzero(~np.isnan(np.concatenate(batches)))
        assert len(whole.counts) <= 2**16 + 1

    def test_close_to_the_histogram_of_all(self):
        x = RNG.normal(size=20_000)
        grid = FloatGrid()
        for part in np.array_split(x, 7):
            grid.add(part)
        h, direct = grid.histogram(256), counted(x)
        np.testing.assert_allclose(h.centers, direct.centers)
        moved = np.abs(np.cumsum(h.counts) - np.cumsum(direct.counts))
        cell = 2.0**grid.exponent
        assert cell <= (x.max() - x.min()) / 2**15
        edges = np.linspace(x.min(), x.max(), 257)[1:]
        near = [np.count_nonzero(np.abs(x - e) <= cell) for e in edges]
        assert (moved <= near).all()

    def test_weights_and_constant(self):
        grid = FloatGrid()
        grid.add(np.array([3.0, 3.0]), 0.5)
        grid.add(np.array([9.0]), 0.0)
        h = grid.histogram(10)
        assert h.centers.tolist() == [3.0]
        assert h.counts.tolist() == [1.0]
        assert FloatGrid().histogram(4).n_pixels == 0
