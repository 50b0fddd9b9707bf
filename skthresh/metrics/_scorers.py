"""The scores as scikit-learn scorers, for `GridSearchCV` and its like."""

from __future__ import annotations

from typing import Any

from sklearn.metrics import make_scorer

from skthresh.metrics._drd import drd_score
from skthresh.metrics._mpm import mpm_score
from skthresh.metrics._pseudo import pseudo_f_measure
from skthresh.metrics._rates import mcc_score, nrm_score
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
    "drd_scorer",
    "get_scorer",
    "get_scorer_names",
    "iou_scorer",
    "mcc_scorer",
    "mpm_scorer",
    "nrm_scorer",
    "precision_scorer",
    "pseudo_f_measure_scorer",
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
mcc_scorer = make_scorer(mcc_score)
pseudo_f_measure_scorer = make_scorer(pseudo_f_measure)
drd_scorer = make_scorer(drd_score, greater_is_better=False)
mpm_scorer = make_scorer(mpm_score, greater_is_better=False)
nrm_scorer = make_scorer(nrm_score, greater_is_better=False)

SCORERS = {
    "accuracy": accuracy_scorer,
    "dice": dice_scorer,
    "drd": drd_scorer,
    "f_measure": dice_scorer,
    "iou": iou_scorer,
    "mcc": mcc_scorer,
    "mpm": mpm_scorer,
    "nrm": nrm_scorer,
    "precision": precision_scorer,
    "pseudo_f_measure": pseudo_f_measure_scorer,
    "psnr": psnr_scorer,
    "recall": recall_scorer,
}


def get_scorer(name: str) -> Any:
    """Give the scorer of a name, for the parameter ``scoring`` of a search.

    A scorer is called as ``scorer(estimator, X, y)`` and compares ``estimator.predict(X)`` with
    `y`. Each takes the mean over images, but for ``"psnr"``, which pools their pixels: one
    perfect mask would make the mean infinite. ``"drd"``, ``"mpm"`` and ``"nrm"``, of which a low
    value is good, come with their sign changed, so that more is better for every scorer.

    Parameters
    ----------
    name : str
        One of `get_scorer_names`; ``"f_measure"`` is ``"dice"`` by another name.

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
    ['accuracy', 'dice', 'drd', 'f_measure', 'iou', 'mcc', 'mpm', 'nrm', 'precision',
     'pseudo_f_measure', 'psnr', 'recall']
    """
    return sorted(SCORERS)
