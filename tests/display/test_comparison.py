"""ComparisonDisplay: what is drawn."""

import itertools
import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from skimage import data

from skthresh import (
    MinimumThreshold,
    OtsuThreshold,
    SauvolaThreshold,
    compare_thresholds,
)
from skthresh._compare import Comparison, ComparisonRow
from skthresh.display import ComparisonDisplay
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.utils._sklearn import InvalidParameterError
from skthresh.utils.discovery import techniques

X = np.stack([data.coins()[:60, :80], data.coins()[100:160, 100:180]])
Y = X > 110
COLOUR = data.astronaut()[np.newaxis, 100:140, 100:160]
ONE_PEAK = np.resize(
    np.repeat(np.arange(9, dtype=np.uint8), [1, 2, 4, 8, 9, 8, 4, 2, 1]), (1, 3, 13)
)


def drawn(ax):
    return np.asarray(ax.images[0].get_array())


def titles(display):
    return [ax.get_title() for ax in display.axes_]


def text(ax):
    """What stands in a panel that has no image."""
    assert not ax.images
    (written,) = ax.texts
    return " ".join(written.get_text().split())


def boxes(display):
    """The panels with their titles, as they are on paper."""
    display.figure_.canvas.draw()
    return [ax.get_tightbbox() for ax in display.axes_]


def test_image_then_a_panel_for_each_technique():
    display = ComparisonDisplay.from_images(X, None, ["sauvola", "otsu"])
    otsu, sauvola = OtsuThreshold().fit(X), SauvolaThreshold().fit(X)
    assert titles(display) == ["Image", f"otsu\nthreshold {otsu.threshold_}", "sauvola"]
    assert display.axes_.shape == (3,)
    assert display.figure_.axes == list(display.axes_)
    assert_array_equal(drawn(display.axes_[0]), X[0])
    assert display.axes_[0].images[0].get_clim() == (0, 255)
    assert_array_equal(drawn(display.axes_[1]), otsu.predict(X)[0])
    assert_array_equal(drawn(display.axes_[2]), sauvola.predict(X)[0])
    for ax in display.axes_[1:]:
        assert ax.images[0].get_clim() == (0, 1)
        assert ax.images[0].get_cmap().name == "gray"
        assert ax.get_xticks().size == ax.get_yticks().size == 0


def test_true_masks_give_a_panel_and_scores():
    display = ComparisonDisplay.from_images(X, Y, ["otsu", "li", "niblack"])
    table = compare_thresholds(X, Y, ["otsu", "li", "niblack"])
    assert [row.technique for row in display.comparison] == [row.technique for row in table]
    assert_array_equal(drawn(display.axes_[1]), Y[0])
    assert titles(display)[:2] == ["Image", "True mask"]
    for row, title in zip(table, titles(display)[2:], strict=True):
        threshold = "" if row.technique == "niblack" else f"threshold {row.threshold:.0f}, "
        assert title == f"{row.technique}\n{threshold}mean score {row.score:.3f}"
    one = ComparisonDisplay.from_images(X[:1], Y[:1], ["otsu"])
    otsu = OtsuThreshold().fit(X[:1])
    assert (
        titles(one)[2] == f"otsu\nthreshold {otsu.threshold_}, score {otsu.score(X[:1], Y[:1]):.3f}"
    )


@pytest.mark.parametrize("white", [1, 255, 1.0])
def test_true_masks_of_any_white_and_of_one_value(white):
    display = ComparisonDisplay.from_images(X, Y * np.array(white), ["otsu"])
    assert_array_equal(drawn(display.axes_[1]), Y[0])
    display = ComparisonDisplay.from_images(X, np.array([1, 0]), ["simple"], index=1)
    assert_array_equal(drawn(display.axes_[1]), np.zeros(X[0].shape))


def test_index_chooses_the_image():
    display = ComparisonDisplay.from_images(X, Y, ["otsu"], index=1)
    otsu = OtsuThreshold().fit(X)
    assert_array_equal(drawn(display.axes_[0]), X[1])
    assert_array_equal(drawn(display.axes_[1]), Y[1])
    assert_array_equal(drawn(display.axes_[2]), otsu.predict(X)[1])
    again = display.plot()
    assert again is display
    assert_array_equal(drawn(again.axes_[2]), otsu.predict(X)[0])


def test_thresholds_are_those_of_the_image_shown():
    each = OtsuThreshold(per_image=True).fit(X)
    display = ComparisonDisplay.from_images(X, None, [each], index=1)
    assert titles(display)[1] == f"otsu\nthreshold {each.thresholds(X)[1]}"
    assert each.thresholds(X)[0] != each.thresholds(X)[1]


def test_ragged_batches():
    images = [X[0], X[1, :40], X[0, :, :30]]
    masks = [x > 110 for x in images]
    techniques = ["otsu", "wolf"]
    for index, (image, mask) in enumerate(zip(images, masks, strict=True)):
        display = ComparisonDisplay.from_images(images, masks, techniques, index=index)
        assert_array_equal(drawn(display.axes_[0]), image)
        assert_array_equal(drawn(display.axes_[1]), mask)
        for ax, row in zip(display.axes_[2:], display.comparison, strict=True):
            assert_array_equal(drawn(ax), row.estimator.predict(images)[index])
    array = np.empty(3, object)
    array[:] = images
    display = ComparisonDisplay.from_images(array, masks, techniques, index=2)
    assert_array_equal(drawn(display.axes_[0]), images[2])


def test_failures_stand_in_their_panel():
    display = ComparisonDisplay.from_images(ONE_PEAK, None, ["minimum", "otsu", "supervised"])
    assert titles(display)[2:] == ["minimum\nfailed", "supervised\nfailed"]
    assert text(display.axes_[2]) == display.comparison["minimum"].error
    assert text(display.axes_[2]).startswith("ThresholdNotFoundError: The histogram has one peak")
    assert text(display.axes_[3]) == "needs y: it learns from true masks"


@pytest.mark.parametrize("shape", [(60, 80), (8, 200), (200, 8), (40, 40)])
@pytest.mark.parametrize("n", [1, 12, 45])
@pytest.mark.parametrize("own_axes", [False, True])
def test_the_text_of_a_failure_stays_in_its_panel(shape, n, own_axes, pyplot):
    words = "CAPITALS and small letters, and AWordWithoutAnEndThatMustBeBrokenSomewhere " * 9
    rows = [ComparisonRow(f"technique_{i}", error=words[: 4 ** (1 + i % 5)]) for i in range(n)]
    axes = pyplot.subplots(6, 8)[1].ravel()[: n + 1] if own_axes else None
    image = np.zeros((1, *shape), np.uint8)
    display = ComparisonDisplay.from_comparison(Comparison(rows), image, axes=axes)
    display.figure_.canvas.draw()
    for ax, row in zip(display.axes_[1:], rows, strict=True):
        inner, panel = ax.texts[0].get_window_extent(), ax.get_window_extent()
        assert panel.x0 <= inner.x0 < inner.x1 <= panel.x1
        if not own_axes:  # panels of the height of a line have room for no more than dots
            assert panel.y0 <= inner.y0 < inner.y1 <= panel.y1
            assert text(ax).startswith(row.error[:3])


@pytest.mark.parametrize(
    ("image", "chosen"),
    [
        (X, ["otsu", "li", "sauvola"]),
        (X / 300, ["otsu", "li", "generalized_histogram"]),
        (X, "global"),
        (X, "all"),
        (X[:, :10], "all"),
        (X[:, :, :10], "all"),
    ],
)
@pytest.mark.parametrize("with_y", [False, True])
def test_nothing_overlaps_or_leaves_the_figure(image, chosen, with_y):
    y = image > 0.4 * image.max() if with_y else None
    display = ComparisonDisplay.from_images(image, y, chosen)
    found = boxes(display)
    for box in found:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= display.figure_.bbox.x1
        assert box.y1 <= display.figure_.bbox.y1
    for a, b in itertools.combinations(found, 2):
        assert a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 or b.y1 <= a.y0
    width, height = display.figure_.get_size_inches()
    assert max(width, height) < 40
    used = sum(ax.get_window_extent().width * ax.get_window_extent().height for ax in display.axes_)
    if image is X:
        assert used > 0.6 * display.figure_.bbox.width * display.figure_.bbox.height


def test_all_techniques_are_there():
    display = ComparisonDisplay.from_images(X, Y)
    names = {title.splitlines()[0] for title in titles(display)}
    two_level = {row.technique for row in compare_thresholds(X, Y)}
    assert names == {"Image", "True mask"} | two_level
    assert {"otsu", "sauvola", "su", "blockwise", "supervised"} <= two_level <= set(techniques())


@pytest.mark.parametrize("axis", [-1, 0])
def test_channels(axis):
    images = np.moveaxis(COLOUR, -1, axis if axis < 0 else 1)
    estimators = [
        OtsuThreshold(channel_axis=axis),
        SauvolaThreshold(channel_axis=axis),
        MinimumThreshold(channel_axis=axis, max_smoothings=1),
    ]
    y = images > 99
    display = ComparisonDisplay.from_images(images, y, estimators)
    assert_array_equal(drawn(display.axes_[0]), COLOUR[0])
    assert_array_equal(drawn(display.axes_[1]), COLOUR[0] > 99)
    for ax, row in zip(display.axes_[2:4], display.comparison, strict=False):
        assert_array_equal(drawn(ax), np.moveaxis(row.estimator.predict(images)[0], axis, -1))
    (otsu,) = (t for t in titles(display) if t.startswith("otsu"))
    numbers = ", ".join(map(str, display.comparison["otsu"].estimator.threshold_))
    assert " ".join(otsu.split()).startswith(f"otsu thresholds {numbers}, score")
    assert titles(display)[4] == "minimum\nfailed"


def test_a_title_lists_few_thresholds():
    images = np.stack([X[0], X[0] // 2, X[0] // 3, X[0] // 4, X[0] // 5], axis=-1)[np.newaxis]
    display = ComparisonDisplay.from_images(images, None, [OtsuThreshold(channel_axis=-1)])
    t = display.comparison["otsu"].estimator.threshold_
    assert titles(display)[1] == f"otsu\nthresholds {t.min()} to {t.max()}"


@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame])
def test_flat_rows(container):
    rows, y = container(X.reshape(2, -1)), Y.reshape(2, -1)
    estimators = [t(image_shape=X[0].shape) for t in (OtsuThreshold, SauvolaThreshold)]
    display = ComparisonDisplay.from_images(rows, y, estimators, index=1)
    assert_array_equal(drawn(display.axes_[0]), X[1])
    assert_array_equal(drawn(display.axes_[1]), Y[1])
    for ax, row in zip(display.axes_[2:], display.comparison, strict=True):
        assert_array_equal(drawn(ax), row.estimator.predict(rows)[1].reshape(X[1].shape))
    display = ComparisonDisplay.from_images(rows, None, ["otsu"], image_shape=X[0].shape)
    assert_array_equal(drawn(display.axes_[1]), OtsuThreshold().fit(X).predict(X)[0])
    with pytest.raises(ValueError, match=r"X has flat rows .*pass image_shape"):
        ComparisonDisplay.from_images(rows, None, ["otsu"])


def test_a_mask_leaves_pixels_out():
    inside = np.zeros(X.shape, bool)
    inside[:, 10:50, 10:70] = True
    display = ComparisonDisplay.from_images(X, Y, ["otsu", "sauvola"], mask=inside, index=1)
    for ax, row in zip(display.axes_[2:], display.comparison, strict=True):
        assert_array_equal(drawn(ax), row.estimator.predict(X, mask=inside)[1])
    display = ComparisonDisplay.from_images(
        list(X), None, [OtsuThreshold(per_image=True)], mask=list(inside)
    )
    t = OtsuThreshold(per_image=True).fit(X).thresholds(X, mask=inside)
    assert titles(display)[1] == f"otsu\nthreshold {t[0]}"


def test_several_labels_are_shades_of_grey():
    class Thirds(GlobalThreshold):
        """Three classes, by two thresholds."""

        def _criterion(self, counts, centers):
            return centers[len(centers) // 2]

        def thresholds(self, X, mask=None):
            return np.array([85, 170])

        def predict(self, X, mask=None):
            return np.digitize(X, [85, 170]).astype(np.uint8)

    row = ComparisonRow("thirds", estimator=Thirds().fit(X))
    labels = np.digitize(X, [85, 170])
    display = ComparisonDisplay.from_comparison(Comparison([row]), X, labels)
    assert titles(display) == ["Image", "True mask", "thirds\nthresholds 85, 170"]
    for ax in display.axes_[1:]:
        assert_array_equal(drawn(ax), labels[0])
        assert ax.images[0].get_clim() == (labels[0].min(), labels[0].max())


def test_axes_columns_and_styles(pyplot):
    figure, axes = pyplot.subplots(2, 2)
    table = compare_thresholds(X, Y, ["otsu", "li"])
    display = ComparisonDisplay.from_comparison(table, X, Y, axes=axes, im_kw={"cmap": "bone"})
    assert display.figure_ is figure
    assert list(display.axes_) == list(axes.ravel())
    assert axes[0, 0].images[0].get_cmap().name == "bone"
    assert axes[1, 0].images[0].get_cmap().name == "gray"
    with pytest.raises(ValueError, match=r"axes has 2 axes, .*plot draws 4 panels"):
        display.plot(axes=axes[0])
    for n_columns in (1, 3, 9):
        grid = display.plot(n_columns=n_columns).axes_[0].get_subplotspec().get_gridspec()
        assert grid.ncols == n_columns
    _, axes = pyplot.subplots(1, 3)
    assert list(ComparisonDisplay.from_images(X, None, ["otsu", "li"], axes=axes).axes_) == list(
        axes
    )


@pytest.mark.parametrize("index", [2, -1, 0.5])
def test_index_out_of_range(index):
    message = r"The 'index' parameter of .* must be an int in the range \[0, 2\)\. Got "
    with pytest.raises(InvalidParameterError, match=message):
        ComparisonDisplay.from_images(X, techniques=["otsu"], index=index)
    table = compare_thresholds(X, techniques=["otsu"])
    with pytest.raises(InvalidParameterError, match=message):
        ComparisonDisplay.from_comparison(table, list(X), index=index)
    with pytest.raises(InvalidParameterError, match="n_columns"):
        ComparisonDisplay.from_comparison(table, X, n_columns=0)


def test_mistakes_are_named():
    table = compare_thresholds(X, techniques=["otsu"])
    with pytest.raises(ValueError, match="X has 2 images and y has 1 masks"):
        ComparisonDisplay.from_comparison(table, X, Y[:1])
    volume = X[np.newaxis]
    for images in (volume, list(volume)):
        with pytest.raises(ValueError, match=r"X\[0\] has shape \(2, 60, 80\).* compare a slice"):
            ComparisonDisplay.from_images(images, None, ["otsu"])


def test_missing_matplotlib_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r'ComparisonDisplay.*pip install "skthresh\[plot\]"'):
        ComparisonDisplay(compare_thresholds(X, None, ["otsu"]), X).plot()
