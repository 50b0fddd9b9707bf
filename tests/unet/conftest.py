"""A U-Net that is trained once, and one that is small enough to be trained often."""

import numpy as np
import pytest

from skthresh.datasets import make_blobs
from skthresh.unet import UNetSegmenter


@pytest.fixture(scope="session")
def tiny():
    """Make a U-Net that trains in a moment, and learns little.

    Without batch normalization, which would take two fifths of the time.
    """

    def make(**params):
        defaults = {
            "depth": 1,
            "base_filters": 2,
            "epochs": 1,
            "steps_per_epoch": 3,
            "batch_size": 8,
            "normalization": None,
            "random_state": 0,
        }
        return UNetSegmenter(**{**defaults, **params})

    return make


@pytest.fixture(scope="session")
def pictures():
    """Give a few small images and their masks: bright squares on dark ground, 0/255."""
    rng = np.random.default_rng(0)
    masks = np.zeros((6, 16, 16), np.uint8)
    for mask, (row, column) in zip(masks, rng.integers(2, 8, (6, 2)), strict=True):
        mask[row : row + 6, column : column + 6] = 255
    images = (masks // 2 + rng.integers(0, 40, masks.shape)).astype(np.uint8)
    images.flags.writeable = masks.flags.writeable = False
    return images, masks


@pytest.fixture(scope="session")
def tiny_fitted(tiny, pictures):
    return tiny().fit(*pictures)


@pytest.fixture(scope="session")
def blobs():
    return make_blobs(48, shape=(64, 64), random_state=0)


@pytest.fixture(scope="session")
def trained(blobs):
    X, y = blobs
    unet = UNetSegmenter(
        depth=2,
        base_filters=8,
        epochs=4,
        steps_per_epoch=40,
        batch_size=8,
        learning_rate=4e-3,
        augment=("flip", "rotate", "scale"),  # light is the same in all
        random_state=0,
    )
    return unet.fit(X, y)
