"""ThresholdDisplay: what is drawn."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skthresh import (
    AdaptiveThreshold,
    Flatten,
    GaussianBlur,
    OtsuThreshold,
    SimpleThreshold,
    ToGray,
)
from skthresh.display import ThresholdDisplay
from skthresh.histogram import Histogram

RNG = np.random.default_rng(0)
GRAY = RNG.integers(0, 200, (12, 16)).astype(np.uint8)
COLOUR = RNG.integers(0, 256, (12, 16, 3)).astype(np.uint8)
DTYPES = ["bool", "uint8", "int8", ">u2", "int32", "uint64", "float16", ">f4", "float64"]


def dashed(display):
    """Positions of the vertical threshold lines."""
    return [line.get_xdata()[0] for line in display.axes_[1].lines if line.get_linestyle() == "--"]


def legend(display):
    return [text.get_text() for text in display.axes_[1].get_legend().get_texts()]


def drawn(ax):
    return np.asarray(ax.images[0].get_array())


def bars(display, i=0):
    stairs = [p for p in display.axes_[1].patches if type(p).__name__ == "StepPatch"]
    return stairs[i].get_data()


def curves(display):
    """The axes that share the histogram's panel."""
    return [ax for ax in display.figure_.axes if ax not in list(display.axes_)]


def test_three_panels_of_a_global_technique():
    otsu = OtsuThreshold(mode="binary_inv").fit(GRAY[np.newaxis])
    display = ThresholdDisplay.from_estimator(otsu, GRAY)
    assert display.axes_.shape == (3,)
    assert [ax.get_title() for ax in display.axes_] == ["Image", "Histogram", "Result"]
    assert_array_equal(drawn(display.axes_[0]), GRAY)
    assert display.axes_[0].images[0].get_clim() == (0, 255)
    assert display.axes_[0].images[0].get_cmap().name == "gray"
    assert_array_equal(drawn(display.axes_[2]), otsu.predict(GRAY[np.newaxis])[0])
    assert display.axes_[2].images[0].get_clim() == (0, 1)
    assert dashed(display) == [otsu.threshold_]
    assert legend(display) == [f"threshold {otsu.threshold_}", "between-class variance"]
    for ax in display.axes_[[0, 2]]:
        assert ax.get_xticks().size == ax.get_yticks().size == 0
    counts = bars(display)
    assert_array_equal(counts.values, np.bincount(GRAY.ravel(), minlength=256))
    assert_array_equal(counts.edges, np.arange(257) - 0.5)


@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_otsu_draws_its_criterion(per_image, dtype):
    image = GRAY.astype(dtype)
    otsu = OtsuThreshold(per_image=per_image).fit(image[np.newaxis])
    display = ThresholdDisplay.from_estimator(otsu, image)
    (twin,) = curves(display)
    x, y = twin.lines[0].get_data()
    pooled = OtsuThreshold().fit(image[np.newaxis])
    assert_array_equal(x, pooled.histogram_.centers)
    assert_array_equal(y, pooled.between_class_variance_)
    assert dashed(display) == [pooled.threshold_] == [x[y.argmax()]]
    assert hasattr(otsu, "threshold_") != per_image  # the user's estimator is as it was


def test_pooled_criterion_beside_the_image_s_own_histogram():
    others = np.stack([GRAY, GRAY // 2])
    otsu = OtsuThreshold().fit(others)
    display = ThresholdDisplay.from_estimator(otsu, others[1])
    assert_array_equal(bars(display).values, np.bincount(others[1].ravel(), minlength=256))
    (twin,) = curves(display)
    assert_array_equal(twin.lines[0].get_ydata(), otsu.between_class_variance_)
    assert dashed(display) == [otsu.threshold_]


def test_technique_without_a_criterion():
    display = ThresholdDisplay.from_estimator(SimpleThreshold(90.7).fit(GRAY[np.newaxis]), GRAY)
    assert curves(display) == []
    assert dashed(display) == [90]  # as it is compared with integers
    assert legend(display) == ["threshold 90"]


def test_local_technique_draws_range_and_median():
    adaptive = AdaptiveThreshold(window_size=5).fit(GRAY[np.newaxis])
    display = ThresholdDisplay.from_estimator(adaptive, GRAY)
    t = adaptive.thresholds(GRAY[np.newaxis])[0]
    (line,) = dashed(display)
    assert line == np.median(t)
    (text,) = legend(display)
    assert text.startswith("thresholds ")
    assert text.endswith(f" (band), median {np.median(t):.5g}")
    band = [p for p in display.axes_[1].patches if type(p).__name__ == "Rectangle"]
    assert (band[0].get_x(), band[0].get_x() + band[0].get_width()) == (t.min(), t.max())
    assert curves(display) == []


def test_nan_pixels_have_no_threshold():
    t = np.full(GRAY.shape, np.nan)
    display = ThresholdDisplay.from_predictions(GRAY, GRAY > 9, threshold=t)
    assert dashed(display) == []
    t[0, :3] = [1, 2, 6]
    display = ThresholdDisplay.from_predictions(GRAY, GRAY > 9, threshold=t)
    assert dashed(display) == [2]
    assert legend(display) == ["thresholds 1 to 6 (band), median 2"]


@pytest.mark.parametrize("axis", [-1, 0])
@pytest.mark.parametrize("per_image", [False, True])
def test_channels(axis, per_image):
    image = np.moveaxis(COLOUR, -1, axis)
    otsu = OtsuThreshold(channel_axis=axis, per_image=per_image).fit(image[np.newaxis])
    display = ThresholdDisplay.from_estimator(otsu, image)
    assert_array_equal(drawn(display.axes_[0]), COLOUR)
    mask = np.moveaxis(otsu.predict(image[np.newaxis])[0], axis, -1)
    assert_array_equal(drawn(display.axes_[2]), mask)
    assert dashed(display) == otsu.thresholds(image[np.newaxis]).ravel().tolist()
    assert legend(display)[2] == f"channel 2: threshold {dashed(display)[2]}"
    assert curves(display) == []
    for c in range(3):
        expected = np.bincount(COLOUR[..., c].ravel(), minlength=256)
        assert_array_equal(bars(display, c).values, expected)


def test_local_thresholds_of_channels():
    image = np.moveaxis(COLOUR, -1, 0)
    adaptive = AdaptiveThreshold(channel_axis=0).fit(image[np.newaxis])
    display = ThresholdDisplay.from_estimator(adaptive, image)
    t = adaptive.thresholds(image[np.newaxis])[0]
    assert dashed(display) == np.median(t, axis=(1, 2)).tolist()
    assert [text[:10] for text in legend(display)] == ["channel 0:", "channel 1:", "channel 2:"]


def test_two_channels_show_the_first():
    display = ThresholdDisplay.from_predictions(COLOUR[..., :2], COLOUR[..., :2] > 99)
    assert_array_equal(drawn(display.axes_[0]), COLOUR[..., 0])
    assert_array_equal(drawn(display.axes_[2]), COLOUR[..., 0] > 99)
    assert legend(display) == ["channel 0", "channel 1"]


def test_pipeline_shows_what_goes_in_and_counts_what_the_last_step_gets():
    pipe = make_pipeline(ToGray(), make_pipeline(GaussianBlur(), "passthrough", OtsuThreshold()))
    pipe.fit(COLOUR[np.newaxis])
    display = ThresholdDisplay.from_estimator(pipe, COLOUR)
    assert_array_equal(drawn(display.axes_[0]), COLOUR)
    gray = GaussianBlur().fit_transform(ToGray().fit_transform(COLOUR[np.newaxis]))
    assert_array_equal(bars(display).values, np.bincount(gray.ravel(), minlength=256))
    assert dashed(display) == [pipe[-1][-1].threshold_]
    assert_array_equal(drawn(display.axes_[2]), pipe.predict(COLOUR[np.newaxis])[0])
    assert len(curves(display)) == 1


def test_first_step_tells_where_colour_is():
    image = np.moveaxis(COLOUR, -1, 0)
    pipe = make_pipeline(ToGray(channel_axis=0), OtsuThreshold()).fit(image[np.newaxis])
    display = ThresholdDisplay.from_estimator(pipe, image)
    assert_array_equal(drawn(display.axes_[0]), COLOUR)


def test_pipeline_of_one_step_and_search():
    images = np.stack([GRAY, GRAY[::-1]])
    pipe = make_pipeline(SimpleThreshold())
    display = ThresholdDisplay.from_estimator(pipe.fit(images), GRAY)
    assert dashed(display) == [127]
    search = GridSearchCV(pipe, {"simplethreshold__threshold": [60, 120]}, cv=2)
    display = ThresholdDisplay.from_estimator(search.fit(images, images > 60), GRAY)
    assert dashed(display) == [60]


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(dtype):
    image = (GRAY > 90) if dtype == "bool" else (GRAY // 2).astype(dtype)
    image.flags.writeable = False
    otsu = OtsuThreshold().fit(image[np.newaxis])
    display = ThresholdDisplay.from_estimator(otsu, image)
    display.figure_.canvas.draw()
    assert bars(display).values.sum() == image.size
    assert dashed(display) == [otsu.threshold_]
    colour = np.stack([image] * 3, axis=-1)
    ThresholdDisplay.from_predictions(colour, image).figure_.canvas.draw()


@pytest.mark.parametrize(
    "image",
    [np.full((4, 4), 7, np.uint8), np.full((4, 4), 0.5), np.full((4, 4), np.nan), np.zeros((1, 1))],
)
@pytest.mark.parametrize("log", [False, True])
def test_degenerate_images(image, log):
    otsu = OtsuThreshold().fit(image[np.newaxis])
    display = ThresholdDisplay.from_estimator(otsu, image, log=log)
    display.figure_.canvas.draw()
    assert dashed(display) == ([] if np.isnan(image).all() else [image[0, 0]])
    ThresholdDisplay.from_predictions(np.stack([image] * 3, -1), image).figure_.canvas.draw()


def test_masks_without_foreground_are_black_and_missing_colour_is_white():
    display = ThresholdDisplay.from_predictions(GRAY, np.zeros(GRAY.shape, bool))
    assert display.axes_[2].images[0].get_clim() == (0, 1)
    colour = COLOUR / 1000
    colour[2, 3] = np.nan
    shown = drawn(ThresholdDisplay.from_predictions(colour, GRAY > 9).axes_[0])
    assert_array_equal(shown[2, 3], [1, 1, 1])
    assert_array_equal(shown[0], colour[0])  # from 0 to 1 already: as it is
    shown = drawn(ThresholdDisplay.from_predictions(COLOUR.astype("u2") * 9, GRAY > 9).axes_[0])
    assert (shown.min(), shown.max()) == (0, 1)


def test_sparse_and_many_levels_are_merged_into_few_bars():
    for levels in ([0, 1, 70_000], range(1000)):
        image = np.resize(np.array(levels, np.uint32), (40, 30))
        display = ThresholdDisplay.from_predictions(image, image > 5)
        values, edges, _ = bars(display)
        assert values.sum() == image.size
        assert len(values) <= 256
        assert (edges[0], edges[-1]) == (0, levels[-1])
        first = image < edges[1]
        assert values[0] == np.count_nonzero(first)


def test_log_scale():
    assert ThresholdDisplay(GRAY, GRAY).plot().axes_[1].get_yscale() == "linear"
    assert ThresholdDisplay(GRAY, GRAY).plot(log=True).axes_[1].get_yscale() == "log"


def test_from_predictions_takes_a_thresholded_image_and_lists():
    result = np.where(GRAY > 100, GRAY, 0)
    display = ThresholdDisplay.from_predictions(GRAY.tolist(), result, threshold=100.5)
    assert dashed(display) == [100.5]
    assert_array_equal(drawn(display.axes_[2]), result)
    assert legend(display) == ["threshold 100.5"]
    assert ThresholdDisplay(GRAY, result).plot().axes_[1].get_legend() is None


def test_a_given_histogram_is_drawn():
    display = ThresholdDisplay(GRAY, GRAY, histogram=Histogram(np.array([3, 5]), np.array([4, 6])))
    values, edges, _ = bars(display.plot())
    assert_array_equal(values, [3, 5])
    assert_array_equal(edges, [3, 5, 7])


def test_axes_and_styles(pyplot):
    figure, axes = pyplot.subplots(3, 1)
    display = ThresholdDisplay(GRAY, GRAY > 9, threshold=9)
    assert display.plot(axes=axes, im_kw={"cmap": "bone"}, line_kw={"color": "k"}) is display
    assert display.figure_ is figure
    assert list(display.axes_) == list(axes)
    assert axes[0].images[0].get_cmap().name == "bone"
    assert axes[2].images[0].get_cmap().name == "gray"
    assert axes[1].lines[0].get_color() == "k"
    for from_ in (
        lambda **kw: ThresholdDisplay.from_predictions(GRAY, GRAY > 9, threshold=9, **kw),
        lambda **kw: ThresholdDisplay.from_estimator(
            SimpleThreshold(9).fit(GRAY[np.newaxis]), GRAY, **kw
        ),
    ):
        _, axes = pyplot.subplots(1, 3)
        from_(axes=axes, log=True, im_kw={"cmap": "bone"}, line_kw={"color": "k"})
        assert axes[0].images[0].get_cmap().name == "bone"
        assert axes[1].lines[0].get_color() == "k"
        assert axes[1].get_yscale() == "log"
    norm = pyplot.Normalize(10, 20)
    assert display.plot(im_kw={"norm": norm}).axes_[0].images[0].norm is norm
    with pytest.raises(ValueError, match=r"axes has 2 axes, .* draws 3 panels"):
        display.plot(axes=axes[:2])


@pytest.mark.parametrize("shape", [(40, 60), (60, 30), (12, 60), (40, 60, 3), (40, 60, 5)])
def test_nothing_overlaps_or_leaves_the_figure(shape):
    image = np.resize(GRAY, shape)
    otsu = OtsuThreshold(channel_axis=None if len(shape) == 2 else -1).fit(image[np.newaxis])
    display = ThresholdDisplay.from_estimator(otsu, image)
    figure = display.figure_
    figure.canvas.draw()
    boxes = [ax.get_tightbbox() for ax in display.axes_]
    outer = figure.bbox
    for box in boxes:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= outer.x1
        assert box.y1 <= outer.y1
    assert boxes[0].x1 <= boxes[1].x0
    assert boxes[1].x1 <= boxes[2].x0
    below = display.axes_[1].xaxis.label.get_window_extent()
    assert display.axes_[1].get_legend().get_window_extent().y1 <= below.y0


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.stack([GRAY, GRAY]), r"image has shape \(2, 12, 16\), .* fitted on images of 2 dim"),
        (GRAY[0], r"image has shape \(16,\)"),
        (GRAY[np.newaxis, np.newaxis], r"image has shape \(1, 1, 12, 16\)"),
        (np.where(GRAY > 9, np.inf, 0), "image contains inf"),
    ],
)
def test_images_that_do_not_fit(image, message):
    with pytest.raises(ValueError, match=message):
        ThresholdDisplay.from_estimator(OtsuThreshold().fit(GRAY[np.newaxis]), image)


def test_estimators_that_do_not_fit():
    rows = GRAY.reshape(2, -1)
    with pytest.raises(ValueError, match=r"was fitted on flat rows.*from_predictions"):
        ThresholdDisplay.from_estimator(OtsuThreshold().fit(rows), GRAY)
    with pytest.raises(ValueError, match="fitted on images of 3 dimensions, channels included"):
        ThresholdDisplay.from_estimator(
            OtsuThreshold(channel_axis=-1).fit(COLOUR[np.newaxis]), GRAY
        )
    with pytest.raises(ValueError, match=r"enters OtsuThreshold has shape \(12, 16, 3\)"):
        ThresholdDisplay.from_estimator(OtsuThreshold().fit(COLOUR[np.newaxis]), COLOUR)
    flatten = make_pipeline(ToGray(), Flatten(), OtsuThreshold()).fit(COLOUR[np.newaxis])
    with pytest.raises(ValueError, match=r"enters OtsuThreshold has shape \(192,\)"):
        ThresholdDisplay.from_estimator(flatten, COLOUR)
    with pytest.raises(TypeError, match=r"needs a thresholder.*got LogisticRegression"):
        ThresholdDisplay.from_estimator(LogisticRegression().fit(rows, [0, 1]), GRAY)
    with pytest.raises(NotFittedError):
        ThresholdDisplay.from_estimator(OtsuThreshold(), GRAY)
    with pytest.raises(NotFittedError):
        ThresholdDisplay.from_estimator(make_pipeline(ToGray(), OtsuThreshold()), GRAY)
    with pytest.raises(NotFittedError):
        ThresholdDisplay.from_estimator(GridSearchCV(OtsuThreshold(), {}), GRAY)


def test_importing_does_not_load_matplotlib():
    code = "import sys, skthresh.display; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_missing_matplotlib_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r'pip install "skthresh\[plot\]"'):
        ThresholdDisplay(GRAY, GRAY > 9).plot()


def test_broken_matplotlib_says_so_itself(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ModuleNotFoundError, match=r"matplotlib\.pyplot"):
        ThresholdDisplay(GRAY, GRAY > 9).plot()
