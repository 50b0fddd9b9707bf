"""The course of a U-Net's training."""

from __future__ import annotations

from typing import Any, Self

from skthresh.display._estimators import unwrap
from skthresh.display._matplotlib import axes_array, import_pyplot

__all__ = ["HistoryDisplay"]

PANELS = (("Loss", "loss", "val_loss"), ("Dice", "dice", "val_dice"))
TRAINING, HELD_OUT = "#1f5fa8", "#c1272d"


class HistoryDisplay:
    """Show the loss and the Dice coefficient of each epoch.

    Use `from_estimator` to create one. All parameters are stored as attributes.

    Parameters
    ----------
    history : dict of str to list of float
        ``history_`` of a `UNetSegmenter`: ``"loss"`` and ``"dice"`` of the training patches and, if
        images were held out, ``"val_loss"`` and ``"val_dice"``.
    best_epoch : int, default=None
        The epoch, counted from 0, whose weights were kept.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure, after `plot`.
    axes_ : ndarray of shape (2,) of matplotlib Axes
        The panels: loss, Dice.

    See Also
    --------
    skthresh.UNetSegmenter : The estimator.
    SegmentationDisplay : Its masks beside the true ones.

    Examples
    --------
    >>> from skthresh.display import HistoryDisplay
    >>> history = {"loss": [0.9, 0.4, 0.3], "dice": [0.5, 0.8, 0.9]}
    >>> display = HistoryDisplay(history).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['Loss', 'Dice']
    """

    def __init__(self, history: dict[str, list[float]], *, best_epoch: int | None = None) -> None:
        self.history = history
        self.best_epoch = best_epoch

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, axes: Any = None, line_kw: dict[str, Any] | None = None
    ) -> Self:
        """Show how an estimator was trained.

        Parameters
        ----------
        estimator : estimator
            A fitted `UNetSegmenter`, or a fitted pipeline or search that ends in one.
        axes : array-like of 2 matplotlib Axes, default=None
            Where to draw. None: a new figure.
        line_kw : dict, default=None
            Keywords for the lines.

        Returns
        -------
        display : HistoryDisplay
            Plotted.
        """
        _, last = unwrap(estimator)
        if not hasattr(last, "history_"):
            raise TypeError(
                f"{cls.__name__}.from_estimator needs a fitted UNetSegmenter, or a pipeline that "
                f"ends in one; got {last!r}."
            )
        display = cls(last.history_, best_epoch=last.best_epoch_)
        return display.plot(axes=axes, line_kw=line_kw)

    def plot(self, *, axes: Any = None, line_kw: dict[str, Any] | None = None) -> Self:
        """Draw the lines.

        Parameters
        ----------
        axes : array-like of 2 matplotlib Axes, default=None
            Where to draw. None: a new figure.
        line_kw : dict, default=None
            Keywords for the lines.

        Returns
        -------
        display : HistoryDisplay
            This one.
        """
        plt = import_pyplot(type(self).__name__)
        if axes is None:
            _, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
        self.axes_ = axes_array(axes, (2,), type(self).__name__)
        self.figure_ = self.axes_[0].figure
        n = len(self.history.get("loss", []))
        # A single epoch is a point, which a line does not show.
        style = {"marker": "o", "markersize": 3 if n > 1 else 5, **(line_kw or {})}
        for ax, (title, *names) in zip(self.axes_, PANELS, strict=True):
            for name, label, colour in zip(
                names, ("training", "held out"), (TRAINING, HELD_OUT), strict=True
            ):
                if name in self.history:
                    epochs = range(1, len(self.history[name]) + 1)
                    ax.plot(
                        epochs, self.history[name], **{"color": colour, "label": label, **style}
                    )
            if self.best_epoch is not None:
                ax.axvline(self.best_epoch + 1, color="0.6", linestyle=":", label="kept")
            ax.set(title=title, xlabel="epoch")
            ax.xaxis.get_major_locator().set_params(integer=True)
        self.axes_[0].set_ylim(bottom=0)
        self.axes_[1].set_ylim(top=1)
        self.axes_[1].legend(loc="lower right", frameon=False)
        return self
