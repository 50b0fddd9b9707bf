import numpy as np
import pytest
from formulas import BORDERS, DTYPES, WHITE, assert_thresholds, copies, picture, stats
from skimage import data
from skimage.filters import threshold_sauvola
from twin import assert_same_mask

from skthresh import PhansalkarThreshold, binarize

PAGE, CELLS = data.page(), data.immunohistochemistry()[:200, :200, 1].copy()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
def test_the_papers_formula(dtype, border):
    image, white = picture(dtype), WHITE[dtype]
    w = stats(image, (7, 5), border=border)
    m, s = w["m"] / white, w["s"] / white
    t = m * (1 + 2 * np.exp(-10 * m) + 0.25 * (s / 0.5 - 1))
    assert_thresholds(PhansalkarThreshold(window_size=(7, 5), border=border), image, white * t)
    t = m * (1 + 3 * np.exp(-4 * m) + 0.4 * (s / 0.3 - 1))
    e = PhansalkarThreshold(window_size=(7, 5), border=border, k=0.4, r=0.3 * white, p=3.0, q=4.0)
    assert_thresholds(e, image, white * t)


@pytest.mark.parametrize("window_size", [15, 51])
def test_without_its_term_for_dark_regions_it_is_sauvolas(window_size):
    t = threshold_sauvola(PAGE, window_size, k=0.25, r=127.5)
    mask = binarize(PAGE, "phansalkar", window_size=window_size, p=0.0, border="reflect")
    assert_same_mask(mask, PAGE, t)


def test_dark_regions_have_the_higher_threshold():
    """The purpose of the paper: where Sauvola's threshold is below the stain and its ground."""
    dark = (CELLS // 8).astype(np.uint8)
    with_it, without = (
        PhansalkarThreshold(p=p, window_size=15).fit([dark]).thresholds([dark])[0]
        for p in (2.0, 0.0)
    )
    assert (with_it > without).all()
    m = stats(dark[:15, :15], (15, 15), border="clip")["m"][7, 7] / 255
    found = (
        PhansalkarThreshold(window_size=15, border="clip").fit([dark]).thresholds([dark])[0][7, 7]
    )
    lower = (
        PhansalkarThreshold(p=0.0, window_size=15, border="clip")
        .fit([dark])
        .thresholds([dark])[0][7, 7]
    )
    assert found - lower == pytest.approx(255 * m * 2 * np.exp(-10 * m), rel=1e-9)


def test_an_image_and_its_copies_have_the_same_mask():
    for image in (PAGE, CELLS):
        expected = binarize(image, "phansalkar")
        for copy in copies(image):
            np.testing.assert_array_equal(binarize(copy, "phansalkar"), expected)


def test_flat_images():
    """``v (1 + p exp(-q v) - k)``: a bright one is foreground, a dark one is not."""
    for value, foreground in ((200, True), (20, False), (0, False)):
        image = np.full((5, 6), value, np.uint8)
        e = PhansalkarThreshold(window_size=3).fit([image])
        expected = value * (0.75 + 2 * np.exp(-10 * value / 255))
        np.testing.assert_allclose(e.thresholds([image])[0], expected)
        assert (e.predict([image])[0] == foreground).all()


def test_negative_levels_do_no_harm():
    image = -picture("uint16").astype(np.int32)
    e = PhansalkarThreshold(window_size=5).fit([image])
    assert np.isfinite(e.thresholds([image])[0]).all()
