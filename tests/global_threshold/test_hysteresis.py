import numpy as np
import pytest
from histograms import REAL
from skimage.filters import apply_hysteresis_threshold
from sklearn.model_selection import GridSearchCV

from skthresh import HysteresisThreshold, OtsuThreshold

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_equal_to_scikit_image(dtype, ndim):
    for _ in range(20):
        image = (RNG.random((12,) * ndim) * 200).astype(dtype)
        low, high = 90, 170
        expected = apply_hysteresis_threshold(image, low, high)
        e = HysteresisThreshold(low, high).fit([image])
        np.testing.assert_array_equal(e.predict([image])[0], expected)
        dark = HysteresisThreshold(30, 110, mode="binary_inv").fit([image]).predict([image])[0]
        # at or below, where scikit-image's is strictly above
        levels = -image.astype(float)
        expected = apply_hysteresis_threshold(levels, -110 - 1e-9, -30 - 1e-9)
        np.testing.assert_array_equal(dark, expected)


def test_real_images_and_corners():
    for image in REAL.values():
        expected = apply_hysteresis_threshold(image, 80, 150)
        mask = HysteresisThreshold(80, 150).fit([image]).predict([image])[0]
        np.testing.assert_array_equal(mask, expected)
    diagonal = np.diag([200, 100, 100]).astype(np.uint8)
    for connectivity, n in ((1, 1), (2, 3)):
        e = HysteresisThreshold(50, 150, connectivity=connectivity).fit([diagonal])
        assert e.predict([diagonal])[0].sum() == n


def test_thresholds_say_the_same():
    image = REAL["coins"]
    for mode in ("binary", "binary_inv"):
        e = HysteresisThreshold(80, 150, mode=mode).fit([image])
        t = e.thresholds([image])[0]
        assert set(np.unique(t)) == {80, 150}
        mask = e.predict([image])[0]
        np.testing.assert_array_equal(mask, image <= t if mode.endswith("inv") else image > t)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", "float32", "float64"])
@pytest.mark.parametrize("mode", ["binary", "binary_inv", "trunc", "tozero", "tozero_inv"])
@pytest.mark.parametrize(
    ("low", "high"), [(40.5, 70), (-300.5, 60), (20, 1e6), (50, np.inf), (4e4, 5e4)]
)
def test_modes(mode, dtype, low, high):
    """Each pixel is compared with the threshold that decides about it."""
    image = (RNG.random((20, 30)) * 100).astype(dtype)
    if np.dtype(dtype).kind == "f":
        image[RNG.random(image.shape) < 0.1] = np.nan
        high = min(high, 6e4)
    else:
        high = min(high, 1e300)
    inside = RNG.random(image.shape) < 0.9
    e = HysteresisThreshold(low, high, mode=mode, max_value=7).fit([image])
    for mask in (None, [inside]):
        t, out = e.thresholds([image], mask)[0], e.transform([image], mask)[0]
        above, below = image > t, image <= t
        top = np.floor(t).clip(0, 255) if dtype == "uint8" else t
        top = np.floor(top) if dtype == "int16" else top
        expected = {
            "binary": np.where(above, 7, 0),
            "binary_inv": np.where(below, 7, 0),
            "trunc": np.where(above, top, image),
            "tozero": np.where(above, image, 0),
            "tozero_inv": np.where(below, image, 0),
        }[mode]
        expected = expected if mask is None else np.where(inside, expected, 0)
        np.testing.assert_array_equal(out, expected.astype(dtype))


def test_estimators_as_thresholds():
    X = np.stack([REAL["coins"][:150, :150], REAL["camera"][:150, :150]])
    low, high = OtsuThreshold(correction=0.7), OtsuThreshold()
    e = HysteresisThreshold(low, high).fit(X)
    assert not hasattr(high, "threshold_"), "it is a clone that is fitted"
    t = OtsuThreshold().fit(X).threshold_
    fixed = HysteresisThreshold(e.low_.threshold_, t).fit(X)
    np.testing.assert_array_equal(e.predict(X), fixed.predict(X))
    each = HysteresisThreshold(40, OtsuThreshold(per_image=True)).fit(X).predict(X)
    for image, mask in zip(X, each, strict=True):
        level = OtsuThreshold().fit([image]).threshold_
        np.testing.assert_array_equal(mask, apply_hysteresis_threshold(image, 40, level))
    grid = {"low__correction": [0.5, 0.9], "high__per_image": [False, True]}
    search = GridSearchCV(HysteresisThreshold(low, high), grid, cv=2).fit(X, t < X)
    assert search.best_params_["low__correction"] == 0.9


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"low=9 and high=5"):
        HysteresisThreshold(9, 5).fit([REAL["coins"]])
    with pytest.raises(ValueError, match="'low' parameter"):
        HysteresisThreshold("otsu").fit([REAL["coins"]])
