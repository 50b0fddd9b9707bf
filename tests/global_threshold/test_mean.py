import numpy as np
import pytest
from histograms import REAL, assert_invariant, random_histogram, random_image
from skimage.filters import threshold_mean

from skthresh import MeanThreshold
from skthresh.global_threshold.mean import mean

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_equal_to_scikit_image(dtype):
    images = [random_image(RNG, dtype) for _ in range(50)] + [
        x.astype(dtype) for x in REAL.values()
    ]
    for image in images:
        t = MeanThreshold().fit(image[np.newaxis]).threshold_
        assert t == np.floor(threshold_mean(image.astype(np.float64)))


def test_floats_are_as_good_as_their_bins():
    image = random_image(RNG, "float64")
    t = MeanThreshold().fit(image[np.newaxis]).threshold_
    assert t == pytest.approx(image.mean(), abs=np.ptp(image) / 256)
    t = MeanThreshold(n_bins=2**16).fit(image[np.newaxis]).threshold_
    assert t == pytest.approx(image.mean(), abs=np.ptp(image) / 2**16)


def test_whole_means_are_exact():
    for _ in range(200):
        counts, centers = random_histogram(RNG)
        total = sum(int(n) * int(v) for n, v in zip(counts, centers, strict=True))
        assert mean(counts, centers) == total // int(counts.sum())
    assert mean([2**50, 2**50], [0, 65535]) == 32767
    levels = np.array([304881062738325533, 4976686463289251617, 2**63 + 5], np.uint64)
    assert mean(np.ones(3, np.int64), levels) == sum(levels.tolist()) // 3
    assert mean(np.array([1, 1], np.int64), np.array([2**63, 2**63 + 4], np.uint64)) == 2**63 + 2


def test_invariances():
    assert_invariant(mean, RNG, near=1)
