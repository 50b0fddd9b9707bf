"""What the tests of formulas of window statistics share."""

import doxapy
import numpy as np
from twin import assert_same_mask, statistics

BORDERS = ["replicate", "reflect", "clip"]
WHITE = {"uint8": 255, "uint16": 65535, "float32": 1, "float64": 1}
DTYPES = list(WHITE)
FUNCTIONS = {"m": np.mean, "s": np.std, "lo": np.min, "hi": np.max, "n": len, "p2": lambda p: p @ p}


def picture(dtype, seed=0):
    """Give noise with a flat part, a part of low contrast and one dark corner."""
    rng = np.random.default_rng(seed)
    x = rng.random((24, 20)) * 0.7 + 0.1
    x[4:12, 3:15] = 0.6
    x[14:21, 3:15] = 0.4 + 0.02 * rng.random((7, 12))
    x[:3, :3] = 0
    return (x * WHITE[dtype]).astype(dtype)


def stats(image, sizes, **how):
    """Give the statistics of the windows by name, and the pixels as v."""
    found = statistics(image, sizes, FUNCTIONS.values(), **how)
    v = image.astype(np.float64)
    return {"v": v, **dict(zip(FUNCTIONS, found, strict=True))}


def assert_thresholds(estimator, image, t, mask=None):
    """Assert what an estimator gives for one image: thresholds, masks of both polarities."""
    masks = None if mask is None else [mask]
    inside = np.ones(image.shape, bool) if mask is None else mask
    tolerance = 2e-6 if image.dtype == np.float32 else 1e-9
    e = estimator.set_params(mode="binary").fit([image])
    found = e.thresholds([image], mask=masks)[0]
    np.testing.assert_allclose(found[inside], t[inside], rtol=tolerance)
    above = e.predict([image], mask=masks)[0]
    assert_same_mask(above[inside], image[inside], t[inside], tolerance)
    below = e.set_params(mode="binary_inv").predict([image], mask=masks)[0]
    np.testing.assert_array_equal(below, ~above & inside)


def copies(image):
    """Give a uint8 image as uint16, float64 and float32."""
    return image.astype(np.uint16) * 257, image / 255, (image / 255).astype(np.float32)


def doxa(algorithm, image, window, k):
    """Give Doxa's result: True on paper."""
    out = np.empty_like(image)
    engine = doxapy.Binarization(getattr(doxapy.Binarization.Algorithms, algorithm))
    engine.initialize(image)
    engine.to_binary(out, {"window": window, "k": k})
    return out > 0
