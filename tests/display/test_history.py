import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skthresh import OtsuThreshold
from skthresh.display import HistoryDisplay

HISTORY = {
    "loss": [0.9, 0.5, 0.4, 0.35],
    "dice": [0.4, 0.7, 0.8, 0.82],
    "val_loss": [0.8, 0.6, 0.5, 0.55],
    "val_dice": [0.5, 0.6, 0.75, 0.7],
}


class Trained(BaseEstimator):
    """As a fitted U-Net, without the training."""

    def fit(self, X, y=None):
        return self

    def __sklearn_is_fitted__(self):
        return True

    history_ = HISTORY
    best_epoch_ = 2


def lines(ax):
    return {line.get_label(): line.get_ydata() for line in ax.get_lines()}


def test_shows_each_epoch_and_the_one_that_was_kept():
    display = HistoryDisplay.from_estimator(Trained())
    assert [ax.get_title() for ax in display.axes_] == ["Loss", "Dice"]
    for ax, name in zip(display.axes_, ("loss", "dice"), strict=True):
        drawn = lines(ax)
        assert np.array_equal(drawn["training"], HISTORY[name])
        assert np.array_equal(drawn["held out"], HISTORY[f"val_{name}"])
        (kept,) = [line for line in ax.get_lines() if line.get_label() == "kept"]
        assert set(kept.get_xdata()) == {3}
        assert np.array_equal(ax.get_lines()[0].get_xdata(), [1, 2, 3, 4])
    assert display.figure_ is display.axes_[0].figure


def test_without_held_out_images_there_is_one_line():
    display = HistoryDisplay({k: HISTORY[k] for k in ("loss", "dice")}).plot()
    assert list(lines(display.axes_[0])) == ["training"]


def test_draws_where_and_how_it_is_told():
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(2, 1)
    display = HistoryDisplay.from_estimator(Trained(), axes=axes, line_kw={"linewidth": 7})
    assert display.axes_[1] is axes[1]
    assert display.axes_[1].get_lines()[0].get_linewidth() == 7
    with pytest.raises(ValueError, match="axes has 1 axes, but HistoryDisplay draws 2 panels"):
        HistoryDisplay(HISTORY).plot(axes=axes[0])


def test_another_estimator_is_refused():
    with pytest.raises(TypeError, match="needs a fitted UNetSegmenter.* got OtsuThreshold"):
        HistoryDisplay.from_estimator(OtsuThreshold().fit(np.eye(4)[np.newaxis]))
