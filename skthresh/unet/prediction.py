"""How a trained network is applied: small images together, large ones in tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from skthresh.batch import Array, Part
from skthresh.unet.images import Images, pad_to
from skthresh.unet.scaling import Scale, Scaling, scaled
from skthresh.unet.tiling import Tile, Tiling, bucket

__all__ = ["Piece", "Predictor"]

# Predict so many values of the first level at once: a feature map of 16 filters on two megapixels.
VALUES_AT_ONCE = 2**25

# Of the side of a tile, how much is shared with its neighbour; and how many pixels of the deepest
# level at least.
OVERLAP, LEAST_OVERLAP = 1 / 30, 2


@dataclass(frozen=True)
class Piece:
    r"""A part of an image's probabilities.

    Attributes
    ----------
    image : int
        Which image.
    start : int
        Its first row in the image.
    size : tuple of int
        Of the whole image.
    values : ndarray of float32 of shape (rows, \*size[1:], n_classes)
        The probabilities.
    """

    image: int
    start: int
    size: tuple[int, ...]
    values: Array


@dataclass(frozen=True)
class Predictor:
    """Applies a network to images of any size.

    Attributes
    ----------
    model : keras.Model
        Gives logits.
    scaling : Scaling
        How pixels become numbers.
    multiple : int
        What sides are padded to multiples of.
    filters : int
        Features of the first level: what decides how much fits into memory.
    batch_size : int
        At most so many images or tiles at once.
    tile_size : int or None
        The largest side that is not cut into tiles.
    overlap : int or None
        Of two tiles.
    flips : bool
        Whether each tile is predicted in all its flips and turns, and the mean is taken.
    """

    model: Any
    scaling: Scaling
    multiple: int
    filters: int
    batch_size: int
    tile_size: int | None = None
    overlap: int | None = None
    flips: bool = False

    def pieces(self, images: Images) -> Iterator[Piece]:
        """Visit the probabilities of all images, in no order, and never more than a few rows."""
        groups: dict[tuple[int, ...], list[tuple[int, Array]]] = {}
        held = 0
        for i in range(len(images)):
            x = images[i]
            tiling = self.tiling(x.shape[:-1])
            if tiling.n_tiles > 1:
                yield from self._large(i, x, tiling)
                continue
            group = groups.setdefault(tiling.tile, [])
            group.append((i, x))
            held += self._values(tiling.tile)
            if len(group) == self._at_once(tiling.tile):
                held -= len(group) * self._values(tiling.tile)
                yield from self._together(groups.pop(tiling.tile), tiling.tile)
            elif held > VALUES_AT_ONCE:  # of many sizes, which may never fill a batch
                for shape in list(groups):
                    yield from self._together(groups.pop(shape), shape)
                held = 0
        for shape in list(groups):
            yield from self._together(groups.pop(shape), shape)

    def whole(self, images: Images) -> Iterator[tuple[int, Array]]:
        """Visit the probabilities of whole images, in no order."""
        parts: list[Array] = []
        for piece in self.pieces(images):
            parts.append(piece.values)
            if piece.start + len(piece.values) == piece.size[0]:
                yield piece.image, parts[0] if len(parts) == 1 else np.concatenate(parts)
                parts = []

    def of_image(self, x: Array) -> Array:
        """Give the probabilities of one image, channels last."""
        tiling = self.tiling(x.shape[:-1])
        if tiling.n_tiles == 1:
            return next(self._together([(0, x)], tiling.tile)).values
        return np.concatenate([piece.values for piece in self._large(0, x, tiling)])

    def of_part(self, x: Array, by: Scale, part: Part) -> Array:
        r"""Give the probabilities of a part of an image.

        Parameters
        ----------
        x : ndarray of shape (\*size, n_channels)
            The part, with the neighbours' pixels that are in the same tiles.
        by : Scale
            The scale of the whole image.
        part : Part
            Where it lies, and what of it is asked for.

        Returns
        -------
        probabilities : ndarray of float32 of shape (\*size, n_classes)
            Without meaning outside of what is asked for.
        """
        tiling = self.tiling(part.shape)
        out: Array = np.empty(0, np.float32)
        for _, _, tiles in tiling.rows():
            some = [(t, box) for t in tiles if (box := _shared(t, tiling.tile, part)) is not None]
            at_once = self._at_once(tiling.tile)
            for first in range(0, len(some), at_once):
                group = some[first : first + at_once]
                windows = [(_within(t.corner, tiling.tile, part), t.corner) for t, _ in group]
                parts = [scaled(x[w], by, corner)[0] for w, corner in windows]
                stack = np.stack([pad_to(p, tiling.tile) for p in parts])
                for (t, (here, there)), p in zip(group, self._probabilities(stack), strict=True):
                    if not out.size:
                        out = np.zeros((*x.shape[:-1], p.shape[-1]), np.float32)
                    out[here] += p[there] * t.weight[there][..., np.newaxis]
        no_data: Array | None = None
        if x.dtype.kind == "f":
            no_data = np.asarray(np.isnan(x).any(axis=-1))
        return _without_data(out, no_data)

    def tiling(self, size: tuple[int, ...]) -> Tiling:
        """Tell how an image of some size is cut into tiles."""
        side = self.tile_size
        if side is None:
            side = int((VALUES_AT_ONCE / self.filters) ** (1 / len(size)) + 1e-9)
        side = max(1, side // self.multiple) * self.multiple
        overlap = self.overlap
        if overlap is None:
            overlap = max(int(side * OVERLAP), LEAST_OVERLAP * self.multiple)
        return Tiling(size, side, overlap, self.multiple)

    def _values(self, shape: tuple[int, ...]) -> int:
        """Count the values of the first level's features."""
        return int(np.prod(shape)) * self.filters

    def _at_once(self, shape: tuple[int, ...]) -> int:
        return min(self.batch_size, max(1, VALUES_AT_ONCE // self._values(shape)))

    def _together(self, group: list[tuple[int, Array]], shape: tuple[int, ...]) -> Iterator[Piece]:
        """Predict images of one padded shape."""
        loaded = [scaled(x, self.scaling.of_image(x)) for _, x in group]
        stack = np.stack([pad_to(image, shape) for image, _ in loaded])
        values = self._probabilities(stack)
        for (i, x), (_, no_data), p in zip(group, loaded, values, strict=True):
            size = x.shape[:-1]
            part = p[tuple(slice(n) for n in size)]
            yield Piece(i, 0, size, _without_data(part, no_data))

    def _large(self, i: int, x: Array, tiling: Tiling) -> Iterator[Piece]:
        """Predict an image in rows of tiles; what is finished is given away before the next."""
        size, tile = x.shape[:-1], tiling.tile
        by = self.scaling.of_image(x)
        width = tuple(
            axis[0][-1] + side for axis, side in zip(tiling.axes[1:], tile[1:], strict=True)
        )
        at_once = self._at_once(tile)
        band: Array = np.empty(0, np.float32)
        for start, following, tiles in tiling.rows():
            for first in range(0, len(tiles), at_once):
                some = tiles[first : first + at_once]
                parts = [scaled(x[_window(t.corner, tile)], by, t.corner)[0] for t in some]
                stack = np.stack([pad_to(p, tile) for p in parts])
                for t, p in zip(some, self._probabilities(stack), strict=True):
                    if not band.size:
                        band = np.zeros((tile[0], *width, p.shape[-1]), np.float32)
                    part = band[(slice(None), *_window(t.corner[1:], tile[1:]))]
                    part += p * t.weight[..., np.newaxis]
            n = min(size[0] if following is None else following, size[0]) - start
            rows = band[(slice(n), *[slice(side) for side in size[1:]])]
            no_data: Array | None = None
            if x.dtype.kind == "f":
                no_data = np.asarray(np.isnan(x[start : start + n]).any(axis=-1))
            yield Piece(i, start, size, _without_data(rows.copy(), no_data))
            band[:-n] = band[n:]
            band[-n:] = 0

    def _probabilities(self, stack: Array) -> Array:
        if not self.flips:
            return _softmax(self._logits(stack))
        mean: Any = 0.0
        symmetries = list(_symmetries(stack.shape[1:-1]))
        for there, back in symmetries:
            mean = mean + back(_softmax(self._logits(np.ascontiguousarray(there(stack)))))
        return mean / np.float32(len(symmetries))

    def _logits(self, stack: Array) -> Array:
        n = len(stack)
        stack = pad_to(stack, (bucket(n),), "constant")  # few batch sizes, too
        return np.asarray(self.model.predict_on_batch(stack), np.float32)[:n]


def _window(corner: tuple[int, ...], size: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(c, c + n) for c, n in zip(corner, size, strict=True))


def _within(corner: tuple[int, ...], tile: tuple[int, ...], part: Part) -> tuple[slice, ...]:
    """Find the pixels of a tile in a part of the image; at the image's end there are fewer."""
    axes = zip(corner, tile, part.start, part.shape, strict=True)
    return tuple(slice(c - a, min(c + side, n) - a) for c, side, a, n in axes)


def _shared(
    t: Tile, tile: tuple[int, ...], part: Part
) -> tuple[tuple[slice, ...], tuple[slice, ...]] | None:
    """Find what a tile adds to a part of the image: in the part, and in the tile; None: nothing."""
    here, there = [], []
    for c, side, a, inside in zip(t.corner, tile, part.start, part.inside, strict=True):
        start, stop = max(c, a + inside.start), min(c + side, a + inside.stop)
        if start >= stop:
            return None
        here.append(slice(start - a, stop - a))
        there.append(slice(start - c, stop - c))
    return (tuple(here), tuple(there)) if t.weight[tuple(there)].any() else None


def _without_data(p: Array, no_data: Array | None) -> Array:
    """Give the first class to pixels without data."""
    if no_data is not None and no_data.any():
        p[no_data] = np.eye(1, p.shape[-1])
    return p


def _softmax(logits: Array) -> Array:
    if logits.shape[-1] == 2:  # half of the work
        p = np.empty_like(logits)
        expit(logits[..., 1] - logits[..., 0], out=p[..., 1])
        np.subtract(1, p[..., 1], out=p[..., 0])
        return p
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    exponentials /= exponentials.sum(axis=-1, keepdims=True)
    return exponentials


Change = Callable[[Array], Array]


def _symmetries(size: tuple[int, ...]) -> Iterator[tuple[Change, Change]]:
    """Visit flips, and quarter turns where two sides are equal, each with its inverse."""
    turns = range(4) if size[-1] == size[-2] else range(0, 4, 2)
    plane = (len(size) - 1, len(size))  # the last two axes of a stack, before its channels
    for k in turns:
        for flipped in (False, True):

            def there(x: Array, k: int = k, flipped: bool = flipped) -> Array:
                x = np.rot90(x, k, plane)
                return np.flip(x, plane[1]) if flipped else x

            def back(x: Array, k: int = k, flipped: bool = flipped) -> Array:
                x = np.flip(x, plane[1]) if flipped else x
                return np.rot90(x, -k, plane)

            yield there, back
