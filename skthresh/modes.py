"""The five ways to apply a threshold, and what the numbers mean in each dtype."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.kernels import apply as rules

__all__ = ["MODES", "apply_threshold", "full_scale", "is_inverse", "representable", "white"]

MODES = {
    "binary": rules.BINARY,
    "binary_inv": rules.BINARY_INV,
    "trunc": rules.TRUNC,
    "tozero": rules.TOZERO,
    "tozero_inv": rules.TOZERO_INV,
}


def is_inverse(mode: str) -> bool:
    """Tell whether the dark side, ``X <= threshold``, is the foreground."""
    return mode.endswith("_inv")


def white(dtype: np.dtype[Any], max_value: float | None = None) -> Any:
    """Give the value of foreground in the binary modes, as a scalar of `dtype`.

    Parameters
    ----------
    dtype : dtype
        Of the image.
    max_value : float or None, default=None
        Rounded half to even and saturated for integers. None: 255 for uint8, 65535 for uint16,
        1 for all others.

    Examples
    --------
    >>> import numpy as np
    >>> [int(white(np.dtype("uint8"), value)) for value in (None, 2.5, 300)]
    [255, 2, 255]
    """
    if max_value is None:
        max_value = {"uint8": 255, "uint16": 65535}.get(dtype.name, 1)
    if dtype.kind == "b":
        return np.bool_(round(max_value) > 0)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return dtype.newbyteorder("=").type(min(max(round(max_value), info.min), info.max))
    with np.errstate(over="ignore"):
        return dtype.newbyteorder("=").type(max_value)


def full_scale(dtype: np.dtype[Any]) -> float:
    """Give the white of a whole image: the dtype's greatest value, 1 for bool and floats.

    Parameters that are grey levels in a paper about 8-bit images are scaled by it.

    Examples
    --------
    >>> import numpy as np
    >>> [full_scale(np.dtype(name)) for name in ("uint8", "int16", "float32")]
    [255.0, 32767.0, 1.0]
    """
    return float(np.iinfo(dtype).max) if dtype.kind in "iu" else 1.0


def representable(threshold: float, dtype: np.dtype[Any]) -> float:
    """Give the number that is compared with pixels of `dtype`.

    On integers ``v > t`` and ``v > floor(t)`` are the same. Floats narrower than float64 are
    compared in their own precision, so that ``0.1`` means the float32 nearest to 0.1 in a float32
    image.

    Examples
    --------
    >>> import numpy as np
    >>> representable(127.5, np.dtype("uint8"))
    127
    >>> representable(0.1, np.dtype("float32"))
    0.10000000149011612
    """
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return float(dtype.newbyteorder("=").type(threshold))
    return math.floor(threshold) if math.isfinite(threshold) else threshold


def apply_threshold(
    plane: Array,
    threshold: Any,
    mode: str,
    foreground: Any,
    out: Array,
    dtype: np.dtype[Any],
) -> None:
    """Write a thresholded plane.

    Parameters
    ----------
    plane : ndarray
        In the kernels' form.
    threshold : float or ndarray
        One number, or one for each pixel. NaN: there is no foreground.
    mode : str
        One of `MODES`.
    foreground : scalar
        What foreground becomes in the binary modes.
    out : ndarray
        Of the plane's shape.
    dtype : dtype
        Of the image that the plane comes from.
    """
    rule = MODES[mode]
    if isinstance(threshold, np.ndarray):
        rules.apply_pixelwise(plane, threshold, rule, foreground, out)
        return
    t: Any = representable(threshold, dtype)
    if plane.dtype.kind in "iu":
        info = np.iinfo(plane.dtype)
        if not t >= info.min:
            _apply_out_of_range(plane, rule, foreground, out, everything=t < info.min)
            return
        t = min(t, info.max)
    rules.apply_scalar(plane, plane.dtype.type(t), rule, out.dtype.type(foreground), out)


def _apply_out_of_range(
    plane: Array, rule: int, foreground: Any, out: Array, *, everything: bool
) -> None:
    """Write integers whose threshold is below all of them, or (NaN) nowhere at all."""
    if everything and rule == rules.BINARY:
        out[...] = foreground
    elif (everything and rule == rules.TOZERO) or (not everything and rule == rules.TRUNC):
        out[...] = plane
    else:
        # Trunc included: the threshold itself has no place in the dtype, and 0 is OpenCV's answer.
        out[...] = 0
