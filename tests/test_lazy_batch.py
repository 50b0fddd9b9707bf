"""Dask arrays: what is refused, what stays lazy, what travels."""

import pickle

import cloudpickle
import dask
import dask.array as da
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from skthresh import (
    AdaptiveThreshold,
    Flatten,
    GatosThreshold,
    GaussianBlur,
    HysteresisThreshold,
    ImageFunction,
    MaskCleaner,
    MinimumThreshold,
    MultiOtsuThreshold,
    OtsuThreshold,
    Resize,
    RobustBackgroundThreshold,
    SauvolaThreshold,
    SimpleThreshold,
    SupervisedThreshold,
    ToGray,
)
from skthresh.blocks import Cuts
from skthresh.lazy_batch import LazyBatch
from skthresh.reading import read_batch


@pytest.fixture(autouse=True)
def _synchronous():
    with dask.config.set(scheduler="synchronous"):
        yield


def images(shape=(2, 20, 30), dtype=np.uint8):
    rng = np.random.default_rng(0)
    return (rng.random(shape) * (255 if np.dtype(dtype).kind in "iu" else 1)).astype(dtype)


def lazy(X=None, chunks=(1, 7, 11)):
    return da.from_array(images() if X is None else X, chunks=chunks)


class Forbidden:
    """An array that must not be read."""

    shape, dtype, ndim = (2, 20, 30), np.dtype(np.uint8), 3

    def __getitem__(self, index):
        raise AssertionError("it was read")


@pytest.mark.parametrize(
    "estimator",
    [
        SauvolaThreshold(window_size=5),
        GatosThreshold(),
        SimpleThreshold(50),
        OtsuThreshold(per_image=True),
        GaussianBlur(),
        MaskCleaner(3),
    ],
    ids=repr,
)
def test_nothing_is_read_before_it_is_asked_for(estimator):
    X = da.from_array(Forbidden(), chunks=(1, 5, 30), meta=np.empty((0, 0, 0), np.uint8))
    out = estimator.fit(X).transform(X)
    assert isinstance(out, da.Array)
    assert (out.shape, out.dtype, out.chunks) == (X.shape, X.dtype, X.chunks)
    with pytest.raises(AssertionError, match="it was read"):
        out.compute()


SEEN = []


class Counting:
    """An array that remembers what was read; dask may copy it."""

    def __init__(self, X):
        self.X, self.shape, self.dtype, self.ndim = X, X.shape, X.dtype, X.ndim

    def __getitem__(self, index):
        SEEN.append(str(index))
        return self.X[index]


def reads(estimator, X, chunks, fit=None):
    """Count how often each chunk is read."""
    SEEN.clear()
    array = da.from_array(Counting(X), chunks=chunks, meta=np.empty((0,) * X.ndim, X.dtype))
    estimator.fit(array)
    if fit is None:
        estimator.transform(array).compute()
    counts = [SEEN.count(index) for index in set(SEEN)]
    assert len(set(counts)) == 1
    return counts[0]


@pytest.mark.parametrize(
    ("dtype", "passes"), [("uint8", 1), ("int16", 1), ("int64", 1), ("float32", 2)]
)
def test_passes_of_a_fit(dtype, passes):
    assert reads(OtsuThreshold(), images(dtype=dtype), (1, 7, 11), fit="alone") == passes


@pytest.mark.parametrize(("dtype", "passes"), [("uint8", 1), ("uint16", 1), ("float32", 2)])
def test_passes_of_a_local_transform(dtype, passes):
    """Images whose sums depend on their range are looked at before."""
    X = images(dtype=dtype)
    assert reads(SauvolaThreshold(window_size=5), X, (1, 7, 11)) == passes


@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
def test_halos_are_of_the_window_s_reach(border, monkeypatch):
    """Blocks see half a window of their neighbours, and nothing at the image's own edges."""
    from skthresh import blocks

    seen, made = set(), blocks.Batch

    def batch(x, *rest):
        seen.add(x.shape)
        return made(x, *rest)

    monkeypatch.setattr(blocks, "Batch", batch)
    X = images((1, 30, 40))
    e = SauvolaThreshold(window_size=(5, 9), border=border).fit(X)
    np.testing.assert_array_equal(e.predict(lazy(X, (1, 10, 20))), e.predict(X))
    assert seen == {(1, 12, 24), (1, 14, 24)}


def test_chunks_smaller_than_the_reach_are_put_together():
    X = images((1, 40, 40))
    e = AdaptiveThreshold(window_size=21).fit(X)
    out = e.predict(lazy(X, (1, 3, 40)))
    assert out.chunks[1] == (3,) * 13 + (1,)
    np.testing.assert_array_equal(out, e.predict(X))


def test_pipelines_stay_lazy():
    X = images((2, 20, 30, 3))
    pipeline = make_pipeline(ToGray(), GaussianBlur(3), OtsuThreshold(), MaskCleaner(4))
    expected = pipeline.fit(X).transform(X)
    out = pipeline.fit(lazy(X, (1, 7, 11, 2))).transform(lazy(X, (1, 7, 11, 2)))
    assert isinstance(out, da.Array)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("step", [Flatten(), Resize(shape=5), ImageFunction(func=np.abs)], ids=repr)
def test_steps_that_need_numpy_say_so(step):
    with pytest.raises(TypeError, match=rf"{type(step).__name__} does not work on dask arrays"):
        step.fit(lazy())


def test_unknown_chunks_are_refused():
    X = lazy()
    unknown = X[X.sum(axis=(1, 2)) > 0]
    with pytest.raises(ValueError, match=r"X has unknown chunk sizes.*compute_chunk_sizes"):
        OtsuThreshold().fit(unknown)
    with pytest.raises(ValueError, match=r"mask has unknown chunk sizes"):
        OtsuThreshold().fit(X, mask=unknown > 0)
    assert OtsuThreshold().fit(unknown.compute_chunk_sizes()).threshold_


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (lambda: lazy(images().astype(complex)), ValueError, "dtype complex128"),
        (lambda: da.zeros((0, 5, 5)), ValueError, r"shape \(0, 5, 5\)"),
        (lambda: da.zeros(5), ValueError, "axis 0 indexes samples"),
        (lambda: [lazy()[0], lazy()[1]], TypeError, "list of dask arrays"),
    ],
)
def test_what_is_no_batch_is_refused(X, error, message):
    with pytest.raises(error, match=message):
        OtsuThreshold().fit(X())


def test_masks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"mask must be boolean.*uint8"):
        OtsuThreshold().fit(lazy(), mask=lazy())
    with pytest.raises(ValueError, match=r"mask has shape \(2, 20, 29\)"):
        OtsuThreshold().fit(lazy(), mask=lazy()[:, :, 1:] > 0)
    with pytest.raises(ValueError, match="one mask for each of the 2 images"):
        SupervisedThreshold().fit(lazy(), y=np.ones(3))
    fitted = OtsuThreshold().fit(lazy())
    with pytest.raises(ValueError, match="y contains NaN"):
        fitted.score(lazy(), np.full((2, 20, 30), np.nan))


def test_what_was_fitted_must_come_again():
    e = SauvolaThreshold(window_size=3).fit(images())
    with pytest.raises(ValueError, match="samples of 3 dimension"):
        e.predict(lazy(images((2, 5, 5, 5)), 2))
    rows = OtsuThreshold().fit(lazy(images((4, 30)), 2))
    assert rows.n_features_in_ == 30
    with pytest.raises(ValueError, match="30 features"):
        rows.predict(lazy(images((4, 31)), 2))


def test_tables_are_refused():
    e = OtsuThreshold().set_output(transform="pandas")
    with pytest.raises(ValueError, match=r"table \(pandas\), but X is a dask array"):
        e.fit(lazy(images((4, 30)), 2))


@pytest.mark.parametrize(
    "estimator",
    [OtsuThreshold(), SauvolaThreshold(window_size=3), OtsuThreshold(per_image=True)],
    ids=repr,
)
def test_a_chunk_that_fails_names_its_place(estimator):
    X = images(dtype=np.float32)
    X[1, 15, 25] = np.inf
    message = r"In block \(1, 2, 2\) of X, which is X\[1:2, 14:20, 22:30\]: .*infinity"
    with pytest.raises(ValueError, match=message):
        estimator.fit(lazy(X)).predict(lazy(X)).compute()


def test_an_image_without_a_threshold_names_itself():
    one_peak = np.repeat(np.arange(5, dtype=np.uint8), [1, 3, 9, 5, 2]).reshape(4, 5)
    X = np.stack([one_peak] * 3)
    with pytest.raises(ValueError, match=r"In block \((.),\) of X, which is X\[\1:.\]: .*peak"):
        MinimumThreshold(per_image=True).fit(lazy(X, 1)).predict(lazy(X, 1)).compute()


FITTED = [
    OtsuThreshold(),
    OtsuThreshold(per_image=True),
    SupervisedThreshold(),
    MultiOtsuThreshold(),
    HysteresisThreshold(50, OtsuThreshold()),
    SauvolaThreshold(window_size=5),
]


@pytest.mark.parametrize(
    "estimator",
    [*FITTED[1::2], *(pytest.param(e, marks=pytest.mark.slow) for e in FITTED[::2])],
    ids=repr,
)
def test_fitted_estimators_travel_small(estimator):
    """A task gets what applies to pixels: no histogram, and no list of a million chunks."""
    X = lazy(images(dtype=np.uint16).astype(np.uint16) * 257)
    estimator.fit(X, X > 100)
    assert len(pickle.dumps(estimator._light())) < 2**11
    many = da.zeros((4000, 64, 64), dtype=np.uint16, chunks=(1, 32, 64))
    out = estimator.transform(many)
    largest = max(
        len(cloudpickle.dumps(task))
        for key, task in dict(out[:1].__dask_graph__()).items()
        if "_on_block" in str(key)
    )
    assert largest < 2**13


def test_chunks_are_counted_in_runs():
    cuts = Cuts.of((3, 3, 2, 5, 5))
    assert cuts.length == 18
    assert [cuts.span(i) for i in range(5)] == [(0, 3), (3, 6), (6, 8), (8, 13), (13, 18)]
    with pytest.raises(IndexError):
        cuts.span(5)


def test_a_lazy_batch_is_a_batch():
    e = OtsuThreshold(channel_axis=0, image_shape=(3, 4, 5))
    batch = read_batch(e, lazy(images((6, 60)), (4, 25)), reset=True, channel_axis=0,
                       image_shape=(3, 4, 5))  # fmt: skip
    assert isinstance(batch, LazyBatch)
    assert (len(batch), batch.n_channels, batch.spatial_ndim) == (6, 3, 2)
    assert (batch.is_flat, batch.is_ragged, batch.dtype) == (True, False, np.uint8)
    assert batch.plane_shape == (4, 5)


def test_empty_chunks_do_no_harm():
    X = images()
    gaps = lazy(np.stack([X[0], 0 * X[0], X[1]]))
    gaps = gaps[gaps.any(axis=(1, 2))].compute_chunk_sizes()
    assert 0 in gaps.chunks[0]
    e = OtsuThreshold(per_image=True).fit(X)
    np.testing.assert_array_equal(e.predict(gaps), e.predict(X))
    np.testing.assert_array_equal(e.thresholds(gaps), e.thresholds(X))


def test_thresholds_beyond_64_bits():
    """The highest level, and twice the deviation: more than int64 can hold."""
    X = np.zeros((2, 3, 5), np.int64)
    X[:, 0], X[:, 1] = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    lazy = da.from_array(X, chunks=2)
    for e in (
        RobustBackgroundThreshold(per_image=True),
        OtsuThreshold(per_image=True, correction=1e30),
    ):
        expected, found = e.fit(X).thresholds(X), e.fit(lazy).thresholds(lazy)
        np.testing.assert_array_equal(found.compute(), expected)
        np.testing.assert_array_equal(e.predict(lazy).compute(), e.predict(X))
    small = da.from_array(np.arange(8, dtype=np.uint8).reshape(1, 2, 4), chunks=1)
    found = OtsuThreshold(per_image=True, correction=1e30).fit(small).thresholds(small)
    assert found.compute().tolist() == [np.iinfo(np.int64).max]
