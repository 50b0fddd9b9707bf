"""Find the estimators of this library."""

from __future__ import annotations

import inspect
import re
from typing import Any

from sklearn.base import BaseEstimator

__all__ = ["all_estimators", "technique_kind", "technique_name", "techniques"]


def all_estimators() -> list[tuple[str, type[Any]]]:
    """List every estimator that this library makes public.

    Returns
    -------
    estimators : list of (str, type)
        Name and class, by name.

    Examples
    --------
    >>> from skthresh.utils import all_estimators
    >>> [name for name, _ in all_estimators() if name.startswith("Otsu")]
    ['OtsuThreshold']
    """
    import skthresh  # noqa: PLC0415  the package imports this module

    members = ((name, getattr(skthresh, name)) for name in sorted(skthresh.__all__))
    return [(n, c) for n, c in members if inspect.isclass(c) and issubclass(c, BaseEstimator)]


def technique_name(cls: type[Any]) -> str:
    """Name a technique as users call it: ``OtsuThreshold`` is ``"otsu"``.

    Examples
    --------
    >>> from skthresh import AdaptiveThreshold
    >>> technique_name(AdaptiveThreshold)
    'adaptive'
    """
    stem = cls.__name__.removesuffix("Threshold")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", stem).lower()


def technique_kind(cls: type[Any]) -> str:
    """Tell what an estimator is: ``"global"``, ``"local"``, ``"segmenter"`` or ``"step"``.

    Examples
    --------
    >>> from skthresh import OtsuThreshold, SauvolaThreshold, ToGray
    >>> technique_kind(OtsuThreshold), technique_kind(SauvolaThreshold), technique_kind(ToGray)
    ('global', 'local', 'step')
    """
    from skthresh.local_threshold.base import LocalThreshold  # noqa: PLC0415  as below

    if hasattr(cls, "thresholds"):
        return "local" if issubclass(cls, LocalThreshold) else "global"
    return "segmenter" if hasattr(cls, "predict_proba") else "step"


def techniques() -> dict[str, type[Any]]:
    """Map the names of the thresholding techniques to their classes.

    Examples
    --------
    >>> techniques()["otsu"].__name__
    'OtsuThreshold'
    """
    from skthresh.base import Thresholder  # noqa: PLC0415  base imports from this package

    return {technique_name(c): c for _, c in all_estimators() if issubclass(c, Thresholder)}
