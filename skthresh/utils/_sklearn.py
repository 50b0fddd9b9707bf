"""The only place that imports what scikit-learn does not document as public.

A change of scikit-learn is mended here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sklearn.base import _fit_context
from sklearn.utils._array_api import (
    _convert_to_numpy,
    _max_precision_float_dtype,
    get_namespace_and_device,
)
from sklearn.utils._param_validation import (
    Interval,
    InvalidParameterError,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.validation import _check_sample_weight

__all__ = [
    "BaseComposition",
    "Interval",
    "InvalidParameterError",
    "StrOptions",
    "check_sample_weight",
    "convert_to_numpy",
    "fit_context",
    "get_namespace_and_device",
    "name_estimators",
    "output_container",
    "validate_parameter_constraints",
    "widest_float",
]

BaseComposition = _BaseComposition
fit_context = _fit_context
check_sample_weight = _check_sample_weight
convert_to_numpy = _convert_to_numpy
widest_float = _max_precision_float_dtype


def name_estimators(estimators: Sequence[Any]) -> list[tuple[str, Any]]:
    """Name estimators by their classes, as `sklearn.pipeline.make_pipeline` does."""
    # Here, for a third of the time of `import skthresh` was that of this module.
    from sklearn.pipeline import _name_estimators  # noqa: PLC0415

    return list(_name_estimators(estimators))


def output_container(estimator: object) -> str:
    """Name the container that ``set_output`` asked of ``transform``: ``"default"`` if none."""
    return str(_get_output_config("transform", estimator)["dense"])
