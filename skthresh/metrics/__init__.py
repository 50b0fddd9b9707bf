"""How good a mask is: scores of predicted masks against true ones, and scorers made of them.

Most scores are formulas of one count of true and false positives and negatives per image. Those of
the document binarization contests that look at where a wrong pixel lies (`drd_score`, `mpm_score`,
`pseudo_f_measure`) are ratios of sums over an image.
"""

from __future__ import annotations

from skthresh.metrics._counts import confusion_counts
from skthresh.metrics._drd import drd_score
from skthresh.metrics._mpm import mpm_score
from skthresh.metrics._pseudo import pseudo_f_measure
from skthresh.metrics._pseudo_weights import pseudo_weights
from skthresh.metrics._rates import mcc_score, nrm_score
from skthresh.metrics._scorers import (
    accuracy_scorer,
    dice_scorer,
    drd_scorer,
    get_scorer,
    get_scorer_names,
    iou_scorer,
    mcc_scorer,
    mpm_scorer,
    nrm_scorer,
    precision_scorer,
    pseudo_f_measure_scorer,
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
    "drd_score",
    "drd_scorer",
    "f_measure",
    "get_scorer",
    "get_scorer_names",
    "iou_score",
    "iou_scorer",
    "mcc_score",
    "mcc_scorer",
    "mpm_score",
    "mpm_scorer",
    "nrm_score",
    "nrm_scorer",
    "precision_score",
    "precision_scorer",
    "pseudo_f_measure",
    "pseudo_f_measure_scorer",
    "pseudo_weights",
    "psnr_score",
    "psnr_scorer",
    "recall_score",
    "recall_scorer",
]
