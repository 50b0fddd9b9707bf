"""Whatever the chunks of a dask array, the answer is NumPy's, to the pixel."""

import contextlib
import itertools
import warnings

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from instances import instances
from sklearn.base import clone

from skthresh import (
    FengThreshold,
    LocalOtsuThreshold,
    MultiOtsuThreshold,
    SauvolaThreshold,
    SupervisedThreshold,
    WolfThreshold,
)
from skthresh import blocks as blocks_module
from skthresh.batch_transformer import DTYPES
from skthresh.exceptions import BatchShapeWarning
from skthresh.modes import MODES

ESTIMATORS = [e for e in instances() if getattr(e, "_takes_dask", False)]
ESTIMATORS += [WolfThreshold(window_size=5), LocalOtsuThreshold(window_size=5)]
VERBS = ("predict", "transform", "decision_function", "thresholds")
RANKS = {"rows": 1, "images": 2, "folded rows": 2, "volumes": 3, "colour": 2, "folded colour": 2}

# What a parameter may be, if an estimator has it.
OPTIONS = {
    "window_size": [1, 3, 5, 9],
    "larger_window_size": [3, 7],
    "background_window_size": [3, 7],
    "kernel_size": [1, 3, 5],
    "border": ["replicate", "reflect", "clip"],
    "window_shape": ["square", "disk"],
    "mode": sorted(MODES),
    "max_value": [None, 3],
    "per_image": [False, True],
    "log_scale": [False, False, True],
    "value_range": [None, None, (0.1, 0.6)],
    "correction": [1.0, 0.9],
    "output": ["means", "levels"],
    "grid_step": [None, 2],
    "block_size": [4, 7],
}


@pytest.fixture(autouse=True)
def _synchronous():
    with dask.config.set(scheduler="synchronous"):
        yield


def pixels(rng, dtype, shape, kind):
    """Draw images: few levels, noise, the whole range of the dtype, or noise with one far pixel."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        lo, hi = {"few": (3, 7), "noise": (20, 100), "far": (20, 100)}.get(
            kind, (int(info.min), int(info.max))
        )
        X = rng.integers(lo, hi, shape, dtype, endpoint=True)
        if kind == "far":
            X.flat[0] = info.max
        return X
    X = rng.random(shape)
    if kind == "few":
        X = np.round(X * 4) / 4
    elif kind == "whole":
        X = (X - 0.5) * float(np.finfo(dtype).max)
    elif kind == "far":
        X.flat[-1] = float(np.finfo(dtype).max) / 4
    return X.astype(dtype)


def cuts(draw, length):
    """Cut an axis at random places."""
    inner = draw(st.sets(st.integers(1, length - 1), max_size=4)) if length > 1 else set()
    return tuple(b - a for a, b in itertools.pairwise([0, *sorted(inner), length]))


@st.composite
def cases(draw, estimator):
    """Draw parameters, images in chunks, and perhaps a mask."""
    e = clone(estimator)
    given = {
        name: draw(st.sampled_from(o)) for name, o in OPTIONS.items() if name in e.get_params()
    }
    if given.get("window_shape") == "disk" and e.get_params().get("method") == "gaussian":
        given["window_shape"] = "square"
    kinds = [
        k for k, rank in RANKS.items() if "colour" not in k or "channel_axis" in e.get_params()
    ]
    if type(e).__name__ == "ToGray":
        kinds = ["colour", "folded colour"]
    kind = draw(st.sampled_from(kinds))
    rank = RANKS[kind]
    sides = tuple(draw(st.integers(1, {1: 30, 2: 14, 3: 7}[rank])) for _ in range(rank))
    shape = (draw(st.integers(1, 3)), *sides)
    if "colour" in kind:
        axis = -1 if "folded" in kind else draw(st.sampled_from([-1, 0]))
        shape = (*shape, 3) if axis == -1 else (shape[0], 3, *sides)
        given["channel_axis"] = axis
    rng = np.random.default_rng(draw(st.integers(0, 2**20)))
    dtype = draw(st.sampled_from(DTYPES))
    X = pixels(rng, dtype, shape, draw(st.sampled_from(["few", "noise", "whole", "far"])))
    if X.dtype.kind == "f" and draw(st.booleans()):
        X[rng.random(X.shape) < draw(st.sampled_from([0.05, 0.6]))] = np.nan
    if "folded" in kind:
        given["image_shape"] = shape[1:]
        X = X.reshape(len(X), -1)
    lazy = da.from_array(X, chunks=tuple(cuts(draw, n) for n in X.shape))
    mask = None
    if hasattr(e, "decision_function") or hasattr(e, "n_classes"):
        how = draw(st.sampled_from(["none", "numpy", "dask"]))
        mask = None if how == "none" else rng.random(X.shape) < 0.8
        mask = (mask, da.from_array(mask, chunks=2) if how == "dask" else mask)
        mask = None if how == "none" else mask
    return e.set_params(**given), X, lazy, mask


def ask(estimator, X, y, mask):
    """Fit, and use all verbs; of dask the dtypes and chunks are checked, and the rest computed."""
    given = {} if mask is None else {"mask": mask}
    estimator.fit(X, y, **given)
    found = {"threshold_": getattr(estimator, "threshold_", None)}
    if hasattr(estimator, "partial_fit"):
        again = clone(estimator).partial_fit(X, y, **given).partial_fit(X, y, **given)
        found["again"] = getattr(again, "threshold_", None)
    for verb in (v for v in VERBS if hasattr(estimator, v)):
        out = getattr(estimator, verb)(X, **given)
        if isinstance(X, da.Array) and isinstance(out, da.Array):
            dtype, shape = out.dtype, out.shape
            if shape == X.shape and verb != "thresholds":  # (n_samples, n_channels) may be X's
                assert out.chunks == X.chunks
            out = out.compute()
            assert (out.dtype, out.shape) == (dtype, shape)
        elif isinstance(X, da.Array):
            assert verb == "thresholds", f"{verb} is not lazy"
        found[verb] = out
    if hasattr(estimator, "decision_function") or hasattr(estimator, "n_classes"):
        found["score"] = estimator.score(X, y, **given)
    return found


def check_equal(case):
    estimator, X, lazy, mask = case
    y = np.asarray(np.nanmax(X) == X if X.dtype.kind == "f" and not np.isnan(X).all() else X > 50)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", BatchShapeWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # of extreme floats, as NumPy has them
        expected = ask(clone(estimator), X, y, mask and mask[0])
        found = ask(clone(estimator), lazy, y, mask and mask[1])
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if name == "threshold_" or value is None:
            assert repr(found[name]) == repr(value)
        elif name != "thresholds":
            assert np.asarray(found[name]).dtype == np.asarray(value).dtype, name
        np.testing.assert_array_equal(found[name], value, err_msg=name)


def tried(n):
    def decorate(function):
        return settings(max_examples=n)(given(st.data())(function))

    return decorate


# All of them are tried at length below.
@pytest.mark.parametrize("estimator", ESTIMATORS[::4], ids=repr)
@tried(3)
def test_any_chunks(estimator, data):
    check_equal(data.draw(cases(estimator)))


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
@tried(300)
def test_any_chunks_at_length(estimator, data):
    check_equal(data.draw(cases(estimator)))


# Gaps are NaN; "few gaps" leaves many blocks without any, in an image that has some.
@pytest.mark.parametrize("gaps", ["none", "few", "many"])
@pytest.mark.parametrize("levels", ["noise", "far"])
@pytest.mark.parametrize("shape", ["square", "disk"])
@pytest.mark.parametrize("sides", [(41, 47), (9, 13, 11)])
@pytest.mark.parametrize("cls", [SauvolaThreshold, WolfThreshold, FengThreshold])
def test_sums_of_floats_are_those_of_the_whole_image(cls, sides, shape, levels, gaps):
    """To the last digit: what is rounded, and in which order, does not depend on the chunks."""
    rng = np.random.default_rng(0)
    X = pixels(rng, "float64", (1, *sides), levels)
    if levels == "far":
        X[0].flat[5] = 1e6
        X[X > 1e6] = 0.5
    if gaps == "few":
        X[(0, *[n // 2 for n in sides])] = np.nan
    elif gaps == "many":
        X[rng.random(X.shape) < 0.2] = np.nan
    e = cls(window_size=5, window_shape=shape).fit(X)
    expected = e.thresholds(X)
    found = e.thresholds(da.from_array(X, chunks=(1, *[4 + k for k in range(len(sides))])))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
@pytest.mark.parametrize("estimator", [MultiOtsuThreshold(), SupervisedThreshold()], ids=repr)
def test_weights_are_those_of_images(estimator, dtype):
    rng = np.random.default_rng(0)
    X = pixels(rng, dtype, (5, 9, 8), "noise")
    y, weights = X.mean() < X, [0.1, 0, 0.7, 1 / 3, 2]
    lazy = da.from_array(X, chunks=(2, 4, 3))
    for fit in ("fit", "partial_fit"):
        a, b = (getattr(clone(estimator), fit)(x, y, sample_weight=weights) for x in (X, lazy))
        for name in vars(a):
            if "histogram" in name:
                np.testing.assert_array_equal(getattr(a, name).counts, getattr(b, name).counts)
        for name in ("threshold_", "thresholds_", "score_"):
            np.testing.assert_array_equal(getattr(a, name, 0), getattr(b, name, 0))
        assert a.score(X, y, sample_weight=weights) == b.score(lazy, y, sample_weight=weights)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_who_claims_chunks_sees_no_whole_image(estimator, monkeypatch):
    """The tag says whether an estimator works on parts of images, or image by image."""
    seen = []

    def batch(x, *rest):
        seen.append(x.shape)
        return blocks_batch(x, *rest)

    blocks_batch = blocks_module.Batch
    monkeypatch.setattr(blocks_module, "Batch", batch)
    colour = (3,) if type(estimator).__name__ == "ToGray" else ()
    X = np.random.default_rng(0).integers(0, 255, (2, 96, 100, *colour), dtype=np.uint8)
    lazy = da.from_array(X, chunks=(1, 24, 50, *colour))
    y = lazy > 100
    e = clone(estimator).fit(lazy, y)
    for verb in (v for v in VERBS if hasattr(e, v)):
        with contextlib.suppress(AttributeError):
            getattr(e, verb)(lazy).compute()
    assert seen
    whole = [shape for shape in seen if shape[1] == 96]
    assert bool(whole) != e.__sklearn_tags__().dask
