"""What an estimator is made of: searches and pipelines, taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skthresh.batch import Array

__all__ = ["first_parameter", "of_one_image", "unwrap"]


def unwrap(estimator: Any) -> tuple[list[Any], Any]:
    """Give the steps before the last one, and that; of a search, those of its best estimator."""
    check_is_fitted(estimator)
    if hasattr(estimator, "best_estimator_"):
        return unwrap(estimator.best_estimator_)
    if not isinstance(estimator, Pipeline):
        return [], estimator
    *before, (_, last) = estimator.steps
    steps, last = unwrap(last)
    return [step for _, step in before if step not in (None, "passthrough")] + steps, last


def first_parameter(steps: list[Any], name: str) -> Any:
    """Look a parameter up: the first step that sets it tells how X is read."""
    values = (getattr(step, name, None) for step in steps)
    return next((value for value in values if value is not None), None)


def of_one_image(thresholds: Any, x: Array, channel_axis: int | None) -> Any:
    """Take what holds for the only image of `x`: a number, one per channel, or one per pixel."""
    t = np.asarray(thresholds)
    if t.shape == x.shape:
        return t[0] if channel_axis is None else np.moveaxis(t[0], channel_axis, -1)
    return t.item() if t.size == 1 else t.reshape(-1)
