"""What X may be: arrays, lists, volumes, and images that are read late."""

import numpy as np
import pytest

from skthresh.unet import UNetSegmenter
from skthresh.unet.images import blocks, is_lazy, pad_to, padded_shape, read_images


class Sequence:
    """Images that nobody holds: each is made when it is asked for."""

    def __init__(self, images):
        self.images, self.asked = images, []

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        self.asked.append(i)
        return self.images[i]


def read(X, reset=True, channel_axis=None, owner=None):
    return read_images(owner or UNetSegmenter(), X, reset=reset, channel_axis=channel_axis)


@pytest.mark.parametrize("channel_axis", [None, 0, -1])
def test_channels_come_last(channel_axis):
    x = np.arange(24).reshape(2, 4, 3)
    if channel_axis is None:
        images = read(x)
        assert images[1].shape == (4, 3, 1)
        assert np.shares_memory(images[1], x)
        return
    given = np.moveaxis(np.stack([x, -x]), 1, channel_axis + 1 if channel_axis == 0 else -1)
    images = read(given, channel_axis=channel_axis)
    assert np.array_equal(images[0], np.moveaxis(x, 0, -1))


def test_volumes_have_three_axes():
    assert read(np.zeros((2, 4, 5, 6)))[0].shape == (4, 5, 6, 1)
    assert read(np.zeros((2, 4, 5, 6, 3)), channel_axis=-1)[0].shape == (4, 5, 6, 3)


def test_a_sequence_is_read_when_it_is_asked_for():
    X = Sequence([np.full((2, 3), k, np.uint8) for k in range(4)])
    images = read(X)
    assert images.is_lazy
    assert len(images) == 4
    assert X.asked == [0]  # the first says what all are
    assert (images[3] == 3).all()
    assert X.asked == [0, 3]
    assert images.rebuild([np.zeros(1)]) == [np.zeros(1)]


@pytest.mark.parametrize("X", [np.zeros((2, 3, 3)), [np.zeros((3, 3))], (np.zeros((3, 3)),)])
def test_what_is_in_memory_is_not_lazy(X):
    assert not is_lazy(X)


def test_a_bad_image_of_a_sequence_is_named():
    X = Sequence([np.zeros((4, 4)), np.zeros((4, 4, 3)), np.full((4, 4), np.inf), "page.png"])
    images = read(X)
    with pytest.raises(ValueError, match=r"Image 1 of X, as X\[1\] gave it: .* 2"):
        images[1]
    with pytest.raises(ValueError, match=r"Image 2 of X, .* infinity"):
        images[2]
    with pytest.raises(ValueError, match="Image 3 of X"):
        images[3]
    with pytest.raises(ValueError, match=r"X has no images: len\(X\) is 0"):
        read(Sequence([]))


def test_padding():
    assert padded_shape((1, 16), 16) == (16, 16)
    assert padded_shape((17, 33, 5), 16) == (32, 48, 16)
    image = np.array([[1, 2, 3]])
    assert np.array_equal(pad_to(image, (1, 5)), [[1, 2, 3, 2, 1]])
    assert np.array_equal(pad_to(image, (2, 4), "constant"), [[1, 2, 3, 0], [0, 0, 0, 0]])
    assert np.array_equal(pad_to(np.ones((1, 1)), (4, 4)), np.ones((4, 4)))
    assert pad_to(np.ones((2, 2, 5)), (4, 3)).shape == (4, 3, 5)
    assert pad_to(image, (1, 3)) is image


def test_blocks_are_the_image():
    x = np.arange(5 * 3_000_000, dtype=np.int32).reshape(5, -1)
    parts = list(blocks(x))
    assert len(parts) == 5  # a row at least
    assert all(np.shares_memory(part, x) for part in parts)
    assert np.array_equal(np.concatenate(parts), x)
    assert len(list(blocks(np.zeros((7, 3))))) == 1
