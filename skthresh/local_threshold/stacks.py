"""Stacks of small images, which are thresholded side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from skthresh.batch import Array
from skthresh.kernels.apply import BINARY_INV
from skthresh.kernels.formula import compiled
from skthresh.utils._threads import cuts, run_threads

if TYPE_CHECKING:
    from skthresh.local_threshold.windows import Windows

__all__ = ["apply_side_by_side", "fit_side_by_side"]

# Images that are no wider and no higher than this are put side by side.
NARROW, LOW = 256, 512


def fit_side_by_side(windows: Windows, names: set[str]) -> bool:
    """Tell whether this is a stack of small images of bytes, and windows no larger than they."""
    depth, height, width = windows.shape
    return (
        depth > 1
        and windows.slides
        and windows.scaling.kind == "packed"
        and bool(names)
        and names <= {"mean", "std"}
        and windows.sizes[2] <= width <= NARROW
        and height <= LOW
    )


def apply_side_by_side(
    windows: Windows,
    formula: Callable[..., Any],
    parameters: tuple[float, ...],
    rule: tuple[Any, ...],
    out: Array,
    n_jobs: int,
) -> None:
    """Threshold all images of a stack; as `Windows.threshold` otherwise.

    Parameters
    ----------
    rule : tuple
        For `skthresh.kernels.apply.settle`.
    """
    binary, extreme = rule[0] <= BINARY_INV, windows.scaling.extreme_with(parameters)
    run = compiled(formula, "packed", binary=binary, stack=True, extreme=extreme)
    shape, scale, (_, rows, columns) = windows.shape, windows.scaling.scale, windows.index
    pairs = zip(shape[1:], windows.sizes[1:], strict=True)
    n = tuple(np.full(n, size) for n, size in pairs) if windows.cut is None else windows.cut[:2]
    v, target = windows.plane.reshape(-1), out.reshape(-1)

    def work(part: slice) -> None:
        ends = part.start, part.stop
        run(v, shape, rows, columns, n, ends, scale, parameters, rule, target)

    run_threads(work, cuts(shape[0], n_jobs), n_jobs)
