"""The formulas written down plainly, for the outputs that no peer gives.

Integers are summed exactly. Nothing here is from the library, but a fit to a histogram that NumPy
counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import ndimage
from sklearn.base import clone

from speed.inputs import Array

Function = Callable[[Array], Array]


def window_sums(v: Array, size: int) -> Array:
    """Sum windows of ``size`` squared, which end at the border."""
    half = size // 2
    for axis in (0, 1):
        n = v.shape[axis]
        before = np.insert(np.cumsum(v, axis=axis), 0, 0, axis=axis)
        stop = np.minimum(np.arange(n) + half + 1, n)
        start = np.maximum(np.arange(n) - half, 0)
        v = before.take(stop, axis) - before.take(start, axis)
    return v


def by_formula(size: int, formula: Callable[..., Array]) -> Function:
    """Give ``v > formula(v, n, mean, std)``, of windows that end at the border."""

    def mask(image: Array) -> Array:
        v = image.astype(np.int64)
        n, total = window_sums(np.ones_like(v), size), window_sums(v, size)
        squares = window_sums(v * v, size)
        std = np.sqrt(n * squares - total * total) / n  # of integers, until the root
        return image > formula(image.astype(np.float64), n, total / n, std)

    return mask


def phansalkar(v: Array, n: Array, mean: Array, std: Array) -> Array:  # noqa: ARG001
    """Give the threshold for k=0.25, r=half the white, p=2, q=10."""
    m, s = mean / 255, std / 255
    return 255 * m * (1 + 2 * np.exp(-10 * m) + 0.25 * (s / 0.5 - 1))


def singh(v: Array, n: Array, mean: Array, std: Array) -> Array:  # noqa: ARG001
    """Give the threshold for k=0.06."""
    m, d = mean / 255, (v - mean) / 255
    return 255 * m * (1 + 0.06 * (d / (1 - d) - 1))


def nick(v: Array, n: Array, mean: Array, std: Array) -> Array:  # noqa: ARG001
    """Give the threshold for k=-0.2, with the mean's square subtracted as in the paper."""
    energy = n * (std**2 + mean**2)
    return mean - 0.2 * np.sqrt((energy - mean**2) / n)


def rounded_mean(size: int, offset: int) -> Function:
    """Give ``v > round(mean) - offset`` of windows that see the pixel at the border beyond it."""

    def mask(image: Array) -> Array:
        half = size // 2
        total = window_sums(np.pad(image.astype(np.int64), half, mode="edge"), size)
        total = total[half:-half, half:-half]
        return image > (2 * total + size**2) // (2 * size**2) - offset

    return mask


def middle(size: int) -> Function:
    """Give ``v > (min + max) / 2`` of windows that see the pixel at the border beyond it."""

    def mask(image: Array) -> Array:
        lo = ndimage.minimum_filter(image, size, mode="nearest")
        hi = ndimage.maximum_filter(image, size, mode="nearest")
        return 2 * image.astype(np.int64) > lo.astype(np.int64) + hi

    return mask


def by_histogram(estimator: Any) -> Function:
    """Threshold at what `fit_histogram` gives for the histogram as NumPy counts it."""

    def mask(image: Array) -> Array:
        counts = np.bincount(image.reshape(-1), minlength=np.iinfo(image.dtype).max + 1)
        learned = clone(estimator).set_params(per_image=False)
        return image > learned.fit_histogram(counts, np.arange(len(counts))).threshold_

    return mask


def classes_that_differ_most(n_classes: int) -> Function:
    """Give the labels of the greatest variance between classes, of all divisions of the levels."""

    def labels(image: Array) -> Array:
        counts = np.bincount(image.reshape(-1))
        levels = np.flatnonzero(counts)
        counts = counts[levels]
        distances = levels - (counts @ levels) / counts.sum()
        n = np.insert(np.cumsum(counts), 0, 0)
        total = np.insert(np.cumsum(counts * distances), 0, 0)
        pixels = n - n[:, np.newaxis]  # of a class from one level (down) to before another (across)
        between = (total - total[:, np.newaxis]) ** 2 / np.where(pixels > 0, pixels, np.inf)
        between[pixels <= 0] = -np.inf
        best, starts = between[0], []
        for _ in range(n_classes - 1):
            sums = best[:, np.newaxis] + between
            starts.append(sums.argmax(axis=0))
            best = sums.max(axis=0)
        chosen = [len(levels)]
        for start in starts[::-1]:
            chosen.append(start[chosen[-1]])
        return np.digitize(image, levels[np.array(chosen[:0:-1]) - 1], right=True)

    return labels
