"""One image, one call."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.utils._sklearn import InvalidParameterError
from skthresh.utils.discovery import techniques

__all__ = ["binarize"]


def binarize(
    image: Any, technique: str = "otsu", *, mask: Any = None, **params: Any
) -> NDArray[Any]:
    """Separate the foreground of one image from its background.

    Parameters
    ----------
    image : array-like of shape (H, W), or of 1 to 3 dimensions
        One image; a signal or a volume is one, too. Colour needs ``channel_axis=-1``, or
        `skthresh.ToGray` first.
    technique : str, default="otsu"
        A technique by its short name: ``"otsu"`` for `OtsuThreshold`, ``"adaptive"`` for
        `AdaptiveThreshold`, and so on.
    mask : array-like of bool of image's shape, default=None
        The pixels that count; the others are background.
    **params
        Parameters of that technique.

    Returns
    -------
    mask : ndarray of bool of image's shape
        True on foreground; dark foreground (ink on paper) with ``mode="binary_inv"``.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import binarize
    >>> binarize(np.array([[10, 12, 200], [11, 210, 13]], dtype=np.uint8), "otsu")
    array([[False, False,  True],
           [False,  True, False]])
    """
    known = techniques()
    if technique not in known:
        raise InvalidParameterError(
            f"The 'technique' parameter of binarize must be a str among {sorted(known)}. "
            f"Got {technique!r} instead."
        )
    estimator = known[technique]()
    if estimator.__sklearn_tags__().target_tags.required:
        raise InvalidParameterError(
            f"{type(estimator).__name__} learns from true masks, and binarize has none: fit the "
            "estimator itself."
        )
    unknown = sorted(set(params) - set(estimator.get_params()))
    if unknown:
        raise InvalidParameterError(
            f"{type(estimator).__name__} has no parameter {', '.join(map(repr, unknown))}. "
            f"It has {sorted(estimator.get_params())}."
        )
    estimator.set_params(**params)
    given, image = image, np.asarray(image)
    if image.ndim == 0:
        raise ValueError(f"image must be an array of pixels; got {given!r}.")
    X, masks = image[np.newaxis], None if mask is None else np.asarray(mask)[np.newaxis]
    answer: NDArray[Any] = estimator.fit(X, mask=masks).predict(X, mask=masks)[0]
    return answer
