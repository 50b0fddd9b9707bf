import numpy as np
import pytest
from formulas import BORDERS, DTYPES, assert_thresholds, copies, doxa, picture, stats
from skimage import data

from skthresh import NickThreshold, binarize

PAGE, TEXT = data.page(), data.text()


def nick(w, k):
    """Equation (2) of the paper: ``m + k sqrt((sum p**2 - m**2) / NP)``."""
    return w["m"] + k * np.sqrt((w["p2"] - w["m"] ** 2) / w["n"])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
def test_the_papers_formula(dtype, border):
    image = picture(dtype)
    w = stats(image, (7, 5), border=border)
    for k in (-0.2, -0.1):
        e = NickThreshold(k=k, window_size=(7, 5), border=border)
        assert_thresholds(e, image, nick(w, k))


def test_np_counts_the_pixels_that_are_there():
    image = picture("uint8")
    inside = np.random.default_rng(1).random(image.shape) < 0.5
    w = stats(image, (3, 3), valid=inside, border="clip")
    assert len(np.unique(w["n"])) > 6
    e = NickThreshold(window_size=3, border="clip")
    assert_thresholds(e, image, nick(w, -0.2), inside)


def test_doxa_leaves_the_means_square_out():
    """Doxa's is ``m + k sqrt(sum p**2 / NP)``, on every pixel; in the paper m**2 is subtracted."""
    image, k = PAGE[60:160, 100:220].copy(), -0.2
    theirs = doxa("NICK", image, 5, k)
    w = stats(image, (5, 5), border="clip")
    without = w["m"] + k * np.sqrt(w["p2"] / w["n"])
    np.testing.assert_array_equal(theirs, image > without)
    e = NickThreshold(k=k, window_size=5, border="clip").fit([image])
    ours = e.predict([image])[0]
    assert (ours != theirs).any()
    np.testing.assert_array_equal(ours, image > nick(w, k))


@pytest.mark.parametrize("k", [-0.1, -0.2])
@pytest.mark.parametrize("window", [15, 75])
def test_doxas_difference_is_within_its_bound(window, k):
    """``sqrt(a + m**2 / n) - sqrt(a) < m / n`` for a >= m**2 (1 - 1 / n): none but near pixels."""
    for image in (PAGE, TEXT):
        e = NickThreshold(k=k, window_size=window, border="clip").fit([image])
        t, mask = e.thresholds([image])[0], e.predict([image])[0]
        theirs = doxa("NICK", image, window, k)
        assert not (theirs < mask).any()  # theirs is the lower threshold
        corner = (window // 2 + 1) ** 2
        assert np.abs(image - t)[theirs != mask].max(initial=0) < -k * 255 / corner


def test_opencv_counts_the_variance_twice():
    """``niBlackThreshold`` has ``sqrt(var + mean of squares)``, which the paper has nowhere."""
    p = np.array([[10.0, 20, 30], [40, 50, 60], [70, 80, 90]])
    m, n = 50, 9
    ours = NickThreshold(window_size=3).fit([p]).thresholds([p])[0][1, 1]
    paper = m - 0.2 * np.sqrt((np.sum(p**2) - m**2) / n)
    opencv = m - 0.2 * np.sqrt(np.var(p) + np.mean(p**2))
    assert ours == pytest.approx(paper, rel=1e-12)
    assert paper - opencv > 1


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "nick")
    for copy in copies(PAGE):
        np.testing.assert_array_equal(binarize(copy, "nick"), expected)


@pytest.mark.parametrize("scale", [1e-250, 1e-3, 1e250])
def test_the_unit_of_grey_levels_does_not_matter(scale):
    """The squares of the levels would be 0, or infinite."""
    image = picture("float64")
    e = NickThreshold(window_size=5).fit([image])
    found = e.thresholds([image * scale])[0]
    np.testing.assert_allclose(found, e.thresholds([image])[0] * scale, rtol=1e-9)
    np.testing.assert_array_equal(e.predict([image * scale]), e.predict([image]))


def test_flat_images():
    """A window of n equal levels v: ``v (1 + k sqrt(1 - 1/n))``, paper but for black."""
    for value, paper in ((77, True), (0, False)):
        image = np.full((5, 6), value, np.uint8)
        e = NickThreshold(window_size=3).fit([image])
        expected = value * (1 - 0.2 * np.sqrt(8 / 9))
        np.testing.assert_allclose(e.thresholds([image])[0], expected)
        assert (e.predict([image])[0] == paper).all()


def test_a_window_of_one_pixel_is_that_pixel():
    image = picture("uint8")
    e = NickThreshold(window_size=1).fit([image])
    np.testing.assert_array_equal(e.thresholds([image])[0], image)
