"""Images of a stack, which are put side by side, are thresholded as each by itself."""

import numpy as np
import pytest

from skthresh import NickThreshold, SauvolaThreshold

RNG = np.random.default_rng(0)
SHAPES = [(2, 5, 7), (40, 28, 28), (3, 1, 30), (67, 9, 33), (20, 5, 200), (700, 8, 8)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("window_size", [3, 7, (1, 5), (9, 1)])
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
def test_a_stack_is_its_images(shape, window_size, border):
    stack = RNG.integers(0, 256, shape, dtype=np.uint8)
    for cls, mode, n_jobs in (
        (SauvolaThreshold, "binary", 2),
        (NickThreshold, "binary_inv", 1),
        (SauvolaThreshold, "trunc", 1),
    ):
        e = cls(window_size=window_size, border=border, mode=mode, n_jobs=n_jobs).fit(stack)
        alone = [e.transform(image[np.newaxis])[0] for image in stack]
        np.testing.assert_array_equal(e.transform(stack), alone)
