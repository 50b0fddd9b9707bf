from fractions import Fraction

import numpy as np
import pytest
from formulas import BORDERS, DTYPES, WHITE, assert_thresholds, copies, doxa, picture, stats
from skimage import data

from skthresh import SinghThreshold, binarize

PAGE, TEXT = data.page(), data.text()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
def test_the_papers_formula(dtype, border):
    image, white = picture(dtype), WHITE[dtype]
    w = stats(image, (7, 5), border=border)
    v, m = w["v"] / white, w["m"] / white
    for k, params in ((0.06, {}), (0.3, {"k": 0.3})):
        t = m * (1 + k * ((v - m) / (1 - (v - m)) - 1))
        e = SinghThreshold(window_size=(7, 5), border=border, **params)
        assert_thresholds(e, image, white * t)


@pytest.mark.parametrize("k", [0.06, 0.2])
@pytest.mark.parametrize("window", [15, 75])
def test_doxa_loses_the_deviation(window, k):
    """Doxa 0.9.2 is ``m (1 - k)`` on every pixel: Bradley's threshold, not Singh's."""
    for image in (PAGE, TEXT):
        theirs = doxa("TRSINGH", image, window, k)
        np.testing.assert_array_equal(theirs, binarize(image, "bradley", window_size=window, t=k))
        mask = binarize(image, "singh", window_size=window, k=k, border="clip")
        assert (theirs != mask).any()
        # A pixel between the two is darker than its mean: d < 0 lowers the paper's threshold.
        assert not (theirs > mask).any()


def test_the_paper_decides_where_doxa_differs():
    """In exact fractions, for the first pixel in which the two differ."""
    image, k = PAGE[100:140, 100:180].copy(), Fraction(1, 5)
    e = SinghThreshold(k=0.2, window_size=15, border="clip").fit([image])
    mask, theirs = e.predict([image])[0], doxa("TRSINGH", image, 15, 0.2)
    y, x = np.argwhere(mask != theirs)[0]
    window = image[max(y - 7, 0) : y + 8, max(x - 7, 0) : x + 8].astype(int)
    v, m = Fraction(int(image[y, x]), 255), Fraction(int(window.sum()), 255 * window.size)
    t = m * (1 + k * ((v - m) / (1 - (v - m)) - 1))
    assert mask[y, x] == (v > t)
    assert e.thresholds([image])[0][y, x] == pytest.approx(float(255 * t), rel=1e-12)
    assert theirs[y, x] == (v > m * (1 - k))


def test_the_deviation_has_a_sign():
    """A pixel darker than its mean has a lower threshold than a brighter one.

    With the absolute value that later versions of Doxa take, both would be raised.
    """
    mean = 100
    for v, others in ((60, (120, 120)), (140, (80, 80))):
        line = np.array([[others[0], v, others[1]]], np.uint8)
        t = SinghThreshold(k=0.2, window_size=3).fit([line]).thresholds([line])[0][0, 1]
        assert (t > mean * 0.8) == (v > mean)


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "singh")
    for copy in copies(PAGE):
        np.testing.assert_array_equal(binarize(copy, "singh"), expected)


def test_a_white_pixel_on_black_is_foreground():
    """The greatest deviation that levels between 0 and 1 can have: 1 - d is as small as 1 / n."""
    for size in (3, 15, 101):
        image = np.zeros((size, size), np.uint8)
        image[size // 2, size // 2] = 255
        e = SinghThreshold(window_size=size).fit([image])
        assert np.isfinite(e.thresholds([image])[0]).all()
        assert e.predict([image])[0].sum() == 1


def test_flat_images():
    for value, paper in ((77, True), (255, True), (0, False)):
        image = np.full((5, 6), value, np.uint8)
        e = SinghThreshold(k=0.1).fit([image])
        np.testing.assert_allclose(e.thresholds([image])[0], 0.9 * value)
        assert (e.predict([image])[0] == paper).all()


def test_a_deviation_of_one_does_no_harm():
    """Floats beyond 1 can make 1 - d zero."""
    image = np.array([[0.0, 1.5, 0.0]])
    e = SinghThreshold(window_size=3, border="clip").fit([image])
    e.predict([image])
    assert not np.isnan(e.thresholds([image])[0]).any()
