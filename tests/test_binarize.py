import numpy as np
import pytest
from skimage import data

from skthresh import BatchShapeWarning, OtsuThreshold, binarize


def test_is_the_estimator_on_one_image():
    image = data.coins()
    expected = OtsuThreshold().fit(image[None]).predict(image[None])[0]
    np.testing.assert_array_equal(binarize(image), expected)
    np.testing.assert_array_equal(binarize(image, mode="binary_inv"), ~expected)
    np.testing.assert_array_equal(binarize(image.tolist(), "otsu"), expected)
    assert binarize(image, "adaptive", window_size=25).shape == image.shape
    np.testing.assert_array_equal(binarize(image, "simple", threshold=99), image > 99)


@pytest.mark.parametrize("technique", ["otsu", "adaptive", "sauvola"])
def test_a_mask_leaves_pixels_out(technique):
    image = data.coins()
    framed = np.pad(image, 30, constant_values=255)
    inside = np.pad(np.ones(image.shape, bool), 30)
    mask = binarize(framed, technique, mask=inside)
    assert not mask[~inside].any()
    if technique == "otsu":
        np.testing.assert_array_equal(mask[30:-30, 30:-30], binarize(image))
    else:
        clipped = binarize(image, technique, border="clip")
        np.testing.assert_array_equal(mask[30:-30, 30:-30], clipped)


def test_signals_volumes_and_channels():
    assert binarize(data.coins()[0], "adaptive").shape == (384,)
    assert binarize(data.coins()[:60].reshape(3, 20, 384), "adaptive").shape == (3, 20, 384)
    assert binarize(data.astronaut(), channel_axis=-1).shape == (512, 512, 3)
    with pytest.warns(BatchShapeWarning, match="ToGray"):
        binarize(data.astronaut())


@pytest.mark.parametrize(
    ("args", "params", "words"),
    [
        (("otso",), {}, r"'technique' .*'adaptive'.*'otsu'.*Got 'otso'"),
        (("otsu",), {"window": 3}, r"OtsuThreshold has no parameter 'window'.*per_image"),
        (("adaptive",), {"window_size": 4}, "window_size=4"),
        (("supervised",), {}, "SupervisedThreshold learns from true masks"),
    ],
)
def test_mistakes_are_named(args, params, words):
    with pytest.raises(ValueError, match=words):
        binarize(data.coins(), *args, **params)


@pytest.mark.parametrize("given", [3, None, "page.png"])
def test_what_is_no_image_is_named(given):
    with pytest.raises(ValueError, match=f"image must be an array of pixels; got {given!r}"):
        binarize(given)
