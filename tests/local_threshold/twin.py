"""Window statistics, pixel by pixel: the plain twin of `skthresh.local_threshold.windows`."""

import numpy as np

PADS = {"replicate": "edge", "reflect": "reflect"}


def footprint(sizes, shape):
    if shape == "square":
        return np.ones(sizes, bool)
    axes = [np.arange(-(n // 2), n // 2 + 1) / max(n // 2, 1) for n in sizes]
    return sum(a * a for a in np.meshgrid(*axes, indexing="ij")) <= 1 + 1e-12


def windows(image, sizes, valid=None, border="replicate", shape="square"):
    """Visit (index, pixels in the window); NaN counts as not valid."""
    image = np.asarray(image)
    valid = np.ones(image.shape, bool) if valid is None else valid
    if image.dtype.kind == "f":
        valid = valid & ~np.isnan(image)
    pads = [(n // 2, n // 2) for n in sizes]
    how = {"mode": PADS[border]} if border != "clip" else {}
    padded, there = np.pad(image, pads, **how), np.pad(valid, pads, **how)
    foot = footprint(sizes, shape)
    for index in np.ndindex(image.shape):
        box = tuple(slice(i, i + n) for i, n in zip(index, sizes, strict=True))
        yield index, padded[box][foot & there[box]]


def statistics(image, sizes, functions, **how):
    """Apply each function to the float64 pixels of each window; NaN where there are none."""
    out = [np.full(np.shape(image), np.nan) for _ in functions]
    for index, pixels in windows(image, sizes, **how):
        if pixels.size:
            for array, function in zip(out, functions, strict=True):
                array[index] = function(pixels.astype(np.float64))
    return out


def thresholds(image, sizes, formula, **how):
    """Give ``formula(mean, std)`` of each window."""
    mean, std = statistics(image, sizes, [np.mean, np.std], **how)
    return formula(mean, std)


def assert_same_mask(mask, image, t, tolerance=1e-9):
    """Assert that a mask is ``image > t``; where the two are as good as equal, it is not."""
    v = np.asarray(image, np.float64)
    scale = max(np.nanmax(np.abs(v)), 1e-300)
    close = np.abs(v - t) <= tolerance * scale
    np.testing.assert_array_equal(mask[~close], (v > t)[~close])
    assert np.mean(close) < 0.5, "too many ties to compare anything"
