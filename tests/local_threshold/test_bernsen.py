"""Bernsen's rule at its limits, and against Doxa."""

import doxapy
import numpy as np
import pytest
from skimage import data
from twin import statistics

from skthresh import BernsenThreshold, binarize


def test_windows_at_a_limit_are_above_it_in_every_dtype():
    """Levels a and a + 15 differ by the default limit: in floats, too, whatever the rounding."""
    for a in range(240):
        image = np.tile(np.array([a, a + 15], np.uint8), (3, 2))
        for copy in (image, image.astype(np.uint16) * 257, image / 255):
            t = BernsenThreshold(window_size=3).fit([copy]).thresholds([copy])[0]
            np.testing.assert_allclose(t, (copy.min() / 2 + copy.max() / 2))
        single = (image / 255).astype(np.float32)
        np.testing.assert_array_equal(binarize(single, "bernsen", window_size=3), image > a)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_low_contrast_is_one_class_by_half_the_scale(dtype):
    unit = {"uint8": 1, "uint16": 257}.get(dtype, 1 / 255)
    for level, bright in ((120, False), (126, False), (127, True), (130, True)):
        image = np.tile([level, level + 1], (4, 4)) * unit
        mask = binarize(image.astype(dtype), "bernsen", window_size=3)
        assert mask.all() if bright else not mask.any()


@pytest.mark.parametrize("name", ["page", "text", "coins"])
def test_doxa_is_the_same_where_there_is_contrast(name):
    """Doxa compares pixels of low contrast with a level, not their window: not one class."""
    image = np.ascontiguousarray(getattr(data, name)()[:90, :110])
    theirs = np.empty_like(image)
    engine = doxapy.Binarization(doxapy.Binarization.Algorithms.BERNSEN)
    engine.initialize(image)
    engine.to_binary(theirs, {"window": 15, "threshold": 100, "contrast-limit": 25})
    lo, hi = statistics(image, (15, 15), [np.min, np.max], border="clip")
    mask = binarize(image, "bernsen", window_size=15, contrast=26, half=100, border="clip")
    contrasty = hi - lo > 25
    np.testing.assert_array_equal(mask[contrasty], theirs[contrasty] > 0)
    np.testing.assert_array_equal(theirs[~contrasty] > 0, image[~contrasty] > 100)
    np.testing.assert_array_equal(mask[~contrasty], ((lo + hi) / 2 >= 100)[~contrasty])
