import numpy as np
import pytest
from histograms import REAL, assert_invariant, random_histogram

from skthresh import GeneralizedHistogramThreshold
from skthresh.global_threshold.generalized_histogram import generalized_histogram
from skthresh.global_threshold.min_error import min_error
from skthresh.global_threshold.otsu import otsu
from skthresh.global_threshold.percentile import percentile

RNG = np.random.default_rng(0)
NAMES = ("nu", "tau", "kappa", "omega")


def score(counts, x, i, nu, tau, kappa, omega):
    """Barron's posterior of the split after bin i: two conjugate priors, from the definition."""
    total = 0
    for part, share in ((slice(0, i + 1), omega), (slice(i + 1, None), 1 - omega)):
        n, v = counts[part], x[part]
        w = n.sum()
        p = w / counts.sum()
        d = n @ (v - n @ v / w) ** 2
        variance = (p * nu * tau**2 + d) / (p * nu + w)
        total += -d / variance - w * np.log(variance) + 2 * (w + kappa * share) * np.log(w)
    return total


def test_the_criterion_by_brute_force():
    for _ in range(200):
        counts, centers = random_histogram(RNG)
        some = counts > 0
        n, x = counts[some], centers[some].astype(float)
        params = RNG.uniform(0.1, 1e4), RNG.uniform(0.5, 30), RNG.uniform(0, 1e4), RNG.random()
        values = [score(n, x, i, *params) for i in range(len(n) - 1)]
        t = generalized_histogram(counts, centers, *params)
        assert t == x[int(np.argmax(values))]


def test_the_limit_of_otsu():
    for _ in range(200):
        counts, centers = random_histogram(RNG)
        assert generalized_histogram(counts, centers, nu=1e30, tau=1e-3) == otsu(counts, centers)


def test_the_limit_of_the_least_error():
    """Without priors, where no class of one level is infinitely good."""
    equal = 0
    for _ in range(200):
        x = np.arange(60)
        a, b, c, d = RNG.uniform((10, 30, 2, 2), (30, 50, 8, 8))
        peaks = 500 * np.exp(-(((x - a) / c) ** 2)) + 300 * np.exp(-(((x - b) / d) ** 2))
        counts = RNG.poisson(peaks) + 3
        t = generalized_histogram(counts, x, nu=1e-9, tau=1.0)
        if 1 < t < 57:
            assert abs(t - min_error(counts, x)) <= 1
            equal += t == min_error(counts, x)
    assert equal > 100


@pytest.mark.parametrize("omega", [0.1, 0.5, 0.73])
def test_the_limit_of_a_percentile(omega):
    for _ in range(100):
        counts, centers = random_histogram(RNG, empty=0)
        t = generalized_histogram(counts, centers, kappa=1e30, omega=omega)
        below = np.cumsum(counts) / counts.sum()
        nearest = percentile(counts, centers, omega)
        around = {nearest, centers[max(list(centers).index(nearest) - 1, 0)]}
        assert t in around, below


def test_degenerate_priors_and_pictures():
    for image in REAL.values():
        for params in ({}, {"nu": 1e9, "tau": 0.01}, {"kappa": 1e9, "omega": 0.9}):
            e = GeneralizedHistogramThreshold(**params).fit(image[None])
            assert image.min() <= e.threshold_ < image.max()


def test_invariances():
    assert_invariant(generalized_histogram, RNG, near=1)


@pytest.mark.parametrize("bad", [{"nu": -1}, {"tau": -1}, {"kappa": -0.5}, {"omega": 1.5}], ids=str)
def test_bad_priors(bad):
    (name,) = bad
    with pytest.raises(ValueError, match=f"'{name}' parameter"):
        GeneralizedHistogramThreshold(**bad).fit(REAL["coins"][None])
