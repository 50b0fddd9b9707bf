"""Grey from colour, in OpenCV's fixed point."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel

__all__ = ["bt601_fixed_point"]

# The weights of BT.601 in units of 2**-15; they sum to one.
RED, GREEN, BLUE = 9798, 19235, 3735


@inner_kernel
def _weigh(red: Any, green: Any, blue: Any) -> Any:
    # 16 bits of pixel and 15 of weight fill 31: no sum passes the 32 that vectorise best
    s = np.uint32(red) * np.uint32(RED) + np.uint32(green) * np.uint32(GREEN)
    return np.uint32(s + np.uint32(blue) * np.uint32(BLUE) + np.uint32(16384)) >> np.uint32(15)


@kernel
def bt601_fixed_point(colour: Any, n_channels: int, out: Any) -> None:
    """Weigh interleaved pixels of 8 or 16 bits into `out`, rounded half up.

    Parameters
    ----------
    colour : (n * n_channels,) ndarray of uint8 or uint16
        Red, green, blue and, if `n_channels` is 4, alpha, pixel after pixel. Flat, with a stride
        that the compiler knows: it vectorises, which an (n, 3) array does not.
    n_channels : int
        3 or 4.
    out : (n,) ndarray
    """
    if n_channels == 3:
        for i in range(out.size):
            out[i] = _weigh(colour[3 * i], colour[3 * i + 1], colour[3 * i + 2])
    else:
        for i in range(out.size):
            out[i] = _weigh(colour[4 * i], colour[4 * i + 1], colour[4 * i + 2])
