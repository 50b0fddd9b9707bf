"""What stands beyond the border of a plane, for windows that look there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.kernels._jit import inner_kernel

__all__ = ["border_index", "surround"]


def border_index(n: int, size: int, border: str = "replicate") -> NDArray[np.int64]:
    """Give the pixel that stands at each position of an axis of `n`, padded for a window.

    With ``"clip"`` it is -1 outside: windows end at the border.

    Examples
    --------
    >>> border_index(4, 5)
    array([0, 0, 0, 1, 2, 3, 3, 3])
    >>> border_index(4, 5, "reflect")
    array([2, 1, 0, 1, 2, 3, 2, 1])
    >>> border_index(4, 5, "clip")
    array([-1, -1,  0,  1,  2,  3, -1, -1])
    """
    half = size // 2
    i = np.arange(-half, n + half)
    if border in {"replicate", "clip"}:
        i[:half], i[half + n :] = (0, n - 1) if border == "replicate" else (-1, -1)
        return i
    period = max(2 * (n - 1), 1)
    i %= period
    return np.minimum(i, period - i) if n > 1 else np.zeros_like(i)


@inner_kernel
def surround(padded: Any, columns: Any, half: int, n: int) -> None:
    """Put what stands beyond the border on both sides of a row that is in the middle."""
    row = padded[half : half + n]
    for x in range(half):
        padded[x] = row[columns[x]]
        padded[half + n + x] = row[columns[half + n + x]]
