import numpy as np
import pytest
from formulas import BORDERS, DTYPES, assert_thresholds, copies, picture, stats
from skimage import data

from skthresh import BradleyThreshold, binarize

RNG = np.random.default_rng(0)
PAGE = data.page()


def dark(image, size, percent=15):
    """The paper's loop, in whole numbers: ``v * count <= sum * (100 - t) / 100``."""
    out = np.empty(image.shape, bool)
    half = size // 2
    for y, x in np.ndindex(image.shape):
        window = image[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1]
        total, count = sum(window.ravel().tolist()), window.size
        out[y, x] = int(image[y, x]) * count * 100 <= total * (100 - percent)
    return out


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("percent", [15, 10, 7, 30])
def test_the_papers_rule_on_every_pixel(percent, dtype):
    """Ties included, of which images of few levels have many: they are dark."""
    few = RNG.choice(np.array([0, 17, 20, 85, 100], dtype), (30, 40))
    for image in (few, RNG.integers(0, np.iinfo(dtype).max, (30, 40)).astype(dtype)):
        e = BradleyThreshold(t=percent / 100, window_size=5, mode="binary_inv").fit([image])
        np.testing.assert_array_equal(e.predict([image])[0], dark(image, 5, percent))


def test_a_tie_is_dark():
    """Three pixels of sum 280 and t = 0.25: the limit is 70, and 70 is one of them."""
    line = np.array([[100, 70, 110]], np.uint8)
    e = BradleyThreshold(t=0.25, window_size=3, mode="binary_inv").fit([line])
    np.testing.assert_array_equal(e.predict([line])[0], [[False, True, False]])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
def test_the_formula(dtype, border):
    image = picture(dtype)
    w = stats(image, (7, 5), border=border)
    e = BradleyThreshold(t=0.2, window_size=(7, 5), border=border)
    assert_thresholds(e, image, 0.8 * w["m"])


@pytest.mark.parametrize(
    ("shape", "size"), [((30, 40), 5), ((9, 48), 7), ((40, 30), 3), ((5, 7), 1), ((1, 1), 1)]
)
def test_the_window_is_an_eighth_of_the_width(shape, size):
    """To the odd size at it, or above it; of the width, whatever the height."""
    image = RNG.integers(0, 255, shape).astype(np.uint8)
    mask = binarize(image, "bradley", mode="binary_inv")
    np.testing.assert_array_equal(mask, dark(image, size))
    e = BradleyThreshold(window_size=size, mode="binary_inv").fit([image])
    np.testing.assert_array_equal(mask, e.predict([image])[0])


def test_each_image_of_a_folder_has_its_own_window():
    images = [PAGE[:20, :40].copy(), PAGE[:30, :80].copy()]
    masks = BradleyThreshold(mode="binary_inv").fit(images).predict(images)
    for image, mask, size in zip(images, masks, (5, 11), strict=True):
        np.testing.assert_array_equal(mask, dark(image, size))


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "bradley")
    for copy in copies(PAGE):
        np.testing.assert_array_equal(binarize(copy, "bradley"), expected)


def test_flat_images():
    for value, paper in ((77, True), (0, False)):
        image = np.full((5, 40), value, np.uint8)
        e = BradleyThreshold().fit([image])
        np.testing.assert_allclose(e.thresholds([image])[0], 0.85 * value)
        assert (e.predict([image])[0] == paper).all()
