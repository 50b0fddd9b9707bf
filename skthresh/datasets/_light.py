"""What befalls a generated picture: uneven light, noise, and the camera's integers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["Picture", "check_shape", "quantise", "smooth_field", "uneven_light"]

# Brightness per pixel: 0 is black and 1 is white.
Picture = NDArray[np.float64]

SMALLEST_SIDE = 16


def check_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """Refuse what is not (height, width), or too small to draw in."""
    if len(shape) != 2 or not all(isinstance(n, int | np.integer) for n in shape):
        raise ValueError(f"shape must be two integers, (height, width); got {shape!r}.")
    if min(shape) < SMALLEST_SIDE:
        raise ValueError(f"shape must be at least {(SMALLEST_SIDE,) * 2}; got {shape!r}.")
    return int(shape[0]), int(shape[1])


def smooth_field(rng: np.random.RandomState, shape: tuple[int, int], scale: float) -> Picture:
    """Draw a random field from 0 to 1 whose hills are about `scale` pixels wide."""
    coarse = [max(3, round(n / scale) + 2) for n in shape]
    field = ndimage.zoom(rng.standard_normal(coarse), np.divide(shape, coarse), order=3)
    field -= field.min()
    peak = field.max()
    return field / peak if peak > 0 else field


def uneven_light(rng: np.random.RandomState, shape: tuple[int, int], shading: float) -> Picture:
    """Light that falls from one side: 1 in the brightest place, ``1 - shading`` in the darkest."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    angle = rng.uniform(0, 2 * np.pi)
    slope = x * np.cos(angle) + y * np.sin(angle)
    field = slope + rng.uniform(0, 0.5) * (x**2 + y**2) + 0.5 * smooth_field(rng, shape, max(shape))
    field -= field.min()
    return 1 - shading * field / field.max()


def quantise(picture: Picture, dtype: Any) -> NDArray[Any]:
    """Give the picture in `dtype`: integers over their whole range, floats from 0 to 1."""
    picture = np.clip(picture, 0, 1)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return picture.astype(dtype)
    return np.rint(picture * np.iinfo(dtype).max).astype(dtype)
