"""Images, masks and padding, each by hand."""

import numpy as np
import pytest

from skthresh.batch import Batch
from skthresh.unet.images import (
    input_range,
    labels_of,
    load_image,
    pad_to,
    padded_shape,
    read_masks,
)


def test_input_range_leaves_nan_out():
    assert input_range([np.array([[np.nan, 2.0]]), np.array([[np.nan, np.nan]])]) == (2, 2)
    assert input_range([np.array([[3, 200]], np.uint8), np.array([[1, 7]], np.uint8)]) == (1, 200)
    assert input_range([np.array([[False, True]])]) == (0, 1)
    with pytest.raises(ValueError, match="X has only NaN"):
        input_range([np.full((2, 2), np.nan)])


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", ">i4", "int64", "float16", ">f8"])
def test_load_scales_to_one(dtype):
    x = np.array([[[0, 1], [1, 0]]]).astype(dtype)
    image, no_data = load_image(Batch(x), 0, (0.0, 1.0))
    assert image.dtype == np.float32
    assert image.dtype.isnative
    assert np.array_equal(image[..., 0], [[0, 1], [1, 0]])
    assert not no_data.any()


def test_load_keeps_small_differences_of_large_numbers():
    x = np.array([[[1e9, 1e9 + 1, 1e9 + 2]]])
    image, _ = load_image(Batch(x), 0, (1e9, 1e9 + 2))
    assert np.array_equal(image[0, :, 0], [0, 0.5, 1])


def test_load_constant_image_does_not_divide_by_zero():
    image, _ = load_image(Batch(np.full((1, 2, 2), 7)), 0, (7.0, 7.0))
    assert np.array_equal(image, np.zeros((2, 2, 1)))


def test_load_moves_channels_last_and_fills_nan_with_the_minimum():
    x = np.arange(2.0, 14).reshape(1, 3, 2, 2)
    x[0, 1, 0, 0] = np.nan
    image, no_data = load_image(Batch(x, None, 0), 0, (2.0, 13.0))
    assert image.shape == (2, 2, 3)
    assert np.array_equal(no_data, [[True, False], [False, False]])
    assert image[0, 0, 1] == 0
    assert image[1, 1, 2] == 1


def test_padding():
    assert padded_shape((1, 16), 16) == (16, 16)
    assert padded_shape((17, 33), 16) == (32, 48)
    image = np.array([[1, 2, 3]])
    assert np.array_equal(pad_to(image, (1, 5), "reflect"), [[1, 2, 3, 2, 1]])
    assert np.array_equal(pad_to(image, (2, 4), "constant"), [[1, 2, 3, 0], [0, 0, 0, 0]])
    assert np.array_equal(pad_to(np.ones((1, 1)), (4, 4), "reflect"), np.ones((4, 4)))
    assert pad_to(image, (1, 3), "reflect") is image


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int32", "float64"])
def test_labels_keep_their_dtype(dtype):
    masks = [np.array([[1, 0]]).astype(dtype), np.array([[1], [1]]).astype(dtype)]
    labels = labels_of(masks)
    assert labels.dtype == dtype
    assert np.array_equal(labels, [0, 1])


IMAGES = Batch(np.zeros((2, 4, 6)))


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed"),
        (np.zeros((3, 4, 6)), "X has 2 images and y has 3 masks"),
        (
            [np.zeros((4, 6)), np.zeros((6, 4))],
            r"y\[1\] has shape \(6, 4\), but X\[1\] has shape \(4, 6\) and needs .* to one size",
        ),
        (np.zeros((2, 4, 6, 1)), r"Drop the last axis: y\[\.\.\., 0\]"),
        (np.zeros((2, 4, 6, 3)), "give each colour a label"),
        (np.full((2, 4, 6), 0.25), r"y\[0\] has the value 0\.25; .* whole numbers"),
        (np.full((2, 4, 6), np.nan), r"y\[0\] has the value nan; .* whole numbers"),
        (np.full((2, 4, 6), "a"), r"y\[0\] has dtype <U1"),
    ],
)
def test_wrong_masks(y, message):
    with pytest.raises(ValueError, match=message):
        read_masks(y, IMAGES)


def test_masks_of_colour_images_have_no_channels():
    masks = read_masks(np.zeros((2, 4, 6), bool), Batch(np.zeros((2, 3, 4, 6)), None, 0))
    assert [mask.shape for mask in masks] == [(4, 6), (4, 6)]
