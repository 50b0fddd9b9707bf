"""Apply a threshold to a plane, pixel by pixel.

Each loop compares twice, ``v > t`` and ``v <= t``: a NaN pixel or a NaN threshold fulfils
neither and falls through to background. On integers the compiler drops the second comparison.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import kernel

__all__ = [
    "BINARY",
    "BINARY_INV",
    "TOZERO",
    "TOZERO_INV",
    "TRUNC",
    "apply_pixelwise",
    "apply_scalar",
]

BINARY, BINARY_INV, TRUNC, TOZERO, TOZERO_INV = range(5)


@kernel
def _select(v: Any, t: Any, above: Any, below: Any, background: Any, out: Any) -> None:
    for i in range(v.size):
        out[i] = above if v[i] > t else (below if v[i] <= t else background)


@kernel
def _trunc(v: Any, t: Any, out: Any) -> None:
    for i in range(v.size):
        out[i] = t if v[i] > t else v[i]  # noqa: FURB136  min() has its own idea of NaN


@kernel
def _tozero(v: Any, t: Any, zero: Any, out: Any) -> None:
    for i in range(v.size):
        out[i] = v[i] if v[i] > t else zero


@kernel
def _tozero_inv(v: Any, t: Any, zero: Any, out: Any) -> None:
    for i in range(v.size):
        out[i] = v[i] if v[i] <= t else zero


def apply_scalar(v: Any, t: Any, rule: int, white: Any, out: Any) -> None:
    """Threshold the pixels `v` at the number `t`, which has their dtype.

    Parameters
    ----------
    v : ndarray
        The plane, any rank.
    t : scalar of v's dtype
        Foreground is ``v > t``.
    rule : int
        One of ``BINARY`` to ``TOZERO_INV``.
    white : scalar of out's dtype
        What foreground becomes in the binary rules.
    out : ndarray
        As large as `v`; of v's dtype, or uint8 for a mask.
    """
    v, out = v.reshape(-1), out.reshape(-1)
    zero = out.dtype.type(0)
    if rule == BINARY:
        _select(v, t, white, zero, zero, out)
    elif rule == BINARY_INV:
        _select(v, t, zero, white, zero, out)
    elif rule == TRUNC:
        _trunc(v, t, out)
    elif rule == TOZERO:
        _tozero(v, t, zero, out)
    else:
        _tozero_inv(v, t, zero, out)


def apply_pixelwise(v: Any, t: Any, rule: int, white: Any, out: Any) -> None:
    """Threshold each pixel of `v` at its own number in `t`, an array of the same shape."""
    above, below = v > t, v <= t
    if rule == BINARY:
        out[...] = np.where(above, white, 0)
    elif rule == BINARY_INV:
        out[...] = np.where(below, white, 0)
    elif rule == TRUNC:
        if v.dtype.kind in "iu":
            info = np.iinfo(v.dtype)
            t = np.clip(np.floor(t), info.min, info.max)
        np.copyto(out, v)
        out[above] = t[above]
    elif rule == TOZERO:
        out[...] = np.where(above, v, 0)
    else:
        out[...] = np.where(below, v, 0)
