import numpy as np
import pytest
from histograms import REAL, assert_invariant, random_histogram, random_image
from scipy import ndimage, signal
from skimage.filters import threshold_minimum

from skthresh import MinimumThreshold, OtsuThreshold, ThresholdNotFoundError
from skthresh.global_threshold.minimum import minimum, two_peaks

RNG = np.random.default_rng(0)


def peaks(h):
    """Local maxima by SciPy: plateaus count once, ends count."""
    return signal.find_peaks(np.pad(h, 1, constant_values=-1), plateau_size=1)[0] - 1


def smoothed(counts, limit=10_000):
    some = np.flatnonzero(counts)
    h = counts[some[0] : some[-1] + 1].astype(float)
    for _ in range(limit):
        if len(peaks(h)) <= 2:
            break
        h = ndimage.uniform_filter1d(h, 3)
    return h


def test_the_number_of_smoothings_may_be_a_narrow_one():
    counts = np.array([1, 5, 1, 4, 1])
    assert minimum(counts, np.arange(5), np.int8(3)) == minimum(counts, np.arange(5), 3)


def test_smoothing_until_two_peaks():
    found = 0
    for _ in range(300):
        counts, centers = random_histogram(RNG)
        h = smoothed(counts)
        try:
            smooth, levels, pair = two_peaks(counts, centers, 10_000)
        except ThresholdNotFoundError:
            assert len(peaks(h)) < 2
            continue
        np.testing.assert_allclose(smooth, h, atol=1e-6)
        assert len(pair) == len(peaks(h)) == 2
        valley = minimum(counts, centers)
        assert smooth[valley - levels[0]] == smooth[pair[0] : pair[1] + 1].min()
        found += 1
    assert found > 100


def test_wide_histograms():
    x = np.arange(30_000)
    modes = 1e5 * (np.exp(-(((x - 9000) / 900) ** 2)) + np.exp(-(((x - 20_000) / 900) ** 2)))
    assert minimum(np.rint(modes), x) == 9000 + np.argmin(np.rint(modes)[9000:20_000])
    bumps = modes.copy()
    bumps[[500, 9100, 20_100, 27_000]] += 1e6  # far apart from each other
    noise = RNG.integers(1, 1000, len(x))
    for counts in (bumps, noise):
        with pytest.raises(ThresholdNotFoundError, match="more than two peak"):
            minimum(counts, x, 5000)
    ragged = np.rint(modes) + RNG.integers(0, 3, len(x)) * (x > 28_000)
    once = np.convolve(np.pad(ragged, 1, mode="edge"), np.ones(3), mode="valid")
    with pytest.raises(ThresholdNotFoundError, match="more than two peak"):
        minimum(ragged, x, 1)
    assert len(peaks(once)) > 2


def test_equal_to_scikit_image():
    images = [random_image(RNG, "uint8") for _ in range(60)] + list(REAL.values())
    compared = 0
    for image in images:
        e = MinimumThreshold(fallback=-1).fit(image[np.newaxis])
        try:
            theirs = threshold_minimum(image)
        except RuntimeError:
            continue
        h = smoothed(np.bincount(image.ravel()))
        if np.diff(h)[-1] > 0 or e.threshold_ == -1:
            continue  # the bright end is a peak to us and none to them, as the next test shows
        if e.threshold_ != theirs:  # its counts are float32, and round: ours is the lower point
            ours, other = (h[int(t) - image.min()] for t in (e.threshold_, theirs))
            assert ours <= other
            continue
        compared += 1
    assert compared > 15


def test_a_peak_at_either_end_is_one():
    """The mirror of a histogram has as many peaks; scikit-image finds two in one of these only."""
    counts = np.array([9, 5, 2, 1, 2, 5, 6, 5, 2, 1])
    left = np.repeat(np.arange(10, dtype=np.uint8), counts)
    right = np.repeat(np.arange(10, dtype=np.uint8), counts[::-1])
    assert minimum(counts, np.arange(10)) == 3
    assert minimum(counts[::-1], np.arange(10)) == 6
    assert threshold_minimum(left) == 3
    with pytest.raises(RuntimeError):
        threshold_minimum(right)


@pytest.mark.parametrize("counts", [[1, 5, 9, 4, 1], [1, 2, 3], [3, 2, 1], [2, 2, 2]])
def test_one_peak_is_refused_or_left_to_another(counts):
    X = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)[np.newaxis]
    with pytest.raises(
        ThresholdNotFoundError, match=r"one peak.* Pass fallback= to MinimumThreshold"
    ):
        MinimumThreshold().fit(X)
    assert MinimumThreshold(fallback=1.5).fit(X).threshold_ == 1
    assert MinimumThreshold(fallback=OtsuThreshold()).fit(X).threshold_ == (
        OtsuThreshold().fit(X).threshold_
    )
    with pytest.raises(ValueError, match="fallback"):
        MinimumThreshold(fallback="otsu").fit(X)


def test_too_few_steps():
    counts = RNG.integers(0, 100, 200)
    with pytest.raises(ThresholdNotFoundError, match="not two"):
        minimum(counts, np.arange(200), 1)


def test_invariances():
    def criterion(counts, centers):
        try:
            return minimum(counts, centers)
        except ThresholdNotFoundError:
            return centers[counts > 0][0]

    assert_invariant(criterion, RNG, near=1)
