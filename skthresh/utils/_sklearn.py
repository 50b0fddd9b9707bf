"""The only place that imports what scikit-learn does not document as public.

A change of scikit-learn is mended here and nowhere else.
"""

from __future__ import annotations

from sklearn.base import _fit_context
from sklearn.utils._param_validation import (
    Interval,
    InvalidParameterError,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.validation import _check_sample_weight

__all__ = [
    "Interval",
    "InvalidParameterError",
    "StrOptions",
    "check_sample_weight",
    "fit_context",
    "output_container",
    "validate_parameter_constraints",
]

fit_context = _fit_context
check_sample_weight = _check_sample_weight


def output_container(estimator: object) -> str:
    """Name the container that ``set_output`` asked of ``transform``: ``"default"`` if none."""
    return str(_get_output_config("transform", estimator)["dense"])
