import numpy as np
import pytest

from skthresh import SimpleThreshold
from skthresh.modes import representable, white


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("uint8", 255),
        ("uint16", 65535),
        ("int16", 1),
        ("uint32", 1),
        ("float32", 1),
        ("bool", True),
    ],
)
def test_white(dtype, expected):
    assert white(np.dtype(dtype)) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [(2.5, 2), (3.5, 4), (300, 255), (-3, 0), (254.5, 254), (0.4, 0)]
)
def test_max_value_rounds_half_to_even_and_saturates(given, expected):
    X = np.array([[[0, 200]]], np.uint8)
    assert SimpleThreshold(100, max_value=given).fit_transform(X).tolist() == [[[0, expected]]]


def test_thresholds_are_what_is_compared():
    assert SimpleThreshold(127.9).fit([[1, 2]]).thresholds(np.array([[1, 2]], np.uint8)) == 127
    assert SimpleThreshold(-0.5).fit([[1, 2]]).thresholds(np.array([[1, 2]])) == -1
    X = np.array([[0.1, 0.2]], np.float32)
    assert SimpleThreshold(0.1).fit(X).thresholds(X) == np.float32(0.1)
    assert not SimpleThreshold(0.1).fit(X).predict(X)[0, 0], "0.1 is not above 0.1"
    assert np.isnan(representable(np.nan, np.dtype("uint8")))


def test_int64_is_compared_exactly():
    big = 2**62
    X = np.array([[big - 1, big, big + 1]], np.int64)
    assert SimpleThreshold(float(big)).fit(X).predict(X).tolist() == [[False, False, True]]


def test_nan_threshold_has_no_foreground():
    nothing = np.full((1, 4), np.nan)
    from skthresh import OtsuThreshold

    for mode in ("binary", "binary_inv", "tozero", "tozero_inv"):
        e = OtsuThreshold(mode=mode).fit(nothing)
        assert np.isnan(e.threshold_)
        for X in (np.array([[1, 2]], np.uint8), np.array([[1.0, 2.0]])):
            e.n_features_in_ = 2
            assert not e.predict(X).any()
            assert not e.transform(X).any()
            np.testing.assert_array_equal(e.set_params(mode="trunc").transform(X), X)
            e.set_params(mode=mode)


def test_trunc_keeps_nan():
    X = np.array([[np.nan, 1.0, 3.0]])
    out = SimpleThreshold(2, mode="trunc").fit_transform(X)
    np.testing.assert_array_equal(out, [[np.nan, 1.0, 2.0]])
