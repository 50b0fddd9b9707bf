"""Generated cell-like blobs with exact masks."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special
from sklearn.utils import check_random_state

from skthresh.datasets._light import Picture, check_shape, quantise, smooth_field, uneven_light
from skthresh.utils._sklearn import Interval, validate_parameter_constraints

__all__ = ["make_blobs"]

_SHARE = [Interval(Real, 0, 1, closed="both")]
CONSTRAINTS: dict[str, list[Any]] = {
    "n_samples": [Interval(Integral, 1, None, closed="left")],
    "shape": [tuple, list],
    "n_blobs": [Interval(Integral, 0, None, closed="left")],
    "contrast": _SHARE,
    "shading": _SHARE,
    "noise": _SHARE,
    "n_classes": [Interval(Integral, 2, 256, closed="both")],
    "random_state": ["random_state"],
}

BACKGROUND = 0.12
TRIES = 30  # to find room for a blob before it is laid over others


def make_blobs(
    n_samples: int = 8,
    *,
    shape: tuple[int, int] = (64, 64),
    n_blobs: int = 6,
    contrast: float = 0.5,
    shading: float = 0.3,
    noise: float = 0.04,
    n_classes: int = 2,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Generate pictures of bright, cell-like blobs on a dark ground, and their masks.

    Parameters
    ----------
    n_samples : int, default=8
        The number of images.
    shape : tuple of int, default=(64, 64)
        The height and width of an image in pixels, each at least 16.
    n_blobs : int, default=6
        The number of blobs per image. They are laid side by side while there is room.
    contrast : float, default=0.5
        How much brighter than the ground the blobs (of the brightest class) are, from 0 to 1.
    shading : float, default=0.3
        How much of the light is missing in the darkest place, from 0 to 1.
    noise : float, default=0.04
        The standard deviation of the noise, as a share of white.
    n_classes : int, default=2
        The number of labels, the ground's included. With more than 2, a blob's class is its
        brightness: class k has ``k / (n_classes - 1)`` of the contrast.
    random_state : int, RandomState instance or None, default=None
        Seeds the images. The same int gives the same images.

    Returns
    -------
    X : ndarray of shape (n_samples, height, width) and dtype uint8
        The images.
    y : ndarray of shape (n_samples, height, width)
        The masks. Boolean with two classes: True on blobs; uint8 with more: 0 on the ground and
        the class, from 1 to ``n_classes - 1``, on blobs. A blob ends where its soft edge has half
        its brightness.

    See Also
    --------
    make_documents : Dark writing on bright paper.

    Examples
    --------
    >>> from skthresh.datasets import make_blobs
    >>> X, y = make_blobs(3, random_state=0)
    >>> X.shape, X.dtype, y.shape, y.dtype
    ((3, 64, 64), dtype('uint8'), (3, 64, 64), dtype('bool'))
    >>> X, y = make_blobs(3, n_classes=3, random_state=0)
    >>> np.unique(y)
    array([0, 1, 2], dtype=uint8)
    """
    given = dict(locals())
    validate_parameter_constraints(CONSTRAINTS, given, caller_name="make_blobs")
    shape = check_shape(shape)
    rng = check_random_state(random_state)
    X = np.empty((n_samples, *shape), np.uint8)
    y = np.empty((n_samples, *shape), bool if n_classes == 2 else np.uint8)
    for i in range(n_samples):
        picture, y[i] = _paint(rng, shape, n_blobs, contrast, n_classes)
        picture *= uneven_light(rng, shape, shading)
        X[i] = quantise(picture + rng.normal(0, noise, shape), np.uint8)
    return X, y


def _paint(
    rng: np.random.RandomState,
    shape: tuple[int, int],
    n_blobs: int,
    contrast: float,
    n_classes: int,
) -> tuple[Picture, NDArray[np.uint8]]:
    """Lay the blobs on the ground; where two overlap, the later one covers the earlier."""
    picture = np.full(shape, BACKGROUND)
    labels = np.zeros(shape, np.uint8)
    texture = 1 - 0.25 * smooth_field(rng, shape, min(shape) / 16)
    for _ in range(n_blobs):
        label = rng.randint(1, n_classes)
        cover = _place(rng, labels)
        level = BACKGROUND + contrast * label / (n_classes - 1) * texture
        picture += cover * (level - picture)
        labels[cover >= 0.5] = label
    return picture, labels


def _place(rng: np.random.RandomState, labels: NDArray[np.uint8]) -> Picture:
    """Draw blobs until one touches no other, and give its cover; give up after some."""
    for _ in range(TRIES):
        cover = _blob(rng, labels.shape)
        if not labels[cover > 0.05].any():
            break
    return cover


def _blob(rng: np.random.RandomState, shape: tuple[int, ...]) -> Picture:
    """Give the cover, 0 to 1, of an ellipse with a slightly uneven outline and a soft edge."""
    side = min(shape)
    center = rng.uniform(0.05, 0.95, 2) * shape
    a = rng.uniform(0.07, 0.14) * side
    b = a * rng.uniform(0.6, 1)
    turn, phase = rng.uniform(0, 2 * np.pi, 2)
    y, x = np.ogrid[: shape[0], : shape[1]]
    dy, dx = y - center[0], x - center[1]
    u = (dx * np.cos(turn) + dy * np.sin(turn)) / a
    v = (dy * np.cos(turn) - dx * np.sin(turn)) / b
    outline = 1 + 0.08 * np.sin(3 * np.arctan2(v, u) + phase)
    inward = (outline - np.hypot(u, v)) * b  # about the distance to the edge, in pixels
    return special.expit(inward / (0.01 * side))
