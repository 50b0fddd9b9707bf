"""How good a mask is: scores of predicted masks against true ones, and scorers made of them.

Every score is a formula of one count of true and false positives and negatives per image.
"""

from __future__ import annotations

from skthresh.metrics._counts import confusion_counts
from skthresh.metrics._scorers import (
    accuracy_scorer,
    dice_scorer,
    get_scorer,
    get_scorer_names,
    iou_scorer,
    precision_scorer,
    psnr_scorer,
    recall_scorer,
)
from skthresh.metrics._scores import (
    accuracy_score,
    dice_score,
    f_measure,
    iou_score,
    precision_score,
    psnr_score,
    recall_score,
)

__all__ = [
    "accuracy_score",
    "accuracy_scorer",
    "confusion_counts",
    "dice_score",
    "dice_scorer",
    "f_measure",
    "get_scorer",
    "get_scorer_names",
    "iou_score",
    "iou_scorer",
    "precision_score",
    "precision_scorer",
    "psnr_score",
    "psnr_scorer",
    "recall_score",
    "recall_scorer",
]
