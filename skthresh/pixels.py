"""What pixels may be, and what is seen of them on the way."""

from __future__ import annotations

import numpy as np

from skthresh.array_api.batch import check_array_dtype
from skthresh.array_api.namespace import is_elsewhere
from skthresh.batch import Array, Levels, kernel_form
from skthresh.kernels.count import float_levels

__all__ = ["ALLOWED_DTYPES", "Seen", "check_dtype", "look_at", "look_at_each"]

# What was seen of each image; None: nothing.
Seen = tuple[Levels | None, ...] | None

ALLOWED_DTYPES = "bool, (u)int8, (u)int16, (u)int32, (u)int64, float16, float32, float64"

# Pixels from which on it pays to look at each image of a stack by itself.
LARGE = 2**16


def check_dtype(x: Array, name: str) -> Array:
    """Refuse dtypes that are none of images, and give x."""
    if is_elsewhere(x):
        return check_array_dtype(x, name, ALLOWED_DTYPES)
    if x.dtype.kind in "biu":
        return x
    if x.dtype.kind != "f" or x.dtype.itemsize > 8:
        raise ValueError(
            f"{name} has dtype {x.dtype}, which is not supported. Use {ALLOWED_DTYPES}."
        )
    return x


def look_at_each(X: Array) -> Seen:
    """Look at the images of a stack, each by itself if they are large."""
    if is_elsewhere(X) or X.dtype.kind != "f" or len(X) == 0:
        return None
    if len(X) == 1 or X[0].size >= LARGE:
        return tuple(look_at(x, "X") for x in X)
    look_at(X, "X")
    return None


def look_at(x: Array, name: str) -> Levels | None:
    """Refuse infinity among floats; give what else was seen of them on the way, if anything."""
    if is_elsewhere(x) or x.dtype.kind != "f":
        return None
    found = None
    if x.dtype.itemsize < 4 or not (x.flags.c_contiguous and x.dtype.isnative):
        infinite = bool(np.isinf(x).any())
    else:
        found = Levels(*float_levels(kernel_form(x).reshape(-1)))
        infinite = found.hi == np.inf or found.lo == -np.inf  # (inf, -inf): nothing but NaN
    if infinite:
        raise ValueError(
            f"Input {name} contains infinity or a value too large for {x.dtype!r}. NaN may stand "
            "for missing pixels."
        )
    return found
