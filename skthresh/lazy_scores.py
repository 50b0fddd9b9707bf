"""Scores of masks that are dask arrays: counted block by block."""

from __future__ import annotations

import math
from typing import Any

import dask.array as da
import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.blocks import folded, objects
from skthresh.lazy_batch import LazyBatch
from skthresh.metrics._formulas import dice

__all__ = ["dice_of_each", "macro_dice_of_each"]

Scores = NDArray[np.float64]


def dice_of_each(batch: LazyBatch, y: Any, masks: Any) -> Scores:
    """Score the masks of each image, as `skthresh.metrics.dice_score` does.

    Parameters
    ----------
    batch : LazyBatch
        The images; its mask tells which pixels count.
    y : array-like or dask array
        The true masks; what is not zero is foreground.
    masks : dask array of bool
        The predicted ones; False where nothing counts.
    """
    true = batch.as_masks(y, "y")
    true = da.map_blocks(_foreground, true, dtype=bool, meta=np.empty((0,) * true.ndim, bool))
    true = true if batch.mask is None else true & batch.mask
    return dice(_counts([(true, masks)])[0])


def macro_dice_of_each(batch: LazyBatch, y: Any, labels: Any) -> Scores:
    """Score the classes of each image, as `skthresh.global_threshold.labels.macro_dice` does."""
    true, mask = batch.as_masks(y, "y"), batch.mask
    predicted, others = _distinct(labels, mask), _distinct(true, mask)
    if mask is not None and not mask.any(axis=tuple(range(1, mask.ndim))).all().compute():
        predicted |= {0}  # an image without a pixel that counts is taken for one of this class
    inside = True if mask is None else mask
    classes = [*sorted(predicted), *sorted(others - predicted)]
    counts = _counts([((true == c) & inside, (labels == c) & inside) for c in classes])
    return np.asarray(np.mean([dice(rows) for rows in counts], axis=0))


def _counts(pairs: list[tuple[Any, Any]]) -> Array:
    """Count, for each pair and image, true and false positives and negatives; in one pass."""
    shape = pairs[0][0].shape
    axes, size = tuple(range(1, len(shape))), math.prod(shape[1:])
    sums = [[a.sum(axis=axes, dtype=np.int64) for a in (t & p, t, p)] for t, p in pairs]
    found: Array = da.stack([da.stack(row) for row in sums]).compute()
    tp, true, predicted = found[:, 0], found[:, 1], found[:, 2]
    columns = [tp, predicted - tp, true - tp, size - true - predicted + tp]
    return np.stack(columns, axis=-1)


def _distinct(labels: Any, mask: Any) -> set[Any]:
    """Give the labels that occur among the pixels that count."""
    arrays = [labels] if mask is None else [labels, mask]
    ones = tuple((1,) * len(c) for c in labels.chunks)
    meta = np.empty((0,) * labels.ndim, object)
    parts = da.map_blocks(_labels_in, *arrays, chunks=ones, dtype=object, meta=meta)
    found: set[Any] = folded(parts, tuple(range(labels.ndim)), set.union).compute().item()
    return set(found)


def _labels_in(labels: Array, *masks: Array) -> Array:
    kept = labels[masks[0]] if masks else labels
    return objects([set(np.unique(kept).tolist())], labels.ndim)


def _foreground(y: Array) -> Array:
    if y.dtype.kind == "f" and np.isnan(y).any():
        raise ValueError("y contains NaN; a mask needs a value for each pixel.")
    return y != 0
