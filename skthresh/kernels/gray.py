"""Grey from colour, in OpenCV's fixed point."""

from __future__ import annotations

from typing import Any

from skthresh.kernels._jit import kernel

__all__ = ["bt601_fixed_point"]

# The weights of BT.601 in units of 2**-15; they sum to one.
RED, GREEN, BLUE = 9798, 19235, 3735


@kernel
def bt601_fixed_point(colour: Any, out: Any) -> None:
    """Weigh an (n, 3 or 4) array of 8- or 16-bit pixels into `out`, rounded half up."""
    for i in range(out.size):
        out[i] = (colour[i, 0] * RED + colour[i, 1] * GREEN + colour[i, 2] * BLUE + 16384) >> 15
