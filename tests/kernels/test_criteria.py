"""Loops over histograms against plain twins, in whole numbers or in many digits."""

import math
from fractions import Fraction

import numpy as np
import pytest

from skthresh.global_threshold import huang, minimum
from skthresh.global_threshold.shanbhag import SMALL, TERMS
from skthresh.kernels import criteria

RNG = np.random.default_rng(0)


def histograms(n):
    """Give whole numbers of all kinds: smooth, sparse, flat in places, mirrored."""
    for k in range(n):
        size = int(RNG.integers(1, 60))
        x = np.arange(size)
        smooth = 40 * np.exp(-(((x - size / 3) / 4) ** 2)) + 30 * np.exp(-(((x - size) / 9) ** 2))
        noise = RNG.integers(0, (2, 3, 9, 60)[k % 4], size)
        counts = noise + smooth.astype(int) * (k % 3 == 0)
        yield np.concatenate([counts, counts[::-1]]) if k % 5 == 0 else counts


def peaks(h):
    """Find the last of the highest points of every stretch that rises before and falls after."""
    found, rises = [], True
    for i, value in enumerate(h):
        following = next((other for other in h[i:] if other != value), None)
        if i + 1 < len(h) and h[i + 1] == value:
            continue
        if rises and (following is None or following < value):
            found.append(i)
        rises = following is None or following > value
    return found


def sums(h):
    """Add three neighbours, the ends being repeated, in Python's integers."""
    h = [int(x) for x in h]
    return [a + b + c for a, b, c in zip(h[:1] + h[:-1], h, h[1:] + h[-1:], strict=True)]


def smoothed(h, limit):
    h, k = [int(x) for x in h], 0
    while len(peaks(h)) > 2 and k < limit:
        h, k = sums(h), k + 1
    return h, k


def run(counts, limit, *, whole=True):
    h, at = np.array(counts, float), np.zeros(5, np.intp)
    return *criteria.smooth(h, np.empty_like(h), at, limit, whole), at


def test_peaks():
    for counts in histograms(300):
        expected, at = peaks(counts), np.zeros(5, np.intp)
        n = criteria.find_peaks(counts.astype(float), at)
        assert n == min(len(expected), 3)
        np.testing.assert_array_equal(at[: 2 * n : 2], expected[:n])
        for left, low, right in zip(at[::2], at[1::2], at[2 : 2 * n : 2], strict=False):
            assert counts[low] == counts[left : right + 1].min()


@pytest.mark.parametrize("limit", [3, 40, 10_000])
def test_smoothing_until_two_peaks_in_whole_numbers(limit):
    """The number of smoothings, the peaks and the curve itself."""
    many = 0
    for counts in histograms(300):
        exact, n_smoothings = smoothed(counts, limit)
        expected = peaks(exact)
        h, n_peaks, k, at = run(counts, limit)
        if (n_peaks, k) != (min(len(expected), 3), n_smoothings):
            # Ripples that shrink for ever, as those of 1, 2, 1, 2, ... do: float64 sees their end.
            exact, _ = smoothed(counts, k)
            top = max(exact)
            assert len(peaks([round(Fraction(x, top), 13) for x in exact])) == n_peaks < 3
            continue
        if n_peaks < 3:
            np.testing.assert_array_equal(at[: 2 * n_peaks : 2], expected)
        else:  # three points that are higher than those between them
            a, low, b, lower, c = (exact[i] for i in at)
            assert a > low < b > lower < c
        if sum(exact):
            shares = [float(Fraction(x, sum(exact))) for x in exact]
            np.testing.assert_allclose(h / h.sum(), shares, rtol=1e-12)
        many += k > 20
    assert limit == 3 or many > 30


def test_equal_numbers_stay_equal():
    """Mirrored curves and flat stretches: sums must round alike."""
    for counts in histograms(100):
        mirrored = np.concatenate([counts, counts[::-1]])
        h, *_ = run(mirrored, 300)
        np.testing.assert_array_equal(h, h[::-1])
        h, *_ = run(np.concatenate([counts, np.full(1000, 7), counts]), 300)
        assert len(set(h[len(counts) + 300 : len(counts) + 700])) == 1


def test_the_first_of_equally_low_points():
    """The valley of a mirrored histogram is two levels wide."""
    found = 0
    for counts in histograms(200):
        for kind in (counts, np.concatenate([counts, counts[::-1]])):
            exact, _ = smoothed(np.trim_zeros(kind), 200)
            if len(peaks(exact)) == 2:
                left, right = peaks(exact)
                low = left + int(np.argmin(exact[left : right + 1]))
                low += np.flatnonzero(kind)[0]
                assert minimum.minimum(kind, np.arange(len(kind)), 200) == low
                found += 1
    assert found > 50


def test_neither_overflow_nor_underflow():
    """3 ** 5000 is beyond float64, and 3 ** -5000 as well."""
    spikes = np.zeros(12_001)
    spikes[[0, 6000, 12_000]] = 1e200, 1, 1e-200
    h, n_peaks, k, _ = run(spikes, 5000)
    assert (n_peaks, k) == (3, 5000)
    assert peaks(h.tolist()) == [0, 6000, 12_000]
    assert np.isfinite(h).all()


def test_the_beginning_of_a_curve_proves_three_peaks():
    """What is known of it gets shorter; peaks that are found in it are peaks of the whole."""
    proven = 0
    for counts in histograms(400):
        limit = int(RNG.integers(1, 8))
        if len(counts) <= limit + 20:
            continue
        _, n_peaks, _, _ = run(counts[: limit + 20], limit, whole=False)
        if n_peaks == 3:
            proven += 1
            assert run(counts, limit)[1] == 3
            assert len(peaks(smoothed(counts, limit)[0])) > 2
    assert proven > 30
    # What comes after swallows two of three peaks, and is not known.
    counts = np.zeros(40)
    counts[[0, 8, 16]], counts[20:] = 5, 1e5 ** np.arange(1, 21)
    assert run(counts[:20], 14, whole=True)[1] == 3
    assert run(counts[:20], 14, whole=False)[1] < 3
    assert run(counts, 14)[1] == 2
    # Nor is the third peak, once it is where nothing is known.
    beginning = [50, 0, 0, 0, 0, 30, 30, 30, 10, 1, 11]
    assert run(beginning, 1, whole=False)[1] == run([*beginning, 0, 0], 1)[1] == 2


def test_wide_histograms_that_keep_three_peaks(monkeypatch):
    """By gaps, or by their beginning; against smoothing all of them in whole numbers."""
    monkeypatch.setattr(minimum, "BEGINNING", 8)
    kept, not_kept = 0, 0
    for _ in range(300):
        limit = int(RNG.integers(1, 15))
        counts = np.zeros(int(RNG.integers(30, 250)), int)
        some = RNG.integers(0, len(counts), int(RNG.integers(2, 9)))
        counts[some] = RNG.integers(1, 1000, len(some))
        counts = np.trim_zeros(counts)
        if minimum._keeps_many(counts.astype(float), limit):
            kept += 1
            assert len(peaks(smoothed(counts, limit)[0])) > 2
        else:
            not_kept += 1
    assert kept > 50
    assert not_kept > 50


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_information(n):
    for _ in range(20):
        p = RNG.random(n) * 10.0 ** RNG.uniform(-6, 0, n)
        p /= p.sum()
        cumulative, out = np.cumsum(p), np.full(n, np.nan)
        start = int(np.searchsorted(cumulative, SMALL * cumulative[-1]))
        criteria.information(p, cumulative, start, TERMS, out)
        assert np.isnan(out[:start]).all()
        for i in range(start, n):
            before = cumulative[:i].tolist()
            pairs = zip(p[1 : i + 1], before, strict=True)
            parts = [x * math.log1p(-b / (2 * cumulative[i])) for x, b in pairs]
            assert out[i] == pytest.approx(-math.fsum(parts) / cumulative[i], rel=1e-12, abs=1e-15)


def entropy(d):
    u, rest = 1 / (1 + d), d / (1 + d)
    return u * math.log1p(d) - rest * math.log(rest) if d > 0 else 0.0


def test_the_table_of_entropies():
    table = criteria.tabulate(huang._entropy)
    for d in [0.0, 1.0, *10.0 ** RNG.uniform(-7, 0, 2000)]:
        assert criteria._entropy(table, d) == pytest.approx(entropy(d), rel=1e-9)
    for d in 10.0 ** RNG.uniform(-30, -7.3, 200):
        assert 0 <= criteria._entropy(table, d) <= entropy(d) * (1 + 1e-9)


@pytest.mark.parametrize("n_groups", [1, 3, 8, 100])
@pytest.mark.parametrize("kind", ["even", "gaps", "equal"])
def test_bounds_on_fuzziness(kind, n_groups):
    """They are below it, and with a group for each level they are equal to it."""
    for _ in range(30):
        n = int(RNG.integers(3, 50))
        x = {"even": np.arange(n), "gaps": np.cumsum(10.0 ** RNG.uniform(-5, 0, n))}.get(kind)
        x = np.sort(RNG.integers(0, 5, n)) if x is None else x
        x = (x - x[0]) / max(x[-1] - x[0], 1e-9)
        p = RNG.random(n) ** 4 + 1e-9
        p /= p.sum()
        below, moments = np.cumsum(p)[:-1], np.cumsum(p * x)[:-1]
        means = moments / below, np.minimum((p @ x - moments) / (1 - below), 1.0)
        exact = [
            sum(p[j] * entropy(abs(x[j] - means[int(j > i)][i])) for j in range(n))
            for i in range(n - 1)
        ]
        h = x, np.concatenate([[0], np.cumsum(p)]), np.concatenate([[0], np.cumsum(p * x)])
        splits = np.flatnonzero(RNG.random(n - 1) < 0.8)
        out = np.empty(len(splits))
        groups = huang._groups(h[1][1:] + x, n_groups)
        assert len(groups[0]) - 1 <= max(n_groups, 1)
        criteria.fuzziness_bounds(h, means, groups, huang._table(), splits, out)
        assert (out <= np.array(exact)[splits] * (1 + 1e-9) + 1e-13).all()
        if n_groups >= n and kind == "even":
            # a mean may be nearer to a level than the table's first distance, where it is a chord
            chord = entropy(2.0**-criteria.OCTAVES)
            np.testing.assert_allclose(out, np.array(exact)[splits], rtol=1e-9, atol=chord)
