"""Su's technique and ISauvola, which look for strokes with edges: against plain twins."""

import numpy as np
import pytest
from scipy import ndimage
from skimage import data
from skimage.measure import label
from twin import statistics

from skthresh import ISauvolaThreshold, SauvolaThreshold, SuThreshold, binarize
from skthresh.global_threshold.otsu import otsu

PAGE = data.page()


def high_contrast(image):
    """The contrast image of Su, Lu and Tan in 256 levels, above Otsu's threshold."""
    v = image.astype(np.int64)
    lo, hi = (
        f(v, size=3, mode="nearest") for f in (ndimage.minimum_filter, ndimage.maximum_filter)
    )
    levels = np.where(hi > 0, (hi - lo) * 255 // np.maximum(hi + lo, 1), 0)
    counts = np.bincount(levels.ravel(), minlength=256)
    return levels > otsu(counts, np.arange(256))


@pytest.mark.parametrize("n_min", [None, 12])
def test_sus_rule(n_min):
    image = PAGE[60:110, 40:100]
    high = high_contrast(image)
    mean, std, n = statistics(image, (9, 9), [np.mean, np.std, len], valid=high, border="clip")
    with np.errstate(invalid="ignore"):
        ink = (np.nan_to_num(n) >= (n_min or 9)) & (image <= mean + std / 2)
    e = SuThreshold(n_min=n_min, window_size=9, border="clip", mode="binary_inv").fit([image])
    np.testing.assert_array_equal(e.predict([image])[0], ink)
    assert 0.02 < ink.mean() < 0.5
    bright = e.set_params(mode="binary").predict([image])[0]
    np.testing.assert_array_equal(bright, ~ink)


def test_isauvola_keeps_the_regions_that_have_an_edge():
    for k in (0.02, 0.2):
        params = {"k": k, "window_size": 25, "mode": "binary_inv"}
        ink = SauvolaThreshold(**params).fit([PAGE]).predict([PAGE])[0]
        regions, high = label(ink, connectivity=2), high_contrast(PAGE)
        kept = np.isin(regions, np.unique(regions[high & ink])) & ink
        e = ISauvolaThreshold(**params).fit([PAGE])
        np.testing.assert_array_equal(e.predict([PAGE])[0], kept)
        t = e.thresholds([PAGE])[0]
        np.testing.assert_array_equal(t >= PAGE, kept)
    assert kept.sum() > 0.5 * ink.sum()


@pytest.mark.parametrize("name", ["su", "isauvola"])
def test_an_image_and_its_copies_have_the_same_mask(name):
    expected = binarize(PAGE, name, mode="binary_inv")
    assert 0.02 < expected.mean() < 0.5
    for copy in (PAGE.astype(np.uint16) * 257, PAGE / 255, (PAGE / 255).astype(np.float32)):
        mask = binarize(copy, name, mode="binary_inv")
        assert np.mean(mask != expected) < 2e-3
