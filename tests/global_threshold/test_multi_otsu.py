"""The criterion: its maximum by brute force, by another algorithm, and by scikit-image."""

import itertools
import time
from fractions import Fraction

import numba
import numpy as np
import pytest
from histograms import REAL, assert_invariant, random_histogram
from skimage.filters import threshold_multiotsu

from skthresh import MultiOtsuThreshold
from skthresh.global_threshold.multi_otsu import multi_otsu
from skthresh.global_threshold.otsu import otsu
from skthresh.global_threshold.partition import best_partition


def exact_sums(counts, centers):
    weights, moments = [Fraction(0)], [Fraction(0)]
    for n, v in zip(np.asarray(counts).tolist(), np.asarray(centers).tolist(), strict=True):
        weights.append(weights[-1] + Fraction(n))
        moments.append(moments[-1] + Fraction(n) * Fraction(v))
    return weights, moments


def between(counts, centers, ends):
    """The criterion of one division, up to a constant, as a fraction."""
    w, m = exact_sums(counts, centers)
    parts = itertools.pairwise([0, *ends, len(counts)])
    return sum((m[b] - m[a]) ** 2 / (w[b] - w[a]) for a, b in parts)


def brute_force(counts, centers, n_classes):
    """Try every division, as fractions: the best ones, in lexicographic order."""
    w, m = exact_sums(counts, centers)
    n, best, ends = len(counts), Fraction(-1), []
    for inner in itertools.combinations(range(1, n), n_classes - 1):
        parts = itertools.pairwise([0, *inner, n])
        value = sum((m[b] - m[a]) ** 2 / (w[b] - w[a]) for a, b in parts)
        if value > best:
            best, ends = value, []
        if value == best:
            ends.append(list(inner))
    return ends


def quadratic(counts, centers, n_classes):
    """Dynamic programming over every pair of places, in whole numbers that hide nothing.

    Counts and centres are integers. One more digit for each class than the fractions can need.
    """
    w = [0, *itertools.accumulate(map(int, counts))]
    m = [0, *itertools.accumulate(int(n) * int(v) for n, v in zip(counts, centers, strict=True))]
    n, digits = len(w) - 1, 2 * n_classes * (w[-1].bit_length() + 2)
    after, ends = {n: (0, ())}, None
    for classes in range(1, n_classes + 1):
        starts = [0] if classes == n_classes else range(1, n)
        found = {}
        for i in starts:
            best = None
            for j, (value, path) in after.items():
                if j > i:
                    total = value + ((m[j] - m[i]) ** 2 << digits) // (w[j] - w[i])
                    if best is None or total > best[0] + n_classes:
                        best = (total, (j, *path))
            if best is not None:
                found[i] = best
        after, ends = found, found
    return list(ends[0][1][:-1])


@pytest.mark.parametrize("n_classes", [2, 3, 4, 5])
def test_maximum_by_brute_force(n_classes):
    rng = np.random.default_rng(n_classes)
    ties = 0
    for i in range(250):
        n = int(rng.integers(n_classes, 11))
        counts = rng.integers(1, [1, 2, 10, 2**40, 2**59 // n][i % 5], n, endpoint=True)
        span = [n, 12, 30, 2**40][rng.integers(0, 4)]
        centers = np.sort(rng.choice(span, n, replace=False)) - rng.integers(0, 20)
        if i % 4 == 1:
            counts = counts * rng.random()
        if i % 4 == 2:
            centers = centers * rng.random()
        expected = brute_force(counts, centers, n_classes)
        ends = best_partition(counts, centers, n_classes)
        assert ends == expected[0] == np.min(expected, axis=0).tolist()
        ties += len(expected) > 1
    assert ties > 4, ties


@pytest.mark.parametrize("n_classes", [3, 4, 6])
def test_maximum_by_another_algorithm(n_classes):
    rng = np.random.default_rng(n_classes)
    for _ in range(25):
        counts, centers = random_histogram(rng)
        some = counts > 0
        if some.sum() > n_classes:
            expected = quadratic(counts[some], centers[some], n_classes)
            thresholds = multi_otsu(counts, centers, n_classes)
            assert thresholds.tolist() == centers[some][np.array(expected) - 1].tolist()


def test_divisions_that_float64_cannot_tell_apart():
    """Nearly symmetric histograms: the best division and its mirror image differ in digit 17."""
    rng = np.random.default_rng(10)
    sides = set()
    for _ in range(150):
        half = rng.integers(1, 10**9, 4) * 10**6
        counts = np.concatenate([half, half[::-1]]) + rng.integers(-1, 2, 8)
        ends = best_partition(counts, np.arange(8), 4)
        assert ends == brute_force(counts, np.arange(8), 4)[0]
        mirrored = [8 - e for e in reversed(ends)]
        if ends != mirrored:
            sides.add(ends < mirrored)
    assert sides == {True, False}


def test_divisions_of_floats_that_float64_cannot_tell_apart():
    """Mirror images again, of weights and levels that take more digits than two float64 have."""
    rng = np.random.default_rng(11)
    sides = set()
    for _ in range(150):
        half = rng.random(4)
        counts = np.concatenate([half, half[::-1]])
        counts[rng.integers(0, 8)] *= 1 + np.finfo(float).eps
        right = np.sort(rng.random(4)) + 0.01
        right[0] *= 2.0**-30
        centers = np.concatenate([-right[::-1], right])
        ends = best_partition(counts, centers, 4)
        assert ends == brute_force(counts, centers, 4)[0]
        mirrored = [8 - e for e in reversed(ends)]
        if ends != mirrored:
            sides.add(ends < mirrored)
    assert sides == {True, False}


@pytest.mark.parametrize("heavy", [2**20, 2**40, 2**57])
def test_gains_that_differ_by_less_than_any_weight(heavy):
    """The lone pixel belongs to the lighter side, by a gain of about ``1 / heavy ** 2``."""
    assert best_partition(np.array([heavy, 1, heavy + 1]), np.arange(3), 2) == [2]
    assert best_partition(np.array([heavy + 1, 1, heavy]), np.arange(3), 2) == [1]
    assert best_partition(np.array([heavy, 1, heavy]), np.arange(3), 2) == [1]
    three = np.array([heavy, 1, heavy + 1, heavy]), np.array([0, 1, 2, 1000])
    assert best_partition(*three, 3) == brute_force(*three, 3)[0] == [2, 3]


@pytest.mark.parametrize(
    ("counts", "centers", "expected"),
    [
        ([1, 4, 3, 1, 1], [0, 1, 4, 7, 9], [[2], [3]]),
        ([4, 1, 6, 5, 1, 6, 2], [1, 2, 5, 6, 7, 9, 10], [[2], [4]]),
        ([6, 4, 1, 4, 1], [2, 5, 6, 7, 10], [[1, 3], [1, 4]]),
        ([1, 2, 5, 1, 5], [5, 6, 7, 9, 11], [[2, 3], [2, 4], [3, 4]]),
    ],
)
def test_sums_of_different_fractions_that_are_equal(counts, centers, expected):
    n_classes = len(expected[0]) + 1
    assert brute_force(counts, centers, n_classes) == expected
    assert best_partition(np.array(counts), np.array(centers), n_classes) == expected[0]


@pytest.mark.parametrize("n_levels", [5, 16, 100, 256, 4097])
def test_of_equals_the_lowest_win(n_levels):
    """A flat histogram: classes as equal as can be, and the larger ones last."""
    for n_classes in (3, 4, 5):
        small = n_levels // n_classes
        sizes = [small + (i >= n_classes - n_levels % n_classes) for i in range(n_classes)]
        ends = best_partition(np.full(n_levels, 7), np.arange(n_levels), n_classes)
        assert ends == np.cumsum(sizes)[:-1].tolist()


HEAVY = {
    "two heavy levels": {0: 2**60, 200: 2**60},
    "neighbours": {100: 2**60, 101: 2**60},
    "more heavy levels than classes": {0: 2**59, 3: 2**59, 90: 2**59, 200: 2**59, 299: 2**58},
    "one": {150: 2**61},
}


@pytest.mark.parametrize("heavy", HEAVY, ids=str)
def test_few_pixels_beside_very_many(heavy):
    """What a few pixels gain is beyond the last digit of float64, and decides all the same."""
    counts = np.random.default_rng(0).integers(1, 4, 300)
    for level, n in HEAVY[heavy].items():
        counts[level] = n
    expected = quadratic(counts, range(300), 4)
    assert best_partition(counts, np.arange(300), 4) == expected


@pytest.mark.parametrize("share", [1e-30, 1e-200, 1e200])
def test_weights_of_any_size(share):
    rng = np.random.default_rng(1)
    for _ in range(20):
        counts = rng.random(9)
        counts[rng.random(9) < 0.5] *= share
        centers = np.sort(rng.normal(size=9)) * rng.choice([1e-150, 1, 1e150])
        for n_classes in (3, 4):
            expected = brute_force(counts, centers, n_classes)[0]
            assert best_partition(counts, centers, n_classes) == expected


def test_levels_at_the_ends_of_64_bits():
    centers = np.array([0, 1, 5, 2**63, 2**63 + 1, 2**64 - 2, 2**64 - 1], np.uint64)
    counts = np.array([2, 1, 1, 3, 1, 4, 1])
    assert multi_otsu(counts, centers, 3).tolist() == [5, 2**63 + 1]
    signed = np.array([-(2**63), -(2**63) + 1, -2, 0, 2**63 - 1])
    assert multi_otsu([1, 1, 1, 1, 1], signed, 3).tolist() == [-(2**63) + 1, 0]


@pytest.mark.parametrize(
    ("counts", "centers"),
    [
        ([2**20, 1, 1, 1, 1], [0, 1, 2**62, 2**63 + 5, 2**64 - 1]),
        ([1, 1, 1, 2**20, 9], [0, 1, 2**62, 2**64 - 9, 2**64 - 1]),
        ([3, 1, 2, 5, 1, 1], [2**63 + v for v in (0, 1, 5, 6, 9, 10)]),
        ([2**62, 2**61 + 3, 2**62, 2**62 - 1, 2**62], [0, 1, 4, 5, 7]),
        ([2**61 + v for v in (5, 2, 3, 9, 1, 0, 4, 7)], range(8)),
        ([2**62 - v for v in (5, 2, 3, 9, 1, 0, 4, 7)], range(8)),
    ],
)
def test_numbers_beyond_64_bits(counts, centers):
    centers = np.array(centers, np.uint64)
    for n_classes in (2, 3, 4):
        expected = brute_force(counts, centers, n_classes)[0]
        assert best_partition(np.array(counts), centers, n_classes) == expected


def test_counts_beyond_32_bits():
    counts = np.array([2**40, 2**33, 5, 2**35, 2**36, 1, 2**38])
    expected = np.array(brute_force(counts, np.arange(7), 3)[0]) - 1
    assert multi_otsu(counts, np.arange(7), 3).tolist() == expected.tolist()


def test_two_classes_are_those_of_otsu():
    """By the same function, and by the general algorithm."""
    rng = np.random.default_rng(2)
    for i in range(3000):
        counts, centers = random_histogram(rng)
        if i % 3 == 0:
            counts = np.minimum(counts, 2)  # ties are common
        if i % 5 == 0:
            counts = counts * rng.random()
        if i % 7 == 0:
            centers = centers * 0.1
        t = otsu(counts, centers)
        assert multi_otsu(counts, centers, 2).tolist() == [t]
        some = counts > 0
        (end,) = best_partition(counts[some], centers[some], 2)
        assert centers[some][end - 1] == t


@pytest.mark.parametrize("n_classes", [3, 5])
def test_invariant(n_classes):
    for k in range(n_classes - 1):
        rng = np.random.default_rng(3)
        assert_invariant(lambda c, v, k=k: multi_otsu(c, v, n_classes)[k].item(), rng, n=30)


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_equal_to_scikit_image_on_real_images(name, n_classes):
    image = REAL[name]
    counts = np.bincount(image.ravel(), minlength=256)
    ours = multi_otsu(counts, np.arange(256), n_classes)
    np.testing.assert_array_equal(ours, threshold_multiotsu(image, n_classes))


def brighter(counts):
    """Move what is at the lowest level to the next one."""
    moved = counts.copy()
    moved[0], moved[1] = 0, counts[0] + counts[1]
    return moved


def test_scikit_image_takes_the_lowest_level_for_the_next():
    """The named case: its sums start with level 0 counted as level 1.

    So it never gives the lowest level a class of its own. With what is there moved to the next one,
    the two agree; and on real images few pixels are at the lowest level.
    """
    counts, levels = np.array([2, 2, 1, 1]), np.arange(4)
    ours = multi_otsu(counts, levels, 3)
    theirs = threshold_multiotsu(hist=(counts, levels), classes=3)
    assert (ours.tolist(), theirs.tolist()) == ([0, 1], [1, 2])
    assert between(counts, levels, ours + 1) == Fraction(29, 2)
    assert between(counts, levels, theirs + 1) == 14
    rng = np.random.default_rng(0)
    n_differ = 0
    for _ in range(200):
        counts, levels = rng.integers(1, 10**6, 40), np.arange(40)
        ours = multi_otsu(counts, levels, 3)
        theirs = threshold_multiotsu(hist=(counts, levels), classes=3)
        np.testing.assert_array_equal(theirs, multi_otsu(brighter(counts), levels, 3))
        n_differ += not np.array_equal(ours, theirs)
    assert n_differ > 5


def test_scikit_image_rounds():
    """The named case: it adds shares in float32, so that what is nearly as good can win."""
    rng = np.random.default_rng(0)
    n_differ = 0
    levels = np.arange(1000)
    for _ in range(30):
        counts = brighter(rng.integers(1, 9, 1000))
        ours = multi_otsu(counts, levels, 3)
        counts[0] = counts[1] // 2  # as scikit-image will take it
        counts[1] -= counts[0]
        theirs = threshold_multiotsu(hist=(counts, levels), classes=3)
        if not np.array_equal(ours, theirs):
            n_differ += 1
            a, b = (float(between(brighter(counts)[1:], levels[1:], t)) for t in (ours, theirs))
            assert b < a < b * (1 + 1e-6)
    assert n_differ > 3


def test_degenerate_histograms():
    assert np.isnan(multi_otsu([0, 0], [1, 2], 4)).tolist() == [True] * 3
    assert multi_otsu([0, 3], [1, 2], 4).tolist() == [2, 2, 2]
    assert multi_otsu([1, 3], [1, 2], 4).tolist() == [1, 1, 1]
    assert multi_otsu([1, 3, 0, 1], [1, 2, 5, 9], 4).tolist() == [1, 2, 2]
    assert multi_otsu([1, 3, 4, 1], [1, 2, 5, 9], 4).tolist() == [1, 2, 5]
    assert multi_otsu([1, 3, 4], [0.5, 0.6, 0.7], 3).tolist() == [0.5, 0.6]


def test_many_classes():
    rng = np.random.default_rng(4)
    counts = rng.integers(1, 100, 60)
    for n_classes in (30, 59, 60):
        expected = quadratic(counts, range(60), n_classes)
        assert best_partition(counts, np.arange(60), n_classes) == expected


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
@pytest.mark.parametrize("counts", ["flat", "random"])
def test_five_classes_of_65536_levels_take_no_time(counts):
    """Far from the tenth of a second that it may take at most, if every pair is tried."""
    n = np.full(65536, 7) if counts == "flat" else np.random.default_rng(0).poisson(200, 65536) + 1
    multi_otsu(n[:100], np.arange(100), 5)  # compiled
    start = time.perf_counter()
    multi_otsu(n, np.arange(65536), 5)
    assert time.perf_counter() - start < 1


def test_a_class_for_each_star_is_refused():
    with pytest.raises(ValueError, match=r"'n_classes' .* in the range \[2, 65536\]"):
        MultiOtsuThreshold(n_classes=2**31 - 1).fit(np.zeros((1, 2, 2)))


def test_the_number_of_classes_may_be_a_narrow_one():
    counts = np.random.default_rng(0).integers(1, 9, 60)
    narrow = multi_otsu(counts, np.arange(60), np.uint8(21))
    np.testing.assert_array_equal(narrow, multi_otsu(counts, np.arange(60), 21))
