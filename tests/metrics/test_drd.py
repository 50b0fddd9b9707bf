"""The distance reciprocal distortion against its definition and against doxapy."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skthresh.metrics import drd_score

DATA = os.environ.get("SKTHRESH_DATA")


def brute_force(t, p):
    """Lu, Kot and Shi's definition, pixel by pixel."""
    h, w = t.shape
    around = [(y, x) for y in range(-2, 3) for x in range(-2, 3) if (y, x) != (0, 0)]
    norm = sum(1 / math.hypot(y, x) for y, x in around)
    total = 0.0
    for i, j in zip(*np.nonzero(t != p), strict=True):
        for y, x in around:
            if 0 <= i + y < h and 0 <= j + x < w:
                total += (t[i + y, j + x] != p[i, j]) / math.hypot(y, x) / norm
    blocks = 0
    for i in range(0, h - 7, 8):
        for j in range(0, w - 7, 8):
            blocks += t[i : i + 8, j : j + 8].any() and not t[i : i + 8, j : j + 8].all()
    return total / max(blocks, 1)


def pair(shape, seed=0, ink=0.4, wrong=0.1):
    rng = np.random.default_rng(seed)
    t = rng.random(shape) < ink
    return t, t ^ (rng.random(shape) < wrong)


def doxa(t, p):
    doxapy = pytest.importorskip("doxapy")
    paper = [np.where(m, 0, 255).astype(np.uint8) for m in (t, p)]
    return doxapy.calculate_performance(*paper)["drdm"]


@pytest.mark.parametrize("shape", [(8, 8), (16, 24), (17, 27), (5, 30), (1, 1), (3, 3)])
@pytest.mark.parametrize("ink", [0.02, 0.4, 0.98])
def test_equals_the_definition(shape, ink):
    t, p = pair(shape, ink=ink, wrong=0.3)
    assert drd_score([t], [p]) == pytest.approx(brute_force(t, p), rel=1e-12)


@pytest.mark.parametrize("shape", [(8, 8), (64, 128), (320, 320), (48, 48)])
def test_equals_doxapy(shape):
    t, p = pair(shape)
    # Its weights are rounded to six digits.
    assert drd_score([t], [p]) == pytest.approx(doxa(t, p), rel=3e-6)


def test_by_hand():
    t = np.zeros((8, 16), bool)
    t[:, 12:] = True  # the left block is uniform, the right one is not
    speck = t.copy()
    speck[4, 4] = True
    assert drd_score([t], [speck]) == pytest.approx(1)
    # A pixel right of a straight edge has three of its five columns inside of the stroke. Its
    # neighbours weigh 1, 1/sqrt 2, 1/2, 1/sqrt 5 and 1/sqrt 8, four of each but eight of 1/sqrt 5.
    norm = 4 * (1 + 1 / math.sqrt(2) + 1 / 2 + 2 / math.sqrt(5) + 1 / math.sqrt(8))
    middle = 2 * (1 + 1 / 2)
    dent = t.copy()
    dent[4, 12] = False
    assert drd_score([t], [dent]) == pytest.approx((middle + (norm - middle) / 2) / norm)


def test_the_last_row_and_column_of_a_block_belong_to_it_unlike_doxapy():
    # One pixel of ink makes its 8x8 block non-uniform, wherever in the block it is.
    for y, x in [(3, 3), (7, 3), (3, 7), (7, 7)]:
        t = np.zeros((16, 16), bool)
        t[y, x] = True
        p = t.copy()
        p[12, 12] = True
        assert drd_score([t], [p]) == pytest.approx(1)
        assert doxa(t, p) == (pytest.approx(1, rel=3e-6) if (y, x) == (3, 3) else np.inf)


def test_without_a_non_uniform_block_the_sum_is_divided_by_one():
    t, p = np.zeros((2, 16, 16), bool)
    p[3, 3] = p[12, 12] = True
    assert drd_score([t], [p]) == pytest.approx(2)


def test_pooled_divides_the_sums():
    # One block with a speck at the cost of 1; two blocks with two specks and four blocks' worth.
    a, b = np.zeros((8, 8), bool), np.zeros((8, 24), bool)
    a[0, 0] = b[0, 0] = b[0, 23] = True
    p, q = a.copy(), b.copy()
    p[5, 5] = q[5, 12] = True
    assert drd_score([a, b], [p, q], reduction="none") == pytest.approx([1, 1 / 2])
    assert drd_score([a, b], [p, q], reduction="pooled") == pytest.approx(2 / 3)


@pytest.mark.skipif(not DATA, reason="SKTHRESH_DATA names no folder of real pairs")
def test_the_contests_value_of_a_page():
    folder = Path(DATA) / "doxa" / "references"
    t, p = (
        ~np.asarray(Image.open(folder / f"2JohnC1V3-{name}.pbm").convert("1"))
        for name in ("GroundTruth", "Sauvola")
    )
    # Of DIBCO_metrics.exe, as Doxa's own tests have it. The page is 441 by 707: partial blocks
    # at its edges would make it 1.946.
    assert drd_score([t], [p]) == pytest.approx(1.9519, abs=5e-5)
