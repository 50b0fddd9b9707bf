"""How kernels are compiled: once per machine, without the GIL, with exact floating point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

__all__ = ["fused_kernel", "kernel"]


def kernel(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Compile a function when it is first called, and keep the result on disk.

    It runs without the GIL. There is no fastmath: it may assume that NaN does not exist, and NaN
    is "no data" here.

    Functions that work on one row are kernels, too: small, over slices that start at 0, so that
    LLVM vectorises them. A loop over the whole plane with offset indices runs several times slower.
    """
    try:
        return njit(cache=True, nogil=True, **options)(function)
    except RuntimeError:  # neither the package nor the user's cache folder can be written to
        return njit(nogil=True, **options)(function)


def fused_kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel whose ``a * b + c`` may be one instruction, rounded once.

    That is all that the one fastmath flag allows; NaN and infinity keep their meaning.
    """
    return kernel(function, fastmath={"contract"})
