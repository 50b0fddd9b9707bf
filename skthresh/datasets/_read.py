"""Image files as arrays, through Pillow: every mode that photographs, scans and masks come in."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

__all__ = ["SUFFIXES", "read_image", "read_mask"]

SUFFIXES = frozenset(
    {
        ".bmp",
        ".gif",
        ".jpeg",
        ".jpg",
        ".pbm",
        ".pgm",
        ".png",
        ".pnm",
        ".ppm",
        ".tif",
        ".tiff",
        ".webp",
    }
)

# What Pillow raises for files that are damaged, or too large to be opened unasked.
_READ_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Warning,  # where warnings are errors
)


def read_image(path: Path, max_pixels: int | None = None) -> NDArray[Any]:
    """Read a file as an image: grey (height, width), or colour (height, width, 3 or 4)."""
    with _opened(path, "an image", max_pixels) as image:
        if image.mode in {"L", "1", "I", "F", "RGB", "RGBA"} or image.mode.startswith("I;16"):
            return _as_array(image)
        # Alpha beside grey says nothing of brightness; palettes, CMYK and the like are colours.
        return np.array(image.convert("L" if image.mode == "LA" else "RGB"))


def read_mask(path: Path, *, labels: bool) -> NDArray[Any]:
    """Read a file as a mask (height, width).

    Parameters
    ----------
    path : Path
        The file.
    labels : bool
        Whether the numbers in the file are wanted. If they are not, and a palette of greys says
        how bright each number is to be seen, the brightness is given instead.
    """
    with _opened(path, "a mask") as image:
        if image.mode == "P" and not labels and _has_grey_palette(image):
            return np.array(image.convert("L"))
        mask = _as_array(image)
        if mask.ndim == 2:
            return mask
        bands = image.getbands()
        n_colours = len(bands) - (bands[-1] == "A")
        colours, alpha = mask[..., :n_colours], mask[..., n_colours:]
        if (colours != colours[..., :1]).any() or (alpha != alpha[:1, :1]).any():
            raise ValueError(
                f"its channels {', '.join(bands)} differ, so that there is no one value per "
                "pixel; save it with one channel"
            )
        return np.ascontiguousarray(mask[..., 0])


@contextmanager
def _opened(path: Path, kind: str, max_pixels: int | None = None) -> Iterator[Image.Image]:
    """Open and decode a file, upright; every failure within names the file."""
    try:
        with Image.open(path) as image:
            n_frames = getattr(image, "n_frames", 1)
            if n_frames > 1:
                raise ValueError(f"it holds {n_frames} images; one is expected")
            if max_pixels is not None and image.width * image.height > max_pixels:
                raise ValueError(
                    f"it has {image.width} x {image.height} pixels, which are more than "
                    f"max_pixels={max_pixels}"
                )
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            yield image
    except _READ_ERRORS as error:
        raise ValueError(f"The file {str(path)!r} cannot be read as {kind}: {error}") from error


def _as_array(image: Image.Image) -> NDArray[Any]:
    if image.mode == "1":
        return np.array(image.convert("L"))
    array = np.array(image)
    if image.mode == "I" and image.format in {"PNG", "PPM"}:
        return array.astype(np.uint16)  # neither format holds more than 16 bits
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _has_grey_palette(image: Image.Image) -> bool:
    palette = np.array(image.getpalette("RGB")).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())
