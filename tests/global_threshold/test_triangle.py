import cv2
import numpy as np
import pytest
from histograms import REAL, assert_invariant, random_histogram, random_image
from skimage.filters import threshold_triangle

from skthresh import TriangleThreshold
from skthresh.global_threshold.triangle import triangle

RNG = np.random.default_rng(0)


def farthest(counts, centers):
    """The definition: the greatest distance of a point of the tail from the line, in the plane."""
    some = np.flatnonzero(counts)
    first, last, peak = some[0], some[-1], int(np.argmax(counts))
    x, y = centers.astype(float), counts.astype(float)
    end = first if x[peak] - x[first] >= x[last] - x[peak] else last
    tail = range(first, peak) if end == first else range(last, peak, -1)
    dx, dy = x[peak] - x[end], y[peak]
    gaps = [((x[i] - x[end]) * dy - y[i] * dx) * np.sign(dx) for i in tail]
    return centers[list(tail)[int(np.argmax(np.array(gaps) >= max(gaps) - 1e-9))]]


def test_the_farthest_level_by_brute_force():
    for _ in range(500):
        counts, centers = random_histogram(RNG)
        assert triangle(counts, centers) == farthest(counts, centers)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_equal_to_scikit_image(dtype):
    images = [random_image(RNG, dtype) for _ in range(100)]
    images += [x.astype(dtype) for x in REAL.values()]
    for image in images:
        e = TriangleThreshold().fit(image[np.newaxis])
        if np.count_nonzero(e.histogram_.counts == e.histogram_.counts.max()) > 1:
            continue  # of two highest levels either may be the peak
        assert e.threshold_ == threshold_triangle(image)


def test_the_unit_does_not_matter():
    """Right on floats: scale both axes of the histogram as one likes."""
    for image in REAL.values():
        counts = np.bincount(image.ravel(), minlength=256)
        t = triangle(counts, np.arange(256))
        assert triangle(counts / 1e9, np.arange(256) / 255) == t / 255


@pytest.mark.parametrize("name", REAL)
def test_near_opencv(name):
    """OpenCV's line ends one empty level further out, and its result is one lower."""
    theirs = cv2.threshold(REAL[name], 0, 255, cv2.THRESH_TRIANGLE)[0]
    assert abs(TriangleThreshold().fit(REAL[name][None]).threshold_ - theirs) <= 2


def test_invariances():
    assert_invariant(triangle, RNG)
