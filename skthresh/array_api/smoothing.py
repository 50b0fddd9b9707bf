"""Weighted means of windows, blurs and grey from colour, where images live."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.array_api.namespace import Space
from skthresh.array_api.sliding import extended, part

__all__ = ["blurred", "gray", "weighted_mean"]

Weights = list[NDArray[Any]]

# The weights of BT.601 in units of 2**-15, and as they are.
FIXED, BT601 = (9798, 19235, 3735), (0.299, 0.587, 0.114)


def _weighted_sum(v: Any, weights: Weights, border: str) -> Any:
    """Sum the pixels of windows; weights are symmetric, one list for each axis."""
    for axis, w in enumerate(weights):
        n, half, last = v.shape[axis], len(w) // 2, len(w) - 1
        x = extended(v, axis, len(w), border, 0)
        total = part(x, axis, half, n) * w[half].item()
        for j in range(half):  # both of a pair have the same weight
            total = total + (part(x, axis, j, n) + part(x, axis, last - j, n)) * w[j].item()
        v = total
    return v


def weighted_mean(v: Any, valid: Any, weights: Weights, border: str) -> Any:
    """Give the weighted mean of the pixels that count; NaN where a window has none.

    Parameters
    ----------
    v : array of floats
    valid : array of bool of v's shape, or None
    weights : list of ndarray of float64
        Odd in length and symmetric, one for each axis; their product weighs the window.
    border : {"replicate", "reflect", "clip"}
        What stands beyond the border.
    """
    scale = 1.0
    for w in weights:
        scale *= float(w.sum())
    if valid is None and border != "clip":
        return _weighted_sum(v, weights, border) * (1.0 / scale)
    space = Space.of(v)
    if valid is None:
        present = space.full(v.shape, 1.0, v.dtype)
    else:
        present = space.floats(valid)
        v = space.xp.where(valid, v, space.xp.zeros_like(v))
    share = _weighted_sum(present, weights, border)
    return _weighted_sum(v, weights, border) / share


def blurred(v: Any, weights: Weights, out: Any, dtype: np.dtype[Any]) -> None:
    """Blur a plane with reflected borders: what `skthresh.GaussianBlur` does, in all dtypes.

    Parameters
    ----------
    v : array
    weights : list of ndarray
        One for each axis; of integers, multiples of 1/256 for bytes.
    out : array of v's shape
    dtype : dtype
        Of the image.
    """
    space = Space.of(v)
    xp = space.xp
    if weights[0].dtype.kind == "i":
        total = _weighted_sum(xp.astype(v, xp.int64), weights, "reflect")
        unit = 256 ** len(weights)
        out[...] = xp.astype(xp.floor_divide(total + unit // 2, unit), out.dtype)
        return
    data = ~xp.isnan(v) if dtype.kind == "f" else None
    if data is not None and bool(xp.all(data)):
        data = None
    with np.errstate(all="ignore"):  # of libraries that are NumPy beneath
        mean = weighted_mean(space.floats(v), data, weights, "reflect")
        if data is not None:
            mean = xp.where(data, mean, xp.full_like(mean, np.nan))
        out[...] = rounded_to(mean, out.dtype, dtype)


def rounded_to(values: Any, made: Any, dtype: np.dtype[Any]) -> Any:
    """Cast floats to `made`, a namespace's name for `dtype`; integers are rounded and saturated."""
    xp = Space.of(values).xp
    if dtype.kind == "b":
        return values > 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        values = xp.clip(xp.round(values), float(info.min), float(info.max))
    return xp.astype(values, made)


def gray(x: Any, axis: int) -> Any:
    """Weigh red, green and blue by BT.601, in X's dtype.

    Parameters
    ----------
    x : array
        One image.
    axis : int
        Its axis of colours, not negative.
    """
    space = Space.of(x)
    xp, at, dtype = space.xp, (slice(None),) * axis, space.numpy_dtype(x.dtype)
    assert dtype is not None
    colours = [x[(*at, c, ...)] for c in range(3)]
    if dtype.kind == "u" and dtype.itemsize <= 2:
        r, g, b = (xp.astype(c, xp.int64) * w for c, w in zip(colours, FIXED, strict=True))
        return xp.astype(xp.floor_divide(r + g + b + 16384, 32768), x.dtype)
    exact = xp.float32 if dtype.name in {"float16", "float32"} else space.float
    r, g, b = (xp.astype(c, exact) * w for c, w in zip(colours, BT601, strict=True))
    return rounded_to(r + g + b, x.dtype, dtype)
