"""What the classes between several thresholds become: labels, means, levels; and their score."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.array_api import applying
from skthresh.array_api.namespace import is_elsewhere
from skthresh.batch import Array
from skthresh.global_threshold.levels import relative
from skthresh.histogram import Histogram
from skthresh.kernels.classes import apply_thresholds
from skthresh.modes import white

__all__ = ["class_means", "equal_levels", "grey", "macro_dice", "write_classes"]


def class_means(histogram: Histogram, thresholds: list[float]) -> list[Any]:
    """Give the mean grey level of each class; a fraction where levels are whole.

    A class without pixels has the threshold below it for its mean; the first, that above it.

    Examples
    --------
    >>> class_means(Histogram(np.array([1, 2, 1, 0]), np.array([1, 5, 8, 9])), [3, 8])
    [Fraction(1, 1), Fraction(6, 1), 8]
    """
    counts, centers = histogram.counts, histogram.centers
    ends = [_up_to(centers, t) for t in thresholds]
    means: list[Any] = []
    for k, (start, stop) in enumerate(pairwise([0, *ends, len(centers)])):
        some = start + np.flatnonzero(counts[start:stop])
        if len(some) == 0:
            means.append(thresholds[max(k - 1, 0)])
            continue
        n, v = counts[some], centers[some]
        if v.dtype.kind == "f":
            means.append(float(n / n.sum() @ v))
        else:
            moment = Fraction(float(n @ relative(v)))
            means.append(v[0].item() + moment / Fraction(n.sum().item()))
    return means


def _up_to(centers: Array, threshold: float) -> int:
    """Count the centres at or below a threshold, which may be beyond their dtype."""
    if len(centers) == 0 or not threshold >= centers[0].item():
        return 0
    if threshold >= centers[-1].item():
        return len(centers)
    return int(np.searchsorted(centers, centers.dtype.type(threshold), side="right"))


def grey(value: Any, dtype: np.dtype[Any]) -> Any:
    """Give a number as a grey level of `dtype`: rounded half to even, and 0 for NaN.

    Examples
    --------
    >>> int(grey(Fraction(5, 2), np.dtype("uint8")))
    2
    """
    if value != value:  # noqa: PLR0124  NaN is not
        return white(dtype, 0)
    return white(dtype, float(value) if dtype.kind == "f" else value)


def equal_levels(dtype: np.dtype[Any], n: int) -> list[Any]:
    """Give n grey levels from 0 to white: the numbers of the classes where white is a mere 1.

    Examples
    --------
    >>> [int(v) for v in equal_levels(np.dtype("uint8"), 4)]
    [0, 85, 170, 255]
    >>> [int(v) for v in equal_levels(np.dtype("int32"), 4)]
    [0, 1, 2, 3]
    """
    top = int(white(dtype))
    if dtype.kind in "iu" and top == 1:
        top = n - 1
    return [grey(Fraction(top * k, n - 1), dtype) for k in range(n)]


def write_classes(
    plane: Array,
    thresholds: list[float],
    levels: list[Any],
    out: Array,
    dtype: np.dtype[Any],
) -> None:
    """Write to each pixel the level of its class; 0 to those that are NaN.

    Parameters
    ----------
    plane : ndarray
        In the kernels' form.
    thresholds : list of float
        Ascending, as they are compared with the plane's dtype. All may be NaN: then every pixel is
        of the first class.
    levels : list of scalars
        One more.
    out : ndarray
        Of the plane's shape.
    dtype : dtype
        Of the image that the plane comes from.
    """
    if is_elsewhere(plane):
        applying.write_classes(plane, thresholds, levels, out, dtype)
        return
    lowest, above = levels[0], []
    info = np.iinfo(plane.dtype) if plane.dtype.kind in "iu" else None
    for t, level in zip(thresholds, levels[1:], strict=True):
        if info is not None and t < info.min:
            lowest = level
        elif t < (np.inf if info is None else info.max):  # else nothing is above it
            above.append((t, level))
    apply_thresholds(
        plane.reshape(-1),
        np.array([t for t, _ in above], plane.dtype),
        np.array([lowest, *(level for _, level in above)], out.dtype),
        out.dtype.type(0),
        out.reshape(-1),
    )


def macro_dice(y_true: list[Any], labels: list[Array]) -> NDArray[np.float64]:
    """Score each image: the mean of its classes' Dice coefficients.

    Classes are those that occur in any of the images, true or predicted.

    Examples
    --------
    >>> macro_dice([np.array([0, 0, 1, 2])], [np.array([0, 0, 2, 2])])
    array([0.55555556])
    """
    from skthresh.metrics import dice_score  # noqa: PLC0415  metrics stand beside, not below

    def score(c: Any) -> Any:
        return dice_score(y_true, labels, pos_label=c, reduction="none")

    predicted = set().union(*(np.unique(x).tolist() for x in labels))
    scores = [score(c) for c in sorted(predicted)]  # complains if the label images do not fit
    others = set().union(*(np.unique(x).tolist() for x in y_true)) - predicted
    return np.asarray(np.mean(scores + [score(c) for c in sorted(others)], axis=0))
