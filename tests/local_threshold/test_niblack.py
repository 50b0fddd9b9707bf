import numpy as np
import pytest
from formulas import BORDERS, DTYPES, assert_thresholds, copies, doxa, picture, stats
from skimage import data
from skimage.filters import threshold_niblack
from twin import assert_same_mask

from skthresh import NiblackThreshold, binarize

PAGE, TEXT = data.page(), data.text()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
def test_the_books_formula(dtype, border):
    image = picture(dtype)
    w = stats(image, (7, 5), border=border)
    for k in (-0.2, 0.5):
        e = NiblackThreshold(k=k, window_size=(7, 5), border=border)
        assert_thresholds(e, image, w["m"] + k * w["s"])


@pytest.mark.parametrize("window_size", [15, 151])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_the_default_is_scikit_images(dtype, window_size):
    image = PAGE.astype(dtype) * (257 if dtype == "uint16" else 1)
    t = threshold_niblack(image, window_size)
    mask = binarize(image, "niblack", window_size=window_size, border="reflect")
    assert_same_mask(mask, image, t)


@pytest.mark.parametrize("k", [0.2, -0.2])
@pytest.mark.parametrize("window", [15, 75, 223])
def test_equal_to_doxa(window, k):
    """With Doxa's k: added, as here. Its default is +0.2, where scikit-image's is ours."""
    for image in (PAGE, TEXT):
        mask = binarize(image, "niblack", window_size=window, k=k, border="clip")
        np.testing.assert_array_equal(mask, doxa("NIBLACK", image, window, k))


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "niblack")
    for copy in copies(PAGE):
        np.testing.assert_array_equal(binarize(copy, "niblack"), expected)


@pytest.mark.parametrize("k", [-0.2, 0.2])
@pytest.mark.parametrize("value", [np.uint8(77), np.float64(0.1), np.int16(-300)])
def test_a_flat_image_has_its_own_value_as_threshold(value, k):
    image = np.full((5, 6), value)
    e = NiblackThreshold(k=k).fit([image])
    np.testing.assert_array_equal(e.thresholds([image])[0], float(value))
    assert not e.predict([image])[0].any()
