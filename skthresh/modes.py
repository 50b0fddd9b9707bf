"""The five ways to apply a threshold, and what the numbers mean in each dtype."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from skthresh.array_api import applying
from skthresh.array_api.namespace import is_elsewhere
from skthresh.batch import Array
from skthresh.kernels import apply as rules

__all__ = [
    "MODES",
    "Output",
    "apply_each",
    "apply_threshold",
    "distance",
    "full_scale",
    "is_inverse",
    "representable",
    "white",
]

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
        max_value = _limits(dtype)[1] if dtype.kind == "u" and dtype.itemsize <= 2 else 1
    if dtype.kind == "b":
        return np.bool_(round(max_value) > 0)
    if dtype.kind in "iu":
        lowest, highest = _limits(dtype)
        return dtype.type(round(min(max(max_value, lowest), highest)))
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
    return float(_limits(dtype)[1]) if dtype.kind in "iu" else 1.0


@cache
def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    """Give the range of integers; to ask NumPy takes as long as to threshold a small image."""
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


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


@dataclass(frozen=True)
class Output:
    """What becomes of pixels that have each their own threshold.

    Attributes
    ----------
    mode : str or None
        One of `MODES`; None: the threshold itself.
    white : scalar
        What foreground becomes in the binary modes.
    """

    mode: str | None
    white: Any = 1

    @property
    def is_binary(self) -> bool:
        """Whether there are two values, foreground and 0."""
        return self.mode in {"binary", "binary_inv"}

    def rule(
        self, v: np.dtype[Any], out: np.dtype[Any], close: float = 0.0, share: float = 0.0
    ) -> tuple[Any, ...]:
        """Say it as `skthresh.kernels.apply.settle` wants it, for pixels and results of a dtype."""
        code = rules.THRESHOLD if self.mode is None else MODES[self.mode]
        whole = v.kind in "iu"
        lowest, highest = _limits(v) if whole else (-np.inf, np.inf)
        limits = float(lowest), float(highest)
        return code, close, share, out.type(self.white), out.type(0), (*limits, whole)

    def write(self, v: Array, t: Array, out: Array, close: float = 0.0, share: float = 0.0) -> None:
        """Write the output for pixels and their thresholds.

        Parameters
        ----------
        v : ndarray
            In the kernels' form.
        t : ndarray of float64 of v's shape
            NaN: there is no foreground.
        out : ndarray of v's shape
            C-contiguous.
        close, share : float, default=0.0
            Thresholds that differ from their pixel by less than `close`, or less than `share` of
            both, are equal to it.
        """
        flat = np.ascontiguousarray(t, np.float64).reshape(-1)
        rule = self.rule(v.dtype, out.dtype, close, share)
        settle = rules.settle_binary if self.is_binary else rules.settle_levels
        settle(v.reshape(-1), flat, rule, out.reshape(-1))


def apply_threshold(
    plane: Array,
    threshold: float,
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
    threshold : float
        NaN: there is no foreground.
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
    t: Any = representable(threshold, dtype)
    if is_elsewhere(plane):
        applying.apply_scalar(plane, t, mode, foreground, out, dtype)
        return
    if plane.dtype.kind in "iu":
        lowest, highest = _limits(plane.dtype)
        if not t >= lowest:
            _apply_out_of_range(plane, rule, foreground, out, everything=t < lowest)
            return
        t = min(t, highest)
    rules.apply_scalar(plane, plane.dtype.type(t), rule, out.dtype.type(foreground), out)


def distance(v: Array, t: Any) -> Array:
    """Give how far pixels are above their threshold, as float64."""
    if is_elsewhere(v):
        return applying.distance(v, t)
    with np.errstate(over="ignore"):  # farther than float64 reaches is infinitely far
        return np.asarray(v.astype(np.float64) - t)


def apply_each(rows: Array, thresholds: Array, mode: str, foreground: Any, out: Array) -> None:
    """Write integer images, one in each row, each thresholded at its own level.

    Parameters
    ----------
    rows : (n, m) ndarray of integers
        In the kernels' form.
    thresholds : (n,) ndarray
        Within the range of the dtype.
    mode : {"binary", "binary_inv"}
    foreground : scalar
        What foreground becomes.
    out : (n, m) ndarray
    """
    white_, zero = out.dtype.type(foreground), out.dtype.type(0)
    above, below = (zero, white_) if is_inverse(mode) else (white_, zero)
    rules.select_each(rows, thresholds.astype(rows.dtype), above, below, out)


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
