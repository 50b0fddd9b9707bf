import numpy as np
import pytest
import SimpleITK as sitk
from histograms import REAL, assert_invariant, random_histogram, random_image
from skimage.filters import threshold_li

from skthresh import LiThreshold
from skthresh.global_threshold.li import li

RNG = np.random.default_rng(0)


def following(counts, levels, t):
    """One step of Li and Tam, from the definition."""
    low, high = levels <= t, levels > t
    a = (counts[low] @ levels[low]) / counts[low].sum()
    b = (counts[high] @ levels[high]) / counts[high].sum()
    return (b - a) / (np.log(b) - np.log(a)) if a > 0 else 0.0


def test_a_fixed_point_of_the_iteration():
    for _ in range(500):
        counts, centers = random_histogram(RNG)
        levels = (centers - centers[counts > 0][0]).astype(float)
        t = li(counts, centers)
        assert counts[list(centers).index(t)] > 0
        step = following(counts, levels, t - centers[counts > 0][0])
        occupied = centers[counts > 0] - centers[counts > 0][0]
        assert occupied[occupied <= step][-1] == t - centers[counts > 0][0]


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_near_scikit_image(dtype):
    """It stops within half a level of the fixed point: at most a level away, mostly at it."""
    images = [random_image(RNG, dtype) for _ in range(60)]
    images += [x.astype(dtype) for x in REAL.values()]
    equal = 0
    for image in images:
        t = LiThreshold().fit(image[np.newaxis]).threshold_
        below = int(image[image <= threshold_li(image, tolerance=1e-3)].max())
        assert abs(below - t) <= 1
        equal += below == t
    assert equal > 0.9 * len(images)


@pytest.mark.parametrize("name", REAL)
def test_simpleitk_comes_to_a_fixed_point_too(name):
    """There may be several, and ITK starts elsewhere: 67 and 112 on the cell, for example."""
    image = REAL[name] - REAL[name].min()
    f = sitk.LiThresholdImageFilter()
    f.Execute(sitk.GetImageFromArray(image))
    theirs, ours = f.GetThreshold(), LiThreshold().fit(image[np.newaxis]).threshold_
    counts, levels = np.bincount(image.ravel()), np.arange(image.max() + 1.0)
    assert abs(following(counts, levels, theirs) - theirs) <= 2
    assert abs(following(counts, levels, ours) - ours) <= 1


def test_terminates_where_a_tolerance_may_not():
    """scikit-image's loop may run for ever on float32; here a step leads from split to split."""
    image = (RNG.random((64, 64)) ** 8).astype(np.float32) * 1e-30
    assert LiThreshold().fit(image[None]).threshold_ > 0
    coins = REAL["coins"][np.newaxis]
    early, late = LiThreshold(max_iter=1).fit(coins), LiThreshold().fit(coins)
    assert early.threshold_ != late.threshold_
    assert (early.n_iter_, late.n_iter_ > 1) == (1, True)


def test_invariances():
    assert_invariant(li, RNG)
