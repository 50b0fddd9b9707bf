import cv2
import numpy as np
import pytest
from skimage import data
from twin import statistics

from skthresh import AdaptiveThreshold
from skthresh.local_threshold import ranks

MODES = ["binary", "binary_inv", "trunc", "tozero", "tozero_inv"]

RNG = np.random.default_rng(0)


SHAPES = [
    ((21,), (5,)),
    ((14, 17), (5, 3)),
    ((9, 8), (21, 1)),
    ((5, 6, 7), (3, 3, 5)),
    ((5, 6, 7), (1, 3, 5)),
]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "float64"])
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
@pytest.mark.parametrize("masked", [False, True])
def test_medians_of_windows(dtype, border, masked):
    for shape, sizes in SHAPES:
        image = (RNG.random(shape) * 200).astype(dtype)
        valid = RNG.random(shape) < 0.7 if masked else np.ones(shape, bool)
        (median,) = statistics(image, sizes, [np.median], valid=valid, border=border)
        e = AdaptiveThreshold("median", window_size=sizes, offset=3, border=border).fit([image])
        t = e.thresholds([image], mask=[valid] if masked else None)[0]
        np.testing.assert_allclose(t[valid], median[valid] - 3, rtol=1e-6)


@pytest.mark.parametrize("size", [3, 15, 31])
def test_equal_to_opencvs_median(size):
    image = data.page()
    for offset in (-4, 0, 10):
        mask = AdaptiveThreshold("median", window_size=size, offset=offset).fit([image])
        expected = image > cv2.medianBlur(image, size).astype(int) - offset
        np.testing.assert_array_equal(mask.predict([image])[0], expected)


def test_extreme_pixels_do_not_move_it():
    image = np.full((9, 9), 100, np.uint8)
    image[4, 3:5] = 255
    t = AdaptiveThreshold("median", window_size=5, offset=0).fit([image]).thresholds([image])[0]
    assert (t == 100).all()


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
@pytest.mark.parametrize("sizes", [(3, 5), (31, 33), (1, 103), (257, 257)])
def test_every_way_to_a_median(sizes, border, dtype):
    """By size, dtype and border another kernel: masks, images and thresholds are of one mind."""
    image = (RNG.random((9, 11)) * (2 if dtype == "bool" else 200)).astype(dtype)
    if dtype == "uint8":
        image[:3] //= 50  # many ties
    (median,) = statistics(image, sizes, [np.median], border=border)
    for offset in (-3, 0, 1.5, 300, 1e30):
        for mode in MODES:
            whole = np.floor(offset) if mode.endswith("_inv") else np.ceil(offset)
            t = median - (offset if dtype == "float32" else whole)
            e = AdaptiveThreshold("median", window_size=sizes, border=border, offset=offset)
            e.set_params(mode=mode).fit([image])
            np.testing.assert_array_equal(e.thresholds([image])[0], t)
            foreground = (image > t) != mode.endswith("_inv")
            np.testing.assert_array_equal(e.predict([image])[0], foreground)
            if mode == "tozero":
                expected = np.where(foreground, image, 0)
                np.testing.assert_array_equal(e.transform([image])[0], expected)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_the_size_of_a_window_decides_nothing_but_the_way(dtype, monkeypatch):
    image = data.page().astype(dtype) * (1 if dtype == "uint8" else 200)
    for size in (7, 25):
        e = AdaptiveThreshold("median", window_size=size, border="reflect").fit([image])
        expected = image > e.thresholds([image])[0]
        for few, wide in ((25**2, 100), (0, 0)):
            monkeypatch.setattr(ranks, "FEW", few)
            monkeypatch.setattr(ranks, "NOT_WIDE", wide)
            np.testing.assert_array_equal(e.predict([image])[0], expected)


@pytest.mark.parametrize("method", ["predict", "thresholds"])
def test_threads_find_the_same(method):
    image = data.page()
    for n_jobs, sizes in ((3, (5, 5)), (2, (33, 31)), (300, (3, 3))):
        e = AdaptiveThreshold("median", window_size=sizes).fit([image])
        expected = getattr(e, method)([image])[0]
        e.set_params(n_jobs=n_jobs)
        np.testing.assert_array_equal(getattr(e, method)([image])[0], expected)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint32", "uint64"])
@pytest.mark.parametrize("end", ["min", "max"])
def test_levels_at_the_ends_of_a_dtype(end, dtype):
    """Levels are measured from the least that counts; what does not count may be anywhere."""
    info = np.iinfo(dtype)
    lo = info.min if end == "min" else info.max - 100
    image = (RNG.integers(0, 100, (12, 13)).astype(dtype) + np.array(lo, dtype)).astype(dtype)
    valid = RNG.random(image.shape) < 0.7
    image[~valid] = RNG.choice(np.array([info.min, info.max], dtype), (~valid).sum())
    (median,) = statistics(image, (3, 5), [np.median], valid=valid)
    e = AdaptiveThreshold("median", window_size=(3, 5), offset=0).fit([image])
    t = e.thresholds([image], mask=[valid])[0]
    np.testing.assert_array_equal(t[valid], median[valid])


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_offsets_as_wide_as_the_dtype(dtype):
    top = int(np.iinfo(dtype).max)
    image = np.full((7, 7), top, dtype)
    image[3, 3] = 0
    for offset, foreground in ((top - 1, False), (top, False), (top + 1, True), (1e9, True)):
        mask = AdaptiveThreshold("median", window_size=3, offset=offset).fit([image])
        assert mask.predict([image])[0][3, 3] == foreground


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("narrow", [10, 2**16 - 1])
def test_levels_are_numbered_in_two_ways(narrow, masked, monkeypatch):
    """A few are looked up, piece by piece; of very many the sort itself tells the places."""
    monkeypatch.setattr(ranks, "NARROW", narrow)
    monkeypatch.setattr(ranks, "BAND", 50)
    image = RNG.random((12, 13))
    valid = RNG.random(image.shape) < 0.7 if masked else np.ones(image.shape, bool)
    (median,) = statistics(image, (3, 5), [np.median], valid=valid)
    e = AdaptiveThreshold("median", window_size=(3, 5), offset=0).fit([image])
    t = e.thresholds([image], mask=[valid] if masked else None)[0]
    np.testing.assert_allclose(t[valid], median[valid], rtol=1e-12)
