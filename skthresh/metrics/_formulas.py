"""The scores as formulas of tp, fp, fn, tn: the columns of a table of counts, one row per image.

Sums stay in 64-bit integers; one division at the end is the only rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from skthresh.metrics._counts import Counts

__all__ = [
    "Formula",
    "accuracy",
    "dice",
    "iou",
    "mcc",
    "nrm",
    "pool",
    "precision",
    "psnr",
    "recall",
]

Scores = NDArray[np.float64]
Formula = Callable[[Counts], Scores]


def pool(counts: Counts) -> Counts:
    """Add up the counts of all images, as if their pixels were those of one image."""
    return counts.sum(axis=0, dtype=np.int64, keepdims=True)


def dice(counts: Counts) -> Scores:
    tp, fp, fn, _ = counts.T
    return _ratio(2 * tp, 2 * tp + fp + fn, otherwise=1)


def iou(counts: Counts) -> Scores:
    tp, fp, fn, _ = counts.T
    return _ratio(tp, tp + fp + fn, otherwise=1)


def precision(counts: Counts) -> Scores:
    tp, fp, fn, _ = counts.T
    return _ratio(tp, tp + fp, otherwise=fn == 0)


def recall(counts: Counts) -> Scores:
    tp, fp, fn, _ = counts.T
    return _ratio(tp, tp + fn, otherwise=fp == 0)


def accuracy(counts: Counts) -> Scores:
    tp, _, _, tn = counts.T
    return (tp + tn) / counts.sum(axis=1, dtype=np.int64)


def psnr(counts: Counts) -> Scores:
    _, fp, fn, _ = counts.T
    out = np.full(len(counts), np.inf)
    wrong = fp + fn
    some = wrong > 0
    out[some] = 10 * np.log10(counts.sum(axis=1, dtype=np.int64)[some] / wrong[some])
    return out


def mcc(counts: Counts) -> Scores:
    # Python's integers, because a product of two counts of a large batch leaves 64 bits, and
    # their difference in floats would lose the small values.
    return np.array([_mcc(*row) for row in counts.tolist()], np.float64)


def _mcc(tp: int, fp: int, fn: int, tn: int) -> float:
    square = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return (tp * tn - fp * fn) / math.sqrt(square) if square else 0.0


def nrm(counts: Counts) -> Scores:
    tp, fp, fn, tn = counts.T
    return (_ratio(fn, tp + fn, otherwise=0) + _ratio(fp, fp + tn, otherwise=0)) / 2


def _ratio(part: Counts, whole: Counts, *, otherwise: float | NDArray[np.bool_]) -> Scores:
    """Divide, and where there is nothing to divide by, give `otherwise`."""
    out = np.empty(part.shape, np.float64)
    out[...] = otherwise
    return np.divide(part, whole, out=out, where=whole > 0)
