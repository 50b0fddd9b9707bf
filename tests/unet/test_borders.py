"""The weight map of the paper's equation 2."""

import numpy as np
import pytest
from scipy import ndimage

from skthresh.unet.borders import border_weights


def twin(indices, weight, sigma):
    """Compute it from the distance to every object, over the whole image."""
    distances = []
    for k in range(1, indices.max() + 1):
        labels, n = ndimage.label(indices == k)
        distances += [ndimage.distance_transform_edt(labels != j) for j in range(1, n + 1)]
    if len(distances) < 2:
        return np.zeros(indices.shape)
    d1, d2 = np.sort(distances, axis=0)[:2]
    return np.where(indices == 0, weight * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2)), 0)


@pytest.mark.parametrize("shape", [(60, 70), (12, 14, 16)])
def test_is_the_formula(shape):
    rng = np.random.default_rng(0)
    for _ in range(5):
        indices = ndimage.zoom(rng.integers(0, 3, [n // 4 for n in shape]), 4, order=0)
        got = border_weights(indices, 10.0, sigma=3.0)
        assert got.dtype == np.float32
        # What lies beyond four sigma of an object is left out: below exp(-8) of the weight.
        assert np.allclose(got, twin(indices, 10.0, 3.0), atol=10 * np.exp(-8))
        assert got.max() > 1


def test_one_object_has_no_border_and_an_empty_mask_none():
    indices = np.zeros((9, 9), int)
    assert not border_weights(indices, 10.0).any()
    indices[2:4, 2:4] = 1
    assert not border_weights(indices, 10.0).any()


def test_a_gap_of_one_pixel_by_hand():
    row = np.array([[1, 0, 1]])
    assert border_weights(row, 10.0)[0] == pytest.approx([0, 10 * np.exp(-4 / 50), 0])
