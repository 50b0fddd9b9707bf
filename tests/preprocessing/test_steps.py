import cv2
import numpy as np
import pytest
from skimage import data
from skimage.color import rgb2gray
from skimage.transform import resize
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skthresh import BatchShapeWarning, Flatten, GaussianBlur, Resize, ToGray
from skthresh.kernels.gaussian import gaussian_weights

RNG = np.random.default_rng(0)
COLOUR = [data.astronaut(), data.rocket(), data.coffee(), data.chelsea()]
GRAY = [data.page(), data.coins(), data.text(), data.cell(), data.camera(), data.moon()]


class TestToGray:
    @pytest.mark.parametrize("dtype", ["uint8", "uint16"])
    def test_equal_to_opencv(self, dtype):
        top = np.iinfo(dtype).max
        X = RNG.integers(0, top, (2000, 9, 11, 3), dtype=dtype, endpoint=True)
        gray = ToGray().fit_transform(X)
        assert gray.dtype == dtype
        for x, g in zip(X, gray, strict=True):
            np.testing.assert_array_equal(g, cv2.cvtColor(x, cv2.COLOR_RGB2GRAY))

    def test_equal_to_opencv_on_real_images(self):
        for x, g in zip(COLOUR, ToGray().fit_transform(COLOUR), strict=True):
            np.testing.assert_array_equal(g, cv2.cvtColor(x, cv2.COLOR_RGB2GRAY))

    def test_floats_agree_with_opencv(self):
        X = RNG.random((4, 20, 20, 3), dtype=np.float32)
        for x, g in zip(X, ToGray().fit_transform(X), strict=True):
            assert g.dtype == np.float32
            np.testing.assert_allclose(g, cv2.cvtColor(x, cv2.COLOR_RGB2GRAY), rtol=1e-6)

    @pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
    def test_bt709_is_scikit_images(self, dtype):
        X = RNG.random((2, 9, 8, 3))
        X = (X * 255).astype(dtype) if "int" in dtype else X.astype(dtype)
        gray = ToGray("bt709").fit_transform(X)
        np.testing.assert_array_equal(gray, rgb2gray(X))
        assert gray.dtype == rgb2gray(X).dtype

    def test_alpha_is_ignored_and_channels_may_come_first(self):
        rgba = np.concatenate([COLOUR[0], np.full((512, 512, 1), 7, np.uint8)], axis=-1)
        expected = ToGray().fit_transform([COLOUR[0]])[0]
        np.testing.assert_array_equal(ToGray().fit_transform(rgba[None])[0], expected)
        first = np.moveaxis(COLOUR[0], -1, 0)[None]
        np.testing.assert_array_equal(ToGray(channel_axis=0).fit_transform(first)[0], expected)

    def test_a_folder_of_grey_and_colour(self):
        out = ToGray().fit_transform([data.page(), data.rocket()])
        assert [o.ndim for o in out] == [2, 2]
        np.testing.assert_array_equal(out[0], data.page())

    def test_other_dtypes_are_rounded(self):
        X = np.array([[[[2**40, 0, 0], [0, 2**40, 3]]]], np.int64)
        assert ToGray().fit_transform(X).tolist() == [
            [[round(0.299 * 2**40), round(0.587 * 2**40)]]
        ]

    def test_wrong_channels_are_named(self):
        with pytest.raises(ValueError, match=r"Sample 0 .*\(5, 6, 2\).*3 or 4 channels"):
            ToGray().fit_transform(np.zeros((2, 5, 6, 2)))

    def test_one_colour_image_for_a_batch(self):
        with pytest.warns(BatchShapeWarning, match=r"X\[np.newaxis\]"):
            ToGray().fit(data.astronaut())


class TestGaussianBlur:
    @pytest.mark.parametrize("sigma", [None, 0, 0.5, 1.3, 4.0])
    def test_equal_to_opencv(self, sigma):
        for _ in range(500):
            image = RNG.integers(0, 256, tuple(RNG.integers(1, 40, 2)), dtype=np.uint8)
            size = int(RNG.choice([1, 3, 5, 7, 9, 11, 21, 31]))
            theirs = cv2.GaussianBlur(image, (size, size), sigma or 0)
            ours = GaussianBlur(size, sigma=sigma).fit_transform(image[None])[0]
            np.testing.assert_array_equal(ours, theirs, err_msg=f"{size=} {image.shape=}")

    @pytest.mark.parametrize("size", [3, 5, 7, 9, 21])
    def test_equal_to_opencv_on_real_images(self, size):
        for image, ours in zip(GRAY, GaussianBlur(size).fit_transform(GRAY), strict=True):
            np.testing.assert_array_equal(ours, cv2.GaussianBlur(image, (size, size), 0))
        colour = GaussianBlur(size, channel_axis=-1).fit_transform(COLOUR)
        for image, ours in zip(COLOUR, colour, strict=True):
            np.testing.assert_array_equal(ours, cv2.GaussianBlur(image, (size, size), 0))

    def test_size_from_sigma_and_size_by_axis(self):
        image = data.coins()
        for sigma in (0.7, 1.5, 3.0):
            ours = GaussianBlur(None, sigma=sigma).fit_transform(image[None])[0]
            np.testing.assert_array_equal(ours, cv2.GaussianBlur(image, (0, 0), sigma))
            floats = GaussianBlur(None, sigma=sigma).fit_transform(image[None] / 255.0)[0]
            np.testing.assert_allclose(floats, cv2.GaussianBlur(image / 255.0, (0, 0), sigma))
        ours = GaussianBlur((3, 9)).fit_transform(image[None])[0]
        np.testing.assert_array_equal(ours, cv2.GaussianBlur(image, (9, 3), 0))

    @pytest.mark.parametrize("dtype", ["float32", "float64", "uint16", "int16"])
    def test_other_dtypes_agree_with_opencv(self, dtype):
        image = (data.coins() * 100.0).astype(dtype)
        ours = GaussianBlur(7).fit_transform(image[None])[0]
        theirs = cv2.GaussianBlur(image, (7, 7), 0)
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1 if "int" in dtype else 0)

    def test_volumes_and_signals(self):
        volume = RNG.random((1, 5, 6, 7))
        ours = GaussianBlur(3).fit_transform(volume)[0]
        expected = np.pad(volume[0], 1, mode="reflect")
        w = gaussian_weights(3)
        expected = sum(
            w[a] * w[b] * w[c] * expected[a : a + 5, b : b + 6, c : c + 7]
            for a in range(3)
            for b in range(3)
            for c in range(3)
        )
        np.testing.assert_allclose(ours, expected)
        assert GaussianBlur(3).fit_transform(np.array([[0, 4, 0, 0]], np.uint8)).tolist() == [
            [2, 2, 1, 0]
        ]

    def test_nan_has_no_weight_and_stays(self):
        image = np.full((1, 5, 5), 3.0)
        image[0, 2, 2] = np.nan
        out = GaussianBlur(3).fit_transform(image)
        assert np.isnan(out[0, 2, 2])
        np.testing.assert_allclose(np.delete(out.ravel(), 12), 3.0)

    @pytest.mark.parametrize(
        "params", [{"kernel_size": 4}, {"kernel_size": None}, {"kernel_size": (3, 3, 3)}]
    )
    def test_bad_kernel(self, params):
        with pytest.raises(ValueError, match="kernel_size"):
            GaussianBlur(**params).fit(np.zeros((1, 4, 4)))


class TestResize:
    def test_nearest_makes_no_new_values(self):
        X = RNG.choice([0, 7, 255], (3, 17, 23)).astype(np.uint8)
        out = Resize((30, 11), method="nearest").fit_transform(X)
        assert out.shape == (3, 30, 11)
        assert set(np.unique(out)) <= {0, 7, 255}

    def test_nearest_takes_the_pixel_under_the_middle(self):
        row = np.arange(10)[None]
        assert Resize(5, method="nearest").fit_transform(row).tolist() == [[1, 3, 5, 7, 9]]
        assert (
            Resize(20, method="nearest").fit_transform(row)[0].tolist()
            == np.repeat(range(10), 2).tolist()
        )

    def test_nearest_keeps_the_largest_integers(self):
        X = np.array([[2**63 - 1, 5]], np.int64)
        assert Resize(4, method="nearest").fit_transform(X)[0, 0] == 2**63 - 1

    def test_antialiased_is_scikit_images(self):
        image = data.coins()
        for shape in ((100, 128), (400, 500)):
            out = Resize(shape).fit_transform(image[None])[0]
            expected = resize(image, shape, preserve_range=True, anti_aliasing=shape[0] < 303)
            np.testing.assert_array_equal(out, np.rint(expected).astype(np.uint8))

    @pytest.mark.parametrize("dtype", ["uint8", "int64", "uint64"])
    def test_antialiased_saturates(self, dtype):
        """The greatest 64-bit integers have no float64 of their own."""
        top = np.iinfo(dtype).max
        out = Resize(3).fit_transform(np.full((1, 4, 4), top, dtype))
        assert out.dtype == dtype
        assert (out == top).all()

    def test_a_folder_becomes_a_stack_of_one_size(self):
        out = Resize((40, 50), channel_axis=-1).fit_transform(COLOUR)
        assert isinstance(out, list)
        assert {o.shape for o in out} == {(40, 50, 3)}

    def test_flat_rows_stay_flat(self):
        rows = RNG.random((3, 64))
        e = Resize(4, image_shape=(8, 8)).fit(rows)
        assert e.transform(rows).shape == (3, 16)
        assert len(e.get_feature_names_out()) == 16

    def test_nan_spreads_no_further_than_its_half(self):
        X = np.ones((1, 8, 8))
        X[0, :4] = np.nan
        out = Resize(4).fit_transform(X)[0]
        assert np.isnan(out[0]).all()
        np.testing.assert_allclose(out[2:], 1.0)

    @pytest.mark.parametrize("shape", [0, (3, 0), (3, 3, 3), 2.5])
    def test_bad_shape(self, shape):
        with pytest.raises(ValueError, match="shape"):
            Resize(shape).fit(np.zeros((1, 4, 4)))


class TestFlatten:
    def test_into_a_classifier_and_back(self):
        X = RNG.random((20, 4, 5))
        y = np.arange(20) % 2
        X[y == 1] += 1
        model = make_pipeline(Flatten(), LogisticRegression()).fit(X, y)
        assert model.score(X, y) == 1.0
        rows = Flatten().fit(X).transform(X)
        np.testing.assert_array_equal(Flatten().fit(X).inverse_transform(rows), X)
        assert np.shares_memory(rows, X)

    def test_lists_of_one_size(self):
        X = list(RNG.random((3, 4, 5)))
        assert Flatten().fit_transform(X).shape == (3, 20)

    def test_other_sizes_are_sent_to_resize(self):
        with pytest.raises(ValueError, match=r"X\[1\].*\(4, 4\).*Resize"):
            Flatten().fit([np.zeros((4, 5)), np.zeros((4, 4))])
        with pytest.raises(ValueError, match=r"\(4, 6\)"):
            Flatten().fit(np.zeros((2, 4, 5))).transform(np.zeros((2, 4, 6)))


@pytest.mark.parametrize("method", ["antialiased", "nearest"])
def test_resized_images_keep_their_byte_order(method):
    X = np.arange(12, dtype=">u2").reshape(1, 3, 4)
    found = Resize(shape=2, method=method).fit_transform(X)
    assert found.dtype == X.dtype
    native = Resize(shape=2, method=method).fit_transform(X.astype("u2"))
    np.testing.assert_array_equal(found, native)


def test_no_image_is_as_long_as_that():
    with pytest.raises(ValueError, match=r"^shape=10{30} is not allowed: .* up to 2147483647"):
        Resize(shape=10**30).fit(np.zeros((1, 2, 2)))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "u2", "i4"])
def test_grey_is_the_same_in_swapped_bytes(dtype):
    X = np.random.default_rng(0).uniform(0, 200, (2, 5, 7, 3)).astype(dtype)
    swapped = X.astype(X.dtype.newbyteorder())
    found = ToGray().fit_transform(swapped)
    assert found.dtype == swapped.dtype
    np.testing.assert_array_equal(found, ToGray().fit_transform(X))
