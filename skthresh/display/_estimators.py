"""What an estimator is made of: searches and pipelines, taken apart."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

__all__ = ["first_parameter", "unwrap"]


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
