"""Connected components of weak pixels: which of them hold a strong one."""

from __future__ import annotations

from typing import Any

from skthresh.kernels._jit import kernel

__all__ = ["keep", "mark"]


@kernel
def mark(labels: Any, strong: Any, kept: Any) -> None:
    """Mark the labels that strong pixels have; all arrays are flat."""
    for i in range(labels.size):
        if strong[i]:
            kept[labels[i]] = True


@kernel
def keep(labels: Any, kept: Any, out: Any) -> None:
    """Write whether the label of each pixel is marked; all arrays are flat."""
    for i in range(labels.size):
        out[i] = kept[labels[i]]
