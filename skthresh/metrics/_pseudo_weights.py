"""The weights of pseudo-recall and pseudo-precision, from the true mask alone."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from skthresh.metrics._counts import Mask, as_masks, foreground
from skthresh.metrics._spatial import check_plane, contour
from skthresh.utils._sklearn import validate_parameter_constraints

__all__ = ["Weights", "pseudo_weights", "weights_of"]

Weights = NDArray[np.float64]

EIGHT = np.ones((3, 3), bool)


def pseudo_weights(
    y_true: Any, *, pos_label: float | None = None
) -> tuple[list[Weights], list[Weights]]:
    """Compute the weights that `pseudo_f_measure` gives to the pixels, from the true masks.

    Worth a call of its own where many predictions are compared with the same true masks.

    Parameters
    ----------
    y_true : array-like of shape (n, height, width), or list of n array-like
        The true masks: a stack, or a list of 2-D masks that may differ in shape. Any boolean or
        real numeric dtype.
    pos_label : int, float or bool, default=None
        The value of the foreground's pixels. None means that every value but zero is foreground.

    Returns
    -------
    recall_weights : list of n ndarray of float64
        What each foreground pixel counts in the pseudo-recall: 0 on the contour of a stroke,
        most in its middle. 0 on the background.
    precision_weights : list of n ndarray of float64
        What each background pixel counts in the pseudo-precision, if it is predicted, on top of
        the 1 that every pixel counts: next to nothing at the foreground, 1 at one stroke width
        from it, 0 further away. 0 on the foreground.

    Notes
    -----
    Both are what the contests' tool ``BinEvalWeights`` writes to the files ``RWeights.dat`` and
    ``PWeights.dat``; see `pseudo_f_measure` for how near they come to it.

    *Recall.* D is the chessboard distance from the foreground's contour, and h the value of D on
    the nearest point of the skeleton: half of the stroke's width. The weight is ``D / (h (h +
    1))``, so that the weights on a line across the stroke, ``1, ..., h, h, ..., 1`` times that
    factor, have the sum 1, whether the stroke is thick or thin. A skeleton that lies on the
    contour itself, because the stroke is no wider, has the weight 1.

    *Precision.* The width w of a connected component is twice the mean of h over its skeleton,
    rounded up to an even number, and at least 2. The weight at the chessboard distance d from
    the nearest component is ``d / w`` as far as ``d <= w``. Between two components closer than
    that, it reaches 1 half-way.

    References
    ----------
    .. [1] K. Ntirogiannis, B. Gatos and I. Pratikakis, "Performance evaluation methodology for
       historical document image binarization", IEEE Transactions on Image Processing 22(2),
       2013. :doi:`10.1109/TIP.2012.2219550`
    .. [2] T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns",
       Communications of the ACM 27(3), 1984. :doi:`10.1145/357994.358023`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh.metrics import pseudo_weights
    >>> stroke = np.zeros((9, 40), bool)
    >>> stroke[3:6] = True
    >>> (recall,), (precision,) = pseudo_weights([stroke])
    >>> recall[:, 20]
    array([0. , 0. , 0. , 0. , 0.5, 0. , 0. , 0. , 0. ])
    >>> precision[:, 20]
    array([0. , 1. , 0.5, 0. , 0. , 0. , 0.5, 1. , 0. ])
    """
    constraints = {"pos_label": [Real, "boolean", None]}
    validate_parameter_constraints(
        constraints, {"pos_label": pos_label}, caller_name="pseudo_weights"
    )
    recall: list[Weights] = []
    precision: list[Weights] = []
    for i, mask in enumerate(as_masks(y_true, "y_true")):
        t = foreground(np.asarray(mask), pos_label, f"y_true[{i}]")
        check_plane("pseudo_weights", t, i)
        r, p = weights_of(t)
        recall.append(r)
        precision.append(p)
    return recall, precision


def weights_of(t: Mask) -> tuple[Weights, Weights]:
    """Give the weights of one image for recall and for precision."""
    if not t.any():
        return np.zeros(t.shape), np.zeros(t.shape)
    depth = _chessboard(~contour(t)) * t
    labels, n = ndimage.label(t, EIGHT)
    from skimage.morphology import skeletonize  # noqa: PLC0415  a tenth of the package's start

    skeleton = skeletonize(t.copy())  # it refuses read-only arrays
    return _recall_weights(t, depth, skeleton), _precision_weights(t, depth, skeleton, labels, n)


def _chessboard(mask: Mask) -> NDArray[np.int32]:
    distance: NDArray[np.int32] = ndimage.distance_transform_cdt(mask, "chessboard")
    return distance


def _recall_weights(t: Mask, depth: NDArray[np.int32], skeleton: Mask) -> Weights:
    nearest = ndimage.distance_transform_edt(~skeleton, return_distances=False, return_indices=True)
    # A pixel deeper than its skeleton, beside a spur say, belongs to a stroke as wide as itself.
    half = np.maximum(depth[tuple(nearest)], depth).astype(np.float64)
    weights = depth / np.maximum(half * (half + 1), 1)
    weights[skeleton & (depth == 0)] = 1
    return np.where(t, weights, 0.0)


def _precision_weights(
    t: Mask, depth: NDArray[np.int32], skeleton: Mask, labels: NDArray[Any], n: int
) -> Weights:
    of_component = np.where(skeleton, labels, 0)
    mean = ndimage.mean(depth, of_component, np.arange(1, n + 1))
    widths = np.concatenate([[0], np.maximum(2 * np.ceil(mean), 2)]).astype(np.int64)
    distance, nearest = ndimage.distance_transform_cdt(~t, "chessboard", return_indices=True)
    owner = labels[tuple(nearest)]
    width = widths[owner]
    for i, box in enumerate(ndimage.find_objects(labels), start=1):
        # Only a component within two widths comes in the way of this one's weights.
        reach = int(2 * widths[i])
        near = tuple(slice(max(0, s.start - reach), s.stop + reach) for s in box)
        others = t[near] & (labels[near] != i)
        mine = owner[near] == i
        if others.any():
            half_way = (distance[near] + _chessboard(~others)) // 2
            width[near][mine] = np.minimum(width[near], half_way)[mine]
    inside = ~t & (distance <= width)
    return np.divide(distance, width, out=np.zeros(t.shape), where=inside)
