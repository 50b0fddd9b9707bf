"""How kernels are compiled: once per machine, without the GIL, with exact floating point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

__all__ = ["kernel", "row_kernel"]

# No fastmath: it may assume that NaN does not exist, and NaN is "no data" here.
kernel: Callable[..., Any] = njit(cache=True, nogil=True)

# For the functions that work on one row: small, over slices that start at 0, so that LLVM
# vectorises them. A loop over the whole plane with offset indices runs several times slower.
row_kernel: Callable[..., Any] = njit(cache=True, nogil=True)
