"""What y and sample_weight may be."""

import numpy as np
import pytest

from skthresh.unet import UNetSegmenter
from skthresh.unet.images import read_images
from skthresh.unet.masks import label_counts, read_masks, read_weights
from tests.unet.test_images import Sequence


def images(X=None, channel_axis=None):
    X = np.zeros((2, 4, 6)) if X is None else X
    return read_images(UNetSegmenter(), X, reset=True, channel_axis=channel_axis)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int32", "float64"])
def test_labels_keep_their_dtype(dtype):
    labels, counts = label_counts(np.array([[1, 0], [1, 1]]).astype(dtype))
    assert labels.dtype == dtype
    assert np.array_equal(labels, [0, 1])
    assert np.array_equal(counts, [1, 3])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed"),
        (np.zeros((3, 4, 6)), "X has 2 images and y has 3 masks"),
        (np.zeros(()), "X has 2 images and y has 0 masks"),
        (
            [np.zeros((4, 6)), np.zeros((6, 4))],
            r"y\[1\] has shape \(6, 4\), but X\[1\] is an image of size \(4, 6\) .* to one size",
        ),
        (np.zeros((2, 4, 6, 1)), r"Drop the last axis: y\[\.\.\., 0\]"),
        (np.zeros((2, 4, 6, 3)), "give each colour a label"),
        (np.full((2, 4, 6), 0.25), r"y\[0\] has the value 0\.25; .* whole numbers"),
        (np.full((2, 4, 6), np.nan), r"y\[0\] has the value nan; .* whole numbers"),
        (np.full((2, 4, 6), "a"), r"y\[0\] has dtype <U1"),
    ],
)
def test_wrong_masks(y, message):
    def look():
        masks = read_masks(y, images())
        masks.checked(0, (4, 6, 1))

    with pytest.raises(ValueError, match=message):
        look()


def test_masks_of_colour_images_have_no_channels():
    masks = read_masks(np.zeros((2, 4, 6), bool), images(np.zeros((2, 3, 4, 6)), 0))
    assert masks.of(1, (4, 6, 3)).shape == (4, 6)


def test_masks_may_be_read_late():
    y = Sequence([np.zeros((4, 6), int), np.zeros((4, 5), int)])
    masks = read_masks(y, images())
    assert not y.asked
    masks.of(0, (4, 6, 1))
    with pytest.raises(ValueError, match=r"y\[1\] has shape \(4, 5\)"):
        masks.of(1, (4, 6, 1))


def test_weights_are_for_images_or_for_pixels():
    assert np.array_equal(read_weights(None, images()), [1, 1])
    assert np.array_equal(read_weights([2, 0], images()), [2, 0])
    each = [np.ones((4, 6)), np.zeros((4, 6))]
    for given in (each, np.stack(each)):
        assert [w.shape for w in read_weights(given, images())] == [(4, 6)] * 2


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1], r"sample_weight has 1 entries and X has 2 images"),
        ([1, -1], r"not negative; sample_weight\[1\] is not"),
        ([np.nan, 1], r"finite and not negative; sample_weight\[0\]"),
        ([0, 0], "zero for all"),
        (np.zeros((2, 4, 6)), "zero for all"),
        (np.ones((2, 4, 5)), r"sample_weight\[0\] has shape \(4, 5\), .* \(4, 6\)"),
    ],
)
def test_wrong_weights(weight, message):
    with pytest.raises(ValueError, match=message):
        read_weights(weight, images())
