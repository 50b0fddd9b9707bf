"""From grey levels to the numbers that a network takes, near 0 and of size 1."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.unet.background import Background
from skthresh.unet.images import blocks

__all__ = ["Moments", "Scale", "Scaling", "moments", "scaled"]

# Beyond this, squares leave float64.
SQUARABLE = 1e150

# What a network may be given: all whole numbers, unscaled; far beyond, its own sums are infinite.
LARGEST = 1e20

# An image flatter than this share of the flattest training image is not stretched any further.
FLATTER = 0.5

# Beside its background, an object is about so far from 0; and nothing is farther than twice that.
CLEAR = 2.0


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
class Scale:
    """How the grey levels of one image become a network's numbers.

    Attributes
    ----------
    shift, scale : float
        They become ``(x - shift) / scale``.
    background : Background or None
        What they are also compared with, in a channel more.
    """

    shift: float
    scale: float
    background: Background | None = None


@dataclass(frozen=True)
class Scaling:
    """How the grey levels of any image become a network's numbers.

    Attributes
    ----------
    kind : {"local", "image", "range", "none"}
        By each image's own mean and deviation, and beside the background around each pixel, too; by
        mean and deviation alone; by the range of the training images; not at all.
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

    @property
    def is_local(self) -> bool:
        """Whether a channel is added that compares pixels with their background."""
        return self.kind == "local"

    def of(self, m: Moments) -> Scale:
        """Give the scale of an image, without its background."""
        if self.kind == "none" or math.isnan(m.mean):
            return Scale(0.0, 1.0)
        if self.kind == "range":
            return Scale(self.low, self.high - self.low or 1.0)
        return Scale(m.mean, max(m.std, self.floor) or 1.0)

    def beside(self, scale: Scale, background: Background) -> Scale:
        """Add its background to the scale of an image."""
        # What is flatter than all that was trained on is not stretched; NaN is no contrast either.
        contrast = float(np.fmax(background.contrast, self.floor)) or 1.0
        return replace(scale, background=replace(background, contrast=contrast))

    def of_image(self, x: Array) -> Scale:
        """Give the scale of an image, and look at it only if that is needed."""
        looks = self.is_local or self.kind == "image"
        seen = moments(x) if looks else Moments(0, 0, 0, 0)
        scale = self.of(seen)
        return self.beside(scale, Background.of(x, seen.low)) if self.is_local else scale


def scaled(
    x: Array, by: Scale, corner: tuple[int, ...] | None = None
) -> tuple[Array, Array | None]:
    r"""Scale pixels, and find those without data.

    Parameters
    ----------
    x : ndarray of shape (\*size, n_channels)
        Pixels.
    by : Scale
        Of the whole image.
    corner : tuple of int, default=None
        Where in the image they begin; None: they are the image.

    Returns
    -------
    image : ndarray of float32 of shape (\*size, n_channels), or a channel more
        With 0 where there are no data.
    no_data : ndarray of bool of shape (\*size,), or None
        Where some channel is NaN; None if nowhere.

    Raises
    ------
    ValueError
        If a value is so large that the network's own sums would be infinite.
    """
    # float32 holds 16-bit integers exactly; wider pixels lose nothing before they are scaled.
    image: Any = x.astype(np.float32 if x.dtype.itemsize <= 2 else np.float64)
    beside = None if by.background is None else _beside(image, by.background, corner)
    with np.errstate(over="ignore"):  # what is infinite is too large
        image -= by.shift
        image /= by.scale
    no_data = None
    if x.dtype.kind == "f":
        missing = np.isnan(image)
        if missing.any():
            no_data = missing.any(axis=-1)
            image[missing] = 0
        if max(image.max(), -image.min()) > LARGEST:
            raise _too_large(float(x.flat[np.argmax(np.abs(image))]))
    image = image.astype(np.float32, copy=False)
    if beside is None:
        return image, no_data
    if no_data is not None:
        beside[no_data] = 0
    return np.concatenate([image, beside[..., np.newaxis].astype(np.float32)], axis=-1), no_data


def _beside(image: Array, background: Background, corner: tuple[int, ...] | None) -> Any:
    """Tell how far the mean of the channels is from the background, where an object is `CLEAR`."""
    off: Any = background.off(image.mean(axis=-1), corner or (0,) * (image.ndim - 1))
    off *= CLEAR / background.contrast
    return np.clip(off, -2 * CLEAR, 2 * CLEAR, out=off)
