import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest

from skthresh import AdaptiveThreshold, BatchShapeWarning, OtsuThreshold, SimpleThreshold
from skthresh.batch import kernel_form

RNG = np.random.default_rng(0)
STACK = RNG.integers(0, 256, (4, 6, 7), dtype=np.uint8)


def test_kernel_form_copies_nothing_that_is_ready():
    for dtype in (np.uint8, np.int64, np.float32):
        x = np.zeros((3, 4), dtype)
        assert np.shares_memory(kernel_form(x), x)
    assert np.shares_memory(kernel_form(np.zeros((3, 4), bool)), np.zeros(0)) is False


def test_kernel_form_is_a_view_of_bool():
    x = np.zeros((3, 4), bool)
    form = kernel_form(x)
    assert form.dtype == np.uint8
    assert np.shares_memory(form, x)


@pytest.mark.parametrize(
    ("source", "target"),
    [(">u2", "u2"), (">f8", "f8"), ("f2", "f4"), ("<i4", "i4"), (">f2", "f4")],
)
def test_kernel_form_is_native_and_read_only(source, target):
    form = kernel_form(np.ones((2, 3), source)[:, ::-1])
    assert form.dtype == np.dtype(target)
    assert form.dtype.isnative
    assert form.flags.c_contiguous
    assert not form.flags.writeable
    assert (form == 1).all()


def test_nested_lists_of_numbers_are_a_stack():
    e = SimpleThreshold(2).fit([[[1, 2], [3, 4]]])
    assert e.predict([[[1, 2], [3, 4]]]).tolist() == [[[False, False], [True, True]]]


def test_list_of_arrays_of_different_shapes_comes_back_as_a_list():
    X = [STACK[0], STACK[1, :3], STACK[2, :, :2]]
    out = OtsuThreshold().fit(X).transform(X)
    assert [o.shape for o in out] == [x.shape for x in X]
    assert all(o.dtype == np.uint8 for o in out)


def test_object_array_of_different_shapes():
    X = np.empty(2, object)
    X[0], X[1] = STACK[0], STACK[1, :3]
    out = SimpleThreshold().fit(X).predict(X)
    assert isinstance(out, list)
    assert out[1].shape == (3, 7)


def test_pil_like_objects_are_images():
    class Picture:
        __array_interface__ = STACK[0].__array_interface__

    out = SimpleThreshold().fit([Picture()]).predict([Picture()])
    assert out[0].shape == (6, 7)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ([STACK[0], STACK[:2]], r"X\[1\] has shape \(2, 6, 7\) and X\[0\] .*ToGray"),
        ([STACK[0], STACK[0].astype(np.uint16)], r"X\[1\] has dtype uint16 and X\[0\].*uint8"),
        ([STACK[0], STACK[0, :0]], r"X\[1\] has shape \(0, 7\)"),
        ([STACK[0], STACK[0].astype(complex)], "[Cc]omplex"),
        ([STACK[0], np.full((2, 2), np.inf)], r"X\[1\] contains infinity"),
        (
            [STACK[0], np.array([["a", "b"]])],
            "not compatible with arrays of bytes/strings|could not convert",
        ),
        (STACK[0, 0], "Expected 2D array, got 1D array"),
        (np.array(3), "Expected 2D array, got scalar array"),
        (np.zeros((2, 3), "datetime64[s]"), "datetime64"),
        (np.array([["a", "b"]]), "dtype='numeric' is not compatible"),
    ],
)
def test_bad_input_is_named(X, words):
    with pytest.raises((ValueError, TypeError), match=words):
        SimpleThreshold().fit(X)


@pytest.mark.parametrize("X", ["a.png", ["a.png", "b.png"], [Path("a.png")]])
def test_names_of_files_are_refused(X):
    with pytest.raises(TypeError, match=r"'a.png'.*imread"):
        OtsuThreshold().fit(X)


def test_masked_arrays_are_refused():
    X = np.ma.masked_greater(STACK, 99)
    for bad in (X, list(X)):
        with pytest.raises(TypeError, match=r"filled\(np.nan\)"):
            OtsuThreshold().fit(bad)
    OtsuThreshold().fit(np.ma.masked_array(STACK))
    filled = X.astype(float).filled(np.nan)
    assert OtsuThreshold().fit(filled).histogram_.n_pixels == X.count()


def test_sparse_is_refused():
    from scipy.sparse import csr_array

    with pytest.raises(TypeError, match="[Ss]parse"):
        OtsuThreshold().fit(csr_array(np.eye(3)))


@pytest.mark.parametrize(
    ("params", "X", "words"),
    [
        ({"channel_axis": 3}, STACK, r"channel_axis=3 .*sample 0 of X has shape \(6, 7\)"),
        ({"channel_axis": -1}, STACK[:, 0], r"channel_axis=-1 .* shape \(7,\)"),
        ({"image_shape": (2, 3)}, STACK[:, 0], r"image_shape=\(2, 3\) asks for 6 .* have 7"),
        ({"image_shape": (-1, -7)}, STACK[:, 0], r"image_shape=\(-1, -7\) is not allowed"),
        ({"image_shape": (7.0,)}, STACK[:, 0], r"image_shape=\(7.0,\) is not allowed"),
    ],
)
def test_bad_axes_are_named(params, X, words):
    with pytest.raises(ValueError, match=words):
        SimpleThreshold(**params).fit(X)


def test_ragged_channels_must_agree():
    X = [np.zeros((4, 5, 3)), np.zeros((6, 5, 2))]
    with pytest.raises(ValueError, match=r"\[2, 3\] channels"):
        SimpleThreshold(channel_axis=-1).fit(X)


def test_refit_on_images_forgets_the_table():
    e = OtsuThreshold().fit(STACK[:, 0])
    assert e.n_features_in_ == 7
    e.fit(STACK)
    assert not hasattr(e, "n_features_in_")
    assert e.sample_ndim_ == 2


def test_flat_rows_hold_channels_too():
    colour = RNG.integers(0, 256, (3, 4, 5, 2), dtype=np.uint8)
    stack = OtsuThreshold(channel_axis=-1).fit(colour)
    flat = OtsuThreshold(channel_axis=-1, image_shape=(4, 5, 2)).fit(colour.reshape(3, -1))
    assert flat.threshold_.tolist() == stack.threshold_.tolist()
    assert (flat.predict(colour.reshape(3, -1)) == stack.predict(colour).reshape(3, -1)).all()


class TestSuspiciousShapes:
    IMAGE = RNG.integers(0, 256, (60, 80), dtype=np.uint8)

    def test_local_methods_warn_of_one_image(self):
        with pytest.warns(
            BatchShapeWarning, match=r"\(60, 80\) as 60 samples.*np.newaxis"
        ) as found:
            AdaptiveThreshold().fit(self.IMAGE)
        assert found[0].filename == __file__, "the warning must point at the user's line"

    def test_the_warning_says_what_silences_it(self):
        AdaptiveThreshold(image_shape=(80,)).fit(self.IMAGE)
        AdaptiveThreshold().fit(self.IMAGE[np.newaxis])

    @pytest.mark.parametrize("side", [16, 20, 28])
    def test_small_images(self, side):
        image = self.IMAGE[:side, :side]
        with pytest.warns(BatchShapeWarning):
            AdaptiveThreshold(window_size=3).fit(image)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            OtsuThreshold(per_image=True).fit(RNG.random((side - 1, 64)))  # flat rows of 8x8

    def test_per_image_warns_and_pooled_does_not(self):
        with pytest.warns(BatchShapeWarning):
            OtsuThreshold(per_image=True).fit(self.IMAGE)
        OtsuThreshold().fit(self.IMAGE)

    def test_colour_is_never_guessed(self):
        colour = RNG.integers(0, 256, (2, 60, 80, 3), dtype=np.uint8)
        with pytest.warns(BatchShapeWarning, match=r"ToGray.*channel_axis=-1"):
            OtsuThreshold().fit(colour)
        with pytest.warns(BatchShapeWarning, match=r"X\[np.newaxis\]"):
            OtsuThreshold().fit(colour[0])
        OtsuThreshold(channel_axis=-1).fit(colour)

    def test_tables_are_not_suspicious(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            AdaptiveThreshold().fit(RNG.random((1797, 64)))
            AdaptiveThreshold().fit(RNG.random((30, 3)))


def test_fit_holds_one_plane_at_a_time():
    """Channels last, or Fortran order: the kernels need copies, but not all at once."""
    X = RNG.integers(0, 256, (8, 256, 256, 3), dtype=np.uint16)
    cases = [
        (OtsuThreshold(channel_axis=-1), X),
        (OtsuThreshold(), X[..., 0]),
        (OtsuThreshold(), [x[..., 0] for x in X]),
    ]
    for e, data in cases:
        e.fit(data)  # compiled
        tracemalloc.start()
        e.fit(data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 3 * X[0, ..., 0].nbytes


def test_no_copy_of_a_contiguous_stack():
    X = RNG.integers(0, 256, (8, 512, 512), dtype=np.uint8)
    for e in (
        SimpleThreshold(),
        OtsuThreshold(),
        OtsuThreshold(per_image=True),
        AdaptiveThreshold(),
    ):
        e.fit(X).transform(X[:2])  # compiled
        tracemalloc.start()
        e.fit(X)
        e.transform(X)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1.2 * X.nbytes, f"{e} held {peak / X.nbytes:.2f} times its input"
