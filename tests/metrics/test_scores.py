"""The scores against scikit-learn's on the ravelled images, and their properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as peer

from skthresh import metrics
from skthresh.metrics import (
    accuracy_score,
    dice_score,
    f_measure,
    iou_score,
    precision_score,
    psnr_score,
    recall_score,
)

PEERS = [
    (dice_score, peer.f1_score),
    (iou_score, peer.jaccard_score),
    (precision_score, peer.precision_score),
    (recall_score, peer.recall_score),
]
ALL = [dice_score, iou_score, precision_score, recall_score, accuracy_score, psnr_score]
BOUNDED = ALL[:-1]


def masks(seed, n=6, shape=(8, 7)):
    rng = np.random.default_rng(seed)
    return rng.random((2, n, *shape)) < rng.uniform(0.1, 0.9, (2, n, 1, 1))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("ours", "theirs"), PEERS)
def test_equals_sklearn(ours, theirs, seed):
    y_true, y_pred = masks(seed)
    each = [theirs(t.ravel(), p.ravel()) for t, p in zip(y_true, y_pred, strict=True)]
    np.testing.assert_allclose(ours(y_true, y_pred, reduction="none"), each, rtol=1e-14)
    assert ours(y_true, y_pred) == pytest.approx(np.mean(each))
    pooled = theirs(y_true.ravel(), y_pred.ravel())
    assert ours(y_true, y_pred, reduction="pooled") == pytest.approx(pooled)


@pytest.mark.parametrize("seed", range(5))
def test_accuracy_and_psnr_equal_sklearn(seed):
    y_true, y_pred = masks(seed)
    t, p = y_true.ravel(), y_pred.ravel()
    assert accuracy_score(y_true, y_pred, reduction="pooled") == peer.accuracy_score(t, p)
    mse = peer.mean_squared_error(t.astype(float), p.astype(float))
    expected = pytest.approx(10 * np.log10(1 / mse))
    assert psnr_score(y_true, y_pred, reduction="pooled") == expected


@pytest.mark.parametrize("label", [0, 1, 2])
def test_pos_label_equals_sklearn_per_class(label):
    y_true, y_pred = np.random.default_rng(0).integers(0, 3, (2, 4, 9, 9))
    theirs = peer.f1_score(y_true.ravel(), y_pred.ravel(), average=None)[label]
    ours = dice_score(y_true, y_pred, pos_label=label, reduction="pooled")
    assert ours == pytest.approx(theirs)


pairs = hnp.array_shapes(min_dims=2, max_dims=4, max_side=5).flatmap(
    lambda shape: st.tuples(hnp.arrays(bool, shape), hnp.arrays(bool, shape))
)


@given(pairs)
def test_properties(pair):
    y_true, y_pred = pair
    for score in BOUNDED:
        each = score(y_true, y_pred, reduction="none")
        assert ((each >= 0) & (each <= 1)).all()
        assert score(y_true, y_true) == 1
    for score in (dice_score, iou_score, accuracy_score, psnr_score):
        assert score(y_true, y_pred) == score(y_pred, y_true)
    assert precision_score(y_true, y_pred) == recall_score(y_pred, y_true)
    iou = iou_score(y_true, y_pred, reduction="none")
    dice = dice_score(y_true, y_pred, reduction="none")
    np.testing.assert_allclose(dice, 2 * iou / (1 + iou), rtol=1e-14)


@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_images_and_of_pixels_does_not_matter(pair, random):
    y_true, y_pred = (y.reshape(len(y), -1) for y in pair)
    images, pixels = list(range(y_true.shape[0])), list(range(y_true.shape[1]))
    random.shuffle(images)
    random.shuffle(pixels)
    for score in ALL:
        before = score(y_true, y_pred, reduction="none")
        after = score(y_true[images][:, pixels], y_pred[images][:, pixels], reduction="none")
        np.testing.assert_array_equal(after, before[images])


@pytest.mark.parametrize("score", ALL)
def test_reductions_of_one_image_agree(score):
    y_true, y_pred = masks(0, n=1)
    each = score(y_true, y_pred, reduction="none")
    assert each.shape == (1,)
    assert each.dtype == np.float64
    assert type(score(y_true, y_pred)) is float
    assert score(y_true, y_pred) == score(y_true, y_pred, reduction="pooled") == each[0]


def test_pooled_weighs_pixels_and_mean_weighs_images():
    y_true = [np.ones(1, bool), np.ones(9, bool)]
    y_pred = [np.zeros(1, bool), np.ones(9, bool)]
    assert recall_score(y_true, y_pred) == 0.5
    assert recall_score(y_true, y_pred, reduction="pooled") == 0.9


def test_psnr_of_perfect_masks():
    y = np.eye(3)[np.newaxis]
    assert psnr_score(y, y) == np.inf
    assert np.isfinite(psnr_score([y, y], [y, 1 - y], reduction="pooled"))


@pytest.mark.parametrize("score", ALL)
def test_parameters_are_validated(score):
    y = np.ones((1, 2, 2))
    with pytest.raises(ValueError, match=f"'reduction' parameter of {score.__name__}") as error:
        score(y, y, reduction="median")
    assert all(f"'{r}'" in str(error.value) for r in ("mean", "pooled", "none"))
    with pytest.raises(ValueError, match=f"'pos_label' parameter of {score.__name__}"):
        score(y, y, pos_label="ink")


def test_f_measure_is_dice():
    assert f_measure is dice_score


def test_every_public_name_exists():
    assert all(hasattr(metrics, name) for name in metrics.__all__)
    assert len(set(metrics.__all__)) == len(metrics.__all__) == 27
