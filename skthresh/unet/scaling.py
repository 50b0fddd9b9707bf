"""From grey levels to the numbers that a network takes, near 0 and of size 1."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.unet.images import blocks

__all__ = ["Moments", "Scaling", "moments", "scaled"]

# Beyond this, squares leave float64.
SQUARABLE = 1e150

# What a network may be given: all whole numbers, unscaled; far beyond, its own sums are infinite.
LARGEST = 1e20

# An image flatter than this share of the flattest training image is not stretched any further.
FLATTER = 0.5


@dataclass(frozen=True)
class Moments:
    """What scaling looks at in one image: NaN, and what is no number, left out.

    Attributes
    ----------
    low, high, mean, std : float
        Of all channels together; NaN if there is no value.
    """

    low: float
    high: float
    mean: float
    std: float


def moments(x: Array) -> Moments:
    """Find range, mean and standard deviation of an image, in blocks.

    Raises
    ------
    ValueError
        If there are values whose squares are beyond float64.
    """
    low, high, total, n = math.nan, math.nan, 0.0, 0
    for block in blocks(x):
        low = float(np.fmin(low, float(np.fmin.reduce(block, axis=None))))
        high = float(np.fmax(high, float(np.fmax.reduce(block, axis=None))))
        if max(-low, high) > SQUARABLE:
            raise _too_large(low if -low > high else high)
        total += float(np.nansum(block, dtype=np.float64))
        n += block.size if block.dtype.kind != "f" else int(np.count_nonzero(~np.isnan(block)))
    if n == 0:
        return Moments(math.nan, math.nan, math.nan, math.nan)
    mean = total / n
    squares = sum(float(np.nansum(np.square(b.astype(np.float64) - mean))) for b in blocks(x))
    return Moments(low, high, mean, math.sqrt(squares / n))


def _too_large(value: float) -> ValueError:
    return ValueError(
        f"X has a value of {value:g}, which is too large for a network. If it stands for missing "
        "data, make it NaN."
    )


@dataclass(frozen=True)
class Scaling:
    """How grey levels become a network's numbers: ``(x - shift) / scale``.

    Attributes
    ----------
    kind : {"image", "range", "none"}
        By each image's own mean and deviation; by the range of the training images; not at all.
    low, high : float
        The range of the training images.
    floor : float
        The least deviation that is divided by, so that an empty image's noise stays small.
    """

    kind: str
    low: float
    high: float
    floor: float

    @classmethod
    def learn(cls, kind: str | None, seen: Iterable[Moments]) -> Scaling:
        """Learn the scaling from the training images."""
        valid = [m for m in seen if not math.isnan(m.mean)]
        if not valid:
            raise ValueError(
                "X has only NaN in its training images: there is nothing to learn from."
            )
        return cls(
            kind or "none",
            min(m.low for m in valid),
            max(m.high for m in valid),
            FLATTER * min((m.std for m in valid if m.std > 0), default=0.0),
        )

    def of(self, m: Moments) -> tuple[float, float]:
        """Give shift and scale for an image."""
        if self.kind == "none" or math.isnan(m.mean):
            return 0.0, 1.0
        if self.kind == "range":
            return self.low, self.high - self.low or 1.0
        return m.mean, max(m.std, self.floor) or 1.0

    def of_image(self, x: Array) -> tuple[float, float]:
        """Give shift and scale for an image, and look at it only if that is needed."""
        return self.of(moments(x) if self.kind == "image" else Moments(0, 0, 0, 0))


def scaled(x: Array, by: tuple[float, float]) -> tuple[Array, Array | None]:
    r"""Scale pixels, and find those without data.

    Parameters
    ----------
    x : ndarray of shape (\*size, n_channels)
        Pixels.
    by : tuple of (float, float)
        Shift and scale.

    Returns
    -------
    image : ndarray of float32 of x's shape
        With 0 where there are no data.
    no_data : ndarray of bool of shape (\*size,), or None
        Where some channel is NaN; None if nowhere.

    Raises
    ------
    ValueError
        If a value is so large that the network's own sums would be infinite.
    """
    shift, scale = by
    # float32 holds 16-bit integers exactly; wider pixels lose nothing before they are scaled.
    image: Any = x.astype(np.float32 if x.dtype.itemsize <= 2 else np.float64)
    with np.errstate(over="ignore"):  # what is infinite is too large
        image -= shift
        image /= scale
    no_data = None
    if x.dtype.kind == "f":
        missing = np.isnan(image)
        if missing.any():
            no_data = missing.any(axis=-1)
            image[missing] = 0
        if max(image.max(), -image.min()) > LARGEST:
            raise _too_large(float(x.flat[np.argmax(np.abs(image))]))
    return image.astype(np.float32, copy=False), no_data
