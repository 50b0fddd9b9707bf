"""What is thresholded: an image like a page, and the same page in other forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]


def levels(height: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    """Give grey levels from 0 to 255: uneven light, noise, dark strokes."""
    rng = np.random.default_rng(seed)
    x, y = np.linspace(0, 3, width, dtype=np.float32), np.linspace(0, 2, height, dtype=np.float32)
    image = 190 + 40 * np.sin(x) * np.cos(y)[:, np.newaxis]
    image += 6 * rng.standard_normal((height, width), np.float32)
    cells = rng.random((height // 8 + 1, width // 8 + 1)) < 0.15
    ink = cells.repeat(8, axis=0).repeat(8, axis=1)[:height, :width] & (np.arange(width) % 8 < 4)
    return np.clip(image - 110 * ink, 0, 255)


def page(height: int, width: int) -> Array:
    """Give one uint8 image, as a stack."""
    return levels(height, width)[np.newaxis].astype(np.uint8)


def colour(height: int, width: int) -> Array:
    """Give one RGB image, as a stack."""
    image = page(height, width)
    return np.stack([image, image[:, ::-1], image[:, :, ::-1]], axis=-1)


def tiles(height: int, width: int) -> Array:
    """Cut images of 28x28 from a page: 10,000 from one of 4000x3800."""
    rows, columns = min(height // 28, 100), min(width // 28, 100)
    image = page(height, width)[0, : 28 * rows, : 28 * columns]
    cut = image.reshape(rows, 28, columns, 28).swapaxes(1, 2).reshape(-1, 28, 28)
    return np.ascontiguousarray(cut)


def eight(height: int, width: int) -> Array:
    """Give eight images, of a page's pixels twice over."""
    return np.stack([levels(height // 2, width // 2, i) for i in range(8)]).astype(np.uint8)


def scaled(factor: float, dtype: str) -> Callable[[int, int], Array]:
    """Give the page in another dtype, with levels between those of uint8."""
    return lambda height, width: (levels(height, width)[np.newaxis] * np.float32(factor)).astype(
        dtype
    )


INPUTS: dict[str, Callable[[int, int], Array]] = {
    "page": page,
    "colour": colour,
    "uint16": scaled(257, "uint16"),
    "12 bits": scaled(16, "uint16"),
    "float32": scaled(1 / 255, "float32"),
    "tiles": tiles,
    "eight": eight,
}
# Those whose pixels are so many that memory can be measured.
PAGES = ("page", "colour", "uint16", "12 bits", "float32")


@cache
def load(name: str, *, quick: bool) -> Array:
    """Make an input: of 4000x3800 pixels, or a small one."""
    return INPUTS[name](*((400, 380) if quick else (4000, 3800)))
