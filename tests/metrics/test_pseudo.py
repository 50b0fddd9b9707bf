"""The pseudo-F-measure: its formula, its computed weights, and the contests' own."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from skthresh.metrics import dice_score, pseudo_f_measure, pseudo_weights

DATA = os.environ.get("SKTHRESH_DATA")
METHODS = (
    *("AdOtsu", "AdOtsuG", "AdOtsuMS", "AdOtsuMSG", "Bataineh", "Bensen", "Gatos", "ISauvola"),
    *("NICK", "Niblack", "Otsu", "Sauvola", "Su", "TRSingh", "WAN", "Wolf"),
)


def text(seed=0, shape=(60, 90)):
    rng = np.random.default_rng(seed)
    t = np.zeros(shape, bool)
    for _ in range(6):
        y, x = rng.integers(4, np.array(shape) - 25)
        width = rng.integers(1, 7)
        if rng.random() < 0.5:
            t[y : y + width, x : x + 20] = True
        else:
            t[y : y + 20, x : x + width] = True
    return t


def definition(t, p, r, q):
    recall = sum(r[t & p]) / sum(r[t])
    precision = sum(1 + q[t & p]) / sum(1 + q[p])
    return 2 * recall * precision / (recall + precision)


@pytest.mark.parametrize("seed", range(4))
def test_equals_the_definition_with_given_weights(seed):
    rng = np.random.default_rng(seed)
    t, p = rng.random((2, 9, 8)) < 0.5
    r, q = rng.random((2, 9, 8))
    got = pseudo_f_measure([t], [p], recall_weights=[r], precision_weights=[q])
    assert got == pytest.approx(definition(t, p, r, q))


def test_even_weights_make_it_the_f_measure():
    rng = np.random.default_rng(0)
    t, p = rng.random((2, 4, 9, 8)) < 0.5
    for reduction in ("none", "pooled"):
        got = pseudo_f_measure(
            t,
            p,
            reduction=reduction,
            recall_weights=np.ones(t.shape, int),
            precision_weights=np.zeros(t.shape),
        )
        np.testing.assert_allclose(got, dice_score(t, p, reduction=reduction))


@pytest.mark.parametrize("seed", range(3))
def test_weights_computed_apart_give_the_same_score(seed):
    t = text(seed)
    p = t ^ (np.random.default_rng(seed).random(t.shape) < 0.05)
    r, q = pseudo_weights([t])
    expected = definition(t, p, r[0], q[0])
    assert pseudo_f_measure([t], [p]) == pytest.approx(expected)
    for given in ({"recall_weights": r}, {"precision_weights": q}):
        assert pseudo_f_measure([t], [p], **given) == pytest.approx(expected)


@pytest.mark.parametrize("width", range(1, 12))
def test_weights_across_a_straight_stroke(width):
    t = np.zeros((60, 120), bool)
    t[20 : 20 + width] = True
    (r,), (q,) = pseudo_weights([t])
    column = r[20 : 20 + width, 60]
    # The contour does not count; what is inside of it counts as much in thick as in thin strokes.
    inside = width - 2
    if inside > 0:
        half = (inside + 1) // 2
        steps = np.minimum(np.arange(1, inside + 1), np.arange(inside, 0, -1))
        expected = np.concatenate([[0], steps / (half * (half + 1)), [0]])
        np.testing.assert_allclose(column, expected)
        assert column.sum() == pytest.approx(1 if inside % 2 == 0 else half / (half + 1))
    else:
        half = 0
        assert sorted(column) == [0, 1][-width:]
    # Outwards in steps of the stroke's width, and then nothing.
    reach = max(2 * half, 2)
    below = q[20 + width :, 60]
    np.testing.assert_allclose(below[:reach], np.arange(1, reach + 1) / reach)
    assert not below[reach:].any()
    assert not q[t].any()
    assert not r[~t].any()


def test_weights_reach_1_half_way_between_close_components():
    t = np.zeros((60, 120), bool)
    t[10:20] = t[25:35] = True  # eight pixels inside of the contours; five in between
    (_,), (q,) = pseudo_weights([t])
    # From the upper stroke 1, 2, 3 of a gap of six steps; the middle is as near to either.
    np.testing.assert_allclose(q[20:25, 60], [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3])
    np.testing.assert_allclose(q[35:44, 60], [*(np.arange(1, 9) / 8), 0])


def test_strokes_that_touch_at_a_corner_are_one_component():
    t = np.zeros((50, 50), bool)
    t[10:20, 10:20] = t[20:30, 20:30] = True
    (_,), (q,) = pseudo_weights([t])
    # In the corner between them no half-way line raises the weights.
    assert q[19, 20] == q[20, 19] == q[9, 15] < 0.5


def test_what_it_forgives_and_what_not():
    t = np.zeros((40, 80), bool)
    t[15:21, 5:75] = True
    thin, broken = t.copy(), t.copy()
    thin[[15, 20]] = False
    broken[:, 40:44] = False  # fewer pixels than the edges
    assert pseudo_f_measure([t], [thin]) > 0.99 > dice_score([t], [thin])
    assert pseudo_f_measure([t], [broken]) < 0.98
    touching, close, far = t.copy(), t.copy(), t.copy()
    touching[21, 10:70], close[24, 10:70], far[35, 10:70] = True, True, True
    scores = [pseudo_f_measure([t], [p]) for p in (close, touching, far)]
    assert scores == sorted(scores)
    assert scores[0] < scores[1]


def test_empty_masks():
    none, some = np.zeros((2, 6, 6), bool)
    some[2:5, 2:5] = True
    assert pseudo_f_measure([none], [none]) == 1
    assert pseudo_f_measure([none], [some]) == 0
    assert pseudo_f_measure([some], [none]) == 0
    assert pseudo_f_measure([some], [~some]) == 0
    r, q = pseudo_weights([none])
    assert not r[0].any()
    assert not q[0].any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3), (4, 4)])
def test_small_specks_have_weights(shape):
    t = np.zeros((20, 20), bool)
    t[8 : 8 + shape[0], 8 : 8 + shape[1]] = True
    (r,), (q,) = pseudo_weights([t])
    assert r[t].any()
    assert (r <= 1).all()
    assert q.max() == 1
    assert pseudo_f_measure([t], [t]) == 1


@pytest.mark.parametrize("seed", range(5))
def test_properties_of_the_weights(seed):
    rng = np.random.default_rng(seed)
    t = text(seed) ^ (rng.random((60, 90)) < 0.02)
    (r,), (q,) = pseudo_weights([t])
    inside = ndimage.binary_erosion(t)
    depth = ndimage.distance_transform_cdt(~(t & ~inside), "chessboard")
    # A pixel of depth D lies in a stroke of at least 2 D: at most 1 / (D + 1).
    assert (r[inside] <= 1 / (depth[inside] + 1)).all()
    assert (r[inside] > 0).all()
    assert set(r[t & ~inside].tolist()) <= {0, 1}
    assert ((q >= 0) & (q <= 1)).all()
    # Thinning leaves something of every component, so that each has a width and a weight.
    labels, n = ndimage.label(t, np.ones((3, 3)))
    assert (ndimage.maximum(r, labels, np.arange(1, n + 1)) > 0).all()
    assert (q[ndimage.binary_dilation(t, np.ones((3, 3))) & ~t] > 0).all()


@pytest.mark.parametrize("name", ["recall_weights", "precision_weights"])
def test_wrong_weights_are_refused(name):
    y = np.ones((1, 3, 3), bool)
    for weights, message in [
        (np.ones((2, 3, 3)), rf"{name} has 2 images and y_true has 1"),
        (np.ones((1, 3, 4)), rf"{name}\[0\] has shape \(3, 4\) and y_true\[0\] has \(3, 3\)"),
        (-np.ones((1, 3, 3)), rf"{name}\[0\] must hold finite"),
        (np.full((1, 3, 3), np.nan), rf"{name}\[0\] must hold finite"),
        (np.full((1, 3, 3), "a"), rf"{name}\[0\] must hold finite"),
    ]:
        with pytest.raises(ValueError, match=message):
            pseudo_f_measure(y, y, **{name: weights})
    with pytest.raises(ValueError, match=r"recall_weights\[0\] is 0 on all"):
        pseudo_f_measure(y, y, recall_weights=np.zeros((1, 3, 3)))


@pytest.fixture(scope="module")
def page():
    folder = Path(DATA) / "doxa" / "references"

    def mask(name):
        return ~np.asarray(Image.open(folder / f"2JohnC1V3-{name}.pbm").convert("1"))

    t = mask("GroundTruth")
    weights = [
        np.loadtxt(folder / f"2JohnC1V3-GroundTruth_{kind}Weights.dat").reshape(t.shape)
        for kind in "RP"
    ]
    return t, {name: mask(name) for name in METHODS}, weights


real = pytest.mark.skipif(not DATA, reason="SKTHRESH_DATA names no folder of real pairs")


@real
def test_the_contests_weights_give_the_contests_value(page):
    t, predictions, (r, q) = page
    got = pseudo_f_measure([t], [predictions["Sauvola"]], recall_weights=[r], precision_weights=[q])
    # Of DIBCO_metrics.exe, as Doxa's own tests have it: 93.393 from 92.7954 and 93.9983.
    assert got == pytest.approx(0.93393, abs=5e-6)


@real
def test_how_near_the_computed_weights_come(page):
    t, predictions, (r, q) = page
    computed = pseudo_weights([t])
    p = list(predictions.values())
    theirs = pseudo_f_measure(
        [t] * len(p),
        p,
        reduction="none",
        recall_weights=[r] * len(p),
        precision_weights=[q] * len(p),
    )
    for kind, kwargs, mean, worst in [
        (
            "both",
            {"recall_weights": computed[0] * 16, "precision_weights": computed[1] * 16},
            4,
            10,
        ),
        ("precision", {"recall_weights": [r] * 16, "precision_weights": computed[1] * 16}, 1, 1),
    ]:
        ours = pseudo_f_measure([t] * len(p), p, reduction="none", **kwargs)
        difference = 1000 * np.abs(ours - theirs)
        assert difference.mean() < mean, kind
        assert difference.max() < worst + 0.1, kind
    # The weights themselves: the same contour, the same area around the text.
    assert ((computed[0][0] > 0) == (r > 0)).mean() > 0.999
    assert ((computed[1][0] > 0) == (q > 0)).mean() > 0.95
