"""ISauvola's three steps written down again, and Doxa."""

from functools import cache

import doxapy
import numpy as np
import pytest
from scipy import ndimage
from skimage import data, measure
from skimage.filters import threshold_otsu
from twin import statistics

from skthresh import ISauvolaThreshold, binarize
from skthresh.kernels.regions import reconstruct

RNG = np.random.default_rng(0)
PAGE = data.page()
SCALE = {"uint8": 1, "uint16": 257, "float32": 1 / 255, "float64": 1 / 255}


@cache
def document():
    """Letters with sharp edges, and a stain without."""
    paper = np.full((40, 60), 200.0)
    y, x = np.mgrid[:40, :60]
    paper -= 90 * np.exp(-((y - 20) ** 2 + (x - 40) ** 2) / 60)
    paper[8:30, 8:11] = 80
    paper[30:33, 11:20] = 80
    return np.floor(paper + RNG.integers(0, 3, paper.shape)).astype(np.uint8)


@cache
def by_hand(sizes, k, border):
    image = document()
    lo, hi = (f(image.astype(float), 3) for f in (ndimage.minimum_filter, ndimage.maximum_filter))
    levels = np.floor(255 * (hi - lo) / (hi + lo)).astype(np.uint8)
    high = levels > threshold_otsu(levels)
    mean, std = statistics(image, sizes, [np.mean, np.std], border=border)
    t = mean * (1 + k * (std / 128 - 1))
    labels = measure.label(image <= t, connectivity=image.ndim)
    kept = np.isin(labels, np.setdiff1d(labels[high], [0]))
    return t, image <= t, kept


@pytest.mark.parametrize("dtype", SCALE)
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
def test_the_papers_steps(dtype, border):
    image = document()
    t, ink, kept = by_hand((9, 15), 0.05, border)
    assert kept[15, 9]
    assert ink[20, 40]
    assert not kept[20, 40]
    copy = (image.astype(float) * SCALE[dtype]).astype(dtype)
    params = {"k": 0.05, "window_size": (9, 15), "border": border}
    found = binarize(copy, "isauvola", mode="binary_inv", **params)
    np.testing.assert_array_equal(found, kept)
    np.testing.assert_array_equal(binarize(copy, "isauvola", **params), ~kept)
    thresholds = ISauvolaThreshold(**params).fit([copy]).thresholds([copy])[0]
    same = ~ink | kept
    np.testing.assert_allclose(thresholds[same], (t * SCALE[dtype])[same], rtol=1e-5)
    dropped = copy[~same].astype(float)
    assert (thresholds[~same] < dropped).all()
    np.testing.assert_allclose(thresholds[~same], dropped, rtol=1e-12)


@pytest.mark.parametrize(("window_size", "k"), [(15, 0.01), (25, 0.2), (75, 0.1)])
@pytest.mark.parametrize("name", ["page", "text", "coins"])
def test_equal_to_doxa(name, window_size, k):
    image = np.ascontiguousarray(getattr(data, name)())
    theirs = np.empty_like(image)
    engine = doxapy.Binarization(doxapy.Binarization.Algorithms.ISAUVOLA)
    engine.initialize(image)
    engine.to_binary(theirs, {"window": window_size, "k": k})
    mask = binarize(image, "isauvola", window_size=window_size, k=k, border="clip")
    np.testing.assert_array_equal(mask, theirs > 0)


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "isauvola")
    for copy in (PAGE.astype(np.uint16) * 257, PAGE / 255, (PAGE / 255).astype(np.float32)):
        np.testing.assert_array_equal(binarize(copy, "isauvola"), expected)


def test_regions_are_connected_at_corners():
    ink = np.eye(4, dtype=bool)
    seeds = np.zeros((4, 4), bool)
    seeds[0, 0] = seeds[0, 3] = True
    np.testing.assert_array_equal(reconstruct(ink, seeds), ink)
    assert not reconstruct(ink, ~ink).any()


def test_regions_are_not_connected_through_what_is_masked():
    line = np.array([200] * 6 + [60, 90, 95, 100, 105, 110, 118, 130, 145, 165, 185] + [200] * 9)
    params = {"k": 0.02, "r": 128, "window_size": 15, "mode": "binary_inv"}
    stain = slice(8, 12)  # touches a letter
    assert binarize(line, "isauvola", **params)[stain].all()
    valid = np.ones(line.shape, bool)
    valid[7] = False
    assert binarize(line, "sauvola", mask=valid, **params)[stain].all()
    found = binarize(line, "isauvola", mask=valid, **params)
    assert found[6]
    assert not found[stain].any()


def test_a_flat_image_has_no_ink_whatever_k():
    image = np.full((8, 9), 100, np.uint8)
    for k in (-0.5, 0, 0.5):
        assert not binarize(image, "isauvola", k=k, mode="binary_inv").any()
