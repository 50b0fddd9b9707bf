"""What many techniques make of one image."""

from __future__ import annotations

import math
import textwrap
from numbers import Integral
from typing import Any, Self

import numpy as np

from skthresh._compare import Comparison, ComparisonRow, compare_thresholds
from skthresh.batch import Array, ImagesLike
from skthresh.display._estimators import first_parameter, of_one_image
from skthresh.display._images import as_images, aspect, hide_frame, show_image
from skthresh.display._matplotlib import axes_array, import_pyplot
from skthresh.local_threshold.base import LocalThreshold
from skthresh.utils._sklearn import Interval, validate_parameter_constraints

__all__ = ["ComparisonDisplay"]

# In inches: the width of a panel, and what is between two of them. In points: the letters of a
# title, of which `LINE` fit into the width, and of an error's text, with the fewest to a line.
WIDTH, GAP = 2.3, 0.1
TITLE, LINE = 8.0, 36
LETTERS, FEWEST = 7.0, 4
# As many panels in a row as this, whatever their number; and more than that never.
ONE_ROW, WIDEST = 5, 8


class ComparisonDisplay:
    """Show one image as every technique sees it: a panel for each, failures included.

    Use `from_images` or `from_comparison` to create one. All parameters are stored as attributes.

    Parameters
    ----------
    comparison : Comparison
        The table that `skthresh.compare_thresholds` gives.
    X : array-like of shape (n_samples, ...) or list of array-like
        The images that it was made of, or others of their kind.
    y : array-like of X's shape or list of array-like, default=None
        Their true masks, for a panel beside the image.
    mask : array-like of bool of X's shape, or list of such, default=None
        The pixels that count.
    image_shape : tuple of int, default=None
        Shape of the image that a flat row (2-D X) holds. None: that of the techniques.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure, after `plot`.
    axes_ : ndarray of shape (n_panels,) of matplotlib Axes
        The panels: the image, its true mask if there is one, and the techniques in the order of
        the table.

    See Also
    --------
    skthresh.compare_thresholds : The table.
    ThresholdDisplay : One image with its histogram and threshold.

    Notes
    -----
    The mask of a technique is predicted when it is drawn, and so is the threshold in its title,
    which is that of the image shown. The score is that of the table: over all images.

    Examples
    --------
    >>> from skthresh.datasets import make_blobs
    >>> from skthresh.display import ComparisonDisplay
    >>> images, masks = make_blobs(2, random_state=0)
    >>> display = ComparisonDisplay.from_images(images, masks, ["otsu", "sauvola"])
    >>> [ax.get_title().splitlines()[0] for ax in display.axes_]
    ['Image', 'True mask', 'otsu', 'sauvola']
    """

    def __init__(
        self,
        comparison: Comparison,
        X: ImagesLike,
        y: Any = None,
        *,
        mask: Any = None,
        image_shape: tuple[int, ...] | None = None,
    ) -> None:
        self.comparison = comparison
        self.X = X
        self.y = y
        self.mask = mask
        self.image_shape = image_shape

    @classmethod
    def from_images(
        cls,
        X: ImagesLike,
        y: Any = None,
        techniques: Any = "all",
        *,
        mode: str = "binary",
        scoring: Any = "dice",
        mask: Any = None,
        image_shape: tuple[int, ...] | None = None,
        index: int = 0,
        n_columns: int | None = None,
        axes: Any = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Compare techniques and show what they do to one of the images.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images. One image is passed as ``image[np.newaxis]``.
        y : array-like of X's shape or list of array-like, default=None
            The true masks. Without them nothing is scored.
        techniques : {"all", "global", "local"} or list, default="all"
            Short names (``"otsu"``) and estimators, in any mixture.
        mode : str, default="binary"
            Of the techniques that are given by name; ``"binary_inv"`` for ink on paper.
        scoring : str or callable, default="dice"
            As `skthresh.compare_thresholds` takes it.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.
        image_shape : tuple of int, default=None
            Shape of the image that a flat row (2-D X) holds. None: that of the techniques.
        index : int, default=0
            The image that is shown.
        n_columns : int, default=None
            Number of panels in a row. None: as fits their number and shape.
        axes : array-like of matplotlib Axes, default=None
            Where to draw, as many as there are panels. None: a new figure.
        im_kw : dict, default=None
            Keywords for the ``imshow`` of the image.

        Returns
        -------
        display : ComparisonDisplay
            Plotted. Its `comparison` is the table.
        """
        _check(f"{cls.__name__}.from_images", len(X), index=index, n_columns=n_columns)
        comparison = compare_thresholds(X, y, techniques, mode=mode, scoring=scoring, mask=mask)
        return cls(comparison, X, y, mask=mask, image_shape=image_shape).plot(
            index=index, n_columns=n_columns, axes=axes, im_kw=im_kw
        )

    @classmethod
    def from_comparison(
        cls,
        comparison: Comparison,
        X: ImagesLike,
        y: Any = None,
        *,
        mask: Any = None,
        image_shape: tuple[int, ...] | None = None,
        index: int = 0,
        n_columns: int | None = None,
        axes: Any = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Show what the techniques of a table do to one image.

        Parameters
        ----------
        comparison : Comparison
            The table that `skthresh.compare_thresholds` gives.
        X : array-like of shape (n_samples, ...) or list of array-like
            The images that it was made of, or others of their kind.
        y : array-like of X's shape or list of array-like, default=None
            Their true masks, for a panel beside the image.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.
        image_shape : tuple of int, default=None
            Shape of the image that a flat row (2-D X) holds. None: that of the techniques.
        index : int, default=0
            The image that is shown.
        n_columns : int, default=None
            Number of panels in a row. None: as fits their number and shape.
        axes : array-like of matplotlib Axes, default=None
            Where to draw, as many as there are panels. None: a new figure.
        im_kw : dict, default=None
            Keywords for the ``imshow`` of the image.

        Returns
        -------
        display : ComparisonDisplay
            Plotted.
        """
        return cls(comparison, X, y, mask=mask, image_shape=image_shape).plot(
            index=index, n_columns=n_columns, axes=axes, im_kw=im_kw
        )

    def plot(
        self,
        *,
        index: int = 0,
        n_columns: int | None = None,
        axes: Any = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a grid of panels: the image, its true mask, and one for each technique.

        Parameters
        ----------
        index : int, default=0
            The image that is shown.
        n_columns : int, default=None
            Number of panels in a row. None: as fits their number and shape.
        axes : array-like of matplotlib Axes, default=None
            Where to draw, as many as there are panels. None: a new figure.
        im_kw : dict, default=None
            Keywords for the ``imshow`` of the image.

        Returns
        -------
        self : ComparisonDisplay
            The display, with `figure_` and `axes_`.
        """
        caller = f"{type(self).__name__}.plot"
        _check(caller, len(self.X), index=index, n_columns=n_columns)
        plt = import_pyplot(caller)
        channel_axis = self._parameter("channel_axis")
        x = self.X[index : index + 1]
        _check_rank(x, index, channel_axis)
        image = self._shown(x, "X", channel_axis)
        truth = self._truth(index, image.shape, channel_axis)
        rows = list(self.comparison)
        titles = ["Image"] if truth is None else ["Image", "True mask"]
        first = len(titles)
        titles += [self._title(row, x, index, channel_axis) for row in rows]
        if axes is None:
            axes = _grid(plt, titles, n_columns, aspect(image))
        self.axes_ = axes_array(axes, (len(titles),), caller)
        self.figure_ = self.axes_[0].figure
        for ax, title in zip(self.axes_, titles, strict=True):
            ax.set_title(title, fontsize=TITLE)
        show_image(self.axes_[0], image, **(im_kw or {}))
        if truth is not None:
            show_image(self.axes_[1], truth)
        for ax, row in zip(self.axes_[first:], rows, strict=True):
            if row.error is None:
                result = self._shown(self._ask(row, "predict", x, index), "y_pred", channel_axis)
                show_image(ax, _levels(result))
            else:
                hide_frame(ax)
                ax.set_box_aspect(aspect(image))
                _write(ax, row.error)
        return self

    def _parameter(self, name: str) -> Any:
        return first_parameter([row.estimator for row in self.comparison], name)

    def _shown(self, values: Any, name: str, channel_axis: int | None) -> Array:
        shape = self._parameter("image_shape") if self.image_shape is None else self.image_shape
        return as_images(values, name, 1, shape, channel_axis)[0]

    def _truth(self, index: int, shape: tuple[int, ...], channel_axis: int | None) -> Array | None:
        """Give the true mask that belongs to the image."""
        if self.y is None:
            return None
        if len(self.y) != len(self.X):
            raise ValueError(
                f"Each image needs its mask, but X has {len(self.X)} images and y has "
                f"{len(self.y)} masks."
            )
        y = self.y[index : index + 1]
        if np.ndim(y) == 1 and np.ndim(y[0]) == 0:  # one value stands for the whole mask
            return _levels(np.full(shape[:2], y[0]))
        has_channels = np.ndim(y[0]) == len(shape) and len(shape) == 3
        return _levels(self._shown(y, "y", channel_axis if has_channels else None))

    def _ask(self, row: ComparisonRow, verb: str, x: Any, index: int) -> Any:
        given = {} if self.mask is None else {"mask": self.mask[index : index + 1]}
        return getattr(row.estimator, verb)(x, **given)

    def _title(self, row: ComparisonRow, x: Any, index: int, channel_axis: int | None) -> str:
        """Name the technique, its threshold if there is one for the image, and its score."""
        if row.error is not None:
            return f"{row.technique}\nfailed"
        parts = []
        if not isinstance(row.estimator, LocalThreshold):
            numbers = self._ask(row, "thresholds", x, index)
            if not isinstance(numbers, list):
                t = of_one_image(numbers, np.asarray(x), channel_axis)
                parts += [_numbers(np.atleast_1d(t))] if np.ndim(t) < 2 else []
        if row.score is not None:
            parts.append(f"{'mean ' if len(self.X) > 1 else ''}score {row.score:.3f}")
        details = textwrap.wrap(", ".join(parts), LINE)
        return "\n".join([row.technique, *details])


def _check(caller: str, n_images: int, **params: Any) -> None:
    constraints: dict[str, list[Any]] = {
        "index": [Interval(Integral, 0, n_images, closed="left")],
        "n_columns": [Interval(Integral, 1, None, closed="left"), None],
    }
    validate_parameter_constraints(constraints, params, caller_name=caller)


def _check_rank(x: Any, index: int, channel_axis: int | None) -> None:
    shape = np.shape(x[0]) if isinstance(x, list) else np.shape(x)[1:]
    if len(shape) > 2 + (channel_axis is not None):
        raise ValueError(
            f"X[{index}] has shape {shape}, but ComparisonDisplay shows images of two dimensions, "
            "besides channels on the techniques' channel_axis. Of a volume, compare a slice; "
            "convert colour with skthresh.ToGray() first."
        )


def _levels(mask: Array) -> Array:
    """Give a mask as it is shown: black and white, or a grey for each of several labels."""
    if mask.dtype == bool:
        return mask
    return mask != 0 if len(np.unique(mask)) <= 2 else mask.astype(np.float64)


def _numbers(t: Array) -> str:
    if len(t) == 1:
        return f"threshold {t[0]:.5g}"
    if len(t) <= 4:
        return f"thresholds {', '.join(f'{v:.5g}' for v in t)}"
    return f"thresholds {t.min():.5g} to {t.max():.5g}"


def _grid(plt: Any, titles: list[str], n_columns: int | None, shape: float) -> list[Any]:
    """Make a figure of panels of one shape, about as wide as a screen if there are many."""
    n, n_lines = len(titles), max(title.count("\n") + 1 for title in titles)
    height = WIDTH * shape
    above = n_lines * 1.25 * TITLE / 72 + GAP
    if n_columns is None:
        most = math.sqrt(1.5 * n * (height + above) / WIDTH)
        most = n if n <= ONE_ROW else min(WIDEST, math.ceil(most))
        n_columns = math.ceil(n / math.ceil(n / most))  # the last row as full as it can be
    n_rows = math.ceil(n / n_columns)
    size = GAP + n_columns * (WIDTH + GAP), n_rows * (height + above + GAP)
    figure = plt.figure(figsize=size)
    # Laid out by hand: every panel has its size before it is drawn, which a text has to fit.
    grid = figure.add_gridspec(
        n_rows,
        n_columns,
        left=GAP / size[0],
        right=1 - GAP / size[0],
        bottom=GAP / size[1],
        top=1 - above / size[1],
        wspace=GAP / WIDTH,
        hspace=(above + GAP) / height,
    )
    return [figure.add_subplot(grid[divmod(i, n_columns)]) for i in range(n)]


def _write(ax: Any, text: str) -> None:
    """Write a text that stays within its panel: wrapped, and cut off if it must be."""
    ax.apply_aspect()
    box, scale = ax.get_window_extent(), ax.figure.dpi / 72
    n_letters = max(FEWEST, int(box.width / scale / (0.5 * LETTERS)))
    n_lines = max(1, int(box.height / scale / (1.25 * LETTERS)))
    style = {"ha": "center", "va": "center", "color": "0.3", "fontsize": LETTERS}
    written = ax.text(0.5, 0.5, "", transform=ax.transAxes, clip_on=True, **style)
    while True:  # letters differ in width
        lines = textwrap.wrap(
            text, n_letters, max_lines=n_lines, placeholder=" \N{HORIZONTAL ELLIPSIS}"
        )
        written.set_text("\n".join(lines))
        if n_letters <= FEWEST or written.get_window_extent().width <= 0.94 * box.width:
            return
        n_letters -= 1
