"""How a large image is taken apart into overlapping tiles, and put together without seams."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from skthresh.batch import Array

__all__ = ["Tile", "Tiling", "bucket"]

# At its inner edges a tile sees no neighbours: so much of the overlap is not looked at at all.
TRIMMED = 0.25
# Of how many sizes images and batches are, and tiles, in each doubling. What is rounded up is
# computed in vain: of tiles, whose sides are chosen, it would be a quarter.
SIZES, TILE_SIZES = 8, 32


@dataclass(frozen=True)
class Tile:
    """One tile.

    Attributes
    ----------
    corner : tuple of int
        Where it begins.
    weight : ndarray of float32
        How much its pixels count in the whole; the weights of all tiles add up to 1.
    """

    corner: tuple[int, ...]
    weight: Array


class Tiling:
    """Tiles of equal size that cover an image.

    Parameters
    ----------
    size : tuple of int
        Of the image; the tiles together may be larger at its ends.
    tile : int
        The largest side of a tile.
    overlap : int
        The least overlap of two tiles.
    multiple : int
        Sides and corners are multiples of it, so that pooling falls on the same pixels in each.

    Notes
    -----
    Sides are some of few, so that images of many sizes do not fill the memory: backends compile
    for each shape, or keep what they have prepared for it. A side may be somewhat larger than
    `tile`.
    """

    def __init__(self, size: tuple[int, ...], tile: int, overlap: int, multiple: int) -> None:
        self.axes = [_along(n, tile, overlap, multiple) for n in size]
        self.tile = tuple(len(weights[0]) for _, weights in self.axes)
        self.n_tiles = int(np.prod([len(starts) for starts, _ in self.axes]))

    def rows(self) -> Iterator[tuple[int, int | None, list[Tile]]]:
        """Visit the tiles in rows along the first axis, with the start of this row and the next."""
        (starts, weights), others = self.axes[0], self.axes[1:]
        for r, start in enumerate(starts):
            tiles = []
            for along in itertools.product(*[zip(*axis, strict=True) for axis in others]):
                corner = (start, *[c for c, _ in along])
                ramps = [weights[r], *[ramp for _, ramp in along]]
                tiles.append(Tile(corner, functools.reduce(np.multiply.outer, ramps)))
            yield start, starts[r + 1] if r + 1 < len(starts) else None, tiles


def _along(length: int, tile: int, overlap: int, multiple: int) -> tuple[list[int], list[Array]]:
    """Give the starts of the tiles along one axis, and the weights of their pixels."""
    # All in units of the multiple, but for what is given back.
    units, shared = -(-length // multiple), -(-overlap // multiple)
    most = max(tile // multiple, shared + 1)
    n = max(1, -(-(units - shared) // (most - shared)))
    side = bucket(units) if n == 1 else bucket(-(-(units + (n - 1) * shared) // n), TILE_SIZES)
    if side >= units:
        return [0], [np.ones(side * multiple, np.float32)]
    n = -(-(units - shared) // (side - shared))
    starts = [round(k * (units - side) / (n - 1)) * multiple for k in range(n)]
    side *= multiple
    ramps = []
    for k, start in enumerate(starts):
        weights = np.ones(side)
        if k > 0:
            weights *= _ramp(side, starts[k - 1] + side - start)
        if k < n - 1:
            weights *= _ramp(side, start + side - starts[k + 1])[::-1]
        ramps.append(weights)
    total = np.zeros(starts[-1] + side)
    for start, weights in zip(starts, ramps, strict=True):
        total[start : start + side] += weights
    return starts, [
        (w / total[s : s + side]).astype(np.float32) for s, w in zip(starts, ramps, strict=True)
    ]


def _ramp(side: int, overlap: int) -> Array:
    """Rise from 0 to 1 over the overlap; its outermost part stays 0."""
    trim = int(TRIMMED * overlap)
    rise = (np.arange(side) + 0.5 - trim) / max(1, overlap - 2 * trim)
    return np.clip(rise, 0, 1)


def bucket(n: int, per_doubling: int = SIZES) -> int:
    """Round up to one of so many numbers, a power of two, in each doubling."""
    step = 1 << max(0, n.bit_length() - per_doubling.bit_length())
    return -(-n // step) * step
