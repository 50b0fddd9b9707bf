"""The gains of classes and the levels of pixels, against plain twins."""

import numpy as np
import pytest

from skthresh.batch import kernel_form
from skthresh.kernels.classes import BLOCK, apply_thresholds
from skthresh.kernels.partition import add_class, one_class

RNG = np.random.default_rng(0)


def split_sums(counts, levels):
    """Sums of weights and moments, each as what float64 holds and what it lacks."""
    rows = []
    for values in (counts, counts * levels):
        sums = np.concatenate([[0], np.cumsum(values)])
        high = sums.astype(np.float64)
        rows += [high, (sums - high.astype(np.int64)).astype(np.float64)]
    return np.stack(rows)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 8, 9, 40, 129])
@pytest.mark.parametrize("scale", [1, 10**9])
def test_gains(n, scale):
    counts = RNG.integers(1, 9, n) * scale + RNG.integers(0, 2, n)
    levels = np.sort(RNG.choice(4 * n, n, replace=False)) - 2 * n
    sums = split_sums(counts, levels)
    w = [0, *np.cumsum(counts).tolist()]
    m = [0, *np.cumsum(counts * levels).tolist()]
    before = np.empty(n + 1)
    one_class(sums, before)
    expected = [-np.inf, *(m[j] ** 2 / w[j] for j in range(1, n + 1))]
    np.testing.assert_allclose(before, expected, rtol=1e-14)
    for classes in range(2, min(n, 6) + 1):
        out = np.full(n + 1, np.nan)
        add_class(before, sums, classes, out)
        expected = np.full(n + 1, -np.inf)
        for j in range(classes, n + 1):
            expected[j] = max(
                before[i] + (m[j] - m[i]) ** 2 / (w[j] - w[i]) for i in range(classes - 1, j)
            )
        np.testing.assert_allclose(out, expected, rtol=1e-14)
        before = out


def test_more_classes_than_levels_gain_nothing():
    out = np.zeros(3)
    add_class(np.array([-np.inf, 1.0, 2.0]), np.zeros((4, 3)), 3, out)
    assert (out == -np.inf).all()


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i4", "u8", "i8", "f4", "f8"])
@pytest.mark.parametrize("n", [1, 2, 3, 9])
def test_classes(dtype, n):
    size = 2 * BLOCK + 7
    if np.dtype(dtype).kind == "f":
        v = RNG.normal(size=size).astype(dtype)
        v[::50] = np.nan
    else:
        info = np.iinfo(dtype)
        v = RNG.integers(info.min, info.max, size, dtype=dtype, endpoint=True)
    t = np.sort(v[~np.isnan(v)][: n - 1])  # equal to some of the pixels
    levels = np.arange(n, dtype=np.uint8) * 7 + 3
    out = np.empty(size, np.uint8)
    apply_thresholds(kernel_form(v), t, levels, np.uint8(1), out)
    expected = levels[(v[:, np.newaxis] > t).sum(axis=1)]
    np.testing.assert_array_equal(out, np.where(np.isnan(v), 1, expected))
