"""SegmentationDisplay: what is drawn."""

import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skthresh import OtsuThreshold, Resize, SimpleThreshold, ToGray
from skthresh.display import SegmentationDisplay
from skthresh.metrics import dice_score
from skthresh.utils._sklearn import InvalidParameterError

RNG = np.random.default_rng(0)
X = RNG.integers(0, 200, (6, 12, 16)).astype(np.uint8)
Y = X > 100
COLOUR = RNG.integers(0, 256, (2, 12, 16, 3)).astype(np.uint8)
LABELS = RNG.integers(0, 3, X.shape)


def drawn(ax):
    return np.asarray(ax.images[0].get_array())


def titles(display):
    return [[ax.get_title() for ax in row] for row in display.axes_]


class Labeller(BaseEstimator):
    """A fitted segmenter that knows its classes."""

    def __init__(self, classes=(3, 5, 9)):
        self.classes = classes

    def fit(self, X, y=None):
        self.classes_ = np.array(self.classes)
        return self

    def predict(self, X):
        return self.classes_[np.asarray(X) % len(self.classes_)]


def test_a_row_for_each_image():
    otsu = OtsuThreshold().fit(X)
    display = SegmentationDisplay.from_estimator(otsu, X, Y)
    assert display.axes_.shape == (4, 3)
    assert len(display.figure_.axes) == 12
    dice = dice_score(Y, otsu.predict(X), reduction="none")
    assert_allclose(display.scores, dice[:4])
    assert titles(display)[0] == ["Input", "True mask", f"Predicted mask, Dice {dice[0]:.3f}"]
    assert titles(display)[3] == ["", "", f"Dice {dice[3]:.3f}"]
    for i, row in enumerate(display.axes_):
        assert_array_equal(drawn(row[0]), X[i])
        assert_array_equal(drawn(row[1]), Y[i])
        assert_array_equal(drawn(row[2]), otsu.predict(X)[i])
        assert [ax.images[0].get_clim() for ax in row] == [(0, 255), (0, 1), (0, 1)]
        assert {ax.images[0].get_cmap().name for ax in row} == {"gray"}
        assert not any(ax.get_xticks().size for ax in row)


def test_no_true_masks_no_column():
    display = SegmentationDisplay.from_estimator(OtsuThreshold().fit(X), X, max_images=2)
    assert titles(display) == [["Input", "Predicted mask"], ["", ""]]
    assert display.scores is None


def test_only_shown_images_are_predicted():
    class Counting(Labeller):
        def predict(self, X):
            self.seen = len(X)
            return super().predict(X)

    labeller = Counting().fit(X)
    SegmentationDisplay.from_estimator(labeller, X, max_images=2)
    assert labeller.seen == 2


@pytest.mark.parametrize("true_white", [1, 255, 1.0])
def test_two_valued_masks_can_be_mixed(true_white):
    y_true = Y * np.array(true_white)
    for y_pred in (Y[:, ::-1], (Y[:, ::-1] * 255).astype(np.uint8), Y[:, ::-1].astype(int)):
        display = SegmentationDisplay.from_predictions(X, y_true, y_pred)
        assert_allclose(display.scores, dice_score(Y, Y[:, ::-1], reduction="none")[:4])
        assert_array_equal(drawn(display.axes_[1, 1]), Y[1])
        assert_array_equal(drawn(display.axes_[1, 2]), Y[1, ::-1])
        assert display.figure_.legends == []


def test_of_two_labels_without_zero_the_greater_is_the_foreground():
    for low, high in ((1, 2), (1, 255), (3, 7)):
        y = np.where(Y, high, low)
        display = SegmentationDisplay.from_predictions(X, y, y[:, ::-1], max_images=1)
        assert_array_equal(drawn(display.axes_[0, 1]), Y[0])
        assert_allclose(display.scores, dice_score(Y[:1], Y[:1, ::-1]))


def test_labels_look_the_same_in_both_masks():
    y_pred = np.where(LABELS == 2, 1, LABELS)  # one label is missing
    display = SegmentationDisplay.from_predictions(X, 10 * LABELS, 10 * y_pred)
    true, pred = (display.axes_[0, c].images[0] for c in (1, 2))
    assert_array_equal(true.get_array(), LABELS[0])
    assert_array_equal(pred.get_array(), y_pred[0])
    assert true.get_clim() == pred.get_clim() == (-0.5, 2.5)
    assert true.get_cmap() == pred.get_cmap()
    colours = {tuple(true.cmap(true.norm(k))) for k in range(3)}
    assert len(colours) == 3
    assert tuple(true.cmap(true.norm(0))) == (0, 0, 0, 1)
    assert pred.get_interpolation() == "nearest"
    (legend,) = display.figure_.legends
    assert [text.get_text() for text in legend.get_texts()] == ["0", "10", "20"]
    per_class = [dice_score(LABELS, y_pred, pos_label=k, reduction="none") for k in range(3)]
    assert_allclose(display.scores, np.mean(per_class, axis=0)[:4])
    assert titles(display)[0][2] == f"Predicted mask, mean Dice {display.scores[0]:.3f}"
    assert titles(display)[1][2] == f"Mean Dice {display.scores[1]:.3f}"


def test_labels_given_or_known_to_the_estimator():
    y = np.where(Y, 3, 5)
    display = SegmentationDisplay.from_estimator(Labeller().fit(X), X[:1] // 100, y[:1])
    assert_array_equal(display.labels, [3, 5, 9])
    assert display.axes_[0, 1].images[0].get_clim() == (-0.5, 2.5)
    masks = np.where(Y, 255, 0)
    display = SegmentationDisplay.from_predictions(X, masks, masks, labels=[0, 1, 255])
    assert set(np.unique(drawn(display.axes_[0, 1]))) == {0, 2}


@pytest.mark.parametrize("n", [11, 20, 40])
def test_many_labels_have_colours_of_their_own(n):
    y = np.resize(np.arange(n), (1, 12, 16))
    image = SegmentationDisplay.from_predictions(X[:1], y, y).axes_[0, 1].images[0]
    assert len({tuple(image.cmap(image.norm(k))) for k in range(n)}) == n
    assert len(image.figure.legends) == (n <= 20)


def test_ragged_lists_of_mixed_images():
    images = [COLOUR[0], X[0, :8], X[1, :, :5]]
    pipe = make_pipeline(ToGray(), SimpleThreshold(90)).fit(images)
    y = [mask.copy() for mask in pipe.predict(images)]
    display = SegmentationDisplay.from_estimator(pipe, images, y)
    assert_array_equal(display.scores, [1, 1, 1])
    assert_array_equal(drawn(display.axes_[0, 0]), COLOUR[0])
    assert_array_equal(drawn(display.axes_[2, 0]), images[2])
    array = np.empty(3, object)
    array[:] = images
    assert SegmentationDisplay.from_predictions(array, y, y).axes_.shape == (3, 3)


def test_images_fill_the_width_whatever_their_shapes():
    images = [X[0, :8], X[1], X[2, :, :12]]
    display = SegmentationDisplay.from_predictions(images, *[[x > 9 for x in images]] * 2)
    display.figure_.canvas.draw()
    widths = [ax.get_window_extent().width for ax in display.axes_.ravel()]
    assert min(widths) > 0.31 * display.figure_.bbox.width


@pytest.mark.parametrize("axis", [-1, 0])
def test_channels(axis):
    images = np.moveaxis(COLOUR, -1, axis if axis < 0 else 1)
    simple = SimpleThreshold(90, channel_axis=axis).fit(images)
    display = SegmentationDisplay.from_estimator(simple, images, images > 90)
    assert_array_equal(drawn(display.axes_[1, 0]), COLOUR[1])
    assert_array_equal(drawn(display.axes_[1, 2]), COLOUR[1] > 90)
    assert_array_equal(display.scores, [1, 1])


def test_other_channel_counts_show_the_first():
    display = SegmentationDisplay.from_predictions(COLOUR[..., :2], None, COLOUR[..., 0] > 9)
    assert_array_equal(drawn(display.axes_[0, 0]), COLOUR[0, ..., 0])


@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame])
def test_flat_rows(container):
    rows, masks = container(X.reshape(6, -1)), Y.reshape(6, -1)
    otsu = OtsuThreshold(image_shape=(12, 16)).fit(rows)
    display = SegmentationDisplay.from_estimator(make_pipeline(otsu), rows, masks)
    assert_array_equal(drawn(display.axes_[2, 0]), X[2])
    assert_array_equal(drawn(display.axes_[2, 1]), Y[2])
    display = SegmentationDisplay.from_predictions(rows, masks, masks, image_shape=(12, 16))
    assert_array_equal(drawn(display.axes_[0, 0]), X[0])
    plain = OtsuThreshold().fit(rows)
    display = SegmentationDisplay.from_estimator(plain, rows, masks, image_shape=(12, 16))
    assert_array_equal(drawn(display.axes_[2, 0]), X[2])
    with pytest.raises(ValueError, match=r"X has flat rows \(shape \(4, 192\)\): pass image_shape"):
        SegmentationDisplay.from_estimator(plain, rows)
    with pytest.raises(ValueError, match=r"image_shape=\(5, 5\) asks for 25 .* X have 192"):
        SegmentationDisplay.from_estimator(plain, rows, image_shape=(5, 5))
    with pytest.raises(ValueError, match=r"X\[0\] has shape \(192,\)"):
        SegmentationDisplay.from_estimator(plain, rows, image_shape=192)


def test_a_mask_may_be_of_another_size_than_its_image():
    pipe = make_pipeline(Resize((6, 8)), SimpleThreshold(90)).fit(X)
    display = SegmentationDisplay.from_estimator(pipe, X)
    assert drawn(display.axes_[0, 1]).shape == (6, 8)


def test_axes_and_styles(pyplot):
    figure, axes = pyplot.subplots(2, 3)
    display = SegmentationDisplay(list(X[:2]), list(Y[:2]), list(Y[:2]))
    assert display.plot(axes=axes.ravel(), im_kw={"cmap": "bone"}) is display
    assert display.figure_ is figure
    assert display.axes_.shape == (2, 3)
    assert axes[1, 0].images[0].get_cmap().name == "bone"
    assert titles(display)[0] == ["Input", "True mask", "Predicted mask"]
    with pytest.raises(ValueError, match=r"axes has 4 axes, .* draws 6 panels"):
        display.plot(axes=axes[:, :2])


def test_nothing_leaves_the_figure():
    figure = SegmentationDisplay.from_predictions(X, LABELS, LABELS[:, ::-1]).figure_
    figure.canvas.draw()
    boxes = [ax.get_tightbbox() for ax in figure.axes] + [figure.legends[0].get_window_extent()]
    for box in boxes:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
    assert boxes[-1].y1 <= min(box.y0 for box in boxes[:-1])


def test_errors_name_what_is_wrong():
    with pytest.raises(ValueError, match="X 6, y_true 5, y_pred 6"):
        SegmentationDisplay.from_predictions(X, Y[:5], Y)
    with pytest.raises(ValueError, match="X 6, y 5"):
        SegmentationDisplay.from_estimator(OtsuThreshold().fit(X), X, Y[:5])
    with pytest.raises(ValueError, match="X holds no images"):
        SegmentationDisplay.from_predictions([], None, [])
    with pytest.raises(ValueError, match=r"y_true\[0\] has \(12, 15\)"):
        SegmentationDisplay.from_predictions(X, Y[..., 1:], Y)
    with pytest.raises(ValueError, match=r"X\[0\] has shape \(6, 12, 16, 1\)"):
        SegmentationDisplay.from_predictions(X[np.newaxis, ..., np.newaxis], None, Y[:1])
    with pytest.raises(InvalidParameterError, match="max_images"):
        SegmentationDisplay.from_predictions(X, Y, Y, max_images=0)
    with pytest.raises(InvalidParameterError, match="max_images"):
        SegmentationDisplay.from_estimator(OtsuThreshold().fit(X), X, max_images=1.5)
    with pytest.raises(NotFittedError):
        SegmentationDisplay.from_estimator(OtsuThreshold(), X)


def test_missing_matplotlib_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r'pip install "skthresh\[plot\]"'):
        SegmentationDisplay.from_predictions(X, Y, Y)
