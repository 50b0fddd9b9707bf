"""Images with masks, as they enter a training: those to learn from, and those held out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.unet.images import Images, read_images
from skthresh.unet.masks import Masks, read_masks, read_weights
from skthresh.unet.scoring import score_of
from skthresh.unet.survey import Survey, survey

__all__ = ["HeldOut", "Labelled", "classes_of", "read_labelled", "split"]


@dataclass(frozen=True)
class Labelled:
    """Images with masks and weights, after the first look at them.

    Attributes
    ----------
    images : Images
        The images.
    masks : Masks
        Their masks.
    weights : ndarray or list of ndarray
        Of the images, or of their pixels.
    survey : Survey
        What is known of them.
    """

    images: Images
    masks: Masks
    weights: Any
    survey: Survey


@dataclass(frozen=True)
class HeldOut:
    """Images that are not trained on, and are scored.

    Attributes
    ----------
    data : Labelled
        The images.
    indices : ndarray of int
        Which of them.
    """

    data: Labelled
    indices: Array

    def _each(self, e: Any) -> Iterator[tuple[int, Array, Array]]:
        """Predict one image after the other: number, probabilities and true labels."""
        images = self.data.images
        predictor = e._predictor()
        for i in self.indices.tolist():
            x = images[i]
            yield i, predictor.of_image(x), self.data.masks.of(i, x.shape)

    def scores(self, e: Any, loss: Any) -> dict[str, float]:
        """Give the mean loss and the mean Dice coefficient of the images."""
        losses, dices = [], []
        for i, p, true in self._each(e):
            indices = np.minimum(np.searchsorted(e.classes_, true), len(e.classes_) - 1)
            weight = np.ones(true.shape, np.float32)
            if e.ignore_label is not None:
                weight[true == e.ignore_label] = 0
            # Logarithms of probabilities are logits.
            logits = np.log(np.maximum(p, 1e-7))
            value = loss(
                indices[np.newaxis].astype(np.int32), logits[np.newaxis], weight[np.newaxis]
            )
            losses.append(float(value))
            dices.append(score_of(true, e._decide(p), e.classes_, e.ignore_label, i))
        return {"val_loss": float(np.mean(losses)), "val_dice": float(np.mean(dices))}

    def pairs(self, e: Any) -> Iterator[tuple[Array, Array]]:
        """Visit probabilities of the second class, and where it is, of pixels that count."""
        for _, p, true in self._each(e):
            counts = slice(None) if e.ignore_label is None else true != e.ignore_label
            yield p[..., 1][counts].ravel(), (true == e.classes_[1])[counts].ravel()


def read_labelled(estimator: Any, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> Labelled:
    """Read images, masks and weights, and look at all of them once."""
    images = read_images(estimator, X, reset=reset, channel_axis=estimator.channel_axis)
    masks = read_masks(y, images)
    weights = read_weights(sample_weight, images)
    found = survey(images, masks, estimator.ignore_label, weights)
    return Labelled(images, masks, weights, found)


def classes_of(found: Survey, known: Any = None) -> Array:
    """Give the sorted labels of all masks; or those that are given, if they are all there are."""
    labels = np.unique(np.concatenate(found.labels))
    if known is None:
        if len(labels) < 2:
            only = f"only the label {labels[0]}" if len(labels) else "no labels"
            raise ValueError(
                f"y has {only}; the masks of all images together must have at least two labels."
            )
        return labels
    classes = np.unique(np.asarray(known))
    unknown = np.setdiff1d(labels, classes)
    if unknown.size:
        raise ValueError(
            f"y has the label(s) {unknown.tolist()}, which are not among the classes "
            f"{classes.tolist()}."
        )
    return classes.astype(labels.dtype) if len(labels) else classes


def split(n: int, fraction: float, rng: np.random.RandomState) -> tuple[Array, Array]:
    """Draw the images to train on and those to hold out."""
    if fraction == 0:
        return np.arange(n), np.arange(0)
    n_held_out = round(n * fraction)
    if not 0 < n_held_out < n:
        raise ValueError(
            f"validation_fraction={fraction} of {n} image(s) leaves {n_held_out} for validation "
            f"and {n - n_held_out} for training; each needs one."
        )
    order = rng.permutation(n)
    return np.sort(order[n_held_out:]), np.sort(order[:n_held_out])
