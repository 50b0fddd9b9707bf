"""What holds for every score that looks at where a wrong pixel lies."""

from __future__ import annotations

import numpy as np
import pytest

from skthresh.metrics import drd_score, mpm_score, pseudo_f_measure, pseudo_weights

ALL = [drd_score, mpm_score, pseudo_f_measure]
PERFECT = {drd_score: 0, mpm_score: 0, pseudo_f_measure: 1}


def masks(n=3, shape=(24, 32), seed=0):
    rng = np.random.default_rng(seed)
    y_true = np.kron(rng.random((n, shape[0] // 4, shape[1] // 4)) < 0.4, np.ones((4, 4))) > 0
    return y_true, y_true ^ (rng.random(y_true.shape) < 0.1)


@pytest.mark.parametrize("score", ALL)
@pytest.mark.parametrize("white", [True, np.uint8(255), np.uint16(65535), 0.5])
def test_any_dtype_and_pos_label(score, white):
    y_true, y_pred = masks()
    expected = score(y_true, y_pred, reduction="none")
    np.testing.assert_array_equal(score(y_true * white, y_pred, reduction="none"), expected)
    labelled = [np.where(y, 3, 7) for y in (y_true, y_pred)]
    np.testing.assert_array_equal(score(*labelled, pos_label=3, reduction="none"), expected)


@pytest.mark.parametrize("score", ALL)
def test_ragged_lists_and_reductions(score):
    y_true, y_pred = masks()
    sizes = [(24, 32), (11, 13), (9, 20)]
    t = [m[:h, :w] for m, (h, w) in zip(y_true, sizes, strict=True)]
    p = [m[:h, :w] for m, (h, w) in zip(y_pred, sizes, strict=True)]
    each = score(t, p, reduction="none")
    assert each.shape == (3,)
    assert each.dtype == np.float64
    assert each.tolist() == [score([a], [b]) for a, b in zip(t, p, strict=True)]
    assert score(t, p) == pytest.approx(each.mean())
    assert type(score(t, p)) is float
    pooled = score(t, p, reduction="pooled")
    assert each.min() < pooled < each.max()
    assert score(t[:1], p[:1], reduction="pooled") == each[0]


@pytest.mark.parametrize("score", [*ALL, lambda t, _: pseudo_weights(t)])
@pytest.mark.parametrize("shape", [(2, 35), (2, 3, 4, 5)])
def test_other_ranks_are_refused_by_their_shape(score, shape):
    y = np.ones(shape, bool)
    shown = str(shape[1:]).replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(ValueError, match=rf"needs 2-D masks; y_true\[0\] has shape {shown}"):
        score(y, y)


@pytest.mark.parametrize("score", ALL)
def test_parameters_are_validated(score):
    y = np.ones((1, 2, 2))
    with pytest.raises(ValueError, match=f"'reduction' parameter of {score.__name__}"):
        score(y, y, reduction="median")
    with pytest.raises(ValueError, match=f"'pos_label' parameter of {score.__name__}"):
        score(y, y, pos_label="ink")
    with pytest.raises(ValueError, match="image 0 differ in shape"):
        score([np.ones((2, 2))], [np.ones((2, 3))])


@pytest.mark.parametrize("score", ALL)
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (8, 8), (9, 17)])
@pytest.mark.parametrize("ink", ["none", "all", "some"])
def test_degenerate_masks(score, shape, ink):
    t = np.zeros(shape, bool) if ink == "none" else np.ones(shape, bool)
    if ink == "some":
        t[:, ::3] = False
    t.flags.writeable = False
    assert score([t], [t]) == PERFECT[score]
    for p in (np.zeros(shape, bool), np.ones(shape, bool), ~t):
        assert np.isfinite(score([t], [p]))


@pytest.mark.parametrize("score", ALL)
def test_flips_and_transposition_change_nothing(score):
    # 24 and 32 are multiples of 8, so that DRD's blocks flip onto blocks. Straight strokes of
    # odd width thin symmetrically.
    y_true = np.zeros((1, 24, 32), bool)
    y_true[0, 4:7, 3:29] = y_true[0, 13:18, 5:20] = True
    y_pred = y_true ^ (np.random.default_rng(1).random(y_true.shape) < 0.1)
    expected = score(y_true, y_pred)
    for turn in (lambda m: m[:, ::-1], lambda m: m[:, :, ::-1], lambda m: m.swapaxes(1, 2)):
        tolerance = 0.02 if score is pseudo_f_measure else 1e-12  # thinning has a direction
        assert score(turn(y_true), turn(y_pred)) == pytest.approx(expected, abs=tolerance)
