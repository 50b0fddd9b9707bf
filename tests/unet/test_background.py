"""The background of an image, against a plain twin."""

from itertools import pairwise

import numpy as np
import pytest

from skthresh.batch import Part
from skthresh.unet.background import REACH, Background, measure

rng = np.random.default_rng(0)


def edges(n):
    """Blocks of 32 pixels; what is left makes the last smaller or larger."""
    found = [0]
    while n - found[-1] >= 48:
        found.append(found[-1] + 32)
    return [*found, n]


def plain(image):
    """The background of a grey image, pixel by pixel, and the contrast."""
    ys, xs = (edges(n) for n in image.shape)
    shape = len(ys) - 1, len(xs) - 1
    medians, spreads = np.empty((2, *shape))
    for i, j in np.ndindex(shape):
        block = image[ys[i] : ys[i + 1], xs[j] : xs[j + 1]]
        medians[i, j] = np.median(block)
        spreads[i, j] = np.quantile(abs(block - medians[i, j]), 0.98)
    padded = np.pad(medians, 3, "edge")
    levels = np.empty(shape)
    for i, j in np.ndindex(shape):
        levels[i, j] = np.median(padded[i : i + 7, j : j + 7])

    def along(lines, e, n):
        middles = [(a + b - 1) / 2 for a, b in pairwise(e)]
        return np.array([np.interp(range(n), middles, line) for line in lines])

    wide = along(levels, xs, image.shape[1])
    return along(wide.T, ys, image.shape[0]).T, max(np.quantile(spreads, 0.95), spreads.max() / 3)


SIZES = [(1, 1), (7, 300), (47, 48), (80, 81), (100, 203), (31, 33), (256, 256)]


@pytest.mark.parametrize("size", SIZES)
def test_it_is_that_of_the_twin(size):
    image = rng.integers(0, 256, size).astype(np.uint8)
    found = Background.of(image[..., np.newaxis])
    background, contrast = plain(image.astype(float))
    assert np.allclose(found.at((0, 0), size), background, rtol=0, atol=1e-9)
    assert found.contrast == pytest.approx(contrast)


def test_an_object_does_not_move_it():
    image = np.full((320, 320, 1), 200.0)
    image[100:220, 100:220] = 50  # nearly four blocks a side
    found = Background.of(image)
    assert np.array_equal(found.at((0, 0), (320, 320)), np.full((320, 320), 200))
    assert found.contrast == 150


def test_it_follows_a_slope():
    slope = np.arange(400.0)[:, np.newaxis] + np.zeros(400)
    found = Background.of(slope[..., np.newaxis])
    inside = slice(112, -112)  # at the ends, where blocks are on one side alone, it lags behind
    assert np.allclose(found.at((0, 0), (400, 400))[inside], slope[inside])


def test_one_object_on_noise_is_what_is_clear():
    image = rng.normal(100, 1, (512, 512, 1))
    image[70:80, 70:80] += 60  # in one block of 256
    assert Background.of(image).contrast == pytest.approx(20, abs=1)


def test_of_channels_it_is_the_mean():
    image = rng.integers(0, 2**16, (70, 70, 3)).astype(np.uint16)
    grey = Background.of(image.mean(axis=-1, keepdims=True))
    found = Background.of(image)
    assert np.array_equal(found.levels, grey.levels)
    assert found.contrast == grey.contrast


def test_volumes_have_blocks_of_three_axes():
    volume = rng.normal(size=(40, 70, 64, 1))
    found = Background.of(volume)
    assert found.levels.shape == (1, 2, 2)
    assert found.at((3, 1, 2), (4, 5, 6)).shape == (4, 5, 6)


def test_a_window_has_what_the_whole_has_there():
    found = Background.of(rng.normal(size=(200, 300, 1)))
    whole = found.at((0, 0), (200, 300))
    assert np.array_equal(found.at((37, 111), (50, 189)), whole[37:87, 111:])


@pytest.mark.parametrize("cut", [1, 32, 57, 100, 150])
def test_parts_together_are_the_whole(cut):
    x = rng.normal(size=(200, 90, 1))
    found = []
    for start, stop in ((0, cut), (cut, 200)):
        first, last = max(0, start - REACH), min(200, stop + REACH)
        inside = slice(start - first, stop - first), slice(0, 90)
        found.append(measure(x[first:last], Part((first, 0), (200, 90), inside)))
    together, whole = Background.of_blocks(found, (200, 90)), Background.of(x)
    assert np.array_equal(together.levels, whole.levels)
    assert together.contrast == whole.contrast


def test_nan_is_left_out_and_gaps_are_filled():
    x = np.full((200, 200, 1), 10.0)
    x[:64] = np.nan  # no block of these has data
    x[100:120, 100:120] = np.nan
    x[150, 150] = 1e6  # less than a fiftieth of its block
    found = Background.of(x)
    assert np.array_equal(found.at((0, 0), (200, 200)), np.full((200, 200), 10))
    assert found.contrast == 0
    nothing = Background.of(np.full((40, 40, 1), np.nan))
    assert np.isnan(nothing.at((0, 0), (40, 40))).all()
    assert np.isnan(nothing.contrast)


@pytest.mark.parametrize("dtype", ["bool", "int8", ">i4", "uint64", "float16", ">f8"])
def test_every_dtype(dtype):
    x = rng.integers(0, 2, (50, 50, 1))
    found = Background.of(x.astype(dtype))
    assert np.array_equal(found.levels, Background.of(x.astype(float)).levels)


def test_the_image_is_not_written_to():
    x = rng.normal(size=(64, 64, 1))
    before = x.copy()
    Background.of(x)
    assert np.array_equal(x, before)
