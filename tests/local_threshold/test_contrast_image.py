"""The contrast image, against exact fractions and scikit-image's Otsu."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import ndimage
from skimage import data
from skimage.filters import threshold_otsu

from skthresh.batch import kernel_form
from skthresh.local_threshold.base import Plane
from skthresh.local_threshold.contrast_image import below, contrast_levels, high_contrast

RNG = np.random.default_rng(0)
PAGE = data.page()


def plane(image, valid=None):
    return Plane(kernel_form(image), valid, image.dtype)


def levels_by_hand(image):
    size = (3,) * image.ndim
    lo, hi = ndimage.minimum_filter(image, size), ndimage.maximum_filter(image, size)
    return np.reshape(
        [
            255 * Fraction(int(b) - int(a), int(b) + int(a)) // 1 if b else 0
            for a, b in zip(lo.flat, hi.flat, strict=True)
        ],
        image.shape,
    ).astype(np.uint8)


@pytest.mark.parametrize("shape", [(90,), (30, 25), (8, 9, 10)])
def test_the_papers_contrast(shape):
    image = RNG.integers(0, 256, shape).astype(np.uint8)
    image.flat[:20] = 0
    size = (3,) * image.ndim
    lo, hi = ndimage.minimum_filter(image, size), ndimage.maximum_filter(image, size)
    levels = contrast_levels(lo.astype(float), hi.astype(float)).astype(np.uint8)
    np.testing.assert_array_equal(levels, levels_by_hand(image))
    expected = levels > threshold_otsu(levels)
    np.testing.assert_array_equal(high_contrast(plane(image)), expected)


def test_every_pair_of_levels_is_rounded_down_in_floats_too():
    lo, hi = np.triu_indices(256)
    exact = (255 * (hi - lo)) // np.maximum(hi + lo, 1)
    for unit, dtype in ((1, float), (257, float), (1 / 255, float), (1 / 255, np.float32)):
        a, b = ((v * unit).astype(dtype).astype(float) for v in (lo, hi))
        np.testing.assert_array_equal(contrast_levels(a, b), exact)


def test_an_image_and_its_copies_have_the_same_edges():
    expected = high_contrast(plane(PAGE))
    assert 0.02 < expected.mean() < 0.5
    for copy in (PAGE.astype(np.uint16) * 257, PAGE / 255, (PAGE / 255).astype(np.float32)):
        np.testing.assert_array_equal(high_contrast(plane(copy)), expected)


def test_what_is_not_valid_does_not_count():
    image = RNG.integers(80, 90, (30, 30)).astype(np.uint8)
    image[:, 15:] += 90
    valid = np.ones(image.shape, bool)
    valid[5:9, 5:9] = False
    expected = high_contrast(plane(image, valid))
    np.testing.assert_array_equal(expected[:, 12:], high_contrast(plane(image))[:, 12:])
    image[5:9, 5:9] = 255
    np.testing.assert_array_equal(high_contrast(plane(image, valid)), expected)
    valid[20:24, 14:16] = False  # where there is an edge around
    assert high_contrast(plane(image))[20:24, 14:16].all()
    assert not high_contrast(plane(image, valid))[~valid].any()


@pytest.mark.parametrize(
    "image",
    [
        np.full((5, 6), 7, np.uint8),
        np.zeros((5, 6)),
        np.full((1, 1), -3, np.int16),
        np.full((4, 4), 1e308),
    ],
)
def test_a_flat_image_has_no_edges(image):
    assert not high_contrast(plane(image)).any()


def test_negative_levels_are_measured_from_the_darkest():
    image = RNG.integers(0, 200, (20, 20)).astype(np.int16)
    image[0, 0] = 0
    expected = high_contrast(plane(image))
    np.testing.assert_array_equal(high_contrast(plane(image - np.int16(150))), expected)
    assert high_contrast(plane(np.tile([-1e308, 1e308], (4, 6)))).shape == (4, 12)


def test_below_is_below():
    v = np.array([0, 1, 255, -5, 2**40])
    assert (below(v) < v).all()
    np.testing.assert_allclose(below(v), v, rtol=1e-15, atol=1e-300)
    assert below(np.array([-np.finfo(np.float64).max])) == -np.inf
