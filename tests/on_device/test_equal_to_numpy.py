"""Every estimator that takes other arrays gives what it gives for NumPy arrays."""

import itertools

import numpy as np
import pytest
from kinds import VERBS, assert_same, compare, images, supported, thinned, thresholders
from sklearn import config_context
from sklearn.base import clone

from skthresh import (
    AdaptiveThreshold,
    GaussianBlur,
    MultiOtsuThreshold,
    NickThreshold,
    OtsuThreshold,
    PercentileThreshold,
    SauvolaThreshold,
    SimpleThreshold,
    SupervisedThreshold,
    ToGray,
    WolfThreshold,
)
from skthresh.array_api.namespace import as_host
from skthresh.modes import MODES
from skthresh.utils import all_estimators

DTYPES = ["bool", "uint8", "int8", "uint16", "int32", "uint64", "float16", "float32", "float64"]

WINDOWED = [e for e in thresholders() if hasattr(e, "border")]
GLOBAL = [e for e in thresholders() if hasattr(e, "n_bins")]


def smaller(estimator):
    """Give windows that small images have room for."""
    estimator = clone(estimator)
    return estimator.set_params(window_size=5) if hasattr(estimator, "border") else estimator


def truth(estimator, X):
    """Give true masks to those that learn from them."""
    if not estimator.__sklearn_tags__().target_tags.required:
        return None
    return np.random.default_rng(1).random(X.shape) < 0.5


def test_there_are_many():
    names = {type(e).__name__ for e in supported()}
    known = {name for name, _ in all_estimators()}
    assert {"SimpleThreshold", "SupervisedThreshold", "MultiOtsuThreshold", "ToGray"} <= names
    assert {"SauvolaThreshold", "WolfThreshold", "NickThreshold", "GaussianBlur"} <= names
    assert len(GLOBAL) >= 20
    assert len(WINDOWED) >= 10
    assert {"GatosThreshold", "SuThreshold", "HysteresisThreshold"} <= known - names


SOME = [OtsuThreshold(), MultiOtsuThreshold(per_image=True), SauvolaThreshold()]
CASES = [(e, d) for e in thresholders() for d in ("uint8", "int32", "float32")]
CASES += [(e, d) for e in SOME for d in DTYPES if d not in ("uint8", "int32", "float32")]


@pytest.mark.parametrize(("estimator", "dtype"), thinned(CASES, 7), ids=repr)
def test_every_technique(estimator, dtype, kind):
    if not kind.has(dtype):
        pytest.skip(f"{kind.name} has no {dtype}")
    X = images(dtype)
    exact = not hasattr(estimator, "border")
    compare(smaller(estimator), X, kind, y=truth(estimator, X), exact=exact)


@pytest.mark.parametrize("estimator", thinned(thresholders(), 6), ids=repr)
def test_nan_and_mask(estimator, kind):
    X = images("float64", gaps=True)
    mask = np.random.default_rng(2).random(X.shape) < 0.8
    compare(smaller(estimator), X, kind, y=truth(estimator, X), mask=mask)


MODE_CASES = list(itertools.product(MODES, ["uint8", "uint16", "int16", "float32", "bool"]))


@pytest.mark.parametrize(("mode", "dtype"), thinned(MODE_CASES, 3))
def test_modes(mode, dtype, kind):
    X = images(dtype)
    for e in (OtsuThreshold(per_image=True), OtsuThreshold(), SauvolaThreshold(window_size=5)):
        for max_value in (None, 3.5, 1000):
            compare(e.set_params(mode=mode, max_value=max_value), X, kind, verbs=VERBS[:2])


BEYOND = list(itertools.product(MODES, ["uint8", "uint16", "int64", "float32", "bool"]))


@pytest.mark.parametrize(("mode", "dtype"), thinned(BEYOND, 3))
def test_thresholds_beyond_the_dtype(mode, dtype, kind):
    for threshold in (-1, -0.5, 0, 127.5, 254.9, 255, 1e9, 2.0**70):
        compare(SimpleThreshold(threshold, mode=mode), images(dtype), kind, exact=True)


LAID_OUT = [
    OtsuThreshold(),
    OtsuThreshold(per_image=True),
    SupervisedThreshold(),
    MultiOtsuThreshold(4, per_image=True, output="levels"),
    MultiOtsuThreshold(),
    AdaptiveThreshold(window_size=5),
    NickThreshold(window_size=5),
]
LAYOUTS = list(itertools.product(LAID_OUT, ["uint8", "uint16", "float32"]))


@pytest.mark.parametrize(("estimator", "dtype"), thinned(LAYOUTS, 4), ids=repr)
def test_layouts(estimator, dtype, kind):
    X = images(dtype, (3, 12, 16, 3))
    for axis, stack in ((-1, X), (0, np.moveaxis(X, -1, 1))):
        e = clone(estimator).set_params(channel_axis=axis)
        compare(e, stack, kind, y=truth(e, stack))
        mask = np.random.default_rng(3).random((3, 12, 16)) < 0.7
        compare(e, stack, kind, y=truth(e, stack), mask=mask)
    rows = X[..., 0].reshape(3, -1)
    e = clone(estimator).set_params(image_shape=(12, 16))
    compare(e, rows, kind, y=truth(e, rows))
    ragged = [X[0, ..., 0], X[1, :7, :9, 0]]
    y = None if truth(estimator, X) is None else [x > x.mean() for x in ragged]
    mask = [x > np.quantile(x, 0.2) for x in ragged]
    compare(estimator, ragged, kind, y=y)
    compare(estimator, ragged, kind, y=y, mask=mask)


WINDOW_CASES = [
    (clone(e).set_params(border=border, window_shape=shape, window_size=size), dtype, gaps)
    for e in WINDOWED
    for border, shape in itertools.product(["replicate", "reflect", "clip"], ["square", "disk"])
    for size in ((3, 7), 15)  # the last one is larger than the image
    for dtype, gaps in itertools.product(["uint8", "float64"], [False, True])
    if (e.get_params().get("method"), shape) != ("gaussian", "disk")
]


@pytest.mark.parametrize(("estimator", "dtype", "gaps"), thinned(WINDOW_CASES, 13), ids=repr)
def test_windows(estimator, dtype, gaps, kind):
    X = images(dtype, (2, 11, 14))
    mask = np.random.default_rng(4).random(X.shape) < 0.6 if gaps else None
    compare(estimator, X, kind, mask=mask, verbs=("predict", "thresholds"))


SIGNALS_AND_VOLUMES = list(itertools.product(WINDOWED, [(2, 30), (2, 5, 6, 7)]))


@pytest.mark.parametrize(("estimator", "shape"), thinned(SIGNALS_AND_VOLUMES, 7), ids=repr)
def test_signals_and_volumes(estimator, shape, kind):
    e = clone(estimator).set_params(window_size=3)
    compare(e, images("uint8", shape), kind, verbs=("predict", "thresholds"))
    compare(e, images("float32", shape), kind, verbs=("predict", "thresholds"))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
@pytest.mark.parametrize("estimator", [WolfThreshold(), SauvolaThreshold(), NickThreshold()])
def test_constants(dtype, estimator, kind):
    X = np.full((1, 20, 20), 7, dtype)
    compare(estimator, X, kind, exact=True)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
@pytest.mark.parametrize("estimator", [OtsuThreshold(), MultiOtsuThreshold(3)], ids=repr)
def test_degenerate_images(dtype, estimator, kind):
    two = np.full((1, 4, 5), 3, dtype)
    two[0, 0] = 9
    for X in (np.full((1, 4, 5), 3, dtype), two, np.full((2, 1, 1), 9, dtype)):
        compare(estimator, X, kind, exact=True)
        compare(clone(estimator).set_params(per_image=True), X, kind, exact=True)
    if np.dtype(dtype).kind == "f":
        compare(estimator, np.full((1, 4, 5), np.nan, dtype), kind, exact=True)


OPTIONS = [
    {"log_scale": True},
    {"n_bins": 37},
    {"value_range": (0.2, 0.7)},
    {"correction": 0.9, "bounds": (0.1, None)},
]


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_options_of_global_techniques(options, dtype, kind):
    X = images(dtype)
    for e in (OtsuThreshold(**options), PercentileThreshold(**options, per_image=True)):
        compare(e, X, kind, exact=True)
    compare(OtsuThreshold(**options), X, kind, exact=True, fit={"sample_weight": [1.0, 0.0, 2.5]})


@pytest.mark.parametrize("dtype", ["uint8", "uint32", "float32", "float64"])
@pytest.mark.parametrize(
    "estimator",
    [OtsuThreshold(), OtsuThreshold(value_range=(0.6, 2.0)), SupervisedThreshold()],
    ids=repr,
)
def test_partial_fit(dtype, estimator, kind):
    X = images(dtype, (6, 9, 9), gaps=dtype == "float32") * 3
    X = X.astype(dtype)
    y, weights = np.nanmean(X) < X, np.arange(6.0)
    ours, theirs = clone(estimator), clone(estimator)
    with config_context(array_api_dispatch=True):
        for part in (slice(0, 2), slice(2, 3), slice(3, 6)):
            theirs.partial_fit(X[part], y[part], sample_weight=weights[part])
            ours.partial_fit(kind(X[part]), kind(y[part]), sample_weight=kind(weights[part]))
            assert ours.threshold_ == theirs.threshold_
        assert_same(ours.predict(kind(X)), theirs.predict(X), kind)


@pytest.mark.parametrize("scale", [1e-310, 1e-30, 1.0, 1e30, 1e300])
def test_floats_of_all_magnitudes(scale, kind):
    X = (images("float64") - 0.5) * scale
    for e in (OtsuThreshold(), OtsuThreshold(per_image=True)):
        compare(e, X, kind, verbs=("predict", "transform"))
    ours, theirs = OtsuThreshold(), OtsuThreshold()
    with config_context(array_api_dispatch=True):
        ours.partial_fit(kind(X[:2])).partial_fit(kind(X[2:]))
    theirs.partial_fit(X[:2]).partial_fit(X[2:])
    assert ours.threshold_ == theirs.threshold_
    for e in (SauvolaThreshold(window_size=5), NickThreshold(window_size=5)):
        compare(e, X, kind, verbs=("predict",))


@pytest.mark.parametrize("estimator", thinned(thresholders(), 8), ids=repr)
def test_scores(estimator, kind):
    X = images("uint8")
    y = X > 100
    e, other = smaller(estimator), smaller(estimator)
    mask, weights = X % 7 > 0, np.array([1.0, 2.0, 0.5])
    e.fit(X, y)
    wanted = [e.score(X, y), e.score(X, y, sample_weight=weights, mask=mask)]
    with config_context(array_api_dispatch=True):
        other.fit(kind(X), kind(y))
        found = other.score(kind(X), kind(y), sample_weight=kind(weights), mask=kind(mask))
        assert [other.score(kind(X), kind(y)), found] == wanted
        assert other.score(kind(X), y) == wanted[0]  # everything follows X
        assert isinstance(found, float)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [(3,), (5, 9), (3, 3, 3)])
def test_blur(dtype, size, kind):
    if not kind.has(dtype):
        pytest.skip(f"{kind.name} has no {dtype}")
    X = images(dtype, (2, 9, 10, 8)[: 1 + len(size)], gaps=True)
    e, other = GaussianBlur(size), GaussianBlur(size)
    wanted = e.fit_transform(X)
    with config_context(array_api_dispatch=True):
        found = other.fit_transform(kind(X))
    kind.assert_is(found)
    found = as_host(found)
    assert found.dtype == wanted.dtype
    if wanted.dtype.kind != "f":
        np.testing.assert_array_equal(found, wanted)
    else:
        # float32 is smoothed in its own precision by SciPy, and in float64 here
        np.testing.assert_allclose(found, wanted, rtol=2e-3 if dtype == "float16" else 1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_channels", [3, 4])
def test_grey(dtype, n_channels, kind):
    if not kind.has(dtype):
        pytest.skip(f"{kind.name} has no {dtype}")
    X = images(dtype, (2, 9, 10, n_channels))
    for axis, stack in ((-1, X), (0, np.moveaxis(X, -1, 1))):
        compare(ToGray(channel_axis=axis), stack, kind)
    ragged = [X[0], X[1, :4]]
    compare(ToGray(), ragged, kind)
