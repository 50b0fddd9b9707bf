"""Generated pages of writing with exact masks."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, special
from sklearn.utils import check_random_state

from skthresh.datasets._light import Picture, check_shape, quantise, smooth_field, uneven_light
from skthresh.datasets._writing import draw_writing
from skthresh.utils._sklearn import Interval, StrOptions, validate_parameter_constraints

__all__ = ["make_documents"]

_SHARE = [Interval(Real, 0, 1, closed="both")]
CONSTRAINTS: dict[str, list[Any]] = {
    "n_samples": [Interval(Integral, 1, None, closed="left")],
    "shape": [tuple, list],
    "shading": _SHARE,
    "fading": _SHARE,
    "bleed": _SHARE,
    "stains": [Interval(Integral, 0, None, closed="left")],
    "noise": _SHARE,
    "dtype": [StrOptions({"uint8", "uint16", "float32", "float64"})],
    "random_state": ["random_state"],
}


def make_documents(
    n_samples: int = 8,
    *,
    shape: tuple[int, int] = (128, 128),
    shading: float = 0.4,
    fading: float = 0.4,
    bleed: float = 0.15,
    stains: int = 2,
    noise: float = 0.03,
    dtype: str = "uint8",
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Generate pages of handwriting, and the masks of their ink.

    Dark writing on bright paper, in lines, under uneven light: what a global threshold cannot
    separate and a local one can. Each page has its own hand, text, light and stains.

    Parameters
    ----------
    n_samples : int, default=8
        The number of pages.
    shape : tuple of int, default=(128, 128)
        The height and width of a page in pixels, each at least 16.
    shading : float, default=0.4
        How much of the light is missing in the darkest place, from 0 to 1.
    fading : float, default=0.4
        How much of the ink is missing in the palest place, from 0 to 1.
    bleed : float, default=0.15
        How strongly the writing of the other side shows through, from 0 to 1.
    stains : int, default=2
        The number of stains.
    noise : float, default=0.03
        The standard deviation of the noise, as a share of white.
    dtype : {"uint8", "uint16", "float32", "float64"}, default="uint8"
        Of the pages: integers fill their range, floats go from 0 to 1.
    random_state : int, RandomState instance or None, default=None
        Seeds the pages. The same int gives the same pages.

    Returns
    -------
    X : ndarray of shape (n_samples, height, width) and dtype `dtype`
        The pages.
    y : ndarray of shape (n_samples, height, width) and dtype bool
        The masks: True where at least half of a pixel is ink, as it was drawn.

    See Also
    --------
    make_blobs : Bright blobs on a dark ground.

    Examples
    --------
    >>> from skthresh.datasets import make_documents
    >>> X, y = make_documents(2, shape=(64, 96), random_state=0)
    >>> X.shape, X.dtype, y.shape, y.dtype
    ((2, 64, 96), dtype('uint8'), (2, 64, 96), dtype('bool'))
    >>> bool(X[y].mean() < X[~y].mean())
    True
    """
    given = dict(locals())
    validate_parameter_constraints(CONSTRAINTS, given, caller_name="make_documents")
    shape = check_shape(shape)
    rng = check_random_state(random_state)
    X = np.empty((n_samples, *shape), dtype)
    y = np.empty((n_samples, *shape), bool)
    for i in range(n_samples):
        ink = draw_writing(rng, shape)
        y[i] = ink >= 0.5
        page = rng.uniform(0.85, 0.95) * (1 - _density(rng, shape, fading) * ink)
        page *= 1 - bleed * _other_side(rng, shape)
        for _ in range(stains):
            page *= _stain(rng, shape)
        page *= uneven_light(rng, shape, shading)
        X[i] = quantise(page + rng.normal(0, noise, shape), dtype)
    return X, y


def _density(rng: np.random.RandomState, shape: tuple[int, int], fading: float) -> Picture | float:
    """Give the share of light that the ink takes: less where the pen ran dry."""
    full = rng.uniform(0.65, 0.8)
    return full * (1 - fading * smooth_field(rng, shape, min(shape) / 3))


def _other_side(rng: np.random.RandomState, shape: tuple[int, int]) -> Picture:
    """Give the writing of the other side: mirrored, and blurred by the paper."""
    return ndimage.gaussian_filter(draw_writing(rng, shape)[:, ::-1], 1.2)


def _stain(rng: np.random.RandomState, shape: tuple[int, int]) -> Picture:
    """Give the share of light that one stain leaves: a ragged patch, darkest at its rim."""
    center = rng.uniform(0, shape)
    radius = rng.uniform(0.1, 0.3) * min(shape)
    y, x = np.ogrid[: shape[0], : shape[1]]
    ragged = 0.5 * smooth_field(rng, shape, max(radius, 4)) - 0.25
    r = np.hypot(y - center[0], x - center[1]) / radius + ragged
    inside = special.expit((1 - r) * 12)
    rim = np.exp(-(((r - 0.9) / 0.12) ** 2))
    return 1 - rng.uniform(0.1, 0.3) * inside * (0.7 + 0.3 * rim)
