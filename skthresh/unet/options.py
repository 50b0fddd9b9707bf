"""What an estimator's parameters mean for the data at hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.unet.architecture import Recipe
from skthresh.unet.augmentation import AUGMENTATIONS, DEFAULT, Augmentation
from skthresh.unet.images import padded_shape
from skthresh.unet.scaling import Scaling
from skthresh.unet.survey import Survey
from skthresh.utils._sklearn import InvalidParameterError

__all__ = ["augmentation_of", "class_weights_of", "learning_rate_of", "patch_size_of", "scaling_of"]

# A few hundred steps are few: what stays stable at a high rate is trained at one.
HIGH_RATE, RATE = 3e-3, 1e-3


def class_weights_of(given: Any, classes: Array, found: Survey) -> Array:
    """Give a weight for each class: 1, the user's, or the inverse of its share of the pixels."""
    if given is None:
        return np.ones(len(classes))
    if isinstance(given, str):
        counts = np.zeros(len(classes))
        for labels, n in zip(found.labels, found.counts, strict=True):
            counts[np.searchsorted(classes, labels)] += n
        return counts.sum() / (len(classes) * np.maximum(counts, 1))
    unknown = set(given) - set(classes.tolist())
    if unknown:
        raise ValueError(
            f"class_weight has the label(s) {sorted(unknown)}, which y has not; its labels are "
            f"{classes.tolist()}."
        )
    weights = np.array([float(given.get(c, 1.0)) for c in classes.tolist()])
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise ValueError(
            f"class_weight must be finite and not negative, nor zero for all; got {given}."
        )
    return weights


def patch_size_of(
    given: int | tuple[int, ...] | None, sizes: list[tuple[int, ...]], multiple: int
) -> tuple[int, ...]:
    """Give the size of a patch: no larger than the largest image, and a multiple."""
    largest = tuple(int(n) for n in np.max(sizes, axis=0))
    if given is None:
        return padded_shape(largest, multiple)
    sides = tuple(given) if isinstance(given, tuple | list) else (given,) * len(largest)
    if len(sides) != len(largest) or not all(
        isinstance(n, int | np.integer) and n > 0 for n in sides
    ):
        raise InvalidParameterError(
            f"patch_size={given!r} must be a positive int, or one for each of the "
            f"{len(largest)} sides of an image."
        )
    smaller = tuple(min(int(n), have) for n, have in zip(sides, largest, strict=True))
    return padded_shape(smaller, multiple)


def augmentation_of(given: Any, scaling: Scaling) -> Augmentation:
    """Read the parameter `augment`."""
    # A deviation of "range" is not known; a quarter is that of most.
    unit = {"local": 1.0, "image": 1.0, "range": 0.25}.get(
        scaling.kind, (scaling.high - scaling.low) / 4
    )
    if callable(given):
        return Augmentation(function=given)
    names = (given,) if isinstance(given, str) else given
    if isinstance(names, bool | np.bool_):
        names = DEFAULT if names else ()
    unknown = [name for name in names if name not in AUGMENTATIONS]
    if unknown:
        raise InvalidParameterError(
            f"augment has {unknown[0]!r}, which is not known; use some of {list(AUGMENTATIONS)}, "
            "a bool, or a callable."
        )
    return Augmentation(tuple(names), unit=unit, n_added=int(scaling.is_local))


def learning_rate_of(given: float | None, recipe: Recipe, schedule: str | None) -> float:
    """Give the highest learning rate of a training."""
    if given is not None:
        return float(given)
    stable = recipe.builder is None and recipe.normalization is not None and schedule is not None
    return HIGH_RATE if stable else RATE


def scaling_of(given: str | None, model: Any) -> str | None:
    """Read the parameter `scaling`: a network of the user's own is given the channels of images."""
    if given != "auto":
        return given
    return "local" if model is None else "image"
