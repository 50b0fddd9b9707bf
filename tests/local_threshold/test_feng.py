import numpy as np
import pytest
from formulas import BORDERS, DTYPES, assert_thresholds, copies, picture, stats
from skimage import data

from skthresh import FengThreshold, binarize

PAGE = data.page()


def feng(w, larger, a1=0.12, k1=0.25, k2=0.04, gamma=2.0):
    """The paper's ``(1 - a1) m + a2 (s / R) (m - M) + a3 M``."""
    with np.errstate(invalid="ignore"):
        share = np.where(w["s"] > 0, w["s"] / larger["s"], 0)
    a2, a3 = k1 * share**gamma, k2 * share**gamma
    return (1 - a1) * w["m"] + a2 * share * (w["m"] - w["lo"]) + a3 * w["lo"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
def test_the_papers_formula(dtype, border):
    image = picture(dtype)
    w, larger = (stats(image, size, border=border) for size in ((7, 5), (11, 13)))
    e = FengThreshold(window_size=(7, 5), larger_window_size=(11, 13), border=border)
    assert_thresholds(e, image, feng(w, larger))
    own = {"k1": 0.6, "k2": 0.3, "gamma": 1.5}
    e.set_params(alpha1=0.2, **own)
    assert_thresholds(e, image, feng(w, larger, a1=0.2, **own))


def test_both_windows_leave_masked_pixels_out():
    image = picture("uint8")
    inside = np.random.default_rng(1).random(image.shape) < 0.7
    w, larger = (stats(image, (n, n), valid=inside) for n in (5, 11))
    e = FengThreshold(window_size=5, larger_window_size=11)
    assert_thresholds(e, image, feng(w, larger), inside)


def test_the_bands_of_both_windows_are_the_same_rows(monkeypatch):
    params = {"window_size": 5, "larger_window_size": 21}
    expected = FengThreshold(**params).fit([PAGE]).thresholds([PAGE])[0]
    monkeypatch.setattr("skthresh.local_threshold.windows.BAND", 1)
    found = FengThreshold(**params).fit([PAGE]).thresholds([PAGE])[0]
    np.testing.assert_array_equal(found, expected)


def test_volumes():
    image = np.random.default_rng(0).random((5, 6, 7))
    w, larger = (stats(image, (n, n, n)) for n in (3, 5))
    assert_thresholds(FengThreshold(window_size=3, larger_window_size=5), image, feng(w, larger))


def test_equal_windows_have_no_contrast_to_compare():
    """s / R is 1: ``(1 - a1) m + k1 (m - M) + k2 M``."""
    image = picture("uint16")
    w = stats(image, (7, 7))
    e = FengThreshold(window_size=7, larger_window_size=7).fit([image])
    t = 0.88 * w["m"] + np.where(w["s"] > 0, 0.25 * (w["m"] - w["lo"]) + 0.04 * w["lo"], 0)
    np.testing.assert_allclose(e.thresholds([image])[0], t, rtol=1e-9)


@pytest.mark.parametrize("size", [4, (3, 4)])
def test_an_even_larger_window_is_refused_by_fit(size):
    image = picture("uint8")
    with pytest.raises(ValueError, match="larger_window_size"):
        FengThreshold(larger_window_size=size).fit([image])


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "feng")
    for copy in copies(PAGE):
        np.testing.assert_array_equal(binarize(copy, "feng"), expected)


def test_flat_images():
    for value, paper in ((77, True), (0, False)):
        image = np.full((5, 6), value, np.uint8)
        e = FengThreshold().fit([image])
        np.testing.assert_allclose(e.thresholds([image])[0], 0.88 * value)
        assert (e.predict([image])[0] == paper).all()


def test_a_flat_window_in_a_varied_neighbourhood():
    """s is 0 and R is not: only the first term remains."""
    image = np.full((41, 41), 100, np.uint8)
    image[::40] = 0
    e = FengThreshold(window_size=3, larger_window_size=41, border="clip").fit([image])
    assert e.thresholds([image])[0][20, 20] == pytest.approx(88)
