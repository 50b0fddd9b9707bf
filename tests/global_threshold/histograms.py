"""Histograms and images that every global technique is tried on."""

import numpy as np
from skimage import data

REAL = {
    "page": data.page(),
    "coins": data.coins(),
    "text": data.text(),
    "cell": data.cell(),
    "camera": data.camera(),
    "moon": data.moon(),
}


def random_histogram(rng, n_levels=None, empty=0.3):
    """Give counts and centres with two blurred modes, and gaps."""
    n = n_levels or int(rng.integers(4, 60))
    x = np.arange(n)
    a, b = np.sort(rng.uniform(0, n, 2))
    shape = np.exp(-(((x - a) / rng.uniform(1, n / 3)) ** 2)) + rng.uniform(0.1, 2) * np.exp(
        -(((x - b) / rng.uniform(1, n / 3)) ** 2)
    )
    counts = rng.poisson(shape * 200)
    counts[rng.random(n) < empty] = 0
    counts[rng.integers(0, n, 3)] += rng.integers(1, 50, 3)
    return counts, x + int(rng.integers(-20, 200))


def random_image(rng, dtype):
    """Give a small image with two modes."""
    shape = tuple(rng.integers(8, 40, 2))
    top = np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 1.0
    modes = np.sort(rng.uniform(0.1 * top, 0.9 * top, 2))
    values = rng.normal(modes[rng.integers(0, 2, shape)], top * rng.uniform(0.02, 0.15))
    return np.clip(values, 0, top).astype(dtype)


def with_gaps(counts, centers):
    """Put an empty bin after each."""
    wide = np.stack([counts, np.zeros_like(counts)], axis=1).ravel()
    return wide, np.arange(2 * centers[0], 2 * centers[0] + len(wide))


def assert_invariant(criterion, rng, *, mirror=False, ends=True, n=100, near=0):
    """Assert that a threshold moves with its levels, and depends on shares alone.

    `near` levels of difference are allowed where rounding may choose another of equal optima.
    """
    for _ in range(n):
        counts, centers = random_histogram(rng)
        if np.count_nonzero(counts) < 3:
            continue
        t = criterion(counts, centers)

        def same(other, what, t=t):
            assert abs(other - t) <= near + 1e-9 * abs(t), (what, t, other)

        same(criterion(counts, centers + 1000) - 1000, "shift")
        same((criterion(counts, centers / 4 + 3) - 3) * 4, "scale") if not mirror else None
        same(criterion(counts * 7, centers), "counts")
        same(criterion(counts * 0.3, centers), "weights")
        if ends:
            wide = np.pad(counts, 5), np.arange(centers[0] - 5, centers[-1] + 6)
            same(criterion(*wide), "empty ends")
        if mirror:  # what is above t is as far from it as what is below it in the mirror
            other = criterion(counts[::-1], -centers[::-1])
            np.testing.assert_array_equal(centers[counts > 0] > t, -centers[counts > 0] < other)
