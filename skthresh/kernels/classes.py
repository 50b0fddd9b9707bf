"""Give each pixel the level of its class."""

from __future__ import annotations

from typing import Any

from skthresh.kernels._jit import inner_kernel, kernel

__all__ = ["apply_thresholds"]

# Pixels that stay in the nearest cache while one threshold after the other passes over them.
BLOCK = 2048


@inner_kernel
def _start(v: Any, lowest: Any, nothing: Any, out: Any) -> None:
    for i in range(v.size):
        out[i] = lowest if v[i] == v[i] else nothing  # NaN is not


@inner_kernel
def _raise(v: Any, t: Any, level: Any, out: Any) -> None:
    for i in range(v.size):
        old = out[i]  # read in any case, or LLVM stores one pixel at a time
        out[i] = level if v[i] > t else old


@kernel
def apply_thresholds(v: Any, thresholds: Any, levels: Any, nothing: Any, out: Any) -> None:
    """Write ``levels[k]`` where k thresholds are below the pixel.

    Parameters
    ----------
    v : ndarray
        The pixels, flat.
    thresholds : (n - 1,) ndarray of v's dtype
        Ascending; none of them NaN.
    levels : (n,) ndarray of out's dtype
    nothing : scalar of out's dtype
        For pixels that are NaN.
    out : ndarray
        As large as `v`.
    """
    for start in range(0, v.size, BLOCK):
        part, target = v[start : start + BLOCK], out[start : start + BLOCK]
        _start(part, levels[0], nothing, target)
        for k in range(thresholds.size):
            _raise(part, thresholds[k], levels[k + 1], target)
