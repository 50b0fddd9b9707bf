"""An image, its histogram with the threshold, and the result."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import clone

from skthresh.batch import Array, kernel_form
from skthresh.display._estimators import first_parameter, of_one_image, unwrap
from skthresh.display._images import aspect, read_image, show_image
from skthresh.display._matplotlib import axes_array, import_pyplot
from skthresh.histogram import Histogram, count

__all__ = ["ThresholdDisplay"]

# More bars than this are thinner than a pixel, and slow.
MAX_BARS = 256
RGB = ("#c1272d", "#2b8a3e", "#1f5fa8")


class ThresholdDisplay:
    """Show an image, its histogram with the threshold, and the result.

    Use `from_estimator` or `from_predictions` to create one. All parameters are stored as
    attributes.

    Parameters
    ----------
    image : array-like of shape (height, width) or (height, width, n_channels)
        The image. With 3 or 4 channels it is shown in colour; of others the first is shown.
    result : array-like of shape (height, width) or (height, width, n_channels)
        The mask, or the thresholded image.
    histogram : Histogram or list of Histogram, default=None
        The histogram to draw; a list has one for each channel. None: that of `image`.
    threshold : float or array-like, default=None
        A number; several, one for each channel; or one for each pixel, of shape (height, width)
        or (height, width, n_channels), of which the range and the median are drawn.
    between_class_variance : tuple of (array-like, array-like), default=None
        Grey levels, and the criterion at each, to draw as a curve.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure, after `plot`.
    axes_ : ndarray of shape (3,) of matplotlib Axes
        The panels: image, histogram, result.

    See Also
    --------
    SegmentationDisplay : Several images with their true and predicted masks.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import OtsuThreshold
    >>> from skthresh.display import ThresholdDisplay
    >>> image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    >>> otsu = OtsuThreshold().fit(image[np.newaxis])
    >>> display = ThresholdDisplay.from_estimator(otsu, image)
    >>> display.threshold
    127
    >>> [ax.get_title() for ax in display.axes_]
    ['Image', 'Histogram', 'Result']
    """

    def __init__(
        self,
        image: Any,
        result: Any,
        *,
        histogram: Histogram | list[Histogram] | None = None,
        threshold: Any = None,
        between_class_variance: tuple[Any, Any] | None = None,
    ) -> None:
        self.image = image
        self.result = result
        self.histogram = histogram
        self.threshold = threshold
        self.between_class_variance = between_class_variance

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        image: Any,
        *,
        axes: Any = None,
        log: bool = False,
        im_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Threshold one image and show what happened.

        Parameters
        ----------
        estimator : estimator
            A fitted thresholder, or a fitted pipeline (or search over one) that ends in it. Of a
            pipeline, the histogram and the threshold are those of what enters its last step.
            The criterion's curve is that of the training images, which chose the threshold.
        image : array-like of shape (height, width), or with channels
            One image, not a batch.
        axes : array-like of 3 matplotlib Axes, default=None
            Where to draw. None: a new figure.
        log : bool, default=False
            Whether the counts are on a logarithmic scale, which shows small peaks.
        im_kw : dict, default=None
            Keywords for the ``imshow`` of the image.
        line_kw : dict, default=None
            Keywords for the lines of the thresholds.

        Returns
        -------
        display : ThresholdDisplay
            Plotted.
        """
        name = f"{cls.__name__}.from_estimator"
        image = read_image(image, "image")
        steps, last = unwrap(estimator)
        if not hasattr(last, "thresholds"):
            raise TypeError(
                f"{name} needs a thresholder, which has a method `thresholds`, or a pipeline that "
                f"ends in one; got {last!r}. SegmentationDisplay shows other estimators."
            )
        _check_rank(image, [*steps, last][0], name)
        x = image[np.newaxis]
        for step in steps:
            x = step.transform(x)
        channel_axis = getattr(last, "channel_axis", None)
        if x[0].ndim != 2 + (channel_axis is not None):
            raise ValueError(
                f"{name} shows images of two dimensions, besides channels on channel_axis, but "
                f"what enters {type(last).__name__} has shape {x[0].shape}. Of a volume, show a "
                "slice with from_predictions."
            )
        levels = read_image(x[0], "image", channel_axis)
        return cls(
            read_image(image, "image", first_parameter([*steps, last], "channel_axis")),
            read_image(last.predict(x)[0], "result", channel_axis),
            histogram=_count(levels, getattr(last, "n_bins", MAX_BARS)),
            threshold=of_one_image(last.thresholds(x), x, channel_axis),
            between_class_variance=_criterion(last, x),
        ).plot(axes=axes, log=log, im_kw=im_kw, line_kw=line_kw)

    @classmethod
    def from_predictions(
        cls,
        image: Any,
        mask: Any,
        *,
        threshold: Any = None,
        axes: Any = None,
        log: bool = False,
        im_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Show an image and the mask or thresholded image that was made of it.

        Parameters
        ----------
        image : array-like of shape (height, width) or (height, width, n_channels)
            One image, not a batch.
        mask : array-like of shape (height, width) or (height, width, n_channels)
            Its mask, or the thresholded image.
        threshold : float or array-like, default=None
            A number; several, one for each channel; or one for each pixel.
        axes : array-like of 3 matplotlib Axes, default=None
            Where to draw. None: a new figure.
        log : bool, default=False
            Whether the counts are on a logarithmic scale, which shows small peaks.
        im_kw : dict, default=None
            Keywords for the ``imshow`` of the image.
        line_kw : dict, default=None
            Keywords for the lines of the thresholds.

        Returns
        -------
        display : ThresholdDisplay
            Plotted.
        """
        return cls(image, mask, threshold=threshold).plot(
            axes=axes, log=log, im_kw=im_kw, line_kw=line_kw
        )

    def plot(
        self,
        *,
        axes: Any = None,
        log: bool = False,
        im_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the three panels.

        Parameters
        ----------
        axes : array-like of 3 matplotlib Axes, default=None
            Where to draw. None: a new figure.
        log : bool, default=False
            Whether the counts are on a logarithmic scale, which shows small peaks.
        im_kw : dict, default=None
            Keywords for the ``imshow`` of the image.
        line_kw : dict, default=None
            Keywords for the lines of the thresholds.

        Returns
        -------
        self : ThresholdDisplay
            The display, with `figure_` and `axes_`.
        """
        image, result = read_image(self.image, "image"), read_image(self.result, "result")
        plt = import_pyplot(f"{type(self).__name__}.plot")
        box = float(np.clip(aspect(image), 0.5, 1.2))
        if axes is None:
            around = 1.4 if image.ndim == 2 else 1.8  # the title, the scale and the legend
            height = 3.35 * max(aspect(image), box) + around
            _, axes = plt.subplots(1, 3, figsize=(11, height), layout="constrained")
        self.axes_ = axes_array(axes, (3,), f"{type(self).__name__}.plot")
        self.figure_ = self.axes_[0].figure
        show_image(self.axes_[0], image, "Image", **(im_kw or {}))
        self._plot_histogram(self.axes_[1], image, line_kw or {}, log=log)
        self.axes_[1].set_box_aspect(box)
        show_image(self.axes_[2], result, "Result")
        return self

    def _plot_histogram(self, ax: Any, image: Array, line_kw: dict[str, Any], *, log: bool) -> None:
        from matplotlib.ticker import EngFormatter  # noqa: PLC0415  see _matplotlib

        histogram = _count(image) if self.histogram is None else self.histogram
        channels = histogram if isinstance(histogram, list) else [histogram]
        colours = _colours(len(channels))
        highest = 0.0
        for c, (h, colour) in enumerate(zip(channels, colours, strict=True)):
            counts, edges = _bars(h)
            highest = max(highest, counts.max())
            if len(channels) == 1:
                ax.stairs(counts, edges, fill=True, color="0.65")
            else:
                label = f"channel {c}" if self.threshold is None else None
                ax.stairs(counts, edges, color=colour, label=label)
        ax.set_ylim(0.5 if log else 0, 1.05 * max(1, highest))
        if log:
            ax.set_yscale("log")
        ax.margins(x=0.01)
        ax.yaxis.set_major_formatter(EngFormatter(sep=""))
        ax.set(xlabel="Grey level", ylabel="Pixels")
        ax.set_title("Histogram", fontsize="medium")
        ax.spines[["top", "right"]].set_visible(False)
        if self.threshold is not None:
            _plot_thresholds(ax, np.asarray(self.threshold), colours, line_kw)
        handles, labels = ax.get_legend_handles_labels()
        if self.between_class_variance is not None:
            twin = ax.twinx()
            twin.plot(*self.between_class_variance, color="#1f5fa8", label="between-class variance")
            twin.set_ylim(bottom=0)
            twin.set_yticks([])
            twin.spines[:].set_visible(False)
            handles, labels = (
                a + b
                for a, b in zip((handles, labels), twin.get_legend_handles_labels(), strict=True)
            )
        if handles:  # below, where it hides nothing
            ax.legend(
                handles,
                labels,
                loc="upper center",
                bbox_to_anchor=(0.5, 0),
                borderaxespad=4,  # in letters: past the scale and its name
                frameon=False,
                fontsize="small",
                ncols=-(-len(handles) // 3),
            )


def _check_rank(image: Array, first: Any, name: str) -> None:
    """Refuse an image unlike those that the estimator was fitted on."""
    ndim = getattr(first, "sample_ndim_", None)
    if ndim is None or image.ndim == ndim:
        return
    if ndim == 1:
        fitted, hint = "flat rows", "Use from_predictions, with image and mask folded to a shape."
    elif ndim == 2:
        fitted = "images of 2 dimensions"
        hint = "Of a batch, pass one image, X[i]; colour images need ToGray or channel_axis."
    else:
        channels = "" if getattr(first, "channel_axis", None) is None else ", channels included"
        fitted, hint = f"images of {ndim} dimensions{channels}", "Pass one such image."
    raise ValueError(
        f"image has shape {image.shape}, but {type(first).__name__} was fitted on {fitted}. "
        f"{name} takes one image. {hint}"
    )


def _criterion(thresholder: Any, x: Array) -> tuple[Array, Array] | None:
    """Give the curve of which the threshold is the maximum, if there is one."""
    if getattr(thresholder, "per_image", False):  # it keeps nothing of the image: look again
        thresholder = clone(thresholder).set_params(per_image=False).fit(x)
    values = getattr(thresholder, "between_class_variance_", None)
    if values is None or isinstance(values, list):
        return None
    return thresholder.histogram_.centers, values


def _count(image: Array, n_bins: int = MAX_BARS) -> Histogram | list[Histogram]:
    planes = np.moveaxis(image, -1, 0) if image.ndim == 3 else [image]
    histograms = [count([(kernel_form(plane), None)], image.dtype, n_bins) for plane in planes]
    return histograms if image.ndim == 3 else histograms[0]


def _bars(histogram: Histogram) -> tuple[Array, Array]:
    """Give bars to draw: the bins as they are if they are few and even, else merged ones."""
    centers, counts = histogram.centers.astype(np.float64), histogram.counts
    steps = np.diff(centers)
    if len(centers) == 0:
        return np.zeros(1), np.array([0.0, 1.0])
    if len(centers) == 1 or (len(centers) <= MAX_BARS and np.allclose(steps, steps[0])):
        half = steps[0] / 2 if len(steps) else 0.5
        return counts, np.append(centers - half, centers[-1] + half)
    return np.histogram(centers, MAX_BARS, weights=counts)


def _colours(n_channels: int) -> list[str]:
    if n_channels == 1:
        return ["#c1272d"]
    return [RGB[c] if n_channels in (3, 4) and c < 3 else f"C{c % 10}" for c in range(n_channels)]


def _plot_thresholds(ax: Any, threshold: Array, colours: list[str], kw: dict[str, Any]) -> None:
    by_channel = len(colours) > 1 and threshold.ndim in (1, 3)
    if threshold.ndim < 2:
        parts = list(np.atleast_1d(threshold))
    else:
        parts = list(np.moveaxis(threshold, -1, 0)) if by_channel else [threshold]
    for c, part in enumerate(parts):
        t = part[~np.isnan(part)]
        if t.size == 0:  # no data, no threshold
            continue
        style = {"color": colours[c % len(colours)], "ls": "--"}
        of = f"channel {c}: " if by_channel else ""
        if part.ndim == 0:
            ax.axvline(part, **{**style, "label": f"{of}threshold {part:.5g}", **kw})
            continue
        low, high = t.min(), t.max()
        ax.axvspan(low, high, color=style["color"], alpha=0.08 if by_channel else 0.15, lw=0)
        label = f"{of}thresholds {low:.5g} to {high:.5g} (band), median {np.median(t):.5g}"
        ax.axvline(np.median(t), **{**style, "label": label, **kw})
