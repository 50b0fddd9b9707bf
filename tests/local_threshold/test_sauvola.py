import doxapy
import numpy as np
import pytest
from skimage import data
from skimage.filters import threshold_sauvola
from twin import assert_same_mask, thresholds

from skthresh import SauvolaThreshold, binarize
from skthresh.local_threshold.sauvola import sauvola

RNG = np.random.default_rng(0)
PAGE = data.page()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
def test_the_papers_formula(dtype, border):
    image = (RNG.random((30, 40)) * 200).astype(dtype)
    e = SauvolaThreshold(window_size=(7, 5), k=0.3, r=50, border=border).fit([image])
    t = thresholds(image, (7, 5), lambda m, s: sauvola(m, 0.3, 50).at(s), border=border)
    np.testing.assert_allclose(e.thresholds([image])[0], t, rtol=1e-6)
    assert_same_mask(e.predict([image])[0], image, t)


@pytest.mark.parametrize("window_size", [15, 25, 151])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_equal_to_scikit_image(dtype, window_size):
    image = PAGE.astype(dtype) * (257 if dtype == "uint16" else 1)
    r = np.iinfo(dtype).max * 128 / 255
    t = threshold_sauvola(image, window_size, k=0.2, r=r)
    mask = binarize(image, "sauvola", window_size=window_size, border="reflect")
    assert_same_mask(mask, image, t)


@pytest.mark.parametrize("window_size", [25, 75])
def test_equal_to_doxa(window_size):
    theirs = np.empty_like(PAGE)
    engine = doxapy.Binarization(doxapy.Binarization.Algorithms.SAUVOLA)
    engine.initialize(PAGE)
    engine.to_binary(theirs, {"window": window_size, "k": 0.2})
    mask = binarize(PAGE, "sauvola", window_size=window_size, k=0.2, border="clip")
    np.testing.assert_array_equal(mask, theirs > 0)


def test_an_image_and_its_copies_have_the_same_mask():
    """scikit-image's r is half the range of the dtype's limits: 1 for floats, 127.5 for uint8."""
    expected = binarize(PAGE, "sauvola")
    for copy in (PAGE.astype(np.uint16) * 257, PAGE / 255, (PAGE / 255).astype(np.float32)):
        np.testing.assert_array_equal(binarize(copy, "sauvola"), expected)
    bytes_, floats = threshold_sauvola(PAGE) < PAGE, threshold_sauvola(PAGE / 255) < PAGE / 255
    assert (bytes_ != floats).any()
