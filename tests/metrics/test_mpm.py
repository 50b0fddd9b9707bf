"""The misclassification penalty metric against its definition."""

from __future__ import annotations

import numpy as np
import pytest

from skthresh.metrics import mpm_score


def brute_force(t, p):
    """DIBCO 2009's definition, pixel by pixel."""
    h, w = t.shape
    edge = []
    for i, j in zip(*np.nonzero(t), strict=True):
        beside = [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
        if any(not (0 <= y < h and 0 <= x < w) or not t[y, x] for y, x in beside):
            edge.append((i, j))
    distance = np.array(
        [[min(np.hypot(i - y, j - x) for y, x in edge) for j in range(w)] for i in range(h)]
    )
    missed, added = distance[t & ~p].sum(), distance[p & ~t].sum()
    return (missed / distance.sum() + added / distance.sum()) / 2


@pytest.mark.parametrize("shape", [(12, 15), (1, 20), (9, 9)])
@pytest.mark.parametrize("ink", [0.03, 0.3, 0.9])
def test_equals_the_definition(shape, ink):
    rng = np.random.default_rng(0)
    t = rng.random(shape) < ink
    t[0, 0] = True
    p = t ^ (rng.random(shape) < 0.2)
    assert mpm_score([t], [p]) == pytest.approx(brute_force(t, p), rel=1e-12)


def test_by_hand():
    # 5x5 ink in 7x7: its 16 outer pixels are contour; inside of it eight pixels are 1 away and
    # the middle 2; outside, 20 pixels are 1 away and the corners sqrt 2.
    t = np.zeros((7, 7), bool)
    t[1:6, 1:6] = True
    total = 8 + 2 + 20 + 4 * np.sqrt(2)
    hole, speck, notch = t.copy(), t.copy(), t.copy()
    hole[3, 3] = False
    speck[0, 0] = True
    notch[1, 1] = False
    assert mpm_score([t], [hole]) == pytest.approx(2 / total / 2)
    assert mpm_score([t], [speck]) == pytest.approx(np.sqrt(2) / total / 2)
    assert mpm_score([t], [notch]) == 0


def test_far_specks_cost_more():
    t = np.zeros((20, 60), bool)
    t[8:12, 2:10] = True
    scores = []
    for x in (11, 20, 55):
        p = t.copy()
        p[10, x] = True
        scores.append(mpm_score([t], [p]))
    assert scores == sorted(scores)
    assert scores[-1] > 10 * scores[0]


def test_every_pixel_wrong_is_one_half():
    t = np.random.default_rng(0).random((1, 9, 9)) < 0.3
    assert mpm_score(t, ~t) == pytest.approx(0.5)


def test_without_true_foreground_it_is_half_the_share_of_wrong_pixels():
    t, p = np.zeros((2, 4, 5), bool)
    p[1, 1:4] = True
    assert mpm_score([t], [p]) == pytest.approx(3 / 20 / 2)


def test_where_all_is_contour_the_score_is_0():
    t = np.ones((2, 6), bool)
    assert mpm_score([t], [~t]) == 0
