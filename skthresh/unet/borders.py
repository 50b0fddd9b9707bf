"""The weight map of the U-Net's paper: pixels between two close objects count more."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from skthresh.batch import Array

__all__ = ["border_weights"]

# Of the distance to the two nearest objects, in pixels.
SIGMA = 5.0


def border_weights(indices: Array, weight: float, sigma: float = SIGMA) -> Array:
    r"""Weigh background by its distance to the two nearest objects.

    Parameters
    ----------
    indices : ndarray of int of shape (\*size,)
        Class indices; 0 is background. Objects are connected pixels of one other class.
    weight : float
        Of a pixel that touches two objects.
    sigma : float, default=5.0
        Falls off with the distance, in pixels.

    Returns
    -------
    ndarray of float32 of shape (\*size,)
        ``weight * exp(-(d1 + d2) ** 2 / (2 * sigma ** 2))`` on background, 0 on objects; `d1` and
        `d2` are the distances to the nearest and the second nearest object [1]_.

    References
    ----------
    .. [1] O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional networks for biomedical
       image segmentation", MICCAI 2015, eq. 2. :doi:`10.1007/978-3-319-24574-4_28`
    """
    out = np.zeros(indices.shape, np.float32)
    reach = int(np.ceil(4 * sigma))  # beyond, the weight is below exp(-8)
    nearest = np.full(indices.shape, np.inf)
    second = np.full(indices.shape, np.inf)
    for k in range(1, int(indices.max(initial=0)) + 1):
        labels, _ = ndimage.label(indices == k)
        for number, box in enumerate(ndimage.find_objects(labels), start=1):
            around = tuple(slice(max(0, s.start - reach), s.stop + reach) for s in box)
            distance = ndimage.distance_transform_edt(labels[around] != number)
            first = nearest[around]
            np.minimum(second[around], np.maximum(first, distance), out=second[around])
            np.minimum(first, distance, out=first)
    between = (indices == 0) & np.isfinite(second)
    total = nearest[between] + second[between]
    out[between] = weight * np.exp(-(total**2) / (2 * sigma**2))
    return out
