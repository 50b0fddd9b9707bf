"""Images of a stack, which are put side by side, are thresholded as each by itself."""

import numpy as np
import pytest

from skthresh import NickThreshold, SauvolaThreshold
from skthresh.local_threshold import windows

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


@pytest.mark.parametrize("shape", [(2, 1, 3), (9, 1, 1), (2, 3, 5), (33, 2, 1), (5, 4, 31)])
def test_nothing_is_written_behind_a_stack_of_tiny_images(shape, monkeypatch):
    original, seen = windows.apply_side_by_side, []

    def guarded(w, formula, parameters, rule, out, n_jobs):
        room = np.full(out.size + 64, 77, out.dtype)
        original(w, formula, parameters, rule, room[: out.size].reshape(out.shape), n_jobs)
        seen.append(room[out.size :].tolist())
        out[...] = room[: out.size].reshape(out.shape)

    monkeypatch.setattr(windows, "apply_side_by_side", guarded)
    stack = RNG.integers(0, 256, shape, dtype=np.uint8)
    for n_jobs in (1, 2):
        e = SauvolaThreshold(window_size=1, mode="trunc", n_jobs=n_jobs).fit(stack)
        alone = [e.transform(image[np.newaxis])[0] for image in stack]
        np.testing.assert_array_equal(e.transform(stack), alone)
    assert seen == [[77] * 64] * 2
