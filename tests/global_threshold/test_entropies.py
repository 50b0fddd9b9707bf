"""The entropies of Kapur, Renyi and Tsallis, and Shanbhag's information."""

import numpy as np
import pytest
import SimpleITK as sitk
from brute import assert_best
from histograms import REAL, assert_invariant, random_histogram, random_image

from skthresh import (
    MaxEntropyThreshold,
    RenyiEntropyThreshold,
    ShanbhagThreshold,
    TsallisEntropyThreshold,
)
from skthresh.global_threshold.max_entropy import max_entropy
from skthresh.global_threshold.renyi_entropy import renyi_entropy
from skthresh.global_threshold.shanbhag import shanbhag
from skthresh.global_threshold.tsallis_entropy import tsallis_entropy

RNG = np.random.default_rng(0)


def shannon(part):
    p = part[0] / part[0].sum()
    return -(p * np.log(p)).sum()


def renyi(part, alpha):
    p = part[0] / part[0].sum()
    return np.log((p**alpha).sum()) / (1 - alpha)


def tsallis(part, q):
    p = part[0] / part[0].sum()
    return (1 - (p**q).sum()) / (q - 1)


def test_max_entropy_by_brute_force():
    for _ in range(300):
        assert_best(max_entropy, lambda a, b: shannon(a) + shannon(b), *random_histogram(RNG))


@pytest.mark.parametrize("alpha", [0.5, 0.9, 2, 3.5])
def test_renyi_by_brute_force(alpha):
    for _ in range(100):
        assert_best(
            lambda n, v: renyi_entropy(n, v, alpha),
            lambda a, b: renyi(a, alpha) + renyi(b, alpha),
            *random_histogram(RNG),
        )


@pytest.mark.parametrize("q", [0.3, 0.8, 2, 4])
def test_tsallis_by_brute_force(q):
    def value(a, b):
        s, t = tsallis(a, q), tsallis(b, q)
        return s + t + (1 - q) * s * t

    for _ in range(100):
        assert_best(lambda n, v: tsallis_entropy(n, v, q), value, *random_histogram(RNG))


def test_orders_meet_at_one():
    for _ in range(50):
        h = random_histogram(RNG)
        t = max_entropy(*h)
        assert tsallis_entropy(*h, 1) == renyi_entropy(*h, 1) == t


def combined(counts, centers):
    """The paper's combination, on 256 levels."""
    some = counts > 0
    p = counts[some] / counts.sum()
    v = centers[some]
    t = sorted(renyi_entropy(counts, centers, alpha) for alpha in (0.5, 1, 2))
    below = [p[v <= x].sum() for x in t]
    close = abs(t[1] - t[0]) <= 5, abs(t[2] - t[1]) <= 5
    b = (0, 1, 3) if close == (True, False) else (3, 1, 0) if close == (False, True) else (1, 2, 1)
    w = below[2] - below[0]
    return (
        t[0] * (below[0] + w * b[0] / 4)
        + t[1] * w * b[1] / 4
        + t[2] * (1 - below[2] + w * b[2] / 4)
    )


def test_the_papers_combination_of_three_orders():
    for image in [random_image(RNG, "uint8") for _ in range(100)] + list(REAL.values()):
        counts = np.bincount(image.ravel(), minlength=256)
        expected = combined(counts, np.arange(256))
        assert renyi_entropy(counts, np.arange(256)) == np.floor(expected + 1e-9)


def information(p):
    """Shanbhag's sum for one class, the level at the threshold last."""
    total = p.sum()
    before = np.cumsum(p) - p
    return -(p * np.log(1 - before / (2 * total))).sum() / (2 * total)


def test_shanbhag_by_brute_force():
    for _ in range(300):
        counts, centers = random_histogram(RNG)
        scale = counts.sum()
        assert_best(
            shanbhag,
            lambda a, b, n=scale: -abs(information(a[0] / n) - information(b[0][::-1] / n)),
            counts,
            centers,
        )


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize(
    ("estimator", "itk"),
    [
        (MaxEntropyThreshold, sitk.MaximumEntropyThresholdImageFilter),
        (ShanbhagThreshold, sitk.ShanbhagThresholdImageFilter),
        (RenyiEntropyThreshold, sitk.RenyiEntropyThresholdImageFilter),
    ],
)
def test_near_simpleitk(estimator, itk, name):
    """ITK has 256 bins over the image's range, and gives a bin's edge."""
    image = REAL[name]
    f = itk()
    f.Execute(sitk.GetImageFromArray(image))
    assert abs(estimator().fit(image[None]).threshold_ - f.GetThreshold()) <= 3


@pytest.mark.parametrize("criterion", [max_entropy, shanbhag, tsallis_entropy])
def test_invariances(criterion):
    assert_invariant(criterion, RNG, n=60)


def test_invariance_of_renyi():
    assert_invariant(lambda n, v: renyi_entropy(n, v, 2), RNG, n=60)
    assert_invariant(renyi_entropy, RNG, n=60, ends=False, near=1)


def test_large_histograms():
    counts = RNG.integers(1, 1000, 65536)
    for criterion in (max_entropy, shanbhag, tsallis_entropy, renyi_entropy):
        assert 0 < criterion(counts, np.arange(65536)) < 65535


@pytest.mark.parametrize(
    "bad", [TsallisEntropyThreshold(q=0), RenyiEntropyThreshold(alpha=-1)], ids=repr
)
def test_orders_are_positive(bad):
    with pytest.raises(ValueError, match=r"'(q|alpha)' parameter"):
        bad.fit(REAL["coins"][None])
