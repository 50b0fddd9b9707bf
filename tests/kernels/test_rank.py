"""Splits that float64 cannot tell apart: against Python's own integers."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from skthresh.global_threshold.otsu import otsu
from skthresh.kernels.rank import (
    _is_greater,
    _product,
    otsu_packed,
    otsu_split,
    otsu_windows,
)

RNG = np.random.default_rng(0)

sums = st.integers(0, 2**62)
products = st.integers(1, 2**62)


@given(sums, products)
@example(2**62, 2**62)
@example(4137504109107178012, 4249531149031119196)  # the sum of the middle words carries
def test_products_of_192_bits(s, d):
    top, middle, lowest = (int(word) for word in _product(s, d))
    assert (top << 128) + (middle << 64) + lowest == s * s * d


@given(sums, products, sums, products)
@example(2**62, 2**62, 2**62, 2**62)
@example(2**62, 2**62 - 1, 2**62, 2**62)
@example(2**62 - 1, 2**62 - 2, 2**62 - 2, 2**62 - 4)
def test_fractions_are_compared_exactly(s, d, other_s, other_d):
    assert _is_greater(s, d, other_s, other_d) == (s * s * other_d > other_s * other_s * d)


@given(sums, products, st.integers(1, 2**20), st.integers(-1, 1))
def test_fractions_that_are_nearly_equal(s, d, factor, change):
    s, d = s >> 20, d >> 40
    other_s, other_d = s * factor + change * (s > 0), max(d, 1) * factor**2 % 2**62 + 1
    assert _is_greater(s, d + 1, other_s, other_d) == (
        s * s * other_d > other_s * other_s * (d + 1)
    )


def test_the_histogram_is_empty_again():
    padded = np.random.default_rng(0).integers(0, 5, (1, 7, 9)).astype(np.uint16)
    fine, out = np.zeros(6, np.int32), np.empty((5, 4), np.int64)
    halves, xs = np.full((1, 3), 1), np.array([0, 1, 4, 6])
    otsu_windows(padded, halves, np.arange(5), xs, np.arange(5), True, fine, out)
    assert not fine.any()
    assert out.min() >= 0


def test_packed_splits_are_exact():
    """Mirrored histograms have two best splits; splits at empty levels are the one below them."""
    for k in range(2000):
        n = int(RNG.integers(1, 40))
        fine = RNG.integers(0, 4, n).astype(np.int32) * RNG.integers(0, 2, n).astype(np.int32)
        fine = np.concatenate([fine, fine[::-1]]) if k % 2 else fine
        levels = np.cumsum(RNG.integers(1, 5, fine.size))
        levels -= levels[0]
        steps = 1 + (levels << 32)
        memory = np.empty(fine.size, np.int64), np.empty(fine.size)
        some = np.flatnonzero(fine)
        first, last = (some[0], some[-1]) if some.size else (fine.size, 0)
        best = otsu_packed(fine, steps, first, last, *memory)
        assert best == otsu_split(fine, levels, True, 1e-14)
        if some.size:
            assert levels[best] == otsu(fine, levels)
