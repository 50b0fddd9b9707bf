import numpy as np
import pytest
from formulas import BORDERS, DTYPES, assert_thresholds, copies, doxa, picture, stats
from skimage import data

from skthresh import WolfThreshold, binarize

PAGE, TEXT = data.page(), data.text()


def wolf(w, k, inside=...):
    """Equation (5) of the paper: ``(1 - a) m + a M + a s / R (m - M)``."""
    darkest, greatest = w["v"][inside].min(), w["s"][inside].max()
    return (1 - k) * w["m"] + k * darkest + k * w["s"] / greatest * (w["m"] - darkest)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
def test_the_papers_formula(dtype, border):
    image = picture(dtype)
    w = stats(image, (7, 5), border=border)
    for k in (0.5, 0.2):
        e = WolfThreshold(k=k, window_size=(7, 5), border=border)
        assert_thresholds(e, image, wolf(w, k))


@pytest.mark.parametrize("k", [0.2, 0.5])
@pytest.mark.parametrize("window", [15, 75])
def test_equal_to_doxa(window, k):
    for image in (PAGE, TEXT):
        mask = binarize(image, "wolf", window_size=window, k=k, border="clip")
        np.testing.assert_array_equal(mask, doxa("WOLF", image, window, k))


@pytest.mark.parametrize("border", BORDERS)
def test_what_a_mask_leaves_out_is_not_surveyed(border):
    """Neither as the darkest pixel, nor as the middle of the window that varies most."""
    image = picture("uint8")
    inside = np.zeros(image.shape, bool)
    inside[3:20, 4:17] = True
    inside[8, 9] = False
    w = stats(image, (7, 5), valid=inside, border=border)
    assert w["v"].min() < w["v"][inside].min()
    assert np.nanmax(w["s"]) > w["s"][inside].max()
    e = WolfThreshold(window_size=(7, 5), border=border)
    assert_thresholds(e, image, wolf(w, 0.5, inside), inside)


def test_masked_surroundings_change_nothing():
    image = picture("uint8")
    wider = np.pad(image, 9)
    mask = np.pad(np.ones(image.shape, bool), 9)
    e = WolfThreshold(window_size=9, border="clip").fit([image])
    found = e.thresholds([wider], mask=[mask])[0]
    np.testing.assert_array_equal(found[mask], e.thresholds([image])[0].ravel())


def test_nan_is_not_surveyed():
    image = picture("float64")
    image[5:9, 6:9] = np.nan
    there = ~np.isnan(image)
    w = stats(image, (7, 5), border="clip")
    e = WolfThreshold(window_size=(7, 5), border="clip").fit([image])
    t = wolf(w, 0.5, there)
    np.testing.assert_allclose(e.thresholds([image])[0][there], t[there], rtol=1e-9)


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "wolf")
    for copy in copies(PAGE):
        np.testing.assert_array_equal(binarize(copy, "wolf"), expected)


def test_shifted_levels_give_shifted_thresholds():
    """The formula measures from the darkest pixel, so that its zero is the image's own."""
    image = picture("uint8").astype(np.int16)
    e = WolfThreshold(window_size=5).fit([image])
    t, shifted = e.thresholds([image])[0], e.thresholds([image - 300])[0]
    np.testing.assert_allclose(shifted, t - 300, atol=1e-9)


@pytest.mark.parametrize("value", [np.uint8(77), np.float64(0.1)])
def test_a_flat_image_has_its_own_value_as_threshold(value):
    image = np.full((5, 6), value)
    e = WolfThreshold().fit([image])
    np.testing.assert_array_equal(e.thresholds([image])[0], float(value))
    assert not e.predict([image])[0].any()
