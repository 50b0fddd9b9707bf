"""What is usual around a pixel, and how far the objects of an image stand out from it.

A network that learns from a few dozen images cannot learn what paper, glass or tissue may look
like. Medians of blocks tell it: they are what most pixels near by have. The one number for the
whole image, how far objects stand out, keeps what is faint apart from what is clear.
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
# How far an object is from its background: in a block, this share of the pixels is nearer; in the
# image, this share of the blocks is no clearer. One small object on nothing but noise is clearer
# than most blocks: it counts for so much.
WITHIN, BELOW, CLEAREST = 0.98, 0.95, 1 / 3


@dataclass(frozen=True)
class Measured:
    """Some blocks of an image.

    Attributes
    ----------
    start : tuple of int
        Which of the image's blocks the first is, on each axis.
    medians, spreads : ndarray of float64
        The median of each block, and how far from it nearly all of its pixels are at most. NaN for
        blocks without data.
    """

    start: tuple[int, ...]
    medians: Floats
    spreads: Floats


@dataclass(frozen=True)
class Background:
    """The background of an image.

    Attributes
    ----------
    levels : ndarray of float64
        In the middle of each block.
    centres : tuple of ndarray of float64
        Where these are, in pixels.
    contrast : float
        How far objects are from it; NaN without data.
    """

    levels: Floats
    centres: tuple[Floats, ...]
    contrast: float

    @classmethod
    def of(cls, x: Array) -> Background:
        r"""Look at an image of shape (\*size, n_channels), a block's height at a time."""
        size = x.shape[:-1]
        whole = Part((0,) * len(size), size, tuple(slice(0, n) for n in size))
        return cls.of_blocks([measure(x, whole)], size)

    @classmethod
    def of_blocks(cls, found: list[Measured], size: tuple[int, ...]) -> Background:
        """Put together what was measured in the parts of an image of some size."""
        edges = [_edges(n) for n in size]
        medians = np.full([len(e) - 1 for e in edges], np.nan)
        spreads = medians.copy()
        for part in found:
            at = tuple(slice(a, a + n) for a, n in zip(part.start, part.medians.shape, strict=True))
            medians[at], spreads[at] = part.medians, part.spreads
        levels = ndimage.median_filter(fill_gaps(medians), AROUND, mode="nearest")
        known = spreads[~np.isnan(spreads)]
        contrast = np.nan
        if known.size:
            contrast = max(float(np.quantile(known, BELOW)), CLEAREST * float(known.max()))
        return cls(levels, tuple((e[:-1] + e[1:] - 1) / 2 for e in edges), contrast)

    def at(self, corner: tuple[int, ...], size: tuple[int, ...]) -> Floats:
        """Give the background of a window: linear between the blocks' middles."""
        window = tuple(slice(c, c + n) for c, n in zip(corner, size, strict=True))
        return interpolate(self.levels, self.centres, window)


def measure(x: Array, part: Part) -> Measured:
    r"""Find medians and spreads of the blocks that begin in a part of an image.

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
    medians = np.empty([len(e) - 1 for _, e in spans])
    spreads = medians.copy()
    *outer, (_, last) = spans
    for index in np.ndindex(medians.shape[:-1]):
        rows = tuple(slice(e[k], e[k + 1]) for k, (_, e) in zip(index, outer, strict=True))
        for which, values in _side_by_side(x[rows], last):
            medians[(*index, which)], spreads[(*index, which)] = _median_and_spread(values)
    return Measured(tuple(first for first, _ in spans), medians, spreads)


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


def _median_and_spread(values: Floats) -> tuple[Floats, Floats]:
    """Give both of each row, NaN left out."""
    missing = np.isnan(values)
    if not missing.any():
        median = np.median(values, axis=1)
        return median, np.quantile(np.abs(values - median[:, np.newaxis]), WITHIN, axis=1)
    median, spread = np.full((2, len(values)), np.nan)
    known = ~missing.all(axis=1)
    median[known] = np.nanmedian(values[known], axis=1)
    off = np.abs(values[known] - median[known, np.newaxis])
    spread[known] = np.nanquantile(off, WITHIN, axis=1)
    return median, spread
