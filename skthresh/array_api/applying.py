"""Apply thresholds where arrays live: the twin of `skthresh.kernels.apply`.

Each function compares twice, ``v > t`` and ``v <= t``: a NaN pixel or a NaN threshold fulfils
neither and falls through to background. Results are computed in a dtype that every library
computes with, and cast to that of `out` at the end.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skthresh.array_api.namespace import Space

__all__ = ["apply_scalar", "blank", "distance", "settle", "write_classes"]


def apply_scalar(v: Any, t: float, mode: str, white: Any, out: Any, dtype: np.dtype[Any]) -> None:
    """Threshold pixels at a number.

    Parameters
    ----------
    v : array
        The plane.
    t : int or float
        As it is compared with pixels of `dtype`; NaN: there is no foreground.
    mode : str
        One of `skthresh.modes.MODES`.
    white : scalar
        What foreground becomes in the binary modes.
    out : array
        Of v's shape; of X's dtype, or bool for a mask.
    dtype : dtype
        Of the image.
    """
    space = Space.of(v)
    level: float = t
    if dtype.kind == "f":
        above, below = v > t, v <= t
    else:
        low, high = _limits(dtype)
        nothing = space.full(v.shape, False, space.xp.bool)
        if math.isnan(t):
            above = below = nothing
        elif t < low:  # a threshold that has no place in the dtype: trunc gives OpenCV's 0
            above, below, level = ~nothing, nothing, 0
        else:
            level = int(min(t, high))
            above, below = v > level, v <= level
    if mode == "trunc" and not (isinstance(level, float) and math.isnan(level)):
        v = space.xp.where(above, space.full(v.shape, level, v.dtype), v)
    _write(space, v, above, below, mode, white, out)


def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    info = np.iinfo(np.uint8 if dtype.kind == "b" else dtype)
    return int(info.min), int(info.max)


def _write(space: Space, v: Any, above: Any, below: Any, mode: str, white: Any, out: Any) -> None:
    """Write what becomes of pixels that are above their threshold, or not; v is truncated."""
    xp = space.xp
    if mode in {"binary", "binary_inv"}:
        mask = above if mode == "binary" else below
        if out.dtype == xp.bool:
            out[...] = mask if white else space.full(mask.shape, False, xp.bool)
            return
        dtype = space.computed(_named(space, out.dtype))
        white = white.item() if isinstance(white, np.generic) else white
        result = xp.where(mask, space.scalar(white, dtype), space.scalar(0, dtype))
    elif mode == "trunc":
        result = v
    else:
        kept = above if mode == "tozero" else below
        result = xp.where(kept, v, space.scalar(0, v.dtype))
    out[...] = xp.astype(result, out.dtype)


def _named(space: Space, dtype: Any) -> np.dtype[Any]:
    found = space.numpy_dtype(dtype)
    assert found is not None
    return found


def settle(
    v: Any, t: Any, rule: tuple[str | None, float, float, Any], out: Any, dtype: np.dtype[Any]
) -> None:
    """Write what becomes of pixels, each with its own threshold.

    A threshold that is close to its pixel is equal to it, so that the pixel is not above it.

    Parameters
    ----------
    v : array
        The plane.
    t : array of floats of v's shape
    rule : tuple
        The mode, None for the thresholds themselves; how close is close, in grey levels and as a
        share of both; and what foreground becomes in the binary modes.
    out : array of v's shape
    dtype : dtype
        Of the image.
    """
    space = Space.of(v)
    xp, p = space.xp, space.floats(v)
    mode, close, share, white = rule
    d = p - t
    margin = close if share == 0 else close + share * xp.abs(p) + share * xp.abs(t)
    if mode is None:
        out[...] = xp.astype(xp.where(xp.abs(d) <= margin, p, t), out.dtype)
        return
    above, below = d > margin, d <= margin
    if mode == "trunc":
        t = xp.where(above, t, p)  # what is cast has a place in the dtype
        if dtype.kind in "iu":
            low, high = _limits(dtype)
            t = xp.clip(xp.floor(t), float(low), float(high))
        v = xp.where(above, xp.astype(t, v.dtype), v)
    _write(space, v, above, below, mode, white, out)


def write_classes(
    v: Any, thresholds: list[float], levels: list[Any], out: Any, dtype: np.dtype[Any]
) -> None:
    """Write to each pixel the level of its class; 0 to those that are NaN.

    Parameters
    ----------
    v : array
        The plane.
    thresholds : list of float
        Ascending, as they are compared with pixels of `dtype`; NaN: nothing is above it.
    levels : list of scalars
        One more.
    out : array of v's shape
    dtype : dtype
        Of the image.
    """
    space = Space.of(v)
    xp, made = space.xp, space.computed(_named(space, out.dtype))
    scalars = [x.item() if isinstance(x, np.generic) else x for x in levels]
    low, high = (-math.inf, math.inf) if dtype.kind == "f" else _limits(dtype)
    result = space.full(v.shape, scalars[0], made)
    for t, level in zip(thresholds, scalars[1:], strict=True):
        if t < low:
            result = space.full(v.shape, level, made)
        elif t < high:  # else nothing is above it
            result = xp.where(v > t, space.scalar(level, made), result)
    if dtype.kind == "f":
        result = xp.where(xp.isnan(v), space.scalar(0, made), result)
    out[...] = xp.astype(result, out.dtype)


def blank(out: Any, valid: Any, value: float) -> None:
    """Overwrite what is not valid; not every library can do so by index in every dtype."""
    space = Space.of(out)
    out[...] = space.xp.where(valid, out, space.scalar(value, out.dtype))


def distance(v: Any, t: Any) -> Any:
    """Give ``v - t`` in the widest float."""
    return Space.of(v).floats(v) - t
