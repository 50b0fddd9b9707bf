"""Apply a threshold to a plane, pixel by pixel.

Each loop compares twice, ``v > t`` and ``v <= t``: a NaN pixel or a NaN threshold fulfils
neither and falls through to background. On integers the compiler drops the second comparison.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel

__all__ = [
    "BINARY",
    "BINARY_INV",
    "THRESHOLD",
    "TOZERO",
    "TOZERO_INV",
    "TRUNC",
    "apply_scalar",
    "select",
    "select_each",
    "settle",
    "settle_binary",
    "settle_levels",
]

BINARY, BINARY_INV, TRUNC, TOZERO, TOZERO_INV, THRESHOLD = range(6)


@kernel
def select(v: Any, t: Any, above: Any, below: Any, background: Any, out: Any) -> None:
    """Compare pixels with one threshold."""
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
        select(v, t, white, zero, zero, out)
    elif rule == BINARY_INV:
        select(v, t, zero, white, zero, out)
    elif rule == TRUNC:
        _trunc(v, t, out)
    elif rule == TOZERO:
        _tozero(v, t, zero, out)
    else:
        _tozero_inv(v, t, zero, out)


@kernel
def settle_binary(v: Any, t: Any, rule: Any, out: Any) -> None:
    """Write what becomes of pixels, as `settle` does, by one of the two binary rules."""
    code, close, share, white, zero, _ = rule
    above, below = (white, zero) if code == BINARY else (zero, white)
    if share == 0:
        for x in range(out.size):
            d = np.float64(v[x]) - t[x]
            out[x] = above if d > close else (below if d <= close else zero)
    else:
        for x in range(out.size):
            p, q = np.float64(v[x]), t[x]
            d, margin = p - q, close + share * abs(p) + share * abs(q)
            out[x] = above if d > margin else (below if d <= margin else zero)


@kernel
def settle_levels(v: Any, t: Any, rule: Any, out: Any) -> None:
    """Write what becomes of pixels, as `settle` does, by one of the other rules."""
    code, close, share, _, _, limits = rule
    lowest, highest, whole = limits
    if code == THRESHOLD:  # by itself, this loop is vectorised
        for x in range(out.size):
            p, q = np.float64(v[x]), t[x]
            out[x] = p if abs(p - q) <= close + share * abs(p) + share * abs(q) else q
        return
    for x in range(out.size):
        p, q = np.float64(v[x]), t[x]
        d, margin = p - q, close + share * abs(p) + share * abs(q)
        if code == TRUNC and d > margin:
            out[x] = min(max(np.floor(q) if whole else q, lowest), highest)
        elif (
            code == TRUNC or (code == TOZERO and d > margin) or (code == TOZERO_INV and d <= margin)
        ):
            out[x] = v[x]
        else:
            out[x] = 0


@inner_kernel
def settle(v: Any, t: Any, rule: Any, out: Any) -> None:
    """Write what becomes of pixels, each with its own threshold.

    A threshold that is close to its pixel is equal to it, so that the pixel is not above it.

    Parameters
    ----------
    v, t, out : (n,) ndarray
        The pixels, their thresholds (float64), and what they become.
    rule : tuple
        One of ``BINARY`` to ``THRESHOLD``; how close is close, in grey levels and as a share of
        both; foreground and 0, of out's dtype; and for ``TRUNC`` the range of thresholds, and
        whether they are rounded down.
    """
    if rule[0] <= BINARY_INV:
        settle_binary(v, t, rule, out)
    else:
        settle_levels(v, t, rule, out)


@kernel
def select_each(v: Any, t: Any, above: Any, below: Any, out: Any) -> None:
    """Compare the pixels of each image of a stack with its threshold.

    Parameters
    ----------
    v, out : (n, m) ndarray
    t : (n,) ndarray of v's dtype
    """
    for i in range(v.shape[0]):
        select(v[i], t[i], above, below, below, out[i])
