"""How good a predicted mask is, and the threshold that makes it best."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from skthresh.batch import Array

__all__ = ["best_threshold", "score_of"]


def score_of(
    true: Array, predicted: Array, classes: Array, ignore_label: int | None, i: int
) -> float:
    r"""Give the Dice coefficient of one image: of the second of two classes, else the mean of all.

    Parameters
    ----------
    true : ndarray of shape (\*size,)
        In the user's labels.
    predicted : ndarray of int of shape (\*size,)
        Class indices.
    classes : ndarray of shape (n_classes,)
        The labels.
    ignore_label : int or None
        The label that does not count.
    i : int
        Which image it is, for the message.
    """
    from skthresh.metrics import dice_score  # noqa: PLC0415  metrics stand beside, not below

    if ignore_label is not None:
        counts = true != ignore_label
        true, predicted = true[counts], predicted[counts]
        if not true.size:
            return 1.0
    unknown = np.setdiff1d(true, classes)
    if unknown.size:
        raise ValueError(
            f"y[{i}] has the label(s) {unknown.tolist()}, which the masks in fit did not have; "
            f"there the labels were {classes.tolist()}."
        )
    indices = np.searchsorted(classes, true)[np.newaxis]
    scores: list[Any] = [
        dice_score(indices, predicted[np.newaxis], pos_label=k)
        for k in (range(len(classes)) if len(classes) > 2 else [1])
    ]
    return float(np.mean(scores))


def best_threshold(pairs: Iterable[tuple[Array, Array]]) -> float:
    """Find the threshold of the best mean Dice coefficient over images, among percents.

    Parameters
    ----------
    pairs : iterable of (ndarray of float32, ndarray of bool)
        The probabilities of the second class, and where it truly is; of pixels that count.
    """
    levels = np.arange(1, 100) / 100
    scores = np.zeros(len(levels))
    for p, true in pairs:
        # A pixel is above as many levels as its bin says.
        bins = np.searchsorted(levels.astype(np.float32), p, side="left")
        above, right = (
            np.bincount(b, minlength=100)[::-1].cumsum()[::-1][1:] for b in (bins, bins[true])
        )
        total = above + np.count_nonzero(true)
        scores += np.where(total == 0, 1.0, 2 * right / np.maximum(total, 1))
    best = np.flatnonzero(scores >= scores.max() - 1e-12)
    return float(levels[best[np.argmin(np.abs(levels[best] - 0.5))]])
