"""Criteria where plain float64 formulas lose their digits, and searches that must miss nothing."""

import numpy as np
import pytest
from histograms import REAL

from skthresh import GeneralizedHistogramThreshold
from skthresh.global_threshold.generalized_histogram import generalized_histogram
from skthresh.global_threshold.huang import huang
from skthresh.global_threshold.max_entropy import max_entropy
from skthresh.global_threshold.min_error import min_error
from skthresh.global_threshold.renyi_entropy import renyi_entropy
from skthresh.global_threshold.shanbhag import shanbhag
from skthresh.global_threshold.tsallis_entropy import tsallis_entropy

RNG = np.random.default_rng(0)
LEVELS = np.arange(256)


def counts_of(name):
    return np.bincount(REAL[name].ravel(), minlength=256)


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("q", [2, 4, 10, 100])
def test_high_orders_keep_their_digits(name, q):
    """ln(z0 z1) is least where 1 - z0 z1 is greatest, but the latter is 1 to all digits."""
    counts = counts_of(name)
    n = counts[counts > 0]
    v = LEVELS[counts > 0]
    p = np.log(n / n.sum())
    values = [
        sum(q * np.logaddexp.reduce(c) - np.logaddexp.reduce(q * c) for c in (p[:i], p[i:]))
        for i in range(1, len(n))
    ]
    t = tsallis_entropy(counts, LEVELS, q)
    assert values[list(v).index(t)] == pytest.approx(max(values), rel=1e-11)
    assert t == renyi_entropy(counts, LEVELS, q)


@pytest.mark.parametrize("near", [1e-15, 1e-12, 1e-9, -1e-10])
def test_orders_very_near_one(near):
    for name in REAL:
        counts = counts_of(name)
        assert renyi_entropy(counts, LEVELS, 1 + near) == max_entropy(counts, LEVELS)


@pytest.mark.parametrize(
    "counts", [[1, 2, 1, 5, 2**50, 2**55, 2**58], [1e-12, 1, 1e12, 1e18], [1, 1, 1, 2**60, 3]]
)
def test_shanbhag_with_very_small_classes(counts):
    counts = np.array(counts, float)

    def information(n):
        return -(n * np.log1p(-(np.cumsum(n) - n) / (2 * n.sum()))).sum() / n.sum()

    for n in (counts, counts[::-1]):
        values = [abs(information(n[:i]) - information(n[i:][::-1])) for i in range(1, len(n))]
        assert values[shanbhag(n, np.arange(len(n)))] <= min(values) + 1e-12


def test_least_error_of_integers_that_float64_cannot_tell_apart():
    """2**53 and 2**53 + 1 above the lowest level are one number in float64."""
    levels = np.array([0, 2**63, 2**63 + 1, 2**63 + 5], np.uint64)
    counts = np.array([3, 1, 4, 2])
    assert min_error(counts, levels) == 0
    assert generalized_histogram(counts, levels) == 0


@pytest.mark.parametrize("name", REAL)
def test_without_priors_it_is_the_least_error(name):
    """Also where a class of one level would be infinitely good: saturated page, moon's 0."""
    counts = counts_of(name)
    assert generalized_histogram(counts, LEVELS) == min_error(counts, LEVELS)


@pytest.mark.parametrize("name", ["nu", "tau", "kappa"])
def test_huge_priors(name):
    params = {"nu": 1.0, "tau": 1.0, "kappa": 1.0, name: 1e300}
    e = GeneralizedHistogramThreshold(**params).fit(REAL["coins"][None])
    assert 0 <= e.threshold_ < 255


def fuzziness(counts, x, i):
    total = 0.0
    for part in (slice(0, i + 1), slice(i + 1, None)):
        n, v = counts[part], x[part]
        u = 1 / (1 + np.abs(v - n @ v / n.sum()) / (x[-1] - x[0]))
        w = np.where(u < 1, 1 - u, 1.0)
        total += n @ (-u * np.log(u) - w * np.log(w))
    return total


@pytest.mark.parametrize("kind", ["flat", "peaks", "spikes", "gaps"])
def test_huang_of_many_levels_is_the_optimum(kind):
    """Two levels of a flat histogram are as good to 4 digits: a search near the best misses."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = np.arange(1800.0)
        counts = rng.integers(1, 50, len(x))
        if kind != "flat":
            counts = rng.poisson(900 * np.exp(-(((x - 500) / 90) ** 2)) + rng.uniform(1, 9)) + 1
        if kind == "spikes":
            counts[rng.integers(0, len(x), 5)] += 10**6
        if kind == "gaps":
            x = np.cumsum(rng.integers(1, 1000, len(x))).astype(float)
        values = [fuzziness(counts, x, i) for i in range(len(x) - 1)]
        assert list(x).index(huang(counts, x)) == int(np.argmin(values))
