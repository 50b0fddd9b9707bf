"""Images with their true and predicted masks."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Self

import numpy as np

from skthresh.batch import Array, ImagesLike
from skthresh.display._estimators import first_parameter, unwrap
from skthresh.display._images import as_images, aspect, show_image
from skthresh.display._matplotlib import axes_array, import_pyplot
from skthresh.metrics import dice_score
from skthresh.utils._sklearn import Interval, validate_parameter_constraints

__all__ = ["SegmentationDisplay"]


class SegmentationDisplay:
    """Show a row for each image: input, true mask, predicted mask.

    Use `from_estimator` or `from_predictions` to create one. All parameters are stored as
    attributes.

    Parameters
    ----------
    images : list of ndarray of shape (height, width) or (height, width, n_channels)
        The images. With 3 or 4 channels they are shown in colour; of others the first is shown.
    y_true : list of ndarray or None
        The true masks. None: there is no column for them.
    y_pred : list of ndarray
        The predicted masks.
    scores : array-like of shape (n,), default=None
        The Dice coefficient of each image, for the titles.
    labels : array-like of shape (n_classes,), default=None
        The labels that masks may hold. None: those that occur. Boolean masks, 0/1 and 0/255
        need none, and can be mixed.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure, after `plot`.
    axes_ : ndarray of shape (n, 3), or (n, 2) without true masks, of matplotlib Axes
        The panels.

    See Also
    --------
    ThresholdDisplay : One image with its histogram and threshold.

    Examples
    --------
    >>> from skthresh import OtsuThreshold
    >>> from skthresh.datasets import make_blobs
    >>> from skthresh.display import SegmentationDisplay
    >>> images, masks = make_blobs(2, shading=0, random_state=0)
    >>> otsu = OtsuThreshold().fit(images)
    >>> display = SegmentationDisplay.from_estimator(otsu, images, masks)
    >>> [ax.get_title() for ax in display.axes_[0]]
    ['Input', 'True mask', 'Predicted mask, Dice ...']
    """

    def __init__(
        self,
        images: list[Array],
        y_true: list[Array] | None,
        y_pred: list[Array],
        scores: Any = None,
        *,
        labels: Any = None,
    ) -> None:
        self.images = images
        self.y_true = y_true
        self.y_pred = y_pred
        self.scores = scores
        self.labels = labels

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ImagesLike,
        y: Any = None,
        *,
        max_images: int = 4,
        image_shape: tuple[int, ...] | None = None,
        axes: Any = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Predict masks and show them.

        Parameters
        ----------
        estimator : estimator
            A fitted thresholder or segmenter, or a fitted pipeline (or search) that ends in one.
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y : array-like or list of array-like, default=None
            Their true masks.
        max_images : int, default=4
            No more images than these, the first ones, are predicted and shown.
        image_shape : tuple of int, default=None
            Shape of the image that a flat row (2-D X) holds. None: that of the estimator.
        axes : array-like of matplotlib Axes, default=None
            Where to draw, as many as there are panels. None: a new figure.
        im_kw : dict, default=None
            Keywords for the ``imshow`` of the images.

        Returns
        -------
        display : SegmentationDisplay
            Plotted.
        """
        _check_max_images(max_images, f"{cls.__name__}.from_estimator")
        if y is not None:
            _check_lengths(X=X, y=y)
        steps, last = unwrap(estimator)
        if image_shape is None:
            image_shape = first_parameter([*steps, last], "image_shape")
        X = X[:max_images]
        return cls.from_predictions(
            X,
            None if y is None else y[:max_images],
            estimator.predict(X),
            labels=getattr(estimator, "classes_", None),
            max_images=max_images,
            image_shape=image_shape,
            channel_axis=first_parameter([*steps, last], "channel_axis"),
            axes=axes,
            im_kw=im_kw,
        )

    @classmethod
    def from_predictions(
        cls,
        X: ImagesLike,
        y_true: Any,
        y_pred: Any,
        *,
        labels: Any = None,
        max_images: int = 4,
        image_shape: tuple[int, ...] | None = None,
        channel_axis: int | None = None,
        axes: Any = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Show images with masks that have been predicted.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y_true : array-like, list of array-like, or None
            Their true masks, if there are any.
        y_pred : array-like or list of array-like
            The predicted masks.
        labels : array-like of shape (n_classes,), default=None
            The labels that masks may hold. None: those that occur.
        max_images : int, default=4
            No more images than these, the first ones, are shown.
        image_shape : tuple of int, default=None
            Shape of the image that a flat row (2-D X) holds.
        channel_axis : int, default=None
            Axis of one image that indexes channels. None: the last of three.
        axes : array-like of matplotlib Axes, default=None
            Where to draw, as many as there are panels. None: a new figure.
        im_kw : dict, default=None
            Keywords for the ``imshow`` of the images.

        Returns
        -------
        display : SegmentationDisplay
            Plotted. Its `scores` are the Dice coefficients; with more than two labels, their mean
            over all labels.
        """
        _check_max_images(max_images, f"{cls.__name__}.from_predictions")
        given = {"X": X, "y_true": y_true, "y_pred": y_pred}
        given = {name: values for name, values in given.items() if values is not None}
        _check_lengths(**given)
        lists = {
            name: as_images(values, name, max_images, image_shape, channel_axis)
            for name, values in given.items()
        }
        true, pred = lists.get("y_true"), lists["y_pred"]
        scores = None if true is None else _dice(true, pred, labels)
        return cls(lists["X"], true, pred, scores, labels=labels).plot(axes=axes, im_kw=im_kw)

    def plot(self, *, axes: Any = None, im_kw: dict[str, Any] | None = None) -> Self:
        """Draw a row of panels for each image.

        Parameters
        ----------
        axes : array-like of matplotlib Axes, default=None
            Where to draw, as many as there are panels. None: a new figure.
        im_kw : dict, default=None
            Keywords for the ``imshow`` of the images.

        Returns
        -------
        self : SegmentationDisplay
            The display, with `figure_` and `axes_`.
        """
        caller = f"{type(self).__name__}.plot"
        plt = import_pyplot(caller)
        shape = (len(self.images), 2 if self.y_true is None else 3)
        new_figure = axes is None
        if new_figure:
            heights = [aspect(image) for image in self.images]
            _, axes = plt.subplots(
                *shape,
                figsize=(2.8 * shape[1], self._height(heights)),
                height_ratios=heights,
                squeeze=False,
                layout="constrained",
            )
        self.axes_ = axes_array(axes, shape, caller)
        self.figure_ = self.axes_[0, 0].figure
        labels, (true, pred) = _as_indices(self.y_true, self.y_pred, self.labels)
        style = _label_style(labels)
        for i, row in enumerate(self.axes_):
            show_image(row[0], self.images[i], "Input" if i == 0 else None, **(im_kw or {}))
            if true is not None:
                show_image(row[1], true[i], "True mask" if i == 0 else None, **style)
            show_image(row[-1], pred[i], self._title(i, len(labels)), **style)
        if new_figure and 2 < len(labels) <= 20:  # more would leave no room for the images
            self._name_labels(labels, style["cmap"])
        return self

    def _height(self, aspects: list[float]) -> float:
        n_titles = 1 if self.scores is None else len(aspects)
        return 2.75 * sum(aspects) + 0.06 * len(aspects) + 0.25 * n_titles + 0.3

    def _title(self, i: int, n_labels: int) -> str | None:
        parts = ["Predicted mask"] if i == 0 else []
        if self.scores is not None:
            parts.append(f"{'mean ' if n_labels > 2 else ''}Dice {self.scores[i]:.3f}")
        title = ", ".join(parts)
        return title[:1].upper() + title[1:] if title else None

    def _name_labels(self, labels: Array, cmap: Any) -> None:
        from matplotlib.patches import Patch  # noqa: PLC0415  see _matplotlib

        patches = [Patch(color=cmap(k), label=f"{v:g}") for k, v in enumerate(labels)]
        self.figure_.legend(
            handles=patches, loc="outside lower center", ncols=min(len(patches), 8), frameon=False
        )


def _check_max_images(max_images: int, caller: str) -> None:
    constraints = {"max_images": [Interval(Integral, 1, None, closed="left")]}
    validate_parameter_constraints(constraints, {"max_images": max_images}, caller_name=caller)


def _check_lengths(**given: Any) -> None:
    lengths = {name: len(values) for name, values in given.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} {n}" for name, n in lengths.items())
        raise ValueError(f"Each image needs its masks, but the numbers of images differ: {found}.")
    if not all(lengths.values()):
        raise ValueError("X holds no images; at least one is needed.")


def _as_indices(
    y_true: list[Array] | None, y_pred: list[Array], labels: Any
) -> tuple[Array, tuple[list[Array] | None, list[Array]]]:
    """Give masks as indices of labels; as booleans if there are two, or 0/1 beside 0/255."""
    masks = [*(y_true or []), *y_pred]
    if any(mask.dtype == bool for mask in masks):
        labels = np.array([0, 1])
    else:
        present = np.unique(np.concatenate([np.unique(mask) for mask in masks]))
        n_given = 0 if labels is None else len(labels)
        labels = present if labels is None else np.union1d(labels, present)
        if n_given < 3 and set(labels.tolist()) == {0, 1, 255}:
            labels = np.array([0, 1])

    def convert(mask: Array) -> Array:
        if len(labels) > 2:
            return np.searchsorted(labels, mask)
        return np.asarray(mask != 0 if 0 in labels or len(labels) == 1 else mask == labels[1])

    return labels, (
        None if y_true is None else [convert(mask) for mask in y_true],
        [convert(mask) for mask in y_pred],
    )


def _dice(y_true: list[Array], y_pred: list[Array], labels: Any) -> Array:
    labels, (true, pred) = _as_indices(y_true, y_pred, labels)
    classes = range(len(labels)) if len(labels) > 2 else [None]
    per_class: list[Any] = [dice_score(true, pred, pos_label=k, reduction="none") for k in classes]
    return np.asarray(np.mean(per_class, axis=0))


def _label_style(labels: Array) -> dict[str, Any]:
    """Give what makes a label look the same in every mask; nothing for two."""
    if len(labels) <= 2:
        return {}
    import matplotlib as mpl  # noqa: PLC0415  see _matplotlib
    from matplotlib.colors import ListedColormap  # noqa: PLC0415

    n = len(labels)
    if n <= 20:
        colours = [mpl.colormaps["tab10" if n <= 10 else "tab20"](k) for k in range(n)]
    else:
        colours = list(mpl.colormaps["turbo"](np.linspace(0, 1, n)))
    if labels[0] == 0:  # the background, as everywhere
        colours = [(0.0, 0.0, 0.0, 1.0), *colours[: n - 1]]
    limits = {"vmin": -0.5, "vmax": n - 0.5}
    return {"cmap": ListedColormap(colours), **limits, "interpolation": "nearest"}
