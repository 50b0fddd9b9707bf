"""One technique on one set: its defaults and what tuning makes of it, on images not tuned on."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np
from evidence.grids import DEFAULT_WINDOWS, candidates, has_window
from evidence.pipelines import PIPELINES
from evidence.sets import Split
from sklearn.model_selection import GridSearchCV, GroupKFold, LeaveOneGroupOut

from skthresh.metrics import (
    dice_score,
    drd_score,
    get_scorer,
    iou_score,
    pseudo_f_measure,
    psnr_score,
)


def tune(estimator: Any, grid: Any, X: Any, split: Split) -> GridSearchCV:
    """Search for the parameters with the best mean Dice over the years, or over three parts."""
    cv = LeaveOneGroupOut() if split.is_documents else GroupKFold(3)
    y, groups = split.train.masks, split.train.groups
    search = GridSearchCV(estimator, grid, scoring=get_scorer("dice"), cv=cv, error_score="raise")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # constant images, in some window or other
        return search.fit(X, y, groups=groups)


def scores(split: Split, predicted: Any) -> dict[str, float]:
    """Score masks of the images that were left out: means over images."""
    true = split.test.masks
    dice = dice_score(true, predicted, reduction="none")
    found = {
        "dice": dice.mean(),
        "error": dice.std(ddof=1) / np.sqrt(len(dice)) if len(dice) > 1 else 0.0,
        "iou": iou_score(true, predicted),
    }
    if split.weights is not None:
        recall, precision = split.weights
        found |= {
            "pseudo_f": pseudo_f_measure(
                true, predicted, recall_weights=recall, precision_weights=precision
            ),
            "psnr": psnr_score(true, predicted),
            "drd": drd_score(true, predicted),
        }
    return {name: float(value) for name, value in found.items()}


def measure(split: Split, estimator: Any, grid: Any, *, colour: bool = False) -> dict[str, Any]:
    """Tune on some images, and score on the others."""
    start = time.perf_counter()
    X, new = (split.train.images, split.test.images) if colour else split.grey
    search = tune(estimator, grid, X, split)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        predicted = search.predict(new)
    return {
        "params": {name: said(value) for name, value in search.best_params_.items()},
        "tried": len(search.cv_results_["params"]),
        "tuned_on": float(search.best_score_),
        "scores": scores(split, predicted),
        "seconds": round(time.perf_counter() - start, 1),
    }


def said(value: Any) -> Any:
    """Give a parameter as JSON can hold it."""
    if value is None or isinstance(value, str | int | float):
        return value
    return "invert" if "invert" in repr(value) else repr(value)


def both(split: Split, name: str) -> dict[str, Any] | None:
    """Measure the defaults and what tuning makes of them; None where nothing is to be done."""
    if name in PIPELINES:
        if not split.is_documents:
            return None
        estimator, default, tuned = PIPELINES[name]()
    else:
        estimator, default, tuned = candidates(name, dark=split.is_dark)
    colour = name in PIPELINES
    return {
        "default": measure(split, estimator, default, colour=colour),
        "tuned": measure(split, estimator, tuned, colour=colour),
    }


def with_windows(split: Split, name: str) -> dict[str, float]:
    """Give a technique's mean Dice for each size of its window, all else as by default."""
    found = {}
    for size in DEFAULT_WINDOWS if has_window(name) else []:
        pipeline, default, _ = candidates(name, dark=split.is_dark)
        pipeline.set_params(threshold__window_size=size)
        found[str(size)] = round(measure(split, pipeline, default)["scores"]["dice"], 4)
    return found
