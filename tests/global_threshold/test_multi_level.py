"""The verbs of several classes, on `MultiOtsuThreshold`."""

import numpy as np
import pytest
from histograms import REAL
from hypothesis import given
from hypothesis import strategies as st
from skimage import data
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from test_properties import LAYOUTS, stacks

import skthresh
from skthresh import GaussianBlur, MultiOtsuThreshold, OtsuThreshold
from skthresh.global_threshold.multi_otsu import multi_otsu
from skthresh.histogram import Histogram
from skthresh.metrics import dice_score
from skthresh.utils.discovery import techniques
from skthresh.utils.estimator_checks import check_classes_agree

COINS, CAMERA = data.coins()[:200, :200], data.camera()[100:300, 100:300]
BOTH = np.stack([COINS, CAMERA])


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("n_classes", [3, 4])
def test_is_the_criterion_and_the_means(name, n_classes):
    image = REAL[name]
    e = MultiOtsuThreshold(n_classes).fit(image[np.newaxis])
    counts = np.bincount(image.ravel(), minlength=256)
    expected = multi_otsu(counts, np.arange(256), n_classes)
    assert e.thresholds_.tolist() == expected.tolist()
    labels = e.predict(image[np.newaxis])[0]
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, np.digitize(image, expected, right=True))
    means = [image[labels == c].mean() for c in range(n_classes)]
    np.testing.assert_allclose(e.means_, means)
    np.testing.assert_array_equal(e.transform(image[np.newaxis])[0], np.rint(means)[labels])
    e.set_params(output="levels")
    levels = np.rint(np.linspace(0, 255, n_classes)).astype(np.uint8)
    np.testing.assert_array_equal(e.transform(image[np.newaxis])[0], levels[labels])


def test_two_classes_are_those_of_otsu():
    for params in ({}, {"per_image": True}, {"channel_axis": 0}, {"log_scale": True}):
        otsu, multi = OtsuThreshold(**params).fit(BOTH), MultiOtsuThreshold(2, **params).fit(BOTH)
        np.testing.assert_array_equal(
            np.ravel(multi.thresholds(BOTH)), np.ravel(otsu.thresholds(BOTH))
        )
        np.testing.assert_array_equal(multi.predict(BOTH), otsu.predict(BOTH))
        multi.set_params(output="levels")
        np.testing.assert_array_equal(multi.transform(BOTH), otsu.transform(BOTH))


def test_thresholds_of_images_and_channels():
    own = MultiOtsuThreshold(per_image=True).fit(BOTH)
    assert not hasattr(own, "thresholds_")
    assert not hasattr(own, "means_")
    expected = [MultiOtsuThreshold().fit(x[np.newaxis]).thresholds_ for x in BOTH]
    np.testing.assert_array_equal(own.thresholds(BOTH), expected)
    np.testing.assert_array_equal(own.thresholds(list(BOTH)), expected)
    pooled = MultiOtsuThreshold().fit(BOTH)
    assert pooled.thresholds_.shape == (2,)
    np.testing.assert_array_equal(pooled.thresholds(BOTH), pooled.thresholds_)
    colour = np.stack([BOTH, BOTH[::-1], 255 - BOTH], axis=-1)
    channels = MultiOtsuThreshold(channel_axis=-1).fit(colour)
    assert channels.thresholds_.shape == (3, 2)
    assert channels.means_.shape == (3, 3)
    assert channels.thresholds_[0].tolist() == pooled.thresholds_.tolist()
    np.testing.assert_array_equal(channels.transform(colour)[..., 0], pooled.transform(BOTH))
    own = MultiOtsuThreshold(channel_axis=-1, per_image=True).fit(colour)
    assert own.thresholds(colour).shape == (2, 3, 2)
    np.testing.assert_array_equal(own.thresholds(colour)[:, 1], expected[::-1])
    alone = MultiOtsuThreshold(per_image=True).fit(BOTH)
    np.testing.assert_array_equal(own.transform(colour)[..., 0], alone.transform(BOTH))
    np.testing.assert_array_equal(own.predict(colour)[..., 1], alone.predict(BOTH[::-1]))
    flat = MultiOtsuThreshold(image_shape=(200, 200)).fit(BOTH.reshape(2, -1))
    assert flat.thresholds_.tolist() == pooled.thresholds_.tolist()


def test_the_means_of_each_image_are_its_own():
    e = MultiOtsuThreshold(per_image=True).fit(BOTH)
    for image, out in zip(BOTH, e.transform(BOTH), strict=True):
        alone = MultiOtsuThreshold().fit(image[np.newaxis])
        np.testing.assert_array_equal(out, alone.transform(image[np.newaxis])[0])
        assert sorted(np.unique(out)) == np.rint(alone.means_).tolist()


LEVELS = {
    "uint8": [0, 128, 255],
    "uint16": [0, 32768, 65535],
    "int16": [0, 1, 2],
    "int64": [0, 1, 2],
    "float32": [0, 0.5, 1],
    "float16": [0, 0.5, 1],
}


@pytest.mark.parametrize("dtype", LEVELS)
def test_equal_levels(dtype):
    X = np.array([[[0, 1, 60, 61, 255]]], dtype)  # floats: at or below the middle of their bins
    out = MultiOtsuThreshold(output="levels").fit_transform(X)
    assert out.dtype == dtype
    assert out.ravel().tolist() == [LEVELS[dtype][c] for c in (0, 0, 1, 1, 2)]


def test_means_are_rounded_half_to_even():
    X = np.array([[[0, 1, 50, 51, 99, 102]]], np.uint8)
    e = MultiOtsuThreshold().fit(X)
    assert e.means_.tolist() == [0.5, 50.5, 100.5]
    assert e.transform(X).ravel().tolist() == [0, 0, 50, 50, 100, 100]
    assert e.transform(X + np.uint8(1)).ravel().tolist() == [0, 50, 50, 100, 100, 100]
    floats = MultiOtsuThreshold().fit(X.astype(float))
    np.testing.assert_allclose(floats.means_, e.means_, atol=0.4)
    assert set(np.unique(floats.transform(X.astype(float)))) == set(floats.means_)


def test_means_at_the_end_of_64_bits():
    top = 2**64 - 1
    X = np.array([[[0, 2, top - 1, top, 2**63, 2**63 + 1, 2**63 + 2]]], np.uint64)
    out = MultiOtsuThreshold(per_image=True).fit_transform(X).ravel().tolist()
    # half-way is to the even one
    assert out == [1, 1, top - 1, top - 1, 2**63 + 1, 2**63 + 1, 2**63 + 1]
    low = np.array([[[-(2**63), -(2**63) + 2, 0, 1, 2**63 - 1]]])
    assert MultiOtsuThreshold().fit_transform(low).ravel().tolist() == [
        *(-(2**63) + 1, -(2**63) + 1, 0, 0, 2**63 - 1)
    ]


def test_many_classes_need_wider_labels():
    X = np.arange(3000, dtype=np.uint16).reshape(1, 30, 100)
    labels = MultiOtsuThreshold(300).fit(X).predict(X)
    assert labels.dtype == np.uint16
    np.testing.assert_array_equal(labels, X // 10)
    assert MultiOtsuThreshold(256).fit(X).predict(X).dtype == np.uint8


@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float64"])
def test_no_more_levels_than_classes(dtype, per_image):
    cases = {
        (77,): ([77, 77, 77], [0]),
        (10, 200): ([10, 10, 10], [0, 3]),
        (10, 20, 200): ([10, 20, 20], [0, 1, 3]),
        (10, 20, 100, 200): ([10, 20, 100], [0, 1, 2, 3]),
    }
    for levels, (thresholds, labels) in cases.items():
        X = np.resize(np.array(levels, dtype), (1, 4, 6))
        e = MultiOtsuThreshold(4, per_image=per_image).fit(X)
        found = np.ravel(e.thresholds(X))
        width = (max(levels) - min(levels)) / 256 if dtype == "float64" else 0
        np.testing.assert_allclose(found, thresholds, atol=width)
        expected = np.array(labels)[np.searchsorted(levels, X)]
        np.testing.assert_array_equal(e.predict(X), expected)
        np.testing.assert_allclose(e.transform(X), X, atol=width)
        if len(levels) == 2:
            out = e.set_params(output="levels").transform(X)
            white = {"uint8": 255, "int32": 3, "float64": 1}[dtype]
            np.testing.assert_array_equal(out, np.where(X > 10, white, 0))


def test_without_any_pixel_all_is_of_class_0():
    nothing = np.full((1, 3, 4), np.nan)
    e = MultiOtsuThreshold().fit(nothing)
    assert np.isnan(e.thresholds_).tolist() == [True, True]
    assert np.isnan(e.means_).all()
    assert not e.predict(nothing).any()
    assert not e.predict(nothing + 1).any()
    assert (e.transform(np.ones((1, 3, 4))) == 0).all()
    masked = MultiOtsuThreshold().fit(BOTH, mask=np.zeros(BOTH.shape, bool))
    assert not masked.predict(BOTH).any()
    assert not masked.transform(BOTH).any()


def test_nan_is_of_class_0_and_becomes_0():
    X = np.array([[[0.0, 1, np.nan, 60, 250, 255]]])
    for params in ({}, {"per_image": True}, {"output": "levels"}):
        e = MultiOtsuThreshold(**params).fit(X)
        assert e.predict(X).ravel().tolist() == [0, 0, 0, 1, 2, 2]
        assert e.transform(X)[0, 0, 2] == 0
        assert not np.isnan(e.transform(X)).any()


def test_correction_and_bounds_hold_for_each_threshold():
    X = np.array([[[10, 11, 100, 101, 200, 201]]], np.uint8)
    assert MultiOtsuThreshold().fit(X).thresholds_.tolist() == [11, 101]
    assert MultiOtsuThreshold(correction=0.5).fit(X).thresholds_.tolist() == [5, 50]
    assert MultiOtsuThreshold(bounds=(50, 60)).fit(X).thresholds_.tolist() == [50, 60]
    far = MultiOtsuThreshold(bounds=(-9, -5), per_image=True).fit(X)
    assert far.thresholds(X).tolist() == [[-5, -5]]
    assert (far.predict(X) == 2).all()
    assert (far.transform(X) == round(X.mean())).all()
    above = MultiOtsuThreshold(bounds=(300, 10**30)).fit(X)
    assert above.thresholds_.tolist() == [300, 300]
    assert not above.predict(X).any()
    huge = MultiOtsuThreshold(bounds=(10**30, None)).fit(X)
    assert huge.thresholds_.tolist() == [1e30, 1e30]
    assert not huge.predict(X).any()
    empty = MultiOtsuThreshold(bounds=(202, 220)).fit(X)
    other = np.array([[[0, 202, 203, 221]]], np.uint8)
    assert empty.means_.tolist() == [pytest.approx(X.mean()), 202, 202]
    assert empty.transform(other).ravel().tolist() == [104, 104, 202, 202]


def test_an_empty_class_has_the_threshold_below_it_for_its_mean():
    X = np.array([[[10, 11, 100, 101, 200, 201]]], np.uint8)
    e = MultiOtsuThreshold(bounds=(None, 230), correction=1.2).fit(X)
    assert e.thresholds_.tolist() == [13, 121]
    e = MultiOtsuThreshold(bounds=(210, None)).fit(X)
    assert e.thresholds_.tolist() == [210, 210]
    assert e.means_[1:].tolist() == [210, 210]
    assert e.transform(np.full((1, 1, 2), 255, np.uint8)).tolist() == [[[210, 210]]]


def test_value_range_log_scale_and_bins():
    X = np.array([[[-50.0, 0.0, 0.1, 0.5, 0.9, 0.95, 700.0]]])
    e = MultiOtsuThreshold(n_bins=10, value_range=(0, 1)).fit(X)
    np.testing.assert_allclose(e.thresholds_, [0.15, 0.55])
    np.testing.assert_allclose(e.means_, [0.1, 0.55, 0.95])
    decades = 10.0 ** np.repeat([0, 1, 2, 3], 25).reshape(1, 4, 25)
    decades *= np.random.default_rng(0).uniform(1, 1.5, decades.shape)
    logs = MultiOtsuThreshold(4, log_scale=True).fit(decades)
    assert [np.unique(row).tolist() for row in logs.predict(decades)[0]] == [[0], [1], [2], [3]]
    plain = MultiOtsuThreshold(4).fit(decades).predict(decades)[0]
    assert not plain[:2].any()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_partial_fit(dtype):
    X = np.stack([COINS, CAMERA, data.moon()[:200, :200]]).astype(dtype)
    whole = MultiOtsuThreshold(4).fit(X)
    stream = MultiOtsuThreshold(4)
    for part in (X[:1], X[1:]):
        stream.partial_fit(part)
    if dtype == "float32":
        width = np.diff(whole.histogram_.centers[:2])[0]
        np.testing.assert_allclose(stream.thresholds_, whole.thresholds_, atol=1.01 * width)
        np.testing.assert_allclose(stream.means_, whole.means_, atol=2 * width)
    else:
        assert stream.thresholds_.tolist() == whole.thresholds_.tolist()
        assert stream.means_.tolist() == whole.means_.tolist()
    weighted = MultiOtsuThreshold(4).fit(X, sample_weight=[2, 0, 1])
    repeated = MultiOtsuThreshold(4).fit(X[[0, 0, 2]])
    assert weighted.thresholds_.tolist() == repeated.thresholds_.tolist()
    np.testing.assert_allclose(weighted.means_, repeated.means_)


def test_fit_histogram():
    h = MultiOtsuThreshold().fit(BOTH).histogram_
    e = MultiOtsuThreshold().fit_histogram(h.counts, h.centers)
    expected = MultiOtsuThreshold().fit(BOTH)
    assert e.thresholds_.tolist() == expected.thresholds_.tolist()
    for X in (BOTH, BOTH[0], BOTH[np.newaxis]):
        np.testing.assert_array_equal(
            e.transform(X), expected.fit(BOTH).transform(BOTH).flat[: X.size].reshape(X.shape)
        )
    assert isinstance(e.histogram_, Histogram)
    colour = np.stack([BOTH, BOTH], axis=-1)
    e.set_params(channel_axis=-1)
    np.testing.assert_array_equal(e.predict(colour)[..., 1], expected.predict(BOTH))
    assert e.thresholds(colour).tolist() == expected.thresholds_.tolist()
    with pytest.raises(ValueError, match="per_image"):
        MultiOtsuThreshold(per_image=True).fit_histogram([1, 2], [1, 2])


def test_learned_on_integers_applied_to_floats_and_back():
    e = MultiOtsuThreshold().fit(BOTH)
    np.testing.assert_array_equal(e.predict(BOTH.astype(float)), e.predict(BOTH))
    np.testing.assert_allclose(np.unique(e.transform(BOTH.astype(float))), e.means_)
    back = MultiOtsuThreshold().fit(BOTH.astype(np.float32))
    assert back.transform(BOTH).dtype == np.uint8
    assert set(np.unique(back.transform(BOTH))) == set(np.rint(back.means_).astype(int))


def test_levels_beyond_the_range_of_squares():
    X = BOTH / 255
    expected = MultiOtsuThreshold().fit(X)
    for scale in (2.0**700, 2.0**-700):
        e = MultiOtsuThreshold().fit(X * scale)
        np.testing.assert_allclose(e.thresholds_ / scale, expected.thresholds_)
        np.testing.assert_allclose(e.means_ / scale, expected.means_)
        np.testing.assert_array_equal(e.predict(X * scale), expected.predict(X))


def test_a_parameter_that_changes_waits_for_the_next_fit():
    e = MultiOtsuThreshold(3).fit(BOTH)
    labels, out, means = e.predict(BOTH), e.transform(BOTH), e.means_
    e.set_params(n_classes=5)
    np.testing.assert_array_equal(e.predict(BOTH), labels)
    np.testing.assert_array_equal(e.transform(BOTH), out)
    np.testing.assert_array_equal(e.means_, means)
    assert e.thresholds(BOTH).shape == (2,)
    assert e.set_params(output="levels").transform(BOTH).max() == 255
    assert e.fit(BOTH).thresholds_.shape == (4,)
    nothing = MultiOtsuThreshold(per_image=True).fit(BOTH).set_params(per_image=False)
    for verb in (nothing.predict, nothing.transform, nothing.thresholds):
        with pytest.raises(NotFittedError):
            verb(BOTH)


def test_refit_forgets():
    e = MultiOtsuThreshold().fit(BOTH)
    e.set_params(per_image=True).fit(BOTH)
    assert not hasattr(e, "thresholds_")
    assert not hasattr(e, "histogram_")


def test_score_is_the_mean_over_images_and_classes():
    X = BOTH
    e = MultiOtsuThreshold(3).fit(X)
    y = MultiOtsuThreshold(3).fit(X[::-1] // 2 * 2).predict(X)
    y[0, :50] = 2
    labels = e.predict(X)
    each = np.mean([dice_score(y, labels, pos_label=c, reduction="none") for c in range(3)], axis=0)
    assert e.score(X, y) == pytest.approx(each.mean())
    assert e.score(X, y, sample_weight=[3, 1]) == pytest.approx((3 * each[0] + each[1]) / 4)
    assert e.score(list(X), list(y)) == e.score(X, y)
    assert e.score(X, labels) == 1
    # classes that only one of the two has count, too
    y[y == 2] = 7
    each = [dice_score(y, labels, pos_label=c, reduction="none") for c in (0, 1, 2, 7)]
    assert e.score(X, y) == pytest.approx(np.mean(each))
    assert e.score(X, [0, 1]) == e.score(X, np.stack([np.zeros_like(COINS), np.ones_like(COINS)]))
    with pytest.raises(ValueError, match="differ in shape"):
        e.score(X, y[:, 1:])
    with pytest.raises(ValueError, match="differ in shape"):
        e.score(X, y[:, 1:], mask=np.ones(X.shape, bool))
    with pytest.raises(ValueError, match="NaN"):
        e.score(X, np.full(X.shape, np.nan))


def test_score_leaves_out_what_a_mask_does():
    inside = np.zeros(BOTH.shape, bool)
    inside[:, 50:150, 20:180] = True
    e = MultiOtsuThreshold().fit(BOTH, mask=inside)
    y = np.digitize(BOTH, e.thresholds_ + np.array([5, 0]), right=True)
    cropped = e.score(BOTH[:, 50:150, 20:180], y[:, 50:150, 20:180])
    assert cropped < 1
    assert e.score(BOTH, y, mask=inside) == pytest.approx(cropped)
    y[~inside] = 9
    assert e.score(BOTH, y, mask=inside) == pytest.approx(cropped)
    inside[0] = False
    second = e.score(BOTH[1:, 50:150, 20:180], y[1:, 50:150, 20:180])
    assert e.score(BOTH, y, mask=inside) == pytest.approx((1 + second) / 2)


def three_materials(n=6):
    rng = np.random.default_rng(0)
    labels = np.repeat(np.repeat(rng.integers(0, 3, (n, 6, 8)), 8, axis=1), 8, axis=2)
    noisy = np.array([40, 120, 210])[labels] + rng.normal(0, 12, labels.shape)
    return noisy.clip(0, 255).astype(np.uint8), labels


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_grid_search_finds_the_number_of_classes(n_jobs):
    X, y = three_materials()
    pipe = make_pipeline(GaussianBlur(3), MultiOtsuThreshold())
    grid = {"multiotsuthreshold__n_classes": [2, 3, 4, 6]}
    search = GridSearchCV(pipe, grid, cv=3, n_jobs=n_jobs).fit(X, y)
    assert search.best_params_ == {"multiotsuthreshold__n_classes": 3}
    assert search.best_score_ > 0.9
    assert set(np.unique(search.predict(X))) == {0, 1, 2}


def test_masks_are_routed():
    X, y = three_materials()
    pad = [(0, 0), (30, 30), (30, 30)]
    framed, truth = np.pad(X, pad, constant_values=255), np.pad(y, pad)
    inside = np.pad(np.ones(X.shape, bool), pad)
    with config_context(enable_metadata_routing=True):
        e = MultiOtsuThreshold()
        for method in ("fit", "transform", "predict", "score"):
            getattr(e, f"set_{method}_request")(mask=True)
        pipe = make_pipeline(e).fit(framed, mask=inside)
        assert pipe[-1].thresholds_.tolist() == MultiOtsuThreshold().fit(X).thresholds_.tolist()
        assert not pipe.predict(framed, mask=inside)[~inside].any()
        out = pipe.fit_transform(framed, mask=inside)
        assert not out[~inside].any()
        np.testing.assert_array_equal(out[inside], MultiOtsuThreshold().fit_transform(X).ravel())
        search = GridSearchCV(e, {"n_classes": [2, 3]}, cv=KFold(3))
        search.fit(framed, truth, mask=inside)
        assert search.best_params_ == {"n_classes": 3}
        assert search.best_score_ > 0.95


def test_threads_change_nothing():
    for params in ({}, {"per_image": True}, {"channel_axis": 0}):
        one, two = (MultiOtsuThreshold(4, n_jobs=n, **params).fit(BOTH) for n in (1, 2))
        np.testing.assert_array_equal(one.transform(BOTH), two.transform(BOTH))
        np.testing.assert_array_equal(one.predict(BOTH), two.predict(BOTH))


def test_is_no_technique_of_two_levels():
    assert "multi_otsu" not in techniques()
    e = MultiOtsuThreshold()
    assert not hasattr(e, "decision_function")
    assert not {"mode", "max_value"} & set(e.get_params())
    with pytest.raises(ValueError, match="'multi_otsu'"):
        skthresh.binarize(COINS, "multi_otsu")
    with pytest.raises(ValueError, match="of two classes"):
        skthresh.compare_thresholds(BOTH, techniques=[e])


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"n_classes": 1}, "'n_classes' parameter.*Got 1"),
        ({"n_classes": 2.5}, "'n_classes' parameter.*Got 2.5"),
        ({"output": "labels"}, "'output' parameter.*'levels'.*Got 'labels'"),
        ({"bounds": (2, 1)}, "bounds"),
    ],
)
def test_bad_parameters_are_named(params, words):
    with pytest.raises(ValueError, match=words):
        MultiOtsuThreshold(**params).fit(BOTH)


class AtTheThresholdToo(MultiOtsuThreshold):
    """``>=`` instead of ``>``."""

    def _found(self, batch):
        return [([t - 1 for t in row], h) for row, h in super()._found(batch)]

    def thresholds(self, X, mask=None):
        return self.thresholds_


class LowestIsWhite(MultiOtsuThreshold):
    def transform(self, X, mask=None):
        out = super().transform(X, mask)
        return np.where(out == out.min(), out.max(), out)


@pytest.mark.parametrize("cls", [AtTheThresholdToo, LowestIsWhite])
def test_the_check_of_classes_catches(cls):
    check_classes_agree(MultiOtsuThreshold())
    with pytest.raises(AssertionError):
        check_classes_agree(cls())


@pytest.mark.parametrize(
    "estimator",
    [MultiOtsuThreshold(), MultiOtsuThreshold(4, per_image=True, output="levels")],
    ids=repr,
)
@given(stacks, st.sampled_from(sorted(LAYOUTS)))
def test_any_array(estimator, X, layout):
    view = LAYOUTS[layout](X)
    view.flags.writeable = False
    e, other = clone(estimator).fit(X), clone(estimator).fit(view)
    labels = e.predict(X)
    assert labels.dtype == np.uint8
    assert labels.shape == X.shape
    assert labels.max() < estimator.n_classes
    if X.dtype.kind == "f":
        assert not labels[np.isnan(X)].any()
    np.testing.assert_array_equal(other.predict(view), labels)
    out = other.transform(view)
    assert (out.dtype, out.shape) == (view.dtype, view.shape)
    assert not (out.dtype.kind == "f" and np.isnan(out).any())
    np.testing.assert_array_equal(out, e.transform(X))
    np.testing.assert_array_equal(np.stack(other.predict(list(view))), labels)
    thresholds = e.thresholds(X)
    assert thresholds.shape[-1] == estimator.n_classes - 1
    assert np.isnan(thresholds).any() or (np.diff(thresholds.astype(float)) >= 0).all()


@pytest.mark.parametrize("output", ["means", "levels"])
def test_thresholds_beyond_all_numbers_leave_one_class(output):
    X = np.full((1, 1), 3653403231, np.uint32)
    multi = MultiOtsuThreshold(correction=1e300, output=output).fit(X)
    assert np.isinf(multi.thresholds_).all()
    assert multi.transform(X) == (X if output == "means" else 0)
