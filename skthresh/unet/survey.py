"""One look at all training images: what must be known of them before the first step."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.unet.images import Images, blocks
from skthresh.unet.masks import Masks, label_counts
from skthresh.unet.scaling import Moments, moments

__all__ = ["Survey", "survey"]

# Remember so many pixels of each label, over all images together, to start patches from.
REMEMBERED = 2**20
LEAST, MOST = 16, 4096


@dataclass(frozen=True)
class Survey:
    """What is known of the images and masks.

    Attributes
    ----------
    sizes : list of tuple of int
        Height and width, or depth, height and width.
    moments : list of Moments
        Range, mean and deviation of each image.
    labels, counts : list of ndarray
        The labels of each mask, and how many pixels have them.
    places : list of list of ndarray
        Of each mask and each of its labels, some pixels that have it, drawn at random, as
        indices into the flat mask.
    digest : int
        Changes whenever a pixel of an image or a mask does.
    """

    sizes: list[tuple[int, ...]]
    moments: list[Moments]
    labels: list[Array]
    counts: list[Array]
    places: list[list[Array]]
    digest: int


def survey(
    images: Images, masks: Masks, ignore_label: int | None = None, weights: Any = None
) -> Survey:
    """Look at each image and its mask once, one at a time.

    Of pixels that do not count nothing is remembered.

    Parameters
    ----------
    images : Images
        The images.
    masks : Masks
        Their masks.
    ignore_label : int or None, default=None
        The label of pixels that do not count.
    weights : ndarray of shape (n,), or list of ndarray, default=None
        Of the images or their pixels: what weighs nothing does not count.
    """
    found = Survey([], [], [], [], [], 0)
    digest = 0
    room = int(np.clip(REMEMBERED // len(images), LEAST, MOST))
    rng = np.random.default_rng(0)
    for i in range(len(images)):
        x = images[i]
        mask = masks.checked(i, x.shape)
        left_out = _left_out(x, mask, ignore_label, None if weights is None else weights[i])
        labels, counts = label_counts(mask if left_out is None else mask[~left_out])
        found.sizes.append(x.shape[:-1])
        found.moments.append(moments(x))
        found.labels.append(labels)
        found.counts.append(counts)
        found.places.append(_places(mask, left_out, labels, counts, room, rng))
        for array in (x, mask):
            for block in blocks(array):
                digest = zlib.crc32(np.ascontiguousarray(block).tobytes(), digest)
    return Survey(found.sizes, found.moments, found.labels, found.counts, found.places, digest)


def _left_out(x: Array, mask: Array, ignore_label: int | None, weight: Any) -> Array | None:
    """Find the pixels that do not count; None if all do."""
    found = []
    if x.dtype.kind == "f":
        found.append(np.isnan(x).any(axis=-1))
    if ignore_label is not None:
        found.append(mask == ignore_label)
    if np.ndim(weight):
        found.append(np.asarray(weight) == 0)
    return np.logical_or.reduce(found) if found else None


def _places(
    mask: Array,
    left_out: Array | None,
    labels: Array,
    counts: Array,
    room: int,
    rng: np.random.Generator,
) -> list[Array]:
    """Draw some pixels of each label: the commonest has none, every patch sees it."""
    places = [np.empty(0, np.int64)] * len(labels)
    common = int(np.argmax(counts)) if len(counts) else -1
    for k, label in enumerate(labels):
        if k == common:
            continue
        here = mask == label
        where = np.flatnonzero(here if left_out is None else here & ~left_out)
        if len(where) > room:
            where = np.sort(rng.choice(where, room, replace=False))
        places[k] = where.astype(np.int64)
    return places
