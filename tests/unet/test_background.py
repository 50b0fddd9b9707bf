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


def plain(image, black):
    """The background of a grey image, the contrast, and how far from the one each pixel is."""
    ys, xs = (edges(n) for n in image.shape)
    shape = len(ys) - 1, len(xs) - 1
    lows, medians, highs = np.empty((3, *shape))
    for i, j in np.ndindex(shape):
        block = np.sort(image[ys[i] : ys[i + 1], xs[j] : xs[j + 1]], axis=None)
        lows[i, j], medians[i, j], highs[i, j] = np.quantile(block, [0.02, 0.5, 0.98])
    padded = np.pad(medians, 3, "edge")
    levels = np.empty(shape)
    for i, j in np.ndindex(shape):
        levels[i, j] = np.median(padded[i : i + 7, j : j + 7])

    def brightness(level):
        return min(max((level - black) / (levels.max() - black), 1 / 4), 1)

    spreads = np.empty(shape)
    for at in np.ndindex(shape):
        darker = (min(medians[at], levels[at]) - lows[at]) / brightness(levels[at])
        spreads[at] = max(medians[at] - lows[at], highs[at] - medians[at], darker)

    def along(lines, e, n):
        middles = [(a + b - 1) / 2 for a, b in pairwise(e)]
        return np.array([np.interp(range(n), middles, line) for line in lines])

    wide = along(levels, xs, image.shape[1])
    background = along(wide.T, ys, image.shape[0]).T
    off = image - background
    for at in np.argwhere(off < 0):
        off[tuple(at)] /= brightness(background[tuple(at)])
    return background, max(np.quantile(spreads, 0.95), spreads.max() / 3), off


SIZES = [(1, 1), (7, 300), (47, 48), (80, 81), (100, 203), (31, 33), (256, 256)]


@pytest.mark.parametrize("black", [0, 20, -300])
@pytest.mark.parametrize("size", SIZES)
def test_it_is_that_of_the_twin(size, black):
    light = np.linspace(0.2, 1, size[0])[:, np.newaxis]  # so that the limit is met, too
    image = (light * rng.integers(50, 256, size)).astype(np.uint8)
    found = Background.of(image[..., np.newaxis], black)
    background, contrast, off = plain(image.astype(float), black)
    assert np.allclose(found.at((0, 0), size), background, rtol=0, atol=1e-9)
    assert found.contrast == pytest.approx(contrast)
    assert np.allclose(found.off(image.astype(float), (0, 0)), off, rtol=0, atol=1e-9)


def test_an_object_does_not_move_it():
    image = np.full((320, 320, 1), 200.0)
    image[100:220, 100:220] = 50  # nearly four blocks a side
    found = Background.of(image, 0)
    assert np.array_equal(found.at((0, 0), (320, 320)), np.full((320, 320), 200))
    assert found.contrast == 150


def test_ink_is_as_far_from_paper_in_shadow():
    light = np.linspace(1, 0.3, 640)[:, np.newaxis]
    page = np.full((640, 320), 200.0)
    page[::16, 100:220] = 50
    lit = 10 + light * page
    found = Background.of(lit[..., np.newaxis], 10)
    off = found.off(lit, (0, 0))
    inside = slice(112, -112)  # at the ends the background lags behind
    ink = off[inside][page[inside] == 50]
    brightest = found.levels.max() - 10
    assert np.allclose(ink, -0.75 * brightest, rtol=0.01)
    assert found.contrast == pytest.approx(0.75 * brightest, rel=0.02)
    # As if light were added: in shadow ink is less dark.
    plain_off = lit - found.at((0, 0), lit.shape)
    assert np.ptp(plain_off[inside][page[inside] == 50]) > 50


def test_what_shines_is_not_measured_by_its_background():
    image = np.full((320, 320), 40.0)
    image[:, 160:] = 4
    image[::16] += 100
    off = Background.of(image[..., np.newaxis], 0).off(image, (0, 0))
    assert np.allclose(off[::16, :90], 100)
    assert np.allclose(off[::16, -90:], 100)


def test_near_black_noise_is_not_stretched_without_limit():
    image = np.full((320, 320), 200.0)
    image[:, 160:] = 2
    image[::16, 200:] = 1
    off = Background.of(image[..., np.newaxis], 0).off(image, (0, 0))
    assert off[::16, 280:].max() == off[:, 280:].min() == -4


@pytest.mark.parametrize("level", [0, -7, 30])
def test_where_all_is_black_nothing_is_divided(level):
    image = np.full((64, 64), float(level))
    image[5, 5] -= 3
    off = Background.of(image[..., np.newaxis], max(level, 30)).off(image, (0, 0))
    assert off.min() == off[5, 5] == -3


def test_it_follows_a_slope():
    slope = np.arange(400.0)[:, np.newaxis] + np.zeros(400)
    found = Background.of(slope[..., np.newaxis], 0)
    inside = slice(112, -112)  # at the ends, where blocks are on one side alone, it lags behind
    assert np.allclose(found.at((0, 0), (400, 400))[inside], slope[inside])


def test_one_object_on_noise_is_what_is_clear():
    image = rng.normal(100, 1, (512, 512, 1))
    image[70:80, 70:80] += 60  # in one block of 256
    assert Background.of(image, 0).contrast == pytest.approx(20, abs=1)


def test_of_channels_it_is_the_mean():
    image = rng.integers(0, 2**16, (70, 70, 3)).astype(np.uint16)
    grey = Background.of(image.mean(axis=-1, keepdims=True), 0)
    found = Background.of(image, 0)
    assert np.array_equal(found.levels, grey.levels)
    assert found.contrast == grey.contrast


def test_volumes_have_blocks_of_three_axes():
    volume = rng.normal(size=(40, 70, 64, 1))
    found = Background.of(volume, 0)
    assert found.levels.shape == (1, 2, 2)
    assert found.at((3, 1, 2), (4, 5, 6)).shape == (4, 5, 6)


def test_a_window_has_what_the_whole_has_there():
    found = Background.of(rng.normal(size=(200, 300, 1)), 0)
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
    together, whole = Background.of_blocks(found, (200, 90), -5), Background.of(x, -5)
    assert np.array_equal(together.levels, whole.levels)
    assert together.contrast == whole.contrast


def test_nan_is_left_out_and_gaps_are_filled():
    x = np.full((200, 200, 1), 10.0)
    x[:64] = np.nan  # no block of these has data
    x[100:120, 100:120] = np.nan
    x[150, 150] = 1e6  # less than a fiftieth of its block
    found = Background.of(x, 0)
    assert np.array_equal(found.at((0, 0), (200, 200)), np.full((200, 200), 10))
    assert found.contrast == 0
    nothing = Background.of(np.full((40, 40, 1), np.nan), 0)
    assert np.isnan(nothing.at((0, 0), (40, 40))).all()
    assert np.isnan(nothing.contrast)


@pytest.mark.parametrize("dtype", ["bool", "int8", ">i4", "uint64", "float16", ">f8"])
def test_every_dtype(dtype):
    x = rng.integers(0, 2, (50, 50, 1))
    found = Background.of(x.astype(dtype), 0)
    assert np.array_equal(found.levels, Background.of(x.astype(float), 0).levels)


def test_the_image_is_not_written_to():
    x = rng.normal(size=(64, 64, 1))
    before = x.copy()
    Background.of(x, 0)
    assert np.array_equal(x, before)
