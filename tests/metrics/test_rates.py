"""Matthews' correlation and the negative rate metric."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, matthews_corrcoef

from skthresh.metrics import _formulas, mcc_score, nrm_score


def masks(seed, n=5, shape=(8, 7)):
    rng = np.random.default_rng(seed)
    return rng.random((2, n, *shape)) < rng.uniform(0.1, 0.9, (2, n, 1, 1))


@pytest.mark.parametrize("seed", range(8))
def test_mcc_equals_sklearn(seed):
    y_true, y_pred = masks(seed)
    each = [matthews_corrcoef(t.ravel(), p.ravel()) for t, p in zip(y_true, y_pred, strict=True)]
    np.testing.assert_allclose(mcc_score(y_true, y_pred, reduction="none"), each, atol=1e-14)
    assert mcc_score(y_true, y_pred) == pytest.approx(np.mean(each))
    pooled = matthews_corrcoef(y_true.ravel(), y_pred.ravel())
    assert mcc_score(y_true, y_pred, reduction="pooled") == pytest.approx(pooled)


@pytest.mark.parametrize("table", [(0, 0, 0, 4), (4, 0, 0, 0), (0, 4, 0, 0), (1, 3, 0, 0)])
def test_mcc_of_a_constant_mask_is_0_as_in_sklearn(table):
    tp, fp, fn, tn = table
    t = [1] * tp + [0] * fp + [1] * fn + [0] * tn
    p = [1] * tp + [1] * fp + [0] * fn + [0] * tn
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, that there is one label only
        theirs = matthews_corrcoef(t, p)
    assert mcc_score([t], [p]) == theirs == 0


@pytest.mark.parametrize("seed", range(8))
def test_nrm_is_one_minus_balanced_accuracy(seed):
    y_true, y_pred = masks(seed)
    each = nrm_score(y_true, y_pred, reduction="none")
    for got, t, p in zip(each, y_true, y_pred, strict=True):
        (tn, fp), (fn, tp) = confusion_matrix(t.ravel(), p.ravel())
        assert got == pytest.approx((fn / (fn + tp) + fp / (fp + tn)) / 2)


@pytest.mark.parametrize(
    ("table", "nrm"),
    [
        ((0, 0, 0, 4), 0),
        ((4, 0, 0, 0), 0),
        ((0, 4, 0, 0), 0.5),  # no true foreground to miss: only the second share counts
        ((0, 0, 4, 0), 0.5),
        ((0, 1, 0, 3), 0.125),
        ((0, 2, 2, 0), 1),
        ((1, 0, 1, 8), 0.25),
    ],
)
def test_nrm_tables(table, nrm):
    assert _formulas.nrm(np.array([table], np.int64)).tolist() == [nrm]


def test_mcc_of_counts_whose_products_leave_64_bits():
    tp, fp, fn, tn = row = (3 * 2**40, 2**40, 2**40 + 1, 5 * 2**40)
    exact = (tp * tn - fp * fn) / math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    assert _formulas.mcc(np.array([row], np.int64))[0] == pytest.approx(exact, rel=1e-12)
    # (2**33 + 1) (2**33 - 1) and 2**66 differ by 1, which floats would lose.
    rows = np.array([[2**33 + 1, 2**33, 2**33, 2**33 - 1]], np.int64)
    assert _formulas.mcc(rows)[0] == pytest.approx(-(2.0**-68), rel=1e-6, abs=0)


@pytest.mark.parametrize("shape", [(64, 48), (17, 27)])
def test_equal_doxapy(shape):
    doxapy = pytest.importorskip("doxapy")
    y_true, y_pred = masks(0, shape=shape)
    for t, p in zip(y_true, y_pred, strict=True):
        # Ink is 0 to doxapy.
        paper = [np.where(m, 0, 255).astype(np.uint8) for m in (t, p)]
        peer = doxapy.calculate_performance(*paper)
        assert mcc_score([t], [p]) == pytest.approx(peer["mcc"], abs=1e-9)
        assert nrm_score([t], [p]) == pytest.approx(peer["nrm"], abs=1e-9)
