import numpy as np
import pytest
import SimpleITK as sitk
from brute import assert_best
from histograms import REAL, assert_invariant, random_histogram

from skthresh import HuangThreshold
from skthresh.global_threshold import huang as module
from skthresh.global_threshold.huang import huang

RNG = np.random.default_rng(0)


def test_the_optimum_by_brute_force():
    for _ in range(200):
        counts, centers = random_histogram(RNG)
        span = np.ptp(centers[counts > 0])

        def clearness(low, high, span=span):
            total = 0
            for n, x in (low, high):
                u = 1 / (1 + np.abs(x - n @ x / n.sum()) / span)
                with np.errstate(divide="ignore", invalid="ignore"):
                    total += n @ np.nan_to_num(-u * np.log(u) - (1 - u) * np.log(1 - u))
            return -total

        assert_best(huang, clearness, counts, centers)


def test_many_levels_are_searched_coarse_to_fine(monkeypatch):
    x = np.arange(3000)
    counts = np.round(
        1000 * np.exp(-(((x - 700) / 200) ** 2)) + 400 * np.exp(-(((x - 2200) / 150) ** 2)) + 1
    )
    quick = huang(counts, x)
    monkeypatch.setattr(module, "ALL_SPLITS", 10_000)
    assert quick == huang(counts, x)


@pytest.mark.parametrize("name", ["page", "coins", "camera", "text"])
def test_near_simpleitk(name):
    """ITK rounds class means to levels, and has 128 bins by default; 256 are asked for."""
    image = REAL[name]
    f = sitk.HuangThresholdImageFilter()
    f.SetNumberOfHistogramBins(256)
    f.Execute(sitk.GetImageFromArray(image))
    assert abs(HuangThreshold().fit(image[None]).threshold_ - f.GetThreshold()) <= 4


def test_invariances():
    assert_invariant(huang, RNG, n=60)
