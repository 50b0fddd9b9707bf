"""Masks without specks, holes and hairs."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from skthresh.batch import Array, Batch, ImagesLike
from skthresh.batch_transformer import BatchTransformer
from skthresh.modes import white
from skthresh.utils._sklearn import Interval, InvalidParameterError, check_sample_weight

__all__ = ["MaskCleaner"]

Mask = NDArray[np.bool_]

# Below this radius a footprint is less work than a distance transform. Both are exact.
FOOTPRINT_RADIUS = 3


class MaskCleaner(BatchTransformer):
    """Clean masks: remove small objects, fill small holes, smooth outlines.

    The last step of a pipeline, after a thresholder: `predict` gives boolean masks and `score`
    compares them with true ones, so that thresholder and clean-up are tuned together.

    Parameters
    ----------
    min_size : int, default=0
        Objects of fewer pixels than this are removed.
    hole_size : int, default=0
        Holes of at most this many pixels are filled.
    opening : float, default=0
        Radius in pixels of a binary opening, which removes what no disk of this radius fits into:
        specks and thin lines. 0: none.
    closing : float, default=0
        Radius in pixels of a binary closing, which fills the background that no disk of this
        radius fits into: cracks and thin gaps. 0: none.
    connectivity : int, default=1
        Which pixels are neighbours within an object, and within a hole: 1 for those that share a
        side (a face), up to the number of axes for those that share a corner.
    channel_axis : int or None, default=None
        Axis of one sample that indexes channels, each of which is cleaned by itself.
    image_shape : int, tuple of int or None, default=None
        Shape of the image that a flat row (2-D X) holds. Without it a row is a 1-D signal.

    Attributes
    ----------
    sample_ndim_ : int
        Number of dimensions of one sample as seen in `fit`, channels included.
    n_channels_ : int or None
        Number of channels as seen in `fit`.
    n_features_in_ : int
        Number of pixels of a flat row; set only if X was 2-D in `fit`.

    See Also
    --------
    skthresh.ImageFunction : Any other function of one image as a step.

    Notes
    -----
    The order is opening, closing, holes, objects: specks go before a closing can join them, and
    an object counts with its holes filled. For another order chain two cleaners.

    What is not zero is foreground, in any dtype, and NaN is background whatever surrounds it. So
    thresholders that come before want a mode in which background is 0: any but ``"trunc"``.

    Footprints are disks (balls in 3-D, intervals in 1-D): all pixels whose centres are no further
    than the radius. They are cut off at the image's border, so that an opening never adds pixels
    and a closing never removes any. ``scipy.ndimage.binary_closing`` removes some at the border.

    A hole is background that foreground encloses: it does not touch the image's border, as for
    ``scipy.ndimage.binary_fill_holes`` and in [1]_. ``skimage.morphology.remove_small_holes`` also
    fills small background regions at the border, up to a whole image that has no foreground.

    References
    ----------
    .. [1] P. Soille, "Morphological Image Analysis: Principles and Applications", 2nd edition,
       Springer, 2004. :doi:`10.1007/978-3-662-05088-0`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MaskCleaner
    >>> mask = np.array([[[1, 1, 1, 0, 0],
    ...                   [1, 0, 1, 0, 1],
    ...                   [1, 1, 1, 0, 0]]], dtype=np.uint8)
    >>> MaskCleaner(min_size=2, hole_size=1).fit_transform(mask)
    array([[[1, 1, 1, 0, 0],
            [1, 1, 1, 0, 0],
            [1, 1, 1, 0, 0]]], dtype=uint8)

    Tuned together with a threshold:

    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.pipeline import make_pipeline
    >>> from skthresh import OtsuThreshold
    >>> rng = np.random.default_rng(0)
    >>> truth = np.zeros((4, 20, 20), bool)
    >>> truth[:, 5:15, 5:15] = True
    >>> images = 100 * truth + 100 * (rng.random(truth.shape) > 0.95)
    >>> model = make_pipeline(OtsuThreshold(), MaskCleaner())
    >>> search = GridSearchCV(model, {"maskcleaner__min_size": [0, 10]}, cv=2)
    >>> search.fit(images, truth).best_params_
    {'maskcleaner__min_size': 10}
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **BatchTransformer._parameter_constraints,
        "min_size": [Interval(Integral, 0, None, closed="left")],
        "hole_size": [Interval(Integral, 0, None, closed="left")],
        "opening": [Interval(Real, 0, None, closed="left")],
        "closing": [Interval(Real, 0, None, closed="left")],
        "connectivity": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        min_size: int = 0,
        hole_size: int = 0,
        *,
        opening: float = 0,
        closing: float = 0,
        connectivity: int = 1,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        self.min_size = min_size
        self.hole_size = hole_size
        self.opening = opening
        self.closing = closing
        self.connectivity = connectivity
        self.channel_axis = channel_axis
        self.image_shape = image_shape

    def _check_batch(self, batch: Batch) -> None:
        if self.connectivity > batch.spatial_ndim:
            raise InvalidParameterError(
                f"connectivity={self.connectivity} is not allowed: samples have "
                f"{batch.spatial_ndim} axes of pixels, and it can be no more than that."
            )

    def predict(self, X: ImagesLike) -> Any:
        """Give the cleaned masks.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            Masks, or images whose background is 0.

        Returns
        -------
        masks : ndarray of bool of X's shape, or list of such
            True on foreground.
        """
        return self._over(self._read(X, reset=False), "_masks", bool)

    _takes_dask = True

    def _masks(self, batch: Batch) -> Any:
        def function(plane: Array, out: Array, i: int, c: int) -> None:  # noqa: ARG001
            out[...] = self._clean(_foreground(plane), plane)

        return batch.map(function, bool)

    def transform(self, X: ImagesLike) -> Any:
        """Clean masks, or images whose background is 0.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            Masks, or images whose background is 0.

        Returns
        -------
        images : ndarray of X's shape and dtype, or list of such
            Background is 0. Foreground that stays keeps its value. What was filled has the value
            of the foreground, if all of an image's foreground has one; else the dtype's white:
            255 for uint8, 65535 for uint16, 1 for all others.
        """
        return self._over(self._read(X, reset=False), "_images", None)

    def _images(self, batch: Batch) -> Any:
        def function(plane: Array, out: Array, i: int, c: int) -> None:  # noqa: ARG001
            before = _foreground(plane)
            after = self._clean(before, plane)
            np.copyto(out, plane)
            out[~after] = 0
            filled = after & ~before
            if filled.any():
                out[filled] = _foreground_value(plane[before])

        return batch.map(function)

    def score(self, X: ImagesLike, y: Any, sample_weight: Any = None) -> float:
        """Compare the cleaned masks with true ones.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            Masks, or images whose background is 0.
        y : array-like of X's shape or list of array-like
            The true masks; what is not zero is foreground. One value per image (shape
            ``(n_samples,)``) stands for a mask that is the same at every pixel.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the images in the mean.

        Returns
        -------
        dice : float
            The mean Dice coefficient (F-measure) over the images.
        """
        masks = self.predict(X)
        if not isinstance(masks, list) and np.ndim(y) == 1 and len(y) == len(masks):
            y = np.asarray(y).reshape(-1, *[1] * (masks.ndim - 1))
            y = np.broadcast_to(y, masks.shape)
        from skthresh.metrics import dice_score  # noqa: PLC0415  metrics stand beside, not below

        scores = dice_score(y, masks, reduction="none")
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, masks)
        return float(np.average(scores, weights=sample_weight))

    def _clean(self, mask: Mask, plane: Array) -> Mask:
        structure = ndimage.generate_binary_structure(mask.ndim, self.connectivity)
        if self.opening:
            mask = ~erode(~erode(mask, self.opening), self.opening)
        if self.closing:
            mask = erode(~erode(~mask, self.closing), self.closing)
        if self.hole_size:
            mask = fill_holes(mask, self.hole_size, structure)
        if plane.dtype.kind == "f":
            mask = mask & ~np.isnan(plane)
        if self.min_size > 1:
            mask = remove_objects(mask, self.min_size, structure)
        return mask

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.two_d_labels = True
        return tags


def erode(mask: Mask, radius: float) -> Mask:
    """Keep the pixels that have no background within `radius`; outside the image is none.

    The dilation is ``~erode(~mask, radius)``.
    """
    if radius < FOOTPRINT_RADIUS:
        axis = np.arange(-int(radius), int(radius) + 1) ** 2
        grid = np.ix_(*[axis] * mask.ndim)
        disk = sum(grid, start=np.zeros((), int)) <= radius**2
        return np.asarray(ndimage.binary_erosion(mask, disk, border_value=1))
    if mask.all():  # there is no background to measure a distance from
        return mask
    return np.asarray(ndimage.distance_transform_edt(mask) > radius)


def fill_holes(mask: Mask, largest: int, structure: Array) -> Mask:
    """Fill background regions of at most `largest` pixels that do not touch the border."""
    labels, n = ndimage.label(~mask, structure)
    fill = np.bincount(labels.ravel(), minlength=n + 1) <= largest
    for axis in range(mask.ndim):
        fill[labels.take([0, -1], axis)] = False
    return mask | fill[labels]


def remove_objects(mask: Mask, smallest: int, structure: Array) -> Mask:
    """Remove objects of fewer than `smallest` pixels."""
    labels, n = ndimage.label(mask, structure)
    keep = np.bincount(labels.ravel(), minlength=n + 1) >= smallest
    keep[0] = False
    return np.asarray(keep[labels])


def _foreground(plane: Array) -> Mask:
    mask = plane != 0
    return mask & ~np.isnan(plane) if plane.dtype.kind == "f" else mask


def _foreground_value(values: Array) -> Any:
    """Give the one value that foreground has, or white where it has several."""
    first = values[0]
    return first if (values == first).all() else white(values.dtype)
