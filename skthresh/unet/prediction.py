"""How a trained network is applied: images of one padded shape together, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from skthresh.batch import Array, Batch
from skthresh.unet.images import load_image, pad_to, padded_shape

__all__ = ["probabilities"]

# Predict so many pixels at once, one image at least: 64 filters of a megapixel are 256 MiB.
PIXELS_AT_ONCE = 2**20


def probabilities(
    model: Any, batch: Batch, limits: tuple[float, float], multiple: int, batch_size: int
) -> Iterator[tuple[int, Array]]:
    """Visit the class probabilities of each image; the order is not that of the images.

    Parameters
    ----------
    model : keras.Model
        Gives logits.
    batch : Batch
        The images.
    limits : tuple of (float, float)
        The pixel values that become 0 and 1.
    multiple : int
        What height and width are padded to multiples of.
    batch_size : int
        At most so many images at once.

    Yields
    ------
    i : int
        Index of the image.
    probabilities : ndarray of float32 of shape (height, width, n_classes)
        Where there are no data, the first class has probability 1.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for i, x in enumerate(batch.samples()):
        size = [n for axis, n in enumerate(x.shape) if axis != batch.channel_axis]
        groups.setdefault(padded_shape(size, multiple), []).append(i)
    for shape, members in groups.items():
        step = min(batch_size, max(1, PIXELS_AT_ONCE // (shape[0] * shape[1])))
        for start in range(0, len(members), step):
            chunk = members[start : start + step]
            loaded = [load_image(batch, i, limits) for i in chunk]
            stack = np.stack([pad_to(image, shape, "reflect") for image, _ in loaded])
            logits = model.predict_on_batch(stack)
            for i, (_, no_data), z in zip(chunk, loaded, logits, strict=True):
                height, width = no_data.shape
                sample = _softmax(z[:height, :width])
                sample[no_data] = np.eye(1, sample.shape[-1])
                yield i, sample


def _softmax(logits: Array) -> Array:
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    exponentials /= exponentials.sum(axis=-1, keepdims=True)
    return exponentials
