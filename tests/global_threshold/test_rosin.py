import numpy as np
import pytest
from histograms import REAL, assert_invariant, random_histogram

from skthresh import RosinThreshold
from skthresh.global_threshold.rosin import rosin

RNG = np.random.default_rng(0)


def corner(counts, centers):
    """The definition: distances of points from a line in the plane."""
    some = np.flatnonzero(counts)
    x, y = centers[some[0] : some[-1] + 2].astype(float), counts[some[0] : some[-1] + 1] * 1.0
    if len(x) == len(y):
        x = np.append(x, x[-1] + 1)
    y = np.append(y, 0)
    peak = int(np.argmax(y))
    a, b = np.array([x[peak], y[peak]]), np.array([x[-1], 0.0])
    along = (b - a) / np.linalg.norm(b - a)
    below = [along[1] * (x[i] - a[0]) - along[0] * (y[i] - a[1]) for i in range(peak, len(x) - 1)]
    best = np.flatnonzero(np.array(below) >= max(below) - 1e-9)[0] + peak
    return x[min(best, len(x) - 3)]


def test_the_corner_by_brute_force():
    for _ in range(300):
        counts, centers = random_histogram(RNG)
        if np.argmax(counts) < np.flatnonzero(counts)[-1]:
            assert rosin(counts, centers) == corner(counts, centers)


def test_the_dark_tail_is_the_mirrors_bright_one():
    for _ in range(200):
        counts, centers = random_histogram(RNG)
        bright, dark = rosin(counts, centers), rosin(counts[::-1], -centers[::-1], "dark")
        some = centers[counts > 0]
        if np.argmax(counts) < np.flatnonzero(counts)[-1] and bright in some:
            assert abs(-dark - bright) <= 1


def test_a_peak_at_the_end_has_no_tail():
    assert rosin([1, 2, 9], [0, 1, 2]) == 1
    assert rosin([9, 2, 1], [0, 1, 2], "dark") == 0


def test_edges_of_a_picture():
    image = REAL["camera"].astype(float)
    strength = np.hypot(*np.gradient(image))[np.newaxis]
    share = RosinThreshold().fit(strength).predict(strength).mean()
    assert 0.05 < share < 0.35


def test_invariances():
    assert_invariant(rosin, RNG)


def test_bad_tail():
    with pytest.raises(ValueError, match="tail"):
        RosinThreshold(tail="left").fit(REAL["coins"][None])


def test_levels_that_float64_cannot_tell_apart():
    levels = np.array([-9691881176884331, 0, 1])
    assert rosin(np.array([1, 2, 1]), levels) == 0
    assert rosin(np.array([1, 2, 1]), levels, "dark") in levels
