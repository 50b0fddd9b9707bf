import itertools
from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from skimage import data
from skimage.filters import threshold_otsu

from skthresh import OtsuThreshold
from skthresh.global_threshold.otsu import between_class_variance, otsu, valley_emphasis

MODES = {
    "binary": cv2.THRESH_BINARY,
    "binary_inv": cv2.THRESH_BINARY_INV,
    "trunc": cv2.THRESH_TRUNC,
    "tozero": cv2.THRESH_TOZERO,
    "tozero_inv": cv2.THRESH_TOZERO_INV,
}
REAL = [data.page(), data.coins(), data.text(), data.cell(), data.camera(), data.moon()]


def exact_variances(image):
    """Between-class variance of every level that occurs, as fractions: the plain twin."""
    values, counts = np.unique(image, return_counts=True)
    values, counts = values.tolist(), counts.tolist()
    n, total = sum(counts), sum(v * c for v, c in zip(values, counts, strict=True))
    below = moment = 0
    variances = {}
    for v, c in zip(values[:-1], counts[:-1], strict=True):
        below, moment = below + c, moment + v * c
        means = Fraction(moment, below) - Fraction(total - moment, n - below)
        variances[v] = Fraction(below * (n - below), n * n) * means**2
    return variances


def random_image(rng, dtype):
    shape = tuple(rng.integers(1, 50, 2))
    top = np.iinfo(dtype).max
    if rng.random() < 0.02:
        return np.full(shape, rng.integers(1, top), dtype)
    if rng.random() < 0.2:  # few levels: ties are common
        return rng.choice(rng.integers(0, top, 4), shape).astype(dtype)
    modes = rng.uniform(0, top, 2)
    x = rng.normal(modes[rng.integers(0, 2, shape)], top * rng.uniform(0.005, 0.2))
    return np.clip(x, 0, top).astype(dtype)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_equal_to_opencv_but_for_rounding_and_constants(dtype):
    """Where OpenCV differs, its variance is smaller, or equal at a higher level: it rounded.

    A constant image is the other case: OpenCV says 0, so that all is foreground; here it is the
    constant, so that nothing is.
    """
    rng = np.random.default_rng(0)
    n, n_constant, n_rounded = 2000, 0, 0
    white = np.iinfo(dtype).max
    for _, mode in zip(range(n), itertools.cycle(MODES)):
        image = random_image(rng, dtype)
        e = OtsuThreshold(per_image=True, mode=mode).fit(image[np.newaxis])
        ours = e.thresholds(image[np.newaxis])[0]
        theirs, expected = cv2.threshold(image, 0, white, MODES[mode] | cv2.THRESH_OTSU)
        if image.min() == image.max():
            n_constant += 1
            assert (ours, theirs) == (image[0, 0], 0)
        elif ours != theirs:
            n_rounded += 1
            variances = exact_variances(image)
            level = image[image <= theirs].max().item()
            assert variances[ours] > variances[level] or (
                variances[ours] == variances[level] and ours < level
            )
        else:
            np.testing.assert_array_equal(e.transform(image[np.newaxis])[0], expected)
    assert n_constant > 0
    assert n_rounded < 0.02 * n


@pytest.mark.parametrize("image", REAL)
def test_equal_to_opencv_and_scikit_image_on_real_images(image):
    e = OtsuThreshold().fit(image[np.newaxis])
    level, mask = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    assert e.threshold_ == level == threshold_otsu(image)
    np.testing.assert_array_equal(e.transform(image[np.newaxis])[0], mask)


def test_opencv_skips_a_class_lighter_than_float_epsilon():
    """The named case: one bright pixel among 2**24 dark ones is a class, if a small one."""
    image = np.zeros((4096, 4096), np.uint8)
    image[0, :2] = 255, 1
    variances = exact_variances(image)
    ours = OtsuThreshold().fit(image[np.newaxis]).threshold_
    theirs = cv2.threshold(image, 0, 255, cv2.THRESH_OTSU)[0]
    assert (ours, theirs) == (1, 0)
    assert variances[1] > variances[0]


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int32", "int64", "uint64"])
def test_maximum_in_exact_arithmetic(dtype):
    rng = np.random.default_rng(2)
    info = np.iinfo(dtype)
    for _ in range(200):
        span = int(rng.integers(1, min(300, info.max - info.min)))
        lo = int(rng.integers(info.min, info.max - span, endpoint=True, dtype=dtype))
        image = rng.integers(0, span, (9, 11), endpoint=True).astype(dtype) + np.array(lo, dtype)
        image = image.astype(dtype)
        variances = exact_variances(image)
        if not variances:
            continue
        best = max(variances.values())
        expected = min(v for v, s in variances.items() if s == best)
        assert OtsuThreshold().fit(image[np.newaxis]).threshold_ == expected


def test_ties_are_broken_exactly():
    """Symmetric histograms: two splits share the maximum to the last digit, the lower one wins."""
    for spread in range(1, 120):
        image = np.repeat(np.array([127 - spread, 127, 127 + spread], np.uint8), [3, 5, 3])
        assert OtsuThreshold().fit(image.reshape(1, 1, -1)).threshold_ == 127 - spread


def exact_best(counts, centers):
    """Find the lowest of the best levels of a histogram, as fractions: the plain twin."""
    counts, n = [int(c) for c in counts], int(sum(int(c) for c in counts))
    total = sum(c * v for c, v in zip(counts, centers, strict=True))
    best, level, below, moment = Fraction(-1), None, 0, 0
    for c, v in zip(counts[:-1], centers[:-1], strict=True):
        below, moment = below + c, moment + c * v
        variance = Fraction((total * below - moment * n) ** 2, below * (n - below))
        if variance > best:
            best, level = variance, v
    return level


def test_splits_that_float64_cannot_tell_apart():
    """Nearly symmetric histograms: two splits differ in the 17th digit, either way."""
    rng = np.random.default_rng(10)
    levels = set()
    for _ in range(300):
        half = rng.integers(1, 10**9, 3) * 10**6
        counts = np.concatenate([half, rng.integers(1, 10**15, 1), half[::-1]])
        counts += rng.integers(-1, 2, 7)
        expected = exact_best(counts, range(7))
        assert otsu(counts, np.arange(7)) == expected
        levels.add(expected)
    assert levels & {0, 1, 2}
    assert levels & {3, 4, 5}


@pytest.mark.parametrize(
    "counts", [[2**60, 1, 1], [1, 1, 2**60], [2**55, 3, 1, 2], [1, 2**60, 1], [2**61, 1, 1, 1, 9]]
)
def test_classes_of_a_few_pixels_among_very_many(counts):
    centers = list(range(0, 10 * len(counts), 10))
    assert otsu(counts, centers) == exact_best(counts, centers)


def test_one_far_pixel_among_very_many():
    counts, centers = [2**58, 2**58, 1], [0, 1, 2**40]
    assert otsu(counts, centers) == exact_best(counts, centers) == 1


def test_sums_beyond_32_bits():
    """2**24 bright pixels: their sum passes 2**32, where a peer's counter overflows."""
    image = np.full((4096, 4096), 255, np.uint8)
    image[:1300] = 60
    image[1300:1400] = 100
    variances = exact_variances(image)
    assert OtsuThreshold().fit(image[np.newaxis]).threshold_ == max(variances, key=variances.get)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_have_scikit_images_bins(dtype):
    rng = np.random.default_rng(3)
    for _ in range(100):
        image = rng.normal(rng.integers(0, 2, (40, 50)), 0.3).astype(dtype)
        e = OtsuThreshold().fit(image[np.newaxis])
        assert e.threshold_ == pytest.approx(threshold_otsu(image), rel=1e-6)


def test_pooled_is_the_threshold_of_all_pixels():
    images = [x.astype(np.uint8) for x in REAL]
    pooled = OtsuThreshold().fit(images).threshold_
    everything = np.concatenate([x.ravel() for x in images])[np.newaxis]
    assert pooled == OtsuThreshold().fit(everything).threshold_


def test_sample_weight_counts_images():
    X = np.stack([data.coins()[:100, :100], data.camera()[:100, :100], data.page()[:100, :100]])
    weighted = OtsuThreshold().fit(X, sample_weight=[2, 0, 1])
    repeated = OtsuThreshold().fit(X[[0, 0, 2]])
    assert weighted.threshold_ == repeated.threshold_
    np.testing.assert_array_equal(weighted.histogram_.counts, repeated.histogram_.counts)
    assert OtsuThreshold().fit(list(X), sample_weight=[2, 0, 1]).threshold_ == weighted.threshold_
    exact = np.array([Fraction(2), 0, Fraction(1)], object)
    assert OtsuThreshold().fit(X, sample_weight=exact).threshold_ == weighted.threshold_
    with pytest.raises(TypeError, match="sample_weight must hold numbers"):
        OtsuThreshold().fit(X, sample_weight=np.array([2, "0", 1], object))
    with pytest.raises(ValueError, match="at least one non-zero"):
        OtsuThreshold().fit(X, sample_weight=[0, 0, 0])
    with pytest.raises(ValueError, match="[Nn]egative"):
        OtsuThreshold().fit(X, sample_weight=[1, -1, 1])
    with pytest.raises(ValueError, match="sample_weight.shape"):
        OtsuThreshold().fit(X, sample_weight=[1, 1])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "float64"])
def test_partial_fit(dtype):
    rng = np.random.default_rng(4)
    X = rng.normal(1000 * rng.integers(1, 3, (12, 10, 10)), 150).clip(0)
    X = (X / 12).astype(dtype) if dtype == "uint8" else X.astype(dtype)
    whole = OtsuThreshold().fit(X)
    stream = OtsuThreshold()
    for part in (X[:1], X[1:7], X[7:]):
        stream.partial_fit(part)
    if dtype.startswith("float"):
        at_once = OtsuThreshold().partial_fit(X)
        assert stream.threshold_ == at_once.threshold_
        bin_width = np.diff(whole.histogram_.centers[:2])[0]
        assert stream.threshold_ == pytest.approx(whole.threshold_, abs=1.01 * bin_width)
    else:
        assert stream.threshold_ == whole.threshold_
        np.testing.assert_array_equal(stream.histogram_.counts, whole.histogram_.counts)
        np.testing.assert_array_equal(stream.histogram_.centers, whole.histogram_.centers)


def test_partial_fit_with_weights_lists_and_channels():
    X = np.stack([data.astronaut()[:90, :80], data.rocket()[:90, :80]])
    whole = OtsuThreshold(channel_axis=-1).fit(X, sample_weight=[1, 3])
    stream = OtsuThreshold(channel_axis=-1)
    stream.partial_fit(list(X[:1]), sample_weight=[1]).partial_fit([X[1]], sample_weight=[3])
    np.testing.assert_array_equal(stream.threshold_, whole.threshold_)
    assert len(stream.histogram_) == len(stream.between_class_variance_) == 3


def test_partial_fit_goes_on_from_fit():
    X = np.stack([data.coins()[:100, :100], data.camera()[:100, :100]])
    e = OtsuThreshold().fit(X[:1]).partial_fit(X[1:])
    assert e.threshold_ == OtsuThreshold().fit(X).threshold_
    f = OtsuThreshold().fit(X[:1] / 255).partial_fit(X[1:] / 255)
    assert f.threshold_ == pytest.approx(OtsuThreshold().fit(X / 255).threshold_, abs=0.02)
    with pytest.raises(ValueError, match="float64.*int"):
        e.partial_fit(X[:1] / 255)


def test_between_class_variance_is_the_criterion():
    e = OtsuThreshold().fit(data.coins()[np.newaxis])
    curve = e.between_class_variance_
    assert curve.shape == e.histogram_.centers.shape
    assert e.histogram_.centers[np.argmax(curve)] == e.threshold_
    exact = exact_variances(data.coins())
    np.testing.assert_allclose([curve[v] for v in exact], [float(s) for s in exact.values()])
    t = int(e.threshold_)
    assert curve[t] >= curve[t - 1]
    assert curve[t] > curve[t + 1]


def test_per_image_learns_nothing():
    e = OtsuThreshold(per_image=True).fit(data.coins()[np.newaxis])
    assert not hasattr(e, "threshold_")
    assert not hasattr(e, "histogram_")
    pooled = OtsuThreshold().fit(data.coins()[np.newaxis])
    pooled.set_params(per_image=True).fit(data.coins()[np.newaxis])
    assert not hasattr(pooled, "threshold_")


def test_pure_function():
    assert otsu([2, 0, 2], [0, 5, 10]) == 0
    assert otsu([4], [7]) == 7
    assert np.isnan(otsu([0, 0], [1, 2]))
    assert between_class_variance([0, 0], [1, 2]).tolist() == [0, 0]
    assert otsu(np.array([0.5, 0.25, 0.25]), np.array([0.0, 1.0, 4.0])) == 1.0


pictures = arrays(np.uint8, array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=8))


@given(pictures, st.integers(2, 4))
def test_tiling_and_flips_change_nothing(X, n):
    expected = OtsuThreshold().fit(X).threshold_
    assert OtsuThreshold().fit(np.tile(X, (1, n, 1))).threshold_ == expected
    assert OtsuThreshold().fit(X[:, ::-1, ::-1]).threshold_ == expected
    assert OtsuThreshold().fit(X[::-1].transpose(0, 2, 1)).threshold_ == expected


@given(pictures)
def test_shift_and_scale(X):
    wide = X.astype(np.int32)
    expected = OtsuThreshold().fit(wide).threshold_
    assert OtsuThreshold().fit(wide * 1000 - 5).threshold_ == expected * 1000 - 5


@given(pictures, st.sampled_from(["C", "F"]), st.sampled_from(["=", "S"]))
def test_layouts(X, order, byte_order):
    wide = X.astype(np.uint16)
    other = np.array(wide, dtype=wide.dtype.newbyteorder(byte_order), order=order)
    for per_image in (False, True):
        e = OtsuThreshold(per_image=per_image)
        out = e.fit(other).transform(other)
        assert out.dtype == other.dtype
        assert out.shape == other.shape
        np.testing.assert_array_equal(out, e.fit(wide).transform(wide))


@given(pictures)
def test_batch_is_one_by_one_and_list_is_stack(X):
    e = OtsuThreshold(per_image=True).fit(X)
    whole = e.transform(X)
    np.testing.assert_array_equal(whole, np.concatenate([e.transform(x[None]) for x in X]))
    np.testing.assert_array_equal(whole, np.stack(e.transform(list(X))))


def emphasised(counts, levels, i):
    """Ng's criterion of the split after bin i, from the definition."""
    p = counts / counts.sum()
    total = 0
    for part in (slice(0, i + 1), slice(i + 1, None)):
        share = p[part].sum()
        total += share * (p[part] @ levels[part] / share) ** 2
    return (1 - p[i]) * total


def test_valley_emphasis_by_brute_force():
    rng = np.random.default_rng(5)
    differs = 0
    for _ in range(300):
        counts = rng.poisson(rng.uniform(0, 30, 40))
        counts[rng.integers(0, 40, 3)] += 200
        levels, some = np.arange(40.0), np.flatnonzero(counts)
        values = {i: emphasised(counts, levels, i) for i in range(some[0], some[-1])}
        t = valley_emphasis(counts, np.arange(40))
        assert values[t] == pytest.approx(max(values.values()), rel=1e-12)
        e = OtsuThreshold(valley_emphasis=True).fit_histogram(counts, np.arange(40))
        assert e.threshold_ == t
        differs += t != otsu(counts, np.arange(40))
    assert differs > 100


def test_valley_emphasis_finds_a_small_foreground():
    rng = np.random.default_rng(6)
    surface, defect = rng.normal(150, 12, 20_000), rng.normal(60, 5, 150)
    image = np.concatenate([surface, defect]).clip(0, 255).astype(np.uint8)[np.newaxis]
    truth = np.arange(image.size)[np.newaxis] >= 20_000
    scores = [
        OtsuThreshold(valley_emphasis=v, mode="binary_inv").fit(image).score(image, truth)
        for v in (False, True)
    ]
    assert scores[0] < 0.1
    assert scores[1] > 0.95
