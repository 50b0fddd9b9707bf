"""From grey levels to numbers, each by hand."""

import numpy as np
import pytest

from skthresh.unet.scaling import Moments, Scale, Scaling, moments, scaled

rng = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", ">i4", "int64", "float32", ">f8"])
def test_moments_are_numpys(dtype):
    x = rng.integers(0, 2 if dtype == "bool" else 120, (37, 11, 3)).astype(dtype)
    m = moments(x)
    v = x.astype(float)
    assert (m.low, m.high) == (v.min(), v.max())
    assert m.mean == pytest.approx(v.mean())
    assert m.std == pytest.approx(v.std())


def test_moments_of_many_blocks_leave_nan_out():
    x = rng.normal(1e6, 1, (5, 1_500_000, 1))
    x[2] = np.nan
    m = moments(x)
    assert m.mean == pytest.approx(np.nanmean(x))
    assert m.std == pytest.approx(np.nanstd(x), rel=1e-6)
    assert (m.low, m.high) == (np.nanmin(x), np.nanmax(x))


def test_moments_of_nothing():
    assert np.isnan(moments(np.full((2, 2, 1), np.nan)).mean)


SEEN = [Moments(0, 10, 5, 2), Moments(5, 40, 9, 4), Moments(7, 7, 7, 0), Moments(*[np.nan] * 4)]


def test_each_image_by_its_own_moments():
    scaling = Scaling.learn("image", SEEN)
    assert (scaling.low, scaling.high) == (0, 40)
    assert scaling.of(SEEN[0]) == Scale(5, 2)
    # Half of the least deviation that was seen: what is flatter is not blown up.
    assert scaling.of(Moments(0, 1, 0.5, 0.1)) == Scale(0.5, 1.0)
    assert scaling.of(SEEN[3]) == Scale(0.0, 1.0)
    x = rng.normal(30, 4, (8, 8, 1))
    image, _ = scaled(x, scaling.of_image(x))
    assert image.mean() == pytest.approx(0, abs=1e-6)
    assert image.std() == pytest.approx(1, abs=1e-6)


def test_beside_its_background_too():
    scaling = Scaling.learn("local", SEEN)
    x = np.full((160, 160, 3), 100.0)
    x[50:70, 50:70] = 30  # in four blocks of 25
    x[100:140, 100:140] = 93
    x[0, 0] = 1e4
    by = scaling.of_image(x)
    image, _ = scaled(x, by)
    alone, _ = scaled(x, Scaling.learn("image", SEEN).of_image(x))
    assert np.array_equal(image[..., :3], alone)
    beside = image[..., 3]
    assert by.background.contrast == 70
    assert np.array_equal(beside[50:70, 50:70], np.full((20, 20), -2))
    assert np.allclose(beside[100:140, 100:140], -0.2)
    assert beside[0, 0] == 4  # no further
    assert beside[80, 80] == 0
    part, _ = scaled(x[30:70, 50:], by, (30, 50))
    assert np.array_equal(part, image[30:70, 50:])


def test_what_is_flat_beside_its_background_is_not_stretched():
    scaling = Scaling.learn("local", SEEN)
    assert scaling.floor == 1
    image, _ = scaled(x := rng.normal(0, 0.01, (64, 64, 1)), scaling.of_image(x))
    assert np.abs(image[..., 1]).max() < 0.2
    constant = np.full((64, 64, 1), 3.0)
    alone = Scaling.learn("local", [Moments(3, 3, 3, 0)])
    assert np.array_equal(scaled(constant, alone.of_image(constant))[0], np.zeros((64, 64, 2)))


def test_nan_is_zero_beside_its_background_too():
    x = rng.normal(size=(64, 64, 2))
    x[5, 6, 1] = np.nan
    image, no_data = scaled(x, Scaling.learn("local", SEEN).of_image(x))
    assert image[5, 6, 1] == image[5, 6, 2] == 0
    assert no_data.sum() == 1
    nothing = np.full((40, 40, 1), np.nan)
    image, no_data = scaled(nothing, Scaling.learn("local", SEEN).of_image(nothing))
    assert no_data.all()
    assert not image.any()


def test_all_by_the_range_of_the_training_images():
    scaling = Scaling.learn("range", SEEN)
    assert scaling.of(SEEN[0]) == scaling.of_image(np.zeros((2, 2, 1))) == Scale(0, 40)
    assert Scaling.learn("range", SEEN[2:3]).of(SEEN[2]) == Scale(7, 1)  # constant images


def test_not_at_all():
    assert Scaling.learn(None, SEEN).of_image(np.ones((2, 2, 1))) == Scale(0.0, 1.0)


def test_nothing_but_nan_is_refused():
    with pytest.raises(ValueError, match="X has only NaN in its training images"):
        Scaling.learn("image", SEEN[3:])


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", ">i4", "int64", "float16", ">f8"])
def test_pixels_become_float32(dtype):
    x = np.array([[[0], [1]], [[1], [0]]]).astype(dtype)
    image, no_data = scaled(x, Scale(0.0, 1.0))
    assert image.dtype == np.float32
    assert image.dtype.isnative
    assert np.array_equal(image[..., 0], [[0, 1], [1, 0]])
    assert no_data is None
    assert np.array_equal(x[..., 0].astype(int), [[0, 1], [1, 0]])  # it was not written to


def test_small_differences_of_large_numbers_are_kept():
    image, _ = scaled(np.array([[[1e9], [1e9 + 1], [1e9 + 2]]]), Scale(1e9, 2))
    assert np.array_equal(image[0, :, 0], [0, 0.5, 1])


def test_nan_becomes_zero_and_is_remembered():
    x = np.arange(12.0).reshape(2, 2, 3)
    x[0, 0, 1] = np.nan
    image, no_data = scaled(x, Scale(1.0, 2.0))
    assert np.array_equal(no_data, [[True, False], [False, False]])
    assert image[0, 0, 1] == 0
    assert image[1, 1, 2] == 5
