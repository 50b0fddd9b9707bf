"""What the base class decides for every global technique."""

import numpy as np
import pytest

from skthresh.exceptions import ThresholdNotFoundError
from skthresh.global_threshold.base import GlobalThreshold


class Brightest(GlobalThreshold):
    """A technique of three lines, as somebody else would write it."""

    def _criterion(self, counts, centers):
        assert np.count_nonzero(counts) > 2, "degenerate histograms are not its business"
        return centers[np.flatnonzero(counts)[-2]].item()


@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "float32", "float64"])
def test_degenerate_histograms_never_reach_the_criterion(dtype, per_image):
    for levels in ([0], [1], [0, 1]):
        X = np.resize(np.array(levels, dtype), (2, 3, 4))
        e = Brightest(per_image=per_image).fit(X)
        t = np.unique(e.thresholds(X))
        assert len(t) == 1
        assert levels[0] <= t[0] < levels[-1] or levels == [t[0]]
        np.testing.assert_array_equal(e.predict(X), X == 1 if len(levels) == 2 else False)


def test_a_new_technique_has_all_verbs_and_options():
    X = np.array([[[1, 5, 9, 9]], [[1, 7, 9, 8]]], np.uint8)
    assert Brightest().fit(X).threshold_ == 8
    assert Brightest(per_image=True).fit(X).thresholds(X).tolist() == [5, 8]
    assert Brightest().partial_fit(X[:1]).partial_fit(X[1:]).threshold_ == 8
    assert Brightest().fit(X, sample_weight=[1, 0]).threshold_ == 5
    assert Brightest(mode="binary_inv").fit(X).predict(X).sum() == 5
    assert Brightest(channel_axis=-1).fit(X.reshape(2, 1, 2, 2)).threshold_.tolist() == [1, 8]
    nothing = np.full((1, 2, 2), np.nan)
    assert np.isnan(Brightest().fit(nothing).threshold_)


LEVELS = np.array([[[1, 5, 5, 9, 9]], [[1, 7, 9, 8, 8]]], np.uint8)


def test_correction_and_bounds():
    X = LEVELS
    assert Brightest().fit(X).threshold_ == 8
    assert Brightest(correction=0.8).fit(X).threshold_ == 6  # floor(6.4)
    assert Brightest(correction=0.8).fit(X / 10).threshold_ == pytest.approx(
        0.8 * Brightest().fit(X / 10).threshold_
    )
    assert Brightest(bounds=(None, 7)).fit(X).threshold_ == 7
    assert Brightest(bounds=(8.5, None)).fit(X).threshold_ == 8
    assert Brightest(bounds=(3, 20), correction=0.1).fit(X).threshold_ == 3
    assert Brightest(bounds=(-9, -4), per_image=True).fit(X).thresholds(X).tolist() == [-4, -4]
    constant = np.full((1, 2, 3), 50, np.uint8)
    assert Brightest(correction=0.5).fit(constant).predict(constant).all()


@pytest.mark.parametrize("scale", [0.1, 1e300])
@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize(
    "numbers",
    [
        {"correction": 0.25},
        {"bounds": (0.25, None)},
        {"bounds": (None, 0.25)},
        {"value_range": (0.0, 0.75)},
    ],
)
def test_a_parameter_in_float32_is_as_good_as_any(numbers, per_image, scale):
    """Levels and edges that float32 cannot tell apart, or does not reach."""

    def thresholds(kind):
        given = {
            name: kind(v) if np.ndim(v) == 0 else tuple(n if n is None else kind(n) for n in v)
            for name, v in numbers.items()
        }
        e = Brightest(per_image=per_image, n_bins=10, **given).fit(LEVELS * scale)
        return e.thresholds(LEVELS * scale)

    np.testing.assert_array_equal(thresholds(np.float32), thresholds(float))


BAD_RANGES = [
    {"bounds": (5, 1)},
    {"bounds": (1,)},
    {"bounds": ("a", 2)},
    {"value_range": (1, 1)},
    {"value_range": (0, np.inf)},
    {"value_range": (None, 1)},
    {"correction": 0},
]


@pytest.mark.parametrize("bad", BAD_RANGES, ids=str)
def test_bad_ranges_are_named(bad):
    (name,) = bad
    with pytest.raises(ValueError, match=name):
        Brightest(**bad).fit(LEVELS)


@pytest.mark.parametrize("per_image", [False, True])
def test_value_range(per_image):
    """Bins over a fixed range; what lies outside is not counted."""
    X = np.array([[[-50.0, 0.0, 0.1, 0.26, 0.27, 0.9, 700.0]]])
    e = Brightest(n_bins=4, value_range=(0, 1), per_image=per_image).fit(X)
    assert np.ravel(e.thresholds(X)).tolist() == [0.375]
    if not per_image:
        assert e.histogram_.counts.tolist() == [2, 2, 0, 1]
        parts = Brightest(n_bins=4, value_range=(0, 1))
        for x in (X[..., :3], X[..., 3:]):
            parts.partial_fit(x)
        assert parts.histogram_.counts.tolist() == [2, 2, 0, 1]
    outside = np.array([[[5.0, 6.0, 7.0]]])
    assert np.isnan(Brightest(value_range=(0, 1)).fit(outside).threshold_)


def test_log_scale():
    """Equal bins of the logarithm, mapped back to grey levels."""
    X = np.array([0, 1, 2, 3, 60, 250, 255], np.uint8).reshape(1, 1, 7)
    e = Brightest(log_scale=True, n_bins=4).fit(X)
    width = np.log(257) / 4
    bins = np.floor(np.log(X.ravel() / (255 / 256) + 1) / width).clip(0, 3)
    assert bins.tolist() == [0, 0, 0, 1, 2, 3, 3]
    expected = (np.exp(2.5 * width) - 1) * 255 / 256
    assert e.threshold_ == np.floor(expected)
    assert Brightest(log_scale=True, n_bins=4).fit(X / 255).threshold_ == pytest.approx(
        expected / 255, rel=0.01
    )
    shifted = Brightest(log_scale=True, n_bins=4).fit(X.astype(int) - 1000).threshold_
    assert shifted == np.floor(expected - 1000)
    each = Brightest(log_scale=True, n_bins=4, per_image=True).fit(X)
    assert each.thresholds(X).tolist() == [e.threshold_]


def test_fit_histogram_is_fit():
    e = Brightest().fit_histogram([2, 3, 1, 0], [1, 5, 9, 12])
    assert e.threshold_ == 5
    for X in (LEVELS, LEVELS[0], LEVELS[np.newaxis]):
        np.testing.assert_array_equal(e.predict(X), X > 5)
    counts, centers = np.array([1.5, 2.0, 0.5]), np.array([0.1, 0.2, 0.3])
    assert Brightest().fit_histogram(counts, centers).threshold_ == 0.2
    h = Brightest().fit(LEVELS).histogram_
    assert Brightest().fit_histogram(h.counts, h.centers).threshold_ == 8
    added = e.partial_fit(LEVELS)
    assert added.histogram_.n_pixels == 6 + LEVELS.size


@pytest.mark.parametrize(
    ("counts", "centers", "words"),
    [
        ([1, 2], [1, 2, 3], "shapes"),
        ([], [], "empty"),
        ([1, -2], [1, 2], "negative"),
        ([1, 2, 1], [1, 3, 2], "ascending"),
        ([1, np.nan], [1, 2], "finite"),
        (["a", "b"], [1, 2], "real"),
        ([[1, 2]], [[1, 2]], "1-D"),
    ],
)
def test_bad_histograms_are_refused(counts, centers, words):
    with pytest.raises(ValueError, match=words):
        Brightest().fit_histogram(counts, centers)


def test_one_threshold_cannot_be_learned_per_image():
    with pytest.raises(ValueError, match="per_image"):
        Brightest(per_image=True).fit_histogram([1, 2], [1, 2])


class Undecided(Brightest):
    """A technique that finds nothing."""

    def __init__(self, *, fallback=None, per_image=False):
        super().__init__(per_image=per_image)
        self.fallback = fallback

    def _criterion(self, counts, centers):
        raise ThresholdNotFoundError("There is none.")


@pytest.mark.parametrize("per_image", [False, True])
def test_fallback(per_image):
    def threshold(fallback):
        return Undecided(fallback=fallback, per_image=per_image).fit(LEVELS).thresholds(LEVELS)

    with pytest.raises(ThresholdNotFoundError, match=r"There is none\."):
        threshold(None)
    assert np.unique(threshold(7)).tolist() == [7]
    huge = Undecided(fallback=2.5e100, per_image=per_image).fit(LEVELS * 1e100)
    assert np.unique(huge.thresholds(LEVELS * 1e100)).tolist() == [2.5e100]
    expected = Brightest(per_image=per_image).fit(LEVELS).thresholds(LEVELS)
    np.testing.assert_array_equal(threshold(Brightest()), expected)


def test_a_mask_selects_what_is_learned_from():
    white_border = np.pad(LEVELS, [(0, 0), (3, 3), (3, 3)], constant_values=255)
    inside = np.pad(np.ones(LEVELS.shape, bool), [(0, 0), (3, 3), (3, 3)])
    assert Brightest().fit(white_border).threshold_ == 9
    assert Brightest().fit(white_border, mask=inside).threshold_ == 8
    parts = Brightest()
    for i in range(2):
        parts.partial_fit(white_border[i : i + 1], mask=inside[i : i + 1])
    assert parts.threshold_ == 8
    weighed = Brightest().fit(white_border, sample_weight=[1, 0], mask=inside)
    assert weighed.threshold_ == 5
