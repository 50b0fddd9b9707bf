"""What the scores that depend on where a pixel lies have in common.

Each is a ratio of sums over one image: sum per image, pool if asked to, divide, reduce.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from skthresh.metrics._counts import Mask, mask_pairs
from skthresh.metrics._scores import CONSTRAINTS, Score
from skthresh.utils._sklearn import validate_parameter_constraints

__all__ = ["check_plane", "contour", "plane_pairs", "reduce_sums", "validate"]

Sums = NDArray[np.float64]


def validate(name: str, pos_label: float | None, reduction: str) -> None:
    """Check the parameters that all scores share."""
    given = {"pos_label": pos_label, "reduction": reduction}
    validate_parameter_constraints(CONSTRAINTS, given, caller_name=name)


def plane_pairs(
    name: str, y_true: Any, y_pred: Any, pos_label: float | None
) -> Iterator[tuple[Mask, Mask]]:
    """Visit the pairs of masks, all of them 2-D."""
    for i, (t, p) in enumerate(mask_pairs(y_true, y_pred, pos_label)):
        check_plane(name, t, i)
        yield t, p


def check_plane(name: str, mask: Mask, i: int) -> None:
    """Refuse a mask that is not one of rows and columns."""
    if mask.ndim != 2:
        raise ValueError(
            f"{name} looks at neighbouring pixels and needs 2-D masks; y_true[{i}] has shape "
            f"{mask.shape}. Reshape flat rows to (n, height, width); pass one mask as "
            "mask[np.newaxis]."
        )


def reduce_sums(rows: list[Any], formula: Callable[[Sums], Sums], reduction: str) -> Score:
    """Score a table of sums, one row per image."""
    table = np.array(rows, np.float64)
    if reduction == "pooled":
        table = table.sum(axis=0, keepdims=True)
    scores = formula(table)
    return scores if reduction == "none" else float(scores.mean())


def contour(mask: Mask) -> Mask:
    """Give the foreground that has background above, below, left or right of it.

    What lies outside of the image counts as background, so that every foreground has a contour.
    """
    inside: Mask = ndimage.binary_erosion(mask, border_value=0)
    return mask & ~inside
