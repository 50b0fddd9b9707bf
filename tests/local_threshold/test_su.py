"""Su's threshold, pixel by pixel from the paper, and what Doxa 0.9.2 computes."""

from functools import cache

import doxapy
import numpy as np
import pytest
from scipy import ndimage
from skimage import data
from skimage.filters import threshold_otsu
from twin import assert_same_mask, statistics

from skthresh import SuThreshold, binarize

RNG = np.random.default_rng(0)
PAGE = data.page()
SCALE = {"uint8": 1, "uint16": 257, "float32": 1 / 255, "float64": 1 / 255}


@cache
def document():
    """Strokes on paper that gets darker to the right."""
    shape = (40, 50)
    paper = np.broadcast_to(np.linspace(220, 120, shape[1]), shape) + RNG.normal(0, 2, shape)
    paper[8:12, 4:46] -= 60
    paper[15:34, 10:13] -= 50
    return np.clip(paper, 0, 255).astype(np.uint8)


def edges(image, epsilon=0.0):
    lo, hi = (f(image.astype(float), 3) for f in (ndimage.minimum_filter, ndimage.maximum_filter))
    levels = np.floor(255 * (hi - lo) / (hi + lo + epsilon)).astype(np.uint8)
    return levels > threshold_otsu(levels)


@cache
def of_documents_edges(border):
    return of_edges(document(), edges(document()), (7, 5), border)


def of_edges(image, high, sizes, border):
    """Give number, mean and standard deviation of the edge pixels of each window."""
    functions = [len, np.mean, np.std]
    n, mean, std = statistics(image, sizes, functions, valid=high, border=border)
    return np.nan_to_num(n), mean, std


@pytest.mark.parametrize("dtype", SCALE)
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
def test_the_papers_rule(dtype, border):
    image = document()
    n, mean, std = of_documents_edges(border)
    copy = (image.astype(float) * SCALE[dtype]).astype(dtype)
    params = {"window_size": (7, 5), "n_min": 6, "border": border}
    t = SuThreshold(**params).fit([copy]).thresholds([copy])[0]
    enough = n >= 6
    assert 0.1 < enough.mean() < 0.9
    expected = (mean + std / 2) * SCALE[dtype]
    np.testing.assert_allclose(t[enough], expected[enough], rtol=1e-6)
    assert (t[~enough] < copy.min()).all()
    ink = binarize(copy, "su", mode="binary_inv", **params)
    assert not ink[~enough].any()
    assert_same_mask(~ink[enough], copy[enough], expected[enough], tolerance=1e-6)
    np.testing.assert_array_equal(binarize(copy, "su", **params), ~ink)


def test_strokes_are_found():
    image = document()
    ink = binarize(image, "su", mode="binary_inv", window_size=9)
    assert ink[8:12, 4:46].mean() > 0.95
    assert ink[15:34, 10:13].mean() > 0.95
    assert ink.mean() < 0.16  # 0.11 is written


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "su")
    assert 0.5 < expected.mean() < 0.95
    for copy in (PAGE.astype(np.uint16) * 257, PAGE / 255):
        np.testing.assert_array_equal(binarize(copy, "su"), expected)
    single = binarize((PAGE / 255).astype(np.float32), "su")
    assert np.mean(single != expected) < 1e-3  # pixels that lie on their threshold


def test_enough_is_as_many_as_a_straight_edge_has():
    image = document()
    for size, n_min in ((9, 9), ((7, 5), 5)):
        expected = binarize(image, "su", window_size=size, n_min=n_min)
        np.testing.assert_array_equal(binarize(image, "su", window_size=size), expected)
    row = image[20]
    expected = binarize(row, "su", window_size=9, n_min=1)
    np.testing.assert_array_equal(binarize(row, "su", window_size=9), expected)


@pytest.mark.parametrize("level", [0, 200, -1e300, 1e300])
def test_without_edges_there_is_no_ink(level):
    image = np.full((6, 7), level, np.float64 if abs(level) > 255 else np.uint8)
    assert not binarize(image, "su", mode="binary_inv").any()
    assert binarize(image, "su").all()
    assert (SuThreshold().fit([image]).thresholds([image])[0] < level).all()


def test_doxas_deviation_is_nothing():
    """Doxa 0.9.2 subtracts the sum from the sum: its threshold is the mean of the edges alone."""
    image = np.ascontiguousarray(PAGE[60:130, 40:120])
    theirs = np.empty_like(image)
    engine = doxapy.Binarization(doxapy.Binarization.Algorithms.SU)
    engine.initialize(image)
    engine.to_binary(theirs, {"window": 9, "minN": 9})
    n, mean, std = of_edges(image, edges(image, 0.0001), (9, 9), "clip")
    enough = n >= 9
    np.testing.assert_array_equal(theirs == 0, enough & (image <= np.where(enough, mean, 0)))
    paper = enough & (image <= np.where(enough, mean + std / 2, 0))
    ours = binarize(image, "su", window_size=9, border="clip", mode="binary_inv")
    assert np.mean(ours != paper) < 1e-3  # Doxa's contrasts are a little smaller
    assert np.mean(ours & (theirs > 0)) > 0.02
