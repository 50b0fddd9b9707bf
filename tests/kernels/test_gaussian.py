"""The weights of Gaussian windows."""

import numpy as np
import pytest

from skthresh.kernels.gaussian import fixed_point_weights, gaussian_weights

SIZES, SIGMAS = (1, 3, 5, 9, 11, 41), (None, 0.3, 2.2, 9.0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sigma", SIGMAS)
def test_weights_are_those_of_the_formula(size, sigma):
    """OpenCV's documented rules: sigma from the size, and tables of 256ths for small sizes."""
    weights = gaussian_weights(size, sigma)
    assert weights.sum() == pytest.approx(1, abs=1e-15)
    if sigma is None and size <= 9:
        assert (weights * 256 % 1 == 0).all()
        return
    sigma = sigma or 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    x = np.arange(size) - size // 2
    expected = np.exp(-(x**2) / (2 * sigma**2))
    np.testing.assert_allclose(weights, expected / expected.sum(), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sigma", SIGMAS)
def test_fixed_point_weights(size, sigma):
    exact = gaussian_weights(size, sigma)
    w = fixed_point_weights(exact)
    assert w.sum() == 256
    assert (w == w[::-1]).all()
    # What is lost on the way to the centre is carried, and never more than half a unit.
    lost = np.cumsum(256 * exact - w)[: size // 2]
    assert (np.abs(lost) <= 0.5 + 1e-9).all()
