"""What is usual around a pixel, and how far the objects of an image stand out from it.

A network that learns from a few dozen images cannot learn what paper, glass or tissue may look
like. Medians of blocks tell it: they are what most pixels near by have. The one number for the
whole image, how far objects stand out, keeps what is faint apart from what is clear.

Light multiplies: in shadow, what is darker than its background is so by less, in proportion. What
is brighter is not measured so: most often it shines by itself, and its background is nearly black.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from skthresh.batch import Array, Part
from skthresh.local_threshold.grids import fill_gaps, interpolate

__all__ = ["REACH", "Background", "Measured", "measure"]

Floats = NDArray[np.float64]

# Pixels a side. An image ends with a block of half to less than one and a half of that.
BLOCK = 32
REACH = BLOCK + BLOCK // 2
# The background is the median of so many blocks a side: an object of fewer pixels is not it.
AROUND = 7
# How far an object is from its background: in a block, this share of the pixels is no darker, and
# this share no brighter; in the image, this share of the blocks is no clearer. One small object on
# nothing but noise is clearer than most blocks: it counts for so much.
WITHIN, BELOW, CLEAREST = 0.98, 0.95, 1 / 3
# A background is not taken for darker than this share of the image's brightest: near black there
# is nothing but noise.
DARKEST = 1 / 4


@dataclass(frozen=True)
class Measured:
    """Some blocks of an image.

    Attributes
    ----------
    start : tuple of int
        Which of the image's blocks the first is, on each axis.
    quantiles : ndarray of float64 of shape (3, ...)
        Of each block: what nearly all of its pixels are above, its median, and what nearly all are
        below. NaN for blocks without data.
    """

    start: tuple[int, ...]
    quantiles: Floats


@dataclass(frozen=True)
class Background:
    """The background of an image.

    Attributes
    ----------
    levels : ndarray of float64
        In the middle of each block.
    centres : tuple of ndarray of float64
        Where these are, in pixels.
    black : float
        The level of no light: the image's lowest.
    contrast : float
        How far objects are from it, where it is brightest; NaN without data.
    """

    levels: Floats
    centres: tuple[Floats, ...]
    black: float
    contrast: float

    @classmethod
    def of(cls, x: Array, black: float) -> Background:
        r"""Look at an image of shape (\*size, n_channels), a block's height at a time."""
        size = x.shape[:-1]
        whole = Part((0,) * len(size), size, tuple(slice(0, n) for n in size))
        return cls.of_blocks([measure(x, whole)], size, black)

    @classmethod
    def of_blocks(cls, found: list[Measured], size: tuple[int, ...], black: float) -> Background:
        """Put together what was measured in the parts of an image of some size."""
        edges = [_edges(n) for n in size]
        quantiles = np.full((3, *[len(e) - 1 for e in edges]), np.nan)
        for part in found:
            shape = part.quantiles.shape[1:]
            at = tuple(slice(a, a + n) for a, n in zip(part.start, shape, strict=True))
            quantiles[:, *at] = part.quantiles
        lows, medians, highs = quantiles
        levels = ndimage.median_filter(fill_gaps(medians), AROUND, mode="nearest")
        centres = tuple((e[:-1] + e[1:] - 1) / 2 for e in edges)
        # What is darker than the rest of its block may still be brighter than the background.
        darker = (np.fmin(medians, levels) - lows) / _brightness(levels, levels, black)
        spreads = np.maximum(darker, np.maximum(highs - medians, medians - lows))
        known = spreads[~np.isnan(spreads)]
        contrast = np.nan
        if known.size:
            contrast = max(float(np.quantile(known, BELOW)), CLEAREST * float(known.max()))
        return cls(levels, centres, black, contrast)

    def at(self, corner: tuple[int, ...], size: tuple[int, ...]) -> Floats:
        """Give the background of a window: linear between the blocks' middles."""
        window = tuple(slice(c, c + n) for c, n in zip(corner, size, strict=True))
        return interpolate(self.levels, self.centres, window)

    def off(self, grey: Floats, corner: tuple[int, ...]) -> Floats:
        """Tell how far a window is from the background, where this is as bright as anywhere."""
        here = self.at(corner, grey.shape)
        off: Floats = grey - here
        brightness = _brightness(here, self.levels, self.black)
        return np.divide(off, brightness, out=off, where=off < 0)


def measure(x: Array, part: Part) -> Measured:
    r"""Look at the blocks that begin in a part of an image.

    Parameters
    ----------
    x : ndarray of shape (\*size, n_channels)
        The part, with at least `REACH` pixels of its neighbours after what is asked for, as far
        as the image goes. Of channels the mean is taken.
    part : Part
        Where it lies, and what of it is asked for.
    """
    edges = [_edges(n) for n in part.shape]
    spans = []
    for e, start, inside in zip(edges, part.start, part.inside, strict=True):
        first, after = np.searchsorted(e[:-1], (start + inside.start, start + inside.stop))
        spans.append((int(first), e[first : after + 1] - start))
    found = np.empty((3, *[len(e) - 1 for _, e in spans]))
    *outer, (_, last) = spans
    for index in np.ndindex(found.shape[1:-1]):
        rows = tuple(slice(e[k], e[k + 1]) for k, (_, e) in zip(index, outer, strict=True))
        for which, values in _side_by_side(x[rows], last):
            found[:, *index, which] = _quantiles(values)
    return Measured(tuple(first for first, _ in spans), found)


def _brightness(levels: Floats, of_image: Floats, black: float) -> Floats:
    """Tell how bright levels are beside the brightest of the image."""
    brightest = float(of_image.max()) - black
    if not brightest > 0:
        return np.ones_like(levels)
    return np.clip((levels - black) / brightest, DARKEST, 1)


def _edges(n: int) -> NDArray[np.int64]:
    return np.append(np.arange(max(1, (n + BLOCK // 2) // BLOCK)) * BLOCK, n)


def _side_by_side(strip: Array, edges: NDArray[np.int64]) -> Iterator[tuple[slice, Floats]]:
    """Give the blocks of a strip, those of one width together, each as a row of numbers."""
    widths = np.diff(edges)
    n_whole = int(np.count_nonzero(widths == BLOCK))
    for which in (slice(0, n_whole), slice(n_whole, len(widths))):
        if which.start < which.stop:
            part: Any = strip[..., edges[which.start] : edges[which.stop], :]
            grey = part.mean(axis=-1, dtype=np.float64)
            blocks = grey.reshape(-1, which.stop - which.start, widths[which.start])
            yield which, blocks.swapaxes(0, 1).reshape(len(widths[which]), -1)


def _quantiles(values: Floats) -> Floats:
    """Give those of each row, NaN left out."""
    at = (1 - WITHIN, 0.5, WITHIN)
    missing = np.isnan(values)
    if not missing.any():
        return np.asarray(np.quantile(values, at, axis=1))
    found = np.full((3, len(values)), np.nan)
    known = ~missing.all(axis=1)
    found[:, known] = np.nanquantile(values[known], at, axis=1)
    return found
