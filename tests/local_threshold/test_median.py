import cv2
import numpy as np
import pytest
from skimage import data
from twin import statistics

from skthresh import AdaptiveThreshold

RNG = np.random.default_rng(0)


SHAPES = [((21,), (5,)), ((14, 17), (5, 3)), ((9, 8), (21, 1)), ((5, 6, 7), (3, 3, 5))]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "float64"])
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
@pytest.mark.parametrize("masked", [False, True])
def test_medians_of_windows(dtype, border, masked):
    for shape, sizes in (
        ((21,), (5,)),
        ((14, 17), (5, 3)),
        ((9, 8), (21, 1)),
        ((5, 6, 7), (3, 3, 5)),
    ):
        image = (RNG.random(shape) * 200).astype(dtype)
        valid = RNG.random(shape) < 0.7 if masked else np.ones(shape, bool)
        (median,) = statistics(image, sizes, [np.median], valid=valid, border=border)
        e = AdaptiveThreshold("median", window_size=sizes, offset=3, border=border).fit([image])
        t = e.thresholds([image], mask=[valid] if masked else None)[0]
        np.testing.assert_allclose(t[valid], median[valid] - 3, rtol=1e-6)


@pytest.mark.parametrize("size", [3, 15, 31])
def test_equal_to_opencvs_median(size):
    image = data.page()
    for offset in (-4, 0, 10):
        mask = AdaptiveThreshold("median", window_size=size, offset=offset).fit([image])
        expected = image > cv2.medianBlur(image, size).astype(int) - offset
        np.testing.assert_array_equal(mask.predict([image])[0], expected)


def test_extreme_pixels_do_not_move_it():
    image = np.full((9, 9), 100, np.uint8)
    image[4, 3:5] = 255
    t = AdaptiveThreshold("median", window_size=5, offset=0).fit([image]).thresholds([image])[0]
    assert (t == 100).all()
