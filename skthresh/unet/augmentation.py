"""What is done to a training patch: image, mask and weights together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from skthresh.batch import Array

__all__ = ["AUGMENTATIONS", "DEFAULT", "Augment", "Augmentation"]

AUGMENTATIONS = ("flip", "rotate", "scale", "intensity", "shade", "elastic")
DEFAULT = ("flip", "rotate", "scale", "intensity", "shade")

# (image, mask, weight, rng) -> the same three, as users may supply it.
Augment = Callable[[Array, Array, Array, np.random.Generator], tuple[Array, Array, Array]]
Sample = tuple[Array, Array, Array]

ZOOM = 1.4  # the greatest, and its inverse the least
# Contrast goes down further than up: there is more faint ink than ink of twice the blackness.
CONTRAST = (1 / 3, 1.5)
# In standard deviations of the image: of all pixels, from the middle to the sides, of one channel.
BRIGHTNESS, SHADE, COLOUR = 1.0, 1.0, 0.2
GRID, SHIFT = 3, 10.0  # of the elastic deformation: control points a side, pixels


@dataclass(frozen=True)
class Augmentation:
    """Changes patches at random.

    Attributes
    ----------
    names : tuple of str
        Some of `AUGMENTATIONS`.
    function : callable or None
        The user's own, instead.
    unit : float
        What contrast and brightness are measured in: the deviation of scaled images.
    n_added : int
        Channels at the end that light is not cast on: what is compared with the background.
    """

    names: tuple[str, ...] = ()
    function: Augment | None = None
    unit: float = 1.0
    n_added: int = 0

    def cut_size(self, size: tuple[int, ...], rng: np.random.Generator) -> tuple[int, ...]:
        """Draw how large a piece becomes a patch of `size`."""
        if "scale" not in self.names or rng.random() < 0.5:
            return size
        zoom = ZOOM ** rng.uniform(-1, 1)
        return tuple(max(1, round(n / zoom)) for n in size)

    def __call__(
        self, sample: Sample, size: tuple[int, ...], classes: Array, rng: np.random.Generator
    ) -> Sample:
        """Augment one patch, and bring it to `size`."""
        if self.function is not None:
            return _call(self.function, sample, classes, rng)
        image, mask, weight = sample
        elastic = "elastic" in self.names
        if elastic or mask.shape != size:
            image, mask, weight = _deform(image, mask, weight, size, rng if elastic else None)
        if "flip" in self.names:
            flipped = tuple(axis for axis in range(mask.ndim) if rng.random() < 0.5)
            image, mask, weight = (np.flip(part, flipped) for part in (image, mask, weight))
        if "rotate" in self.names and size[-1] == size[-2]:
            turns, plane = int(rng.integers(4)), (mask.ndim - 2, mask.ndim - 1)
            image, mask, weight = (np.rot90(part, turns, plane) for part in (image, mask, weight))
        n_lit = image.shape[-1] - self.n_added
        lit, added = image[..., :n_lit], image[..., n_lit:]
        if "intensity" in self.names:
            factor = np.exp(rng.uniform(*np.log(CONTRAST)))
            shift = rng.uniform(-1, 1) * BRIGHTNESS * self.unit
            mean = float(lit.mean())
            lit = (lit - np.float32(mean)) * np.float32(factor) + np.float32(mean + shift)
        if "shade" in self.names:
            lit = lit + _shade(size, n_lit, rng) * np.float32(self.unit)
        return np.concatenate([lit, added], axis=-1) if self.n_added else lit, mask, weight


def _shade(size: tuple[int, ...], n_channels: int, rng: np.random.Generator) -> Array:
    """Draw what uneven light adds: a plane in some direction, and a tint."""
    slope = rng.normal(size=len(size))
    slope *= SHADE * rng.uniform(0, 1) / np.abs(slope).sum()
    added: Array = rng.uniform(-COLOUR, COLOUR, n_channels).astype(np.float32)
    for axis, (n, rise) in enumerate(zip(size, slope, strict=True)):
        ramp = np.linspace(-rise, rise, n, dtype=np.float32)
        added = added + ramp.reshape(-1, *[1] * (len(size) - axis))
    return added


def _deform(
    image: Array,
    mask: Array,
    weight: Array,
    size: tuple[int, ...],
    rng: np.random.Generator | None,
) -> Sample:
    """Resample a patch: to another size, and along smooth random shifts if there is an rng."""
    if mask.shape != size:
        image = _resize(image, size)
        nearest = np.ix_(*[_places(n, have)[0] for n, have in zip(size, mask.shape, strict=True)])
        mask, weight = mask[nearest], weight[nearest]
    if rng is None:
        return image, mask, weight
    grid = np.stack(np.meshgrid(*[np.linspace(0, GRID - 1, n) for n in size], indexing="ij"))
    at = np.stack(np.meshgrid(*map(np.arange, size), indexing="ij")).astype(float)
    for axis in range(len(size)):
        coarse = rng.normal(0, SHIFT, [GRID] * len(size))
        at[axis] += ndimage.map_coordinates(coarse, grid, order=3, mode="nearest")

    def sample(part: Array, order: int) -> Array:
        return ndimage.map_coordinates(part, at, order=order, mode="mirror", prefilter=False)

    channels = [sample(image[..., c], 1) for c in range(image.shape[-1])]
    return np.stack(channels, axis=-1), sample(mask, 0), sample(weight, 0)


def _places(n: int, have: int) -> tuple[Array, Array]:
    """Give, for each of `n` pixels, the nearest of those there are, and its place among them."""
    at = np.clip((np.arange(n) + 0.5) * (have / n) - 0.5, 0, have - 1)
    return (at + 0.5).astype(np.intp), at


def _resize(image: Array, size: tuple[int, ...]) -> Array:
    """Interpolate linearly, one axis after the other."""
    for axis, n in enumerate(size):
        have = image.shape[axis]
        at = _places(n, have)[1]
        lower = np.minimum(at.astype(np.intp), max(0, have - 2))
        share = (at - lower).astype(np.float32).reshape(-1, *[1] * (image.ndim - 1 - axis))
        low, high = (image.take(np.minimum(k, have - 1), axis) for k in (lower, lower + 1))
        image = low + (high - low) * share
    return image


def _call(function: Augment, sample: Sample, classes: Array, rng: np.random.Generator) -> Sample:
    """Call the user's function with labels, and check what it gives back."""
    image, indices, weight = sample
    result = function(image.copy(), classes[indices], weight.copy(), rng)
    if not isinstance(result, tuple) or len(result) != 3:
        raise TypeError(
            "augment(image, mask, weight, rng) must return (image, mask, weight); it returned "
            f"{type(result).__name__}."
        )
    new = [np.asarray(part) for part in result]
    shapes = [part.shape for part in new]
    if shapes != [image.shape, indices.shape, weight.shape]:
        raise ValueError(
            f"augment returned arrays of shapes {shapes}; they must stay "
            f"{[image.shape, indices.shape, weight.shape]}."
        )
    unknown = np.setdiff1d(new[1], classes)
    if unknown.size:
        raise ValueError(
            f"augment returned a mask with the label(s) {unknown.tolist()}; the labels are "
            f"{classes.tolist()}."
        )
    mask = np.searchsorted(classes, new[1]).astype(np.int32)
    return new[0].astype(np.float32), mask, new[2].astype(np.float32)
