import numpy as np
import pytest
from histograms import REAL, assert_invariant, random_image

from skthresh import PercentileThreshold
from skthresh.global_threshold.percentile import percentile

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("fraction", [0.0, 0.05, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_equal_to_numpys_inverted_cdf(dtype, fraction):
    images = [random_image(RNG, dtype) for _ in range(30)] + [
        x.astype(dtype) for x in REAL.values()
    ]
    for image in images:
        expected = np.quantile(image, fraction, method="inverted_cdf")
        assert PercentileThreshold(fraction=fraction).fit(image[np.newaxis]).threshold_ == expected


def test_the_share_is_reached_and_no_more_than_needed():
    image = random_image(RNG, "float32")
    e = PercentileThreshold(fraction=0.3, n_bins=4096).fit(image[np.newaxis])
    assert e.predict(image[np.newaxis]).mean() == pytest.approx(0.7, abs=0.01)


@pytest.mark.parametrize("n", [10, 30, 70, 1000])
def test_a_share_that_float_cannot_hold(n):
    """0.1 * 30 is 3.0000000000000004: three pixels of thirty are a tenth all the same."""
    for k in range(1, 10):
        assert percentile(np.full(n, 1), np.arange(n), k / 10) == n * k // 10 - 1


def test_invariances():
    assert_invariant(percentile, RNG)


@pytest.mark.parametrize("fraction", [-0.1, 1.1, "half"])
def test_bad_fraction(fraction):
    with pytest.raises(ValueError, match="fraction"):
        PercentileThreshold(fraction=fraction).fit(np.zeros((1, 2, 2)))
