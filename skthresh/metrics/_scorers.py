"""The scores as scikit-learn scorers, for `GridSearchCV` and its like."""

from __future__ import annotations

from typing import Any

from sklearn.metrics import make_scorer

from skthresh.metrics._scores import (
    accuracy_score,
    dice_score,
    iou_score,
    precision_score,
    psnr_score,
    recall_score,
)

__all__ = [
    "accuracy_scorer",
    "dice_scorer",
    "get_scorer",
    "get_scorer_names",
    "iou_scorer",
    "precision_scorer",
    "psnr_scorer",
    "recall_scorer",
]

dice_scorer = make_scorer(dice_score)
iou_scorer = make_scorer(iou_score)
precision_scorer = make_scorer(precision_score)
recall_scorer = make_scorer(recall_score)
accuracy_scorer = make_scorer(accuracy_score)
# Pooled: one perfect mask would make the mean infinite and every candidate of a search equal.
psnr_scorer = make_scorer(psnr_score, reduction="pooled")

SCORERS = {
    "accuracy": accuracy_scorer,
    "dice": dice_scorer,
    "f_measure": dice_scorer,
    "iou": iou_scorer,
    "precision": precision_scorer,
    "psnr": psnr_scorer,
    "recall": recall_scorer,
}


def get_scorer(name: str) -> Any:
    """Give the scorer of a name, for the parameter ``scoring`` of a search.

    A scorer is called as ``scorer(estimator, X, y)`` and compares ``estimator.predict(X)`` with
    `y`. Each takes the mean over images, but for ``"psnr"``, which pools their pixels: one
    perfect mask would make the mean infinite.

    Parameters
    ----------
    name : {"accuracy", "dice", "f_measure", "iou", "precision", "psnr", "recall"}
        Which scorer; ``"f_measure"`` is ``"dice"`` by another name.

    Returns
    -------
    callable
        The scorer.

    Raises
    ------
    ValueError
        If there is no scorer of that name.

    Examples
    --------
    >>> from skthresh.metrics import dice_scorer, get_scorer
    >>> get_scorer("dice") is dice_scorer
    True
    """
    if name not in SCORERS:
        raise ValueError(f"There is no scorer named {name!r}. Use one of {get_scorer_names()}.")
    return SCORERS[name]


def get_scorer_names() -> list[str]:
    """Give the names that `get_scorer` knows.

    Returns
    -------
    list of str
        The names, sorted.

    Examples
    --------
    >>> from skthresh.metrics import get_scorer_names
    >>> get_scorer_names()
    ['accuracy', 'dice', 'f_measure', 'iou', 'precision', 'psnr', 'recall']
    """
    return sorted(SCORERS)
