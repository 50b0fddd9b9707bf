from fractions import Fraction

import numpy as np
import pytest
import SimpleITK as sitk
from histograms import REAL, assert_invariant, random_histogram, random_image
from skimage.filters import threshold_isodata

from skthresh import IsodataThreshold
from skthresh.global_threshold.isodata import isodata, isodata_fixed_points

RNG = np.random.default_rng(0)


def fixed_points(counts, centers):
    """The definition, split by split, in fractions."""
    pairs = [(int(n), int(v)) for n, v in zip(counts, centers, strict=True) if n]
    found = []
    for i in range(1, len(pairs)):
        means = [
            Fraction(sum(n * v for n, v in part), sum(n for n, _ in part))
            for part in (pairs[:i], pairs[i:])
        ]
        middle = sum(means) / 2
        if pairs[i - 1][1] <= middle < pairs[i][1]:
            found.append(middle.__floor__())
    return found


def test_every_fixed_point():
    several = 0
    for _ in range(500):
        counts, centers = random_histogram(RNG)
        expected = fixed_points(counts, centers)
        assert isodata_fixed_points(counts, centers) == expected
        several += len(expected) > 1
    assert several > 5


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_equal_to_scikit_image(dtype):
    """Its histogram has float32 counts: a difference is one where float64 counts decide for us."""
    images = [random_image(RNG, dtype) for _ in range(100)]
    images += [x.astype(dtype) for x in REAL.values()]
    for image in images:
        e = IsodataThreshold().fit(image[np.newaxis])
        exact = fixed_points(e.histogram_.counts, e.histogram_.centers)
        assert e.fixed_points_ == exact
        theirs = threshold_isodata(image, return_all=True).tolist()
        assert theirs == exact or dtype == "uint16" or len(theirs) != len(exact)
        assert e.threshold_ == exact[0]


@pytest.mark.parametrize("name", REAL)
def test_near_simpleitk(name):
    """ITK iterates from the mean on 256 bins: it comes to one of the fixed points."""
    image = REAL[name]
    f = sitk.IsoDataThresholdImageFilter()
    f.Execute(sitk.GetImageFromArray(image))
    points = IsodataThreshold().fit(image[np.newaxis]).fixed_points_
    assert min(abs(p - f.GetThreshold()) for p in points) <= 1.5


def test_invariances():
    assert_invariant(isodata, RNG, near=1)
    e = IsodataThreshold(channel_axis=-1).fit(np.stack([REAL["coins"], REAL["coins"]], -1)[None])
    assert e.fixed_points_[0] == e.fixed_points_[1]


def test_a_half_way_point_that_is_a_level_is_not_below_it():
    """[2, 2, 3, 2]: between 0 and the rest it is 1, and is computed as the number before 1."""
    assert isodata_fixed_points([2, 2, 3, 2], range(4)) == [1, 2]
    for _ in range(300):
        counts = [1, *RNG.integers(0, 4, RNG.integers(1, 7)).tolist(), 2]
        levels = range(len(counts))
        assert isodata_fixed_points(counts, levels) == fixed_points(counts, levels)
