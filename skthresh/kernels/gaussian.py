"""Gaussian weights, as OpenCV defines them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["fixed_point_weights", "gaussian_weights"]

# Binomial-like weights that OpenCV takes for small windows when no sigma is given. They are
# multiples of 1/256, so that sums of 8-bit pixels are exact.
SMALL = {
    1: [256],
    3: [64, 128, 64],
    5: [16, 64, 96, 64, 16],
    7: [8, 28, 56, 72, 56, 28, 8],
    9: [4, 13, 30, 51, 60, 51, 30, 13, 4],
}


def gaussian_weights(size: int, sigma: float | None = None) -> NDArray[np.float64]:
    """Sample a Gaussian at `size` points and normalise the sum to one.

    Parameters
    ----------
    size : int
        Odd.
    sigma : float or None, default=None
        Standard deviation in pixels. None: a fixed table up to size 9, above that
        ``0.3 * ((size - 1) / 2 - 1) + 0.8``.

    Examples
    --------
    >>> gaussian_weights(3)
    array([0.25, 0.5 , 0.25])
    """
    if not sigma:
        if size in SMALL:
            return np.asarray(SMALL[size], np.float64) / 256
        sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    x = np.arange(size) - (size - 1) / 2
    weights = np.exp(-0.5 * (x / sigma) ** 2)
    return np.asarray(weights / weights.sum(), np.float64)


def fixed_point_weights(weights: NDArray[Any]) -> NDArray[np.int32]:
    """Round symmetric weights to multiples of 1/256 that sum to exactly one.

    Each rounding error is carried to the next weight towards the centre, and the centre takes
    what is left.
    """
    fixed = np.zeros(len(weights), np.int32)
    half, carry = len(weights) // 2, 0.0
    for i in range(half):
        exact = weights[i] * 256 + carry
        fixed[i] = fixed[-1 - i] = np.rint(exact)
        carry = exact - fixed[i]
    fixed[half] = 256 - 2 * fixed[:half].sum()
    return fixed
