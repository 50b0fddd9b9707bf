import numpy as np
import pytest
from histograms import REAL, assert_invariant, random_image

from skthresh import RobustBackgroundThreshold
from skthresh.global_threshold.robust_background import robust_background

RNG = np.random.default_rng(0)
AVERAGES = {"mean": np.mean, "median": np.median}


def threshold(pixels, lower, upper, average, variance, k):
    """The definition, on sorted pixels of which whole numbers are left out."""
    x = np.sort(pixels.ravel().astype(float))
    x = x[round(lower * x.size) : x.size - round(upper * x.size)]
    deviation = np.std(x) if variance == "sd" else np.median(np.abs(x - np.median(x)))
    return AVERAGES[average](x) + k * deviation


@pytest.mark.parametrize("variance", ["sd", "mad"])
@pytest.mark.parametrize("average", ["mean", "median"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_the_definition(dtype, average, variance):
    for lower, upper, k in ((0.05, 0.05, 2), (0.1, 0.3, 3.5), (0, 0, 0), (0, 0.5, -1)):
        image = random_image(RNG, dtype)[:20, :20]
        image = image[: image.shape[0] // 10 * 10 or 1, : image.shape[1] // 10 * 10 or 1]
        if image.size % 100:
            image = RNG.integers(0, 250, (20, 20)).astype(dtype)
        e = RobustBackgroundThreshold(
            lower_outlier_fraction=lower,
            upper_outlier_fraction=upper,
            averaging_method=average,
            variance_method=variance,
            n_deviations=k,
        ).fit(image[None])
        expected = threshold(image, lower, upper, average, variance, k)
        assert abs(e.threshold_ - np.floor(expected + 1e-9)) <= 0


def test_mode():
    counts, levels = [5, 40, 3, 30, 2], [0, 10, 20, 30, 40]
    assert robust_background(counts, levels, averaging_method="mode", n_deviations=0) == 10


def test_outliers_do_not_matter():
    image = np.clip(RNG.normal(50, 5, (100, 100)), 0, 255).astype(np.uint8)
    bright = image.copy()
    bright[:4] = 255
    a, b = (RobustBackgroundThreshold().fit(x[None]).threshold_ for x in (image, bright))
    assert abs(a - b) <= 1


def test_fractions_that_leave_nothing():
    e = RobustBackgroundThreshold(lower_outlier_fraction=0.6, upper_outlier_fraction=0.5)
    with pytest.raises(ValueError, match=r"less than 1 together.*0\.6 and 0\.5"):
        e.fit(REAL["coins"][None])


def test_invariances():
    assert_invariant(robust_background, RNG, near=1)


def test_a_threshold_may_lie_beyond_the_largest_number():
    X = np.array([[-0.5, np.finfo(np.float64).max, -np.finfo(np.float64).max]])
    robust = RobustBackgroundThreshold(n_deviations=3).fit(X)
    assert robust.threshold_ == np.inf
    assert not robust.predict(X).any()
    X = np.array([[3653403231, 2735729615, 2195314465]], np.uint32)
    assert RobustBackgroundThreshold(n_deviations=1e300).fit(X).threshold_ == np.inf
