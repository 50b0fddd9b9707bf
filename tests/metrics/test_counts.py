"""The count per image, and the formulas on tables of counts."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from skthresh.metrics import _formulas, confusion_counts


def random_masks(seed, n=5, shape=(7, 9)):
    rng = np.random.default_rng(seed)
    return rng.random((n, *shape)) < 0.4, rng.random((n, *shape)) < 0.5


@pytest.mark.parametrize("seed", range(5))
def test_equals_sklearn_confusion_matrix(seed):
    y_true, y_pred = random_masks(seed)
    counts = confusion_counts(y_true, y_pred)
    assert counts.dtype == np.int64
    for row, t, p in zip(counts, y_true, y_pred, strict=True):
        (tn, fp), (fn, tp) = confusion_matrix(t.ravel(), p.ravel(), labels=[False, True])
        assert row.tolist() == [tp, fp, fn, tn]


@pytest.mark.parametrize("shape", [(12,), (3, 4), (2, 3, 4), (1, 1)])
def test_any_rank(shape):
    y_true, y_pred = random_masks(0, shape=shape)
    flat = [y.reshape(len(y), -1) for y in (y_true, y_pred)]
    np.testing.assert_array_equal(confusion_counts(y_true, y_pred), confusion_counts(*flat))


@pytest.mark.parametrize("kind", ["list", "tuple", "object", "nested"])
def test_containers_agree_with_the_stack(kind):
    y_true, y_pred = random_masks(1)
    make = {
        "list": list,
        "tuple": tuple,
        "object": object_array,
        "nested": lambda y: y.tolist(),
    }[kind]
    expected = confusion_counts(y_true, y_pred)
    np.testing.assert_array_equal(confusion_counts(make(y_true), make(y_pred)), expected)
    np.testing.assert_array_equal(confusion_counts(make(y_true), y_pred), expected)


def object_array(masks):
    out = np.empty(len(masks), object)
    out[:] = list(masks)
    return out


def test_ragged():
    a, b = random_masks(2, n=1, shape=(4, 5)), random_masks(3, n=1, shape=(8, 3, 2))
    counts = confusion_counts([a[0][0], b[0][0]], [a[1][0], b[1][0]])
    assert counts[0].tolist() == confusion_counts(*a)[0].tolist()
    assert counts[1].tolist() == confusion_counts(*b)[0].tolist()


@pytest.mark.parametrize("white", [True, 1, 255, 65535, -3, 0.5])
def test_any_non_zero_value_is_foreground(white):
    y_true, y_pred = random_masks(4)
    expected = confusion_counts(y_true, y_pred)
    np.testing.assert_array_equal(confusion_counts(y_true * white, y_pred), expected)


def test_pos_label_selects_one_class():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 4, (2, 3, 6, 6), dtype=np.uint8)
    for k in range(4):
        np.testing.assert_array_equal(
            confusion_counts(y_true, y_pred, pos_label=k),
            confusion_counts(y_true == k, y_pred == k),
        )


def test_inputs_are_not_written_to():
    y_true, y_pred = random_masks(5)
    y_true.flags.writeable = y_pred.flags.writeable = False
    confusion_counts(y_true, y_pred)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([], [], "y_true holds no images"),
        (np.empty((0, 3, 3)), np.empty((0, 3, 3)), "y_true holds no images"),
        (np.ones((2, 3)), np.ones((3, 3)), "y_true has 2 images and y_pred has 3"),
        (
            [np.ones((2, 2)), np.ones((2, 3))],
            [np.ones((2, 2)), np.ones((3, 2))],
            r"image 1 .*y_true\[1\] has \(2, 3\) and y_pred\[1\] has \(3, 2\)",
        ),
        ([[0.0, np.nan]], [[0, 1]], r"y_true\[0\] contains NaN"),
        ([[0, 1]], [[0.0, np.nan]], r"y_pred\[0\] contains NaN"),
        ([0, 1], [0, 1], r"y_true\[0\] is the number 0"),
        (np.ones((1, 0)), np.ones((1, 0)), "at least one pixel"),
        ([["a"]], [["b"]], r"y_true\[0\] has dtype <U1"),
        (1, 1, "y_true must be an array or a list"),
    ],
)
def test_refusals(y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        confusion_counts(y_true, y_pred)


def test_unknown_pos_label_type():
    with pytest.raises(ValueError, match="'pos_label' parameter of confusion_counts"):
        confusion_counts([[0]], [[0]], pos_label="ink")


# tp, fp, fn, tn -> dice, iou, precision, recall, accuracy
TABLES = [
    ((0, 0, 0, 4), (1, 1, 1, 1, 1)),  # both without foreground
    ((4, 0, 0, 0), (1, 1, 1, 1, 1)),  # all foreground, all found
    ((0, 4, 0, 0), (0, 0, 0, 0, 0)),  # no true foreground, all predicted
    ((0, 0, 4, 0), (0, 0, 0, 0, 0)),  # all true foreground, none predicted
    ((0, 1, 0, 3), (0, 0, 0, 0, 0.75)),
    ((0, 0, 1, 3), (0, 0, 0, 0, 0.75)),
    ((0, 1, 1, 2), (0, 0, 0, 0, 0.5)),
    ((1, 0, 1, 2), (2 / 3, 0.5, 1, 0.5, 0.75)),
    ((1, 1, 0, 2), (2 / 3, 0.5, 0.5, 1, 0.75)),
]


@pytest.mark.parametrize(("table", "expected"), TABLES)
def test_degenerate_tables(table, expected):
    f = _formulas
    counts = np.array([table], dtype=np.int64)
    got = [s(counts)[0] for s in (f.dice, f.iou, f.precision, f.recall, f.accuracy)]
    assert got == list(expected)


def test_psnr_tables():
    counts = np.array([[1, 0, 0, 9], [1, 1, 0, 8], [0, 5, 5, 0]], dtype=np.int64)
    assert _formulas.psnr(counts).tolist() == [np.inf, 10.0, 0.0]


def test_pooled_sums_beyond_32_bits():
    # Fifty masks of 2**31 pixels each: every column's sum leaves 32 bits, unsigned too.
    row = np.array([2**30, 2**29, 2**29, 0], dtype=np.int64)
    pooled = _formulas.pool(np.tile(row, (50, 1)))
    assert pooled.tolist() == [[50 * 2**30, 50 * 2**29, 50 * 2**29, 0]]
    assert _formulas.dice(pooled)[0] == pytest.approx(2 / 3)
    assert _formulas.iou(pooled)[0] == 0.5
    assert _formulas.precision(pooled)[0] == pytest.approx(2 / 3)
    assert _formulas.accuracy(pooled)[0] == 0.5
    assert _formulas.psnr(pooled)[0] == pytest.approx(10 * np.log10(2))
