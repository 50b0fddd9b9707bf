"""What reading X sees of floats is what would be found later: answers do not depend on it."""

from dataclasses import replace

import numpy as np
import pytest

from skthresh import OtsuThreshold, SauvolaThreshold, WolfThreshold
from skthresh.batch import Batch, Levels
from skthresh.pixels import LARGE
from skthresh.reading import read_batch

RNG = np.random.default_rng(0)

TECHNIQUES = [
    OtsuThreshold(),
    OtsuThreshold(per_image=True),
    SauvolaThreshold(window_size=9),
    WolfThreshold(window_size=9),
]


def images(dtype):
    """Give three images that are looked at one by one, of different ranges; one has gaps."""
    stack = RNG.normal(size=(3, 260, 260)).astype(dtype)
    stack[1] = stack[1] * 1000 - 50
    stack[2, 3:5, 7] = np.nan
    assert stack[0].size >= LARGE
    return stack


@pytest.fixture
def unseen(monkeypatch):
    """Give a function that computes without what reading has seen."""

    def run(function, *args):
        with monkeypatch.context() as patch:
            patch.setattr(Batch, "levels", lambda self, i: None)
            return function(*args)

    return run


@pytest.mark.parametrize("technique", TECHNIQUES, ids=repr)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_answers_do_not_depend_on_what_was_seen(dtype, technique, unseen):
    stack = images(dtype)
    for X in (stack, stack[:1], list(stack), [stack[1], stack[0, :9]], stack[:, :30, :30]):
        unseen(technique.fit, X)
        expected = unseen(technique.transform, X)
        for image, other in zip(technique.fit(X).transform(X), expected, strict=True):
            np.testing.assert_array_equal(image, other)


@pytest.mark.parametrize("technique", TECHNIQUES, ids=repr)
def test_masks_and_channels_have_levels_of_their_own(technique, unseen):
    stack = images("f4")
    stack[0, 0, 0] = 1e6
    mask = np.ones(stack.shape, bool)
    mask[:, 0] = False
    unseen(technique.fit, stack)
    expected = unseen(technique.transform, stack, mask)
    np.testing.assert_array_equal(technique.fit(stack).transform(stack, mask), expected)
    technique = type(technique)(**{**technique.get_params(), "channel_axis": 0})
    found = technique.fit(stack[np.newaxis]).transform(stack[np.newaxis])
    unseen(technique.fit, stack[np.newaxis])
    np.testing.assert_array_equal(found, unseen(technique.transform, stack[np.newaxis]))


def test_what_is_seen():
    stack = images("f4")
    batch = read_batch(OtsuThreshold(), stack, reset=True)
    for i, image in enumerate(stack):
        lo, hi = np.nanmin(image), np.nanmax(image)
        assert batch.levels(i) == Levels(lo, hi, bool(np.isnan(image).any()))
    assert replace(batch, mask=np.ones(stack.shape, bool)).levels(0) is None
    assert replace(batch, channel_axis=0).levels(0) is None
    swapped = read_batch(OtsuThreshold(), stack.astype(">f4"), reset=True)
    assert swapped.levels(0) is None
    assert read_batch(OtsuThreshold(), stack[:, :30], reset=True).levels(0) is None
    assert read_batch(OtsuThreshold(), stack[:2].astype(int), reset=True).levels(0) is None
