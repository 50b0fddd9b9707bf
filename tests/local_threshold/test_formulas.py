"""Techniques that are one formula of window statistics: against plain statistics, and against Doxa.

Every formula is written down again here, from its paper.
"""

import doxapy
import numpy as np
import pytest
from skimage import data
from skimage.filters import threshold_niblack
from twin import assert_same_mask, statistics

import skthresh
from skthresh import binarize

RNG = np.random.default_rng(0)
PAGE = data.page()


def scaled(function):
    """Apply a formula for images between 0 and 1."""
    return lambda v, m, s, lo, hi, w: w * function(v / w, m / w, s / w)


def mean_of_squares(m, s):
    return s**2 + m**2


# Name -> (parameters, formula of pixel, mean, std, min, max and the dtype's white).
FORMULAS = {
    "niblack": ({"k": -0.3}, lambda v, m, s, lo, hi, w: m - 0.3 * s),
    "sauvola": ({}, lambda v, m, s, lo, hi, w: m * (1 + 0.2 * (s / (w * 128 / 255) - 1))),
    "nick": (
        {"k": -0.15, "border": "reflect"},
        lambda v, m, s, lo, hi, w: m - 0.15 * np.sqrt(mean_of_squares(m, s) - m**2 / 35),
    ),
    "phansalkar": (
        {},
        scaled(lambda v, m, s: m * (1 + 2 * np.exp(-10 * m) + 0.25 * (s / 0.5 - 1))),
    ),
    "singh": ({}, scaled(lambda v, m, s: m * (1 + 0.06 * ((v - m) / (1 - (v - m)) - 1)))),
    "wan": (
        {"k": 0.3},
        lambda v, m, s, lo, hi, w: (hi + m) / 2 * (1 + 0.3 * (s / (w * 128 / 255) - 1)),
    ),
    "bradley": ({"t": 0.1, "border": "replicate"}, lambda v, m, s, lo, hi, w: 0.9 * m),
    "mid_grey": ({}, lambda v, m, s, lo, hi, w: (lo + hi) / 2),
    "contrast": ({}, lambda v, m, s, lo, hi, w: (lo + hi) / 2),
    "bernsen": (
        {},
        lambda v, m, s, lo, hi, w: np.where(
            hi - lo >= 15 / 255 * w,
            (lo + hi) / 2,
            np.where((lo + hi) / 2 >= w / 2, lo - w, hi + w),
        ),
    ),
    "wolf": (
        {"k": 0.4},
        lambda v, m, s, lo, hi, w: (
            0.6 * m + 0.4 * np.nanmin(v) + 0.4 * s / np.nanmax(s) * (m - np.nanmin(v))
        ),
    ),
}
SCALE = {"uint8": 200, "uint16": 50_000, "float32": 0.8, "float64": 0.8}
WHITE = {"uint8": 255, "uint16": 65535}


def picture(dtype, shape=(30, 26)):
    x = RNG.random(shape)
    x[8:14, 5:20] = 0.5 + 0.02 * RNG.random((6, 15))  # a part of low contrast
    x[16:24, 5:20] = 0.2
    return (x * SCALE[dtype]).astype(dtype)


@pytest.mark.parametrize("window_shape", ["square", "disk"])
@pytest.mark.parametrize("dtype", SCALE)
@pytest.mark.parametrize("name", FORMULAS)
def test_the_papers_formula(name, dtype, window_shape):
    if name == "nick" and window_shape == "disk":
        pytest.skip("the formula above has the number of pixels of the square")
    image = picture(dtype)
    params, formula = FORMULAS[name]
    border = params.get("border", "replicate")
    found = statistics(
        image, (5, 7), [np.mean, np.std, np.min, np.max], border=border, shape=window_shape
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        t = formula(image.astype(float), *found, WHITE.get(dtype, 1.0))
    cls = skthresh.utils.discovery.techniques()[name]
    e = cls(window_size=(5, 7), window_shape=window_shape, **params).fit([image])
    np.testing.assert_allclose(e.thresholds([image])[0], t, rtol=1e-6, atol=1e-9 * SCALE[dtype])
    assert_same_mask(e.predict([image])[0], image, t)


@pytest.mark.parametrize("name", [n for n in FORMULAS if n != "wolf"])
def test_clip_and_masks(name):
    image = picture("float64")
    valid = RNG.random(image.shape) < 0.8
    params, formula = FORMULAS[name]
    params = {**params, "border": "clip"}
    found = statistics(image, (5, 7), [np.mean, np.std, np.min, np.max], valid=valid, border="clip")
    if name == "nick":
        (n,) = statistics(image, (5, 7), [len], valid=valid, border="clip")
        m, s = found[:2]
        t = m - 0.15 * np.sqrt(mean_of_squares(m, s) - m**2 / n)
    else:
        t = formula(image, *found, 1.0)
    mask = binarize(image, name, mask=valid, window_size=(5, 7), **params)
    assert_same_mask(mask[valid], image[valid], t[valid])


@pytest.mark.parametrize("name", [*FORMULAS, "feng"])
def test_an_image_and_its_copies_have_the_same_mask(name):
    expected = binarize(PAGE, name, window_size=15)
    assert 0.02 < expected.mean() < 0.999
    for copy in (PAGE.astype(np.uint16) * 257, PAGE / 255, (PAGE / 255).astype(np.float32)):
        mask = binarize(copy, name, window_size=15)
        # single precision moves pixels that lie on their threshold
        assert np.mean(mask != expected) < (2e-3 if copy.dtype == np.float32 else 1e-5)


def doxa(algorithm, image, **params):
    out = np.empty_like(image)
    engine = doxapy.Binarization(getattr(doxapy.Binarization.Algorithms, algorithm))
    engine.initialize(image)
    engine.to_binary(out, params)
    return out > 0


@pytest.mark.parametrize("window", [25, 75])
@pytest.mark.parametrize(
    ("name", "algorithm", "k", "theirs"),
    [
        ("niblack", "NIBLACK", 0.2, 0.2),
        ("niblack", "NIBLACK", -0.2, -0.2),
        ("wolf", "WOLF", 0.2, 0.2),
        ("singh", "TRSINGH", 0.2, 0.2),
        ("wan", "WAN", 0.2, 0.2),
    ],
)
def test_equal_to_doxa(name, algorithm, k, theirs, window):
    for image in (PAGE, data.text()):
        expected = doxa(algorithm, image, window=window, k=theirs)
        mask = binarize(image, name, window_size=window, k=k, border="clip")
        # Doxa's Singh is mean * (1 - k), without the paper's deviation: see test_singh.py
        assert np.mean(mask != expected) < (1e-2 if name == "singh" else 1e-3)


@pytest.mark.parametrize("window", [15, 151])
def test_niblack_is_scikit_images(window):
    t = threshold_niblack(PAGE, window, k=0.2)
    mask = binarize(PAGE, "niblack", window_size=window, k=-0.2, border="reflect")
    assert_same_mask(mask, PAGE, t)


def test_nick_is_the_papers_and_not_the_peers():
    """The sum of squares less the mean's square, over n: Doxa leaves the mean's square out."""
    window = np.array([[10.0, 20, 30], [40, 50, 60], [70, 80, 90]])
    n, mean = 9, 50.0
    paper = mean - 0.2 * np.sqrt((np.sum(window**2) - mean**2) / n)
    doxas = mean - 0.2 * np.sqrt(np.sum(window**2) / n)
    opencvs = mean - 0.2 * np.sqrt(np.var(window) + np.mean(window**2))
    e = skthresh.NickThreshold(window_size=3).fit([window])
    ours = e.thresholds([window])[0][1, 1]
    assert ours == pytest.approx(paper)
    assert opencvs < doxas < ours
    t_doxa = doxa("NICK", PAGE, window=25, k=-0.2)
    mask = binarize(PAGE, "nick", window_size=25, border="clip")
    assert np.mean(mask != t_doxa) < 0.01


def test_singh_divides_by_nothing():
    """A white pixel whose window is black but for it."""
    image = np.zeros((1, 9), np.uint8)
    image[0, 4] = 255
    e = skthresh.SinghThreshold(window_size=3).fit([image])
    assert np.isfinite(e.thresholds([image])[0]).all()
    assert e.predict([image])[0].sum() == 1


def test_bradleys_rule_and_window():
    """Dark if ``v * count <= sum * (100 - 15) / 100``, in windows an eighth of the width."""
    image = RNG.integers(0, 255, (40, 120)).astype(np.uint8)
    (total, count) = statistics(image, (15, 15), [np.sum, len], border="clip")
    dark = image * count * 100 <= total * 85
    mask = binarize(image, "bradley")
    assert np.mean(mask == dark) < 1e-3


def test_fengs_two_windows():
    image = picture("uint8")
    m, s, lo = statistics(image, (5, 5), [np.mean, np.std, np.min])
    (larger,) = statistics(image, (11, 11), [np.std])
    share = s / larger
    t = 0.88 * m + 0.25 * share**3 * (m - lo) + 0.04 * share**2 * lo
    e = skthresh.FengThreshold(window_size=5, larger_window_size=11).fit([image])
    np.testing.assert_allclose(e.thresholds([image])[0], t)
    with pytest.raises(ValueError, match="larger_window_size"):
        skthresh.FengThreshold(larger_window_size=4).fit([image]).predict([image])


def test_bernsen_is_doxas_but_for_its_limit():
    """Doxa takes windows of low contrast by a threshold of its own; the others are the same."""
    limit, half = 25, 100
    theirs = doxa("BERNSEN", PAGE, **{"window": 15, "threshold": half, "contrast-limit": limit})
    mask = binarize(PAGE, "bernsen", window_size=15, contrast=limit, half=half, border="clip")
    lo, hi = statistics(PAGE[:60, :60], (15, 15), [np.min, np.max], border="clip")
    contrasty = hi - lo > limit + 1
    assert np.mean(mask[:60, :60][contrasty] != theirs[:60, :60][contrasty]) < 0.02


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("power", [-1000, -550, -250, 250, 900])
@pytest.mark.parametrize("name", ["niblack", "sauvola", "wolf", "nick"])
def test_levels_whose_squares_leave_float64(name, power, gaps):
    image = RNG.integers(0, 200, (40, 50)) / 256
    if gaps:
        image[image > 0.7] = np.nan
    masks = []
    for scale in (1.0, 2.0**power):
        r = {"r": 0.5 * scale} if name == "sauvola" else {}
        masks.append(binarize(image * scale, name, window_size=7, **r))
    np.testing.assert_array_equal(*masks)
    assert 0.1 < np.mean(masks[0]) < 0.9


@pytest.mark.parametrize("k", [1e300, -1e300, 1e-300])
def test_parameters_whose_squares_leave_float64(k):
    image = np.array([[70, 70, 70, 70, 90, 70]], np.uint8)
    mean, std = statistics(image, (1, 3), [np.mean, np.std])
    np.testing.assert_array_equal(
        binarize(image, "niblack", k=k, window_size=3), image > mean + k * std
    )
    wan = binarize(image, "wan", k=k, window_size=3)
    assert wan.all() if k == 1e300 else not wan[:, 0]
