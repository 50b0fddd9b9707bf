import numpy as np
import pytest
from formulas import BORDERS, DTYPES, WHITE, assert_thresholds, copies, doxa, picture, stats
from skimage import data

from skthresh import WanThreshold, binarize

PAGE, TEXT = data.page(), data.text()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
def test_the_papers_formula(dtype, border):
    image, white = picture(dtype), WHITE[dtype]
    w = stats(image, (7, 5), border=border)
    for k, r in ((0.2, None), (0.4, 0.3 * white)):
        e = WanThreshold(k=k, r=r, window_size=(7, 5), border=border)
        share = w["s"] / (white * 128 / 255 if r is None else r)
        assert_thresholds(e, image, (w["hi"] + w["m"]) / 2 * (1 - k * (1 - share)))


@pytest.mark.parametrize("k", [0.2, 0.5])
@pytest.mark.parametrize("window", [15, 75])
def test_equal_to_doxa(window, k):
    for image in (PAGE, TEXT):
        mask = binarize(image, "wan", window_size=window, k=k, border="clip")
        np.testing.assert_array_equal(mask, doxa("WAN", image, window, k))


def test_what_a_mask_leaves_out_is_not_the_brightest():
    image = picture("uint8")
    inside = image < 150
    w = stats(image, (5, 5), valid=inside)
    t = (w["hi"] + w["m"]) / 2 * (1 + 0.2 * (w["s"] / 128 - 1))
    assert_thresholds(WanThreshold(window_size=5), image, t, inside)


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "wan")
    for copy in copies(PAGE):
        np.testing.assert_array_equal(binarize(copy, "wan"), expected)


def test_keeps_what_sauvola_loses():
    """Its threshold is nowhere lower, for the maximum is nowhere below the mean."""
    ink = {n: binarize(PAGE, n, mode="binary_inv", window_size=25) for n in ("wan", "sauvola")}
    assert (ink["wan"] >= ink["sauvola"]).all()
    assert ink["wan"].sum() > ink["sauvola"].sum()


def test_flat_images():
    for value, paper in ((77, True), (0, False)):
        image = np.full((5, 6), value, np.uint8)
        e = WanThreshold().fit([image])
        np.testing.assert_allclose(e.thresholds([image])[0], 0.8 * value)
        assert (e.predict([image])[0] == paper).all()
