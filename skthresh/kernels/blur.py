"""The blur of 8-bit images, in whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel
from skthresh.kernels.border import surround
from skthresh.kernels.weighted import weighted_columns, weighted_rows

__all__ = ["blur_fixed_point"]


@inner_kernel
def _round_fixed_point(sums: Any, out: Any) -> None:
    for x in range(out.size):
        out[x] = (sums[x] + 32768) >> 16


@kernel
def blur_fixed_point(
    v: Any, rows: Any, columns: Any, row_weights: Any, column_weights: Any, out: Any
) -> None:
    """Blur uint8 with int32 weights that are multiples of 1/256; exact, rounded half up."""
    height, width = v.shape
    half, sums = column_weights.size // 2, np.empty(width, np.int32)
    padded = np.empty(columns.size, np.int32)
    total = padded[half : half + width]
    for y in range(height):
        weighted_rows(v, rows[y:], row_weights, total)
        surround(padded, columns, half, width)
        weighted_columns(padded, column_weights, sums)
        _round_fixed_point(sums, out[y])
