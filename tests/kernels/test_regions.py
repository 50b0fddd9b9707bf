"""Regions that hold a seed, or have a size, against SciPy's labels."""

import numpy as np
import pytest
from scipy import ndimage

from skthresh.kernels.regions import keep_seeded, of_size, reconstruct

RNG = np.random.default_rng(0)


def twin(mask, seeds, connectivity=2):
    structure = ndimage.generate_binary_structure(mask.ndim, connectivity)
    labels, _ = ndimage.label(mask, structure)
    return np.isin(labels, np.unique(labels[(seeds > 0) & (mask > 0)])) & (mask > 0)


@pytest.mark.parametrize("connectivity", [1, 2])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.7, 0.95])
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (33, 47), (80, 64)])
def test_regions(shape, share, connectivity):
    for _ in range(20):
        mask = (RNG.random(shape) < share).astype(np.uint8)
        seeds = (RNG.random(shape) < 0.02).astype(np.uint8)
        out = np.full(shape, 7, np.uint8)
        keep_seeded(mask, seeds, connectivity - 1, out)
        np.testing.assert_array_equal(out, twin(mask, seeds, connectivity))
        own = mask > 0
        found = reconstruct(own, seeds > 0, connectivity)
        np.testing.assert_array_equal(found, twin(mask, seeds, connectivity))
        np.testing.assert_array_equal(own, mask > 0)
        found = reconstruct(own, seeds > 0, connectivity, overwrite_mask=True)
        np.testing.assert_array_equal(found, twin(mask, seeds, connectivity))
        assert np.shares_memory(found, own)


@pytest.mark.parametrize("connectivity", [1, 2, 3])
def test_volumes(connectivity):
    mask, seeds = RNG.random((7, 8, 9)) < 0.3, RNG.random((7, 8, 9)) < 0.05
    found = reconstruct(mask, seeds, connectivity)
    np.testing.assert_array_equal(found, twin(mask, seeds, connectivity))


def areas(mask):
    """The number of pixels in the region of each pixel."""
    labels, _ = ndimage.label(mask, np.ones((3,) * mask.ndim))
    return np.bincount(labels.ravel())[labels] * mask


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.95])
@pytest.mark.parametrize("shape", [(50,), (1, 40), (40, 1), (33, 47), (7, 8, 9)])
@pytest.mark.parametrize("limits", [(1, np.inf), (2, 6), (5, np.inf), (7, 7), (3, 2)])
def test_regions_of_a_size(shape, share, limits):
    for _ in range(10):
        mask = RNG.random(shape) < share
        area = areas(mask)
        expected = mask & (area >= limits[0]) & (area <= limits[1])
        np.testing.assert_array_equal(of_size(mask, *limits), expected)


def test_a_spiral_is_one_region():
    """Runs that are joined late: the last one makes all of them one."""
    n = 41
    mask = np.zeros((n, n), np.uint8)
    y, x, dy, dx = 0, 0, 0, 1
    for step in range(n, 0, -2):
        for _ in range(2):
            for _ in range(step - 1):
                mask[y, x] = 1
                y, x = y + dy, x + dx
            dy, dx = dx, -dy
    seeds = np.zeros_like(mask)
    seeds[0, 0] = 1
    out = np.empty_like(mask)
    keep_seeded(mask, seeds, 1, out)
    np.testing.assert_array_equal(out, twin(mask, seeds))
    assert out.sum() > 100
