"""Gatos's steps written down again from the paper, and what Doxa 0.9.2 makes of them."""

from functools import cache

import doxapy
import numpy as np
import pytest
from scipy.signal import wiener as scipys_wiener
from skimage import data
from twin import assert_same_mask, statistics

from skthresh import GatosThreshold, binarize
from skthresh.local_threshold.gatos import distance, wiener

RNG = np.random.default_rng(0)
PAGE = data.page()
SCALE = {"uint8": 1, "uint16": 257, "float32": 1 / 255, "float64": 1 / 255}


@cache
def document():
    """Strokes, darker and fainter on the dark side of the paper."""
    shape = (40, 50)
    paper = np.broadcast_to(np.linspace(230, 90, shape[1]), shape) + RNG.normal(0, 2, shape)
    paper[8:12, 4:46] *= 0.5
    paper[15:34, 10:13] *= 0.3
    return np.clip(paper, 0, 255).astype(np.uint8)


def d(surface, delta, b, q, p1, p2):
    power = -4 * surface / (b * (1 - p1)) + 2 * (1 + p1) / (1 - p1)
    return q * delta * ((1 - p2) / (1 + np.exp(power)) + p2)


@cache
def by_hand(border, k=0.2, q=0.6, p1=0.5, p2=0.8):
    """Give the smoothed image, the rough ink, and B - d(B)."""
    image = document()
    mean, std = statistics(image, (3, 3), [np.mean, np.std], border=border)
    noise = np.mean(std**2)
    gain = np.where(std**2 > noise, 1 - noise / np.maximum(std**2, 1e-9), 0)
    smooth = mean + gain * (image - mean)
    mean, std = statistics(smooth, (15, 9), [np.mean, np.std], border=border)
    ink = smooth <= mean * (1 + k * (std / 128 - 1))
    (around,) = statistics(smooth, (21, 21), [np.mean], valid=~ink, border=border)
    surface = np.where(ink, around, smooth)
    delta = np.sum(surface - smooth) / np.sum(ink)
    b = np.sum(surface * ~ink) / np.sum(~ink)
    return smooth, ink, surface - d(surface, delta, b, q, p1, p2)


@pytest.mark.parametrize("dtype", SCALE)
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
def test_the_papers_steps(dtype, border):
    image = document()
    smooth, rough, level = by_hand(border)
    assert 0.02 < rough.mean() < 0.3
    copy = (image.astype(float) * SCALE[dtype]).astype(dtype)
    params = {"window_size": (15, 9), "background_window_size": 21, "border": border}
    t = GatosThreshold(**params).fit([copy]).thresholds([copy])[0]
    expected = (level + image - smooth) * SCALE[dtype]
    np.testing.assert_allclose(t, expected, rtol=1e-5, atol=1e-5 * 255 * SCALE[dtype])
    ink = binarize(copy, "gatos", mode="binary_inv", **params)
    assert_same_mask(~ink, smooth, level, tolerance=1e-5)
    np.testing.assert_array_equal(binarize(copy, "gatos", **params), ~ink)
    assert ink[8:12, 4:46].mean() > 0.9
    assert ink[15:34, 10:13].mean() > 0.9
    assert ink.mean() < 0.15


def test_every_parameter_of_the_formula():
    image = document()
    for name, value in {"k": 0.1, "q": 0.8, "p1": 0.2, "p2": 0.3}.items():
        smooth, _, level = by_hand("clip", **{name: value})
        params = {"window_size": (15, 9), "background_window_size": 21, "border": "clip"}
        e = GatosThreshold(**params, **{name: value}).fit([image])
        np.testing.assert_allclose(e.thresholds([image])[0], level + image - smooth)


def test_the_distance_has_the_papers_limits():
    """On bright paper q * delta, on dark paper p2 of it, half-way at (1 + p1) / 2 of b."""
    b = 180.0
    low, middle, high = distance(np.array([0.0, 0.75 * b, 9 * b]), 50.0, b, q=0.6, p1=0.5, p2=0.8)
    assert high == pytest.approx(0.6 * 50)
    assert low == pytest.approx(0.8 * high, rel=1e-3)
    assert middle == pytest.approx(0.9 * high)
    surface = np.linspace(0, 255, 40)
    expected = d(surface, 50.0, b, 0.5, 0.3, 0.7)
    np.testing.assert_allclose(distance(surface, 50.0, b, q=0.5, p1=0.3, p2=0.7), expected)


def test_the_filter_is_scipys():
    image = document().astype(float)
    mean, std = statistics(image, (3, 3), [np.mean, np.std])
    expected = scipys_wiener(image, 3, noise=30)  # zeros beyond the border
    found = wiener(image, mean, std, np.sqrt(30))
    np.testing.assert_allclose(found[1:-1, 1:-1], expected[1:-1, 1:-1])


def test_an_image_and_its_copies_have_the_same_mask():
    expected = binarize(PAGE, "gatos")
    assert 0.5 < expected.mean() < 0.95
    for copy in (PAGE.astype(np.uint16) * 257, PAGE / 255):
        np.testing.assert_array_equal(binarize(copy, "gatos"), expected)
    single = binarize((PAGE / 255).astype(np.float32), "gatos")
    assert np.mean(single != expected) < 1e-3


@pytest.mark.parametrize("level", [0, 200, 1e300])
def test_without_rough_ink_there_is_no_ink(level):
    image = np.full((6, 7), level, np.float64 if level > 255 else np.uint8)
    ink = binarize(image, "gatos", mode="binary_inv")
    if level:
        assert not ink.any()
        assert binarize(image, "gatos").all()
        assert (GatosThreshold().fit([image]).thresholds([image])[0] < level).all()
    else:  # Sauvola's threshold of black is black
        assert ink.all() or not ink.any()
    noisy = (RNG.integers(100, 103, (6, 7))).astype(np.uint8)
    assert not binarize(noisy, "gatos", k=0.9, mode="binary_inv").any()


def test_ink_wider_than_the_background_window_stands_on_average_paper():
    image = np.full((40, 60), 200, np.uint8)
    image[:, 20:40] = 50
    image[:, 50:52] = 50
    e = GatosThreshold(window_size=61, background_window_size=3, mode="binary_inv").fit([image])
    assert np.isfinite(e.thresholds([image])[0]).all()
    np.testing.assert_array_equal(e.predict([image])[0], image == 50)


def test_negative_levels_are_measured_from_the_darkest():
    image = document().astype(np.int16)
    image[30:36, 30:36] = 0
    # with k = 0 Sauvola's threshold is the mean, which moves with the levels
    e = GatosThreshold(k=0, window_size=15).fit([image])
    expected = e.thresholds([image])[0]
    lower = image - np.int16(300)
    np.testing.assert_allclose(e.thresholds([lower])[0], expected - 300)


def test_doxa_looks_d_up_at_the_rough_mask():
    """Doxa 0.9.2 gives d the rough mask's 0 or 255 in place of B, and drops fractions."""
    image = np.ascontiguousarray(PAGE[60:130, 40:120])
    theirs = np.empty_like(image)
    engine = doxapy.Binarization(doxapy.Binarization.Algorithms.GATOS)
    engine.initialize(image)
    engine.to_binary(theirs, {"window": 25, "k": 0.2, "glyph": 15})
    mean, var = statistics(image, (3, 3), [np.mean, np.var], border="clip")
    gain = np.where(var < np.mean(var), 0, 1 - np.mean(var) / np.maximum(var, 1e-9))
    smooth = mean + gain * (image - mean)
    smooth = np.floor(smooth + 1e-9)
    mean, std = statistics(smooth, (25, 25), [np.mean, np.std], border="clip")
    ink = smooth <= mean * (1 + 0.2 * (std / 128 - 1))
    (around,) = statistics(smooth, (31, 31), [np.mean], valid=~ink, border="clip")
    surface = np.where(ink, np.floor(around), smooth)
    delta, b = np.sum(surface - smooth) / ink.sum(), surface[~ink].mean()
    looked_up = d(np.where(ink, 0, 255), delta, b, 0.6, 0.5, 0.8)
    np.testing.assert_array_equal(theirs == 0, surface - smooth > looked_up)
    paper = surface - smooth > d(surface, delta, b, 0.6, 0.5, 0.8)
    assert (paper != (theirs == 0)).any()
    ours = binarize(
        image, "gatos", window_size=25, background_window_size=31, border="clip", mode="binary_inv"
    )
    assert np.mean(ours != paper) < np.mean(ours != (theirs == 0))
