"""Batch by batch: what `partial_fit` learns is what one `fit` learns, however the stream is cut."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from instances import instances
from sklearn.base import clone

from skthresh import (
    HysteresisThreshold,
    MinimumThreshold,
    OtsuThreshold,
    SimpleThreshold,
    SupervisedThreshold,
)
from skthresh.exceptions import ThresholdNotFoundError
from skthresh.utils.discovery import technique_kind

LEARNERS = [
    *(e for e in instances() if hasattr(e, "partial_fit") and technique_kind(type(e)) == "global"),
    HysteresisThreshold(OtsuThreshold(correction=0.5), OtsuThreshold()),
]
WITH_RANGE = [e for e in LEARNERS if "value_range" in e.get_params() and not e.per_image]

SHAPE = (6, 3, 4)
KNOWN = (-1.0, 1.0)


def levels(dtype):
    """Make stacks of a few levels, and of many, with no data and far outliers among floats."""
    if np.dtype(dtype).kind == "f":
        every = st.floats(-1.5, 1.5, width=32) | st.sampled_from([np.nan, -1.0, 0.25, 1.0, 30.0])
        few = st.sampled_from([np.nan, 0.25, 0.5, 2.0])
    else:
        info = np.iinfo(dtype)
        every = st.integers(0, 255)
        few = st.sampled_from([0, 3, 100, int(info.min), int(info.max)])
    return arrays(dtype, SHAPE, elements=every) | arrays(dtype, SHAPE, elements=few)


# Where the stream is cut; a repeated cut is one.
cuts = st.lists(st.integers(1, len(SHAPE) * 2 - 1), max_size=4)


def masks(X):
    return np.arange(X.size).reshape(X.shape) % 3 == 0


def batches(X, cuts):
    return [part for part in np.split(X, sorted(set(cuts))) if len(part)]


def streamed(estimator, X, cuts):
    estimator = clone(estimator)
    for x, y in zip(batches(X, cuts), batches(masks(X), cuts), strict=True):
        estimator.partial_fit(x, y)
    return estimator


def learned(estimator):
    """Give all that was learned, as plain values."""
    return {
        name: pickle.dumps(value) if hasattr(value, "get_params") else value
        for name, value in vars(estimator).items()
        if name.endswith("_")
    }


def assert_learned_the_same(a, b):
    assert set(learned(a)) == set(learned(b))
    for name, value in learned(a).items():
        other = learned(b)[name]
        if hasattr(value, "counts"):
            np.testing.assert_array_equal(value.centers, other.centers)
            np.testing.assert_array_equal(value.counts, other.counts)
        else:
            np.testing.assert_array_equal(value, other)


def test_all_global_techniques_are_here():
    assert len(LEARNERS) > 24
    assert len(WITH_RANGE) >= 20


@pytest.mark.parametrize("estimator", LEARNERS, ids=repr)
@settings(max_examples=10)
@given(st.data())
def test_integers_exactly(estimator, data):
    X = data.draw(st.sampled_from(["uint8", "int16", "uint16", "int64"]).flatmap(levels))
    whole = clone(estimator).fit(X, masks(X))
    stream = streamed(estimator, X, data.draw(cuts))
    np.testing.assert_array_equal(stream.predict(X), whole.predict(X))
    if not isinstance(estimator, HysteresisThreshold):
        assert_learned_the_same(stream, whole)


@pytest.mark.parametrize("estimator", WITH_RANGE, ids=repr)
@settings(max_examples=10)
@given(levels("float32") | levels("float64"), cuts)
def test_floats_of_known_range_exactly(estimator, X, cuts):
    estimator = clone(estimator).set_params(value_range=KNOWN)
    assert_learned_the_same(streamed(estimator, X, cuts), clone(estimator).fit(X))


@pytest.mark.parametrize("estimator", LEARNERS, ids=repr)
@settings(max_examples=10)
@given(levels("float64"), cuts, st.permutations(range(SHAPE[0])))
def test_floats_of_any_range_however_they_are_cut(estimator, X, cuts, order):
    at_once, stream = streamed(estimator, X, []), streamed(estimator, X, cuts)
    np.testing.assert_array_equal(stream.predict(X), at_once.predict(X))
    if not isinstance(estimator, HysteresisThreshold):
        assert_learned_the_same(stream, at_once)
        if not isinstance(estimator, SupervisedThreshold):  # its masks are not turned with X
            assert_learned_the_same(streamed(estimator, X[list(order)], cuts), at_once)


@given(levels("float64"), cuts)
def test_the_bound_on_floats_of_any_range(X, cuts):
    """Pixels are in the bins that `fit` has them in, but for those within a cell of an edge."""
    whole, stream = OtsuThreshold().fit(X), streamed(OtsuThreshold(), X, cuts)
    np.testing.assert_allclose(stream.histogram_.centers, whole.histogram_.centers)
    if len(whole.histogram_.centers) < 2:
        return
    values = X[~np.isnan(X)]
    edges = np.linspace(values.min(), values.max(), 257)[1:]
    cell = np.ptp(values) / 2**15
    near = np.array([np.count_nonzero(np.abs(values - e) <= cell) for e in edges])
    moved = np.cumsum(stream.histogram_.counts) - np.cumsum(whole.histogram_.counts)
    assert (np.abs(moved) <= near).all()


@pytest.mark.parametrize("value_range", [None, KNOWN])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@given(st.data())
def test_weights_masks_and_channels(dtype, value_range, data):
    X, y = data.draw(levels(dtype)), masks(np.zeros(SHAPE))
    weights = np.array(data.draw(st.lists(st.sampled_from([0.5, 1, 4]), min_size=6, max_size=6)))
    at = data.draw(cuts)
    known = dtype == "uint8" or value_range is not None
    whole = OtsuThreshold(channel_axis=-1, value_range=value_range)
    whole = (whole.fit if known else whole.partial_fit)(X, sample_weight=weights, mask=y)
    stream = clone(whole)
    for x, w, m in zip(*(batches(a, at) for a in (X, weights, y)), strict=True):
        stream.partial_fit(x, sample_weight=w, mask=m)
    np.testing.assert_array_equal(stream.threshold_, whole.threshold_)
    for a, b in zip(stream.histogram_, whole.histogram_, strict=True):
        np.testing.assert_array_equal(a.counts, b.counts)


@given(arrays("float64", SHAPE, elements=st.floats(-1, 1)), cuts.filter(len))
def test_a_stream_goes_on_from_fit(X, cuts):
    first, *rest = batches(X, cuts)
    e = OtsuThreshold(value_range=KNOWN).fit(first)
    for x in rest:
        e = pickle.loads(pickle.dumps(e)).partial_fit(x)
    assert_learned_the_same(e, OtsuThreshold(value_range=KNOWN).fit(X))


def test_bins_may_change_in_the_middle():
    X = np.random.default_rng(0).random((4, 20, 20))
    e = OtsuThreshold(n_bins=1000, value_range=(0, 1)).partial_fit(X[:2])
    e.set_params(n_bins=10, value_range=(-1, 1)).partial_fit(X[2:])
    assert len(e.histogram_.counts) == 10
    assert e.histogram_.n_pixels == X.size
    np.testing.assert_allclose(e.histogram_.counts, np.histogram(X, 10, (-1, 1))[0], atol=3)


ONE_PEAK = np.array([[[3, 4, 4, 5]]], np.uint8)
TWO_PEAKS = np.array([[[90, 91, 91, 92], [3, 9, 50, 92]]], np.uint8)


@pytest.mark.parametrize("scale", [1, 1 / 256])
@pytest.mark.parametrize("hysteresis", [False, True])
def test_a_criterion_that_finds_nothing_yet_has_counted(scale, hysteresis):
    first, second = (X if scale == 1 else X * scale for X in (ONE_PEAK, TWO_PEAKS))
    known = {"value_range": (0, 1), "n_bins": 256}
    e = MinimumThreshold(**known)
    e = HysteresisThreshold(e, OtsuThreshold(**known)) if hysteresis else e
    whole = clone(e).fit([*first, *second])
    with pytest.raises(ThresholdNotFoundError):
        e.partial_fit(list(first))
    e.partial_fit(list(second))
    np.testing.assert_array_equal(e.thresholds(list(second)), whole.thresholds(list(second)))
    if not hysteresis:
        assert e.histogram_.n_pixels == 12


def test_no_threshold_of_before_is_left_where_nothing_is_found():
    hill = np.tile(np.concatenate([np.arange(k, 93 - k) for k in range(47)]), (9, 1))
    e = MinimumThreshold().fit(list(TWO_PEAKS.astype(int)))
    with pytest.raises(ThresholdNotFoundError):
        e.partial_fit(hill[np.newaxis])
    with pytest.raises(ValueError, match="not fitted"):
        e.predict(TWO_PEAKS)
    assert e.histogram_.n_pixels == 8 + hill.size


def test_levels_of_integers_and_floats_do_not_mix():
    X, y = TWO_PEAKS, TWO_PEAKS > 60
    for e in (OtsuThreshold(), OtsuThreshold(value_range=(0, 1)), SupervisedThreshold()):
        with pytest.raises(ValueError, match="float64.*int images"):
            clone(e).partial_fit(X, y).partial_fit(X / 255, y)
        with pytest.raises(ValueError, match="uint8.*float images"):
            clone(e).partial_fit(X / 255, y).partial_fit(X, y)


@pytest.mark.parametrize("estimator", [SimpleThreshold(60), HysteresisThreshold(20, 60)])
def test_what_has_nothing_to_learn_takes_streams(estimator):
    expected = clone(estimator).fit(TWO_PEAKS).predict(TWO_PEAKS)
    e = clone(estimator).partial_fit(ONE_PEAK).partial_fit(TWO_PEAKS)
    np.testing.assert_array_equal(e.predict(TWO_PEAKS), expected)
    with pytest.raises(ValueError, match="1 dimension"):
        e.partial_fit(TWO_PEAKS[0])
