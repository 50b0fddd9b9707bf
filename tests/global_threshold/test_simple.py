import cv2
import numpy as np
import pytest
from skimage import data

from skthresh import SimpleThreshold

MODES = {
    "binary": cv2.THRESH_BINARY,
    "binary_inv": cv2.THRESH_BINARY_INV,
    "trunc": cv2.THRESH_TRUNC,
    "tozero": cv2.THRESH_TOZERO,
    "tozero_inv": cv2.THRESH_TOZERO_INV,
}
DTYPES = ["uint8", "uint16", "int16", "float32", "float64"]  # all that OpenCV takes
REAL = [data.page(), data.coins(), data.text(), data.cell(), data.camera(), data.moon()]


def random_image(rng, dtype):
    shape = tuple(rng.integers(1, 40, 2))
    if dtype.startswith("float"):
        return (rng.normal(size=shape) * 10 ** rng.uniform(-3, 3)).astype(dtype)
    info = np.iinfo(dtype)
    lo, hi = sorted(rng.integers(info.min, info.max, 2, endpoint=True))
    return rng.integers(lo, hi, shape, dtype=dtype, endpoint=True)


def random_threshold(rng, image):
    kind = rng.integers(4)
    if kind == 0:  # a grey level that occurs
        return float(rng.choice(image.ravel()))
    if kind == 1:  # between levels
        return float(rng.choice(image.ravel())) + rng.uniform(-1, 1)
    if kind == 2:  # anywhere, out of range included
        return float(rng.uniform(-70_000, 140_000))
    return float(rng.integers(-3, 300))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mode", MODES)
def test_equal_to_opencv_on_random_images(mode, dtype):
    rng = np.random.default_rng(abs(hash((len(mode), dtype, 1))) % 2**32)
    for _ in range(2000):
        image = random_image(rng, dtype)
        threshold = random_threshold(rng, image)
        max_value = float(rng.choice([255, 1, 2.5, 3.5, 300, -3, 70_000, rng.uniform(0, 255)]))
        ours = SimpleThreshold(threshold, mode=mode, max_value=max_value)
        _, theirs = cv2.threshold(image, threshold, max_value, MODES[mode])
        got = ours.fit_transform(image[np.newaxis])[0]
        assert got.dtype == theirs.dtype
        np.testing.assert_array_equal(got, theirs, err_msg=f"{threshold=} {max_value=}")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mode", MODES)
def test_equal_to_opencv_on_real_images(mode, dtype):
    images = [x.astype(dtype) for x in REAL]
    for threshold in (-1, 0, 77.5, 127, 254, 255, 256):
        ours = SimpleThreshold(threshold, mode=mode, max_value=255).fit_transform(images)
        for x, got in zip(images, ours, strict=True):
            theirs = cv2.threshold(x, threshold, 255, MODES[mode])[1]
            np.testing.assert_array_equal(got, theirs)


def test_learns_nothing_but_its_parameter():
    X = np.array([[1, 2], [3, 4]], np.uint8)
    e = SimpleThreshold(2.5).fit(X)
    assert e.threshold_ == 2.5
    e.set_params(threshold=3)  # a fitted estimator keeps what it was fitted with
    assert e.predict(X).tolist() == [[False, False], [True, True]]


@pytest.mark.parametrize("threshold", ["127", None, np.nan, np.inf, [1]])
def test_bad_threshold(threshold):
    with pytest.raises(ValueError, match="'threshold' parameter of SimpleThreshold must be"):
        SimpleThreshold(threshold).fit([[1, 2]])


def test_unknown_mode_lists_the_modes():
    with pytest.raises(ValueError, match="'mode' parameter.*'tozero_inv'.*Got 'otsu'"):
        SimpleThreshold(mode="otsu").fit([[1, 2]])
