import numpy as np
import pytest
import SimpleITK as sitk
from histograms import REAL, random_histogram

from skthresh import IntermodesThreshold, ThresholdNotFoundError
from skthresh.global_threshold.intermodes import intermodes
from skthresh.global_threshold.minimum import two_peaks

RNG = np.random.default_rng(0)


def test_half_way_between_the_peaks():
    for _ in range(100):
        counts, centers = random_histogram(RNG)
        try:
            _, levels, pair = two_peaks(counts, centers, 10_000)
        except ThresholdNotFoundError:
            with pytest.raises(ThresholdNotFoundError):
                intermodes(counts, centers)
            continue
        a, b = levels[pair]
        assert intermodes(counts, centers) == (a + b) // 2
        assert intermodes(counts, centers / 2) == pytest.approx((a + b) / 4)


@pytest.mark.parametrize("name", ["coins", "text", "page", "cell"])
def test_near_simpleitk(name):
    """ITK pads the histogram with zeros, so that peaks near its ends (camera, moon) differ."""
    image = REAL[name]
    f = sitk.IntermodesThresholdImageFilter()
    f.Execute(sitk.GetImageFromArray(image))
    t = IntermodesThreshold(fallback=-1).fit(image[None]).threshold_
    assert abs(t - f.GetThreshold()) <= 3


def test_fallback():
    X = np.repeat(np.arange(3, dtype=np.uint8), [1, 5, 1])[np.newaxis]
    assert IntermodesThreshold(fallback=0).fit(X).threshold_ == 0
