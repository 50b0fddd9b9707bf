import numpy as np
import pytest
import SimpleITK as sitk
from histograms import REAL, assert_invariant, random_histogram

from skthresh import MomentsThreshold
from skthresh.global_threshold.moments import moments

RNG = np.random.default_rng(0)


def share_below(counts, levels):
    """Tsai's share, by his determinants."""
    p = counts / counts.sum()
    m1, m2, m3 = (p @ levels**k for k in (1, 2, 3))
    d = m2 - m1**2
    c0, c1 = (m1 * m3 - m2**2) / d, (m1 * m2 - m3) / d
    root = np.sqrt(c1**2 - 4 * c0)
    z0, z1 = (-c1 - root) / 2, (-c1 + root) / 2
    return (z1 - m1) / (z1 - z0)


def test_tsais_share():
    for _ in range(300):
        counts, centers = random_histogram(RNG)
        share = share_below(counts, (centers - centers[0]).astype(float))
        below = np.cumsum(counts) / counts.sum()
        t = list(centers).index(moments(counts, centers))
        assert below[t] >= share - 1e-9
        assert t == 0 or below[t - 1] < share + 1e-9


def test_the_binary_image_keeps_three_moments():
    counts, centers = random_histogram(RNG)
    p, x = counts / counts.sum(), centers.astype(float)
    q = share_below(counts, x)
    mean = p @ x
    std = np.sqrt(p @ (x - mean) ** 2)
    pair = mean - std * np.sqrt((1 - q) / q), mean + std * np.sqrt(q / (1 - q))
    for k in (1, 2, 3):
        assert q * pair[0] ** k + (1 - q) * pair[1] ** k == pytest.approx(p @ x**k)


@pytest.mark.parametrize("name", REAL)
def test_near_simpleitk(name):
    f = sitk.MomentsThresholdImageFilter()
    f.Execute(sitk.GetImageFromArray(REAL[name]))
    assert abs(MomentsThreshold().fit(REAL[name][None]).threshold_ - f.GetThreshold()) <= 2


def test_sixteen_bits_do_not_overflow():
    """Cubes of 16-bit levels leave 32 bits from level 1291 on, where a peer overflows."""
    image = REAL["camera"].astype(np.uint16) * 257
    t = MomentsThreshold().fit(REAL["camera"][None]).threshold_
    assert MomentsThreshold().fit(image[None]).threshold_ == 257 * t


def test_invariances():
    assert_invariant(moments, RNG)
