"""What holds for every thresholder, whatever the array."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from instances import instances
from sklearn.base import clone

from skthresh import BernsenThreshold, LiThreshold, OtsuThreshold, SupervisedThreshold
from skthresh.base import Thresholder
from skthresh.batch_transformer import DTYPES

THRESHOLDERS = [e for e in instances() if isinstance(e, Thresholder)]

LAYOUTS = {
    "as it is": lambda X: X,
    "Fortran order": np.asfortranarray,
    "reversed": lambda X: X[:, ::-1, ::-1].copy()[:, ::-1, ::-1],
    "transposed": lambda X: X.transpose(2, 0, 1).copy().transpose(1, 2, 0),
    "every third": lambda X: np.repeat(X, 3, axis=1)[:, ::3],
    "swapped bytes": lambda X: X.astype(X.dtype.newbyteorder()),
}


def elements(dtype):
    if dtype == "bool":
        return st.booleans()
    if dtype.startswith("float"):
        width = int(dtype.removeprefix("float"))
        return st.floats(allow_infinity=False, allow_nan=True, width=width)
    info = np.iinfo(dtype)
    return st.integers(int(info.min), int(info.max))


stacks = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays(
        dtype,
        array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=6),
        elements=elements(dtype),
    )
)


@pytest.mark.parametrize("estimator", THRESHOLDERS, ids=repr)
@given(stacks, st.sampled_from(sorted(LAYOUTS)))
def test_any_array(estimator, X, layout):
    view = LAYOUTS[layout](X)
    np.testing.assert_array_equal(view, X)
    view.flags.writeable = False
    e = clone(estimator).fit(X, X > 55)
    expected = e.predict(X)
    assert expected.dtype == bool
    assert expected.shape == X.shape
    if X.dtype.kind == "f":
        assert not expected[np.isnan(X)].any()
    other = clone(estimator).fit(view, X > 55)
    np.testing.assert_array_equal(other.predict(view), expected)
    out = other.transform(view)
    assert out.dtype == view.dtype
    assert out.shape == view.shape
    np.testing.assert_array_equal(out, e.transform(X))
    thresholds = other.thresholds(list(view)), other.thresholds(view)
    for a, b in zip(*map(np.atleast_1d, thresholds), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(np.stack(other.predict(list(view))), expected)
    singles = [other.predict(view[i : i + 1])[0] for i in range(len(view))]
    np.testing.assert_array_equal(np.stack(singles), expected)


@pytest.mark.parametrize("estimator", THRESHOLDERS, ids=repr)
@pytest.mark.parametrize("mode", ["binary", "binary_inv"])
def test_the_largest_numbers_there_are(estimator, mode):
    huge = np.finfo(np.float64).max
    for image in ([[-huge]], [[huge, huge]], [[-huge, 0], [0, -huge]], [[huge, 0], [0, -huge]]):
        X = np.array([image])
        e = clone(estimator).set_params(mode=mode).fit(X, X > 0)
        assert e.predict(X).shape == e.transform(X).shape == X.shape
        assert e.decision_function(X).shape == X.shape  # and no warning, which is an error here


def test_distances_beyond_float64_are_infinite():
    huge = np.finfo(float).max
    found = LiThreshold().fit(X := np.array([[-huge, huge]])).decision_function(X)
    np.testing.assert_array_equal(found[huge == X], np.inf)


@pytest.mark.parametrize("weight", [["a"], [None], [1j]])
def test_weights_that_are_no_numbers_are_named(weight):
    with pytest.raises(TypeError, match="sample_weight must hold numbers"):
        OtsuThreshold().fit(np.zeros((1, 2, 2), np.uint8), sample_weight=weight)


def test_one_value_is_no_true_mask():
    with pytest.raises(ValueError, match="y is a single value"):
        SupervisedThreshold().fit(np.zeros((1, 2, 2), np.uint8), True)


def test_so_many_bins_are_refused():
    with pytest.raises(ValueError, match=r"'n_bins' .* in the range \[2, 65536\]"):
        OtsuThreshold(n_bins=2**31).fit(np.zeros((1, 2, 2)))


def test_a_class_is_no_image():
    with pytest.raises(TypeError, match="the class ndarray"):
        BernsenThreshold().fit(np.ndarray)


def test_levels_too_close_to_divide_their_range():
    X = np.array([[0.0, 5e-324]])
    assert OtsuThreshold(log_scale=True).fit(X).threshold_ in X
