"""Linear filters over images with NaN, which means "no data"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skthresh.batch import Array

__all__ = ["filter_with_gaps", "round_to"]


def filter_with_gaps(function: Callable[[Array], Array], image: Array) -> tuple[Array, Array]:
    """Filter an image so that NaN pixels have no weight.

    Parameters
    ----------
    function : callable
        A linear filter of float images that leaves a constant image as it is.
    image : ndarray of float

    Returns
    -------
    filtered : ndarray of float
    share : ndarray of float
        How much of each output pixel's window held data.
    """
    data = ~np.isnan(image)
    if data.all():
        filtered = function(image)
        return filtered, np.ones_like(filtered)
    sums, share = function(np.where(data, image, 0)), function(data.astype(image.dtype))
    # Far from gaps the answer is that of an image without any, to the last digit: a share of
    # nearly 1 would tell how large the part of the image is that was looked at.
    near = function((~data).astype(image.dtype)) != 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(near, sums / share, sums), share


def round_to(values: Array, dtype: np.dtype[Any]) -> Array:
    """Cast float values to `dtype`: integers are rounded to nearest and saturated."""
    if dtype.kind == "b":
        return values > 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        rounded = np.rint(values)
        # float(info.max) of a 64-bit integer is one too many: it is compared, and never cast
        out = np.where(rounded < float(info.max), np.maximum(rounded, info.min), 0).astype(dtype)
        out[rounded >= float(info.max)] = info.max
        return out
    return values.astype(dtype, copy=False)
