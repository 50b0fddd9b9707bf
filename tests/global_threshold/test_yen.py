import numpy as np
import pytest
import SimpleITK as sitk
from histograms import REAL, assert_invariant, random_histogram, random_image
from skimage.filters import threshold_yen

from skthresh import YenThreshold
from skthresh.global_threshold.yen import yen

RNG = np.random.default_rng(0)


def correlation(counts, i):
    """The definition, of the split after bin i."""
    p = counts / counts.sum()
    return -sum(np.log(np.sum((c / c.sum()) ** 2)) for c in (p[: i + 1], p[i + 1 :]))


def test_the_optimum_by_brute_force():
    for _ in range(300):
        counts, centers = random_histogram(RNG)
        some = counts > 0
        n, v = counts[some], centers[some]
        values = [correlation(n, i) for i in range(len(n) - 1)]
        t = yen(counts, centers)
        assert values[list(v).index(t)] >= max(values) - 1e-9


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_equal_to_scikit_image(dtype):
    images = [random_image(RNG, dtype) for _ in range(60)]
    images += [x.astype(dtype) for x in REAL.values()]
    differ = 0
    for image in images:
        e = YenThreshold().fit(image[np.newaxis])
        theirs = threshold_yen(image)
        split = image <= theirs
        if not np.array_equal(split, image <= e.threshold_):  # float32 counts: ours is the greater
            h = e.histogram_
            some = h.counts > 0
            n, v = h.counts[some], h.centers[some]
            ours, other = (np.searchsorted(v, t, side="right") - 1 for t in (e.threshold_, theirs))
            assert correlation(n, ours) >= correlation(n, other) - 1e-9
            differ += 1
    assert differ <= 3


@pytest.mark.parametrize("name", REAL)
def test_near_simpleitk(name):
    f = sitk.YenThresholdImageFilter()
    f.Execute(sitk.GetImageFromArray(REAL[name]))
    assert abs(YenThreshold().fit(REAL[name][None]).threshold_ - f.GetThreshold()) <= 2


def test_invariances():
    assert_invariant(yen, RNG)
