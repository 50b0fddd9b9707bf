import numpy as np
import pytest
import SimpleITK as sitk
from brute import assert_best
from histograms import REAL, assert_invariant, random_histogram

from skthresh import MinErrorThreshold, OtsuThreshold
from skthresh.global_threshold.min_error import min_error

RNG = np.random.default_rng(0)


def goodness(low, high, width=1.0):
    """Kittler and Illingworth's J, negative; a level is as wide as `width`."""
    total = low[0].sum() + high[0].sum()
    j = 1
    for n, x in (low, high):
        p, mean = n.sum() / total, n @ x / n.sum()
        variance = n @ (x - mean) ** 2 / n.sum() + width**2 / 12
        j += p * np.log(variance) - 2 * p * np.log(p)
    return -j


def test_the_optimum_by_brute_force():
    for _ in range(300):
        counts, centers = random_histogram(RNG)
        width = np.diff(centers[counts > 0]).min()
        assert_best(min_error, lambda a, b, w=width: goodness(a, b, w), counts, centers)


def test_right_where_otsu_is_not():
    """A few cells, spread widely, on a narrow background: Otsu's threshold is too high."""
    background, cells = RNG.normal(60, 4, 20000), RNG.normal(110, 25, 1000)
    image = np.clip(np.concatenate([background, cells]), 0, 255).astype(np.uint8)[np.newaxis]
    ours = MinErrorThreshold().fit(image).threshold_
    assert 68 <= ours <= 78
    errors = [
        np.mean(image[0, :20000] > t) * 20000 + np.mean(image[0, 20000:] <= t) * 1000
        for t in (ours, OtsuThreshold().fit(image).threshold_)
    ]
    assert errors[0] < errors[1]


@pytest.mark.parametrize("name", REAL)
def test_no_worse_than_simpleitk(name):
    """ITK iterates: it comes to a local optimum, or to none."""
    image = REAL[name]
    f = sitk.KittlerIllingworthThresholdImageFilter()
    f.Execute(sitk.GetImageFromArray(image))
    levels, counts = np.unique(image, return_counts=True)

    def value(t):
        low = levels <= t
        return goodness((counts[low], levels[low] * 1.0), (counts[~low], levels[~low] * 1.0))

    theirs = min(max(f.GetThreshold(), levels[0]), levels[-2])
    assert value(MinErrorThreshold().fit(image[None]).threshold_) >= value(theirs) - 1e-9


def test_an_even_background_is_a_class():
    """A class of one level has no variance: the formula alone would be infinite, and exclude it."""
    image = np.concatenate([np.zeros(500), RNG.normal(100, 20, 300)]).astype(np.uint8)
    assert MinErrorThreshold().fit(image[np.newaxis]).threshold_ == 0


def test_invariances():
    assert_invariant(min_error, RNG)
    counts = RNG.integers(1, 100, 65536)
    assert 0 <= min_error(counts, np.arange(65536) + 2**40) - 2**40 < 65535
