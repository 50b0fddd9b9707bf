"""dask arrays: tile by tile, without seams, and the network travels once."""

import pickle

import dask
import dask.array as da
import numpy as np
import pytest

from skthresh.datasets import make_blobs
from skthresh.unet import lazy


@pytest.fixture(autouse=True, params=["synchronous", "threads"])
def _scheduler(request):
    with dask.config.set(scheduler=request.param):
        yield


def check(unet, X, chunks):
    array = da.from_array(X, chunks=chunks)
    p, masks = unet.predict_proba(array), unet.predict(array)
    assert isinstance(p, da.Array)
    assert isinstance(masks, da.Array)
    expected, labels = unet.predict_proba(X), unet.predict(X)
    assert (p.shape, p.dtype) == (expected.shape, expected.dtype)
    assert (masks.shape, masks.dtype) == (labels.shape, labels.dtype)
    np.testing.assert_allclose(p.compute(), expected, atol=2e-6)
    sure = np.abs(expected[..., 1] - unet.threshold_) > 1e-5
    np.testing.assert_array_equal(masks.compute()[sure], labels[sure])
    assert sure.mean() > 0.99
    return masks


@pytest.mark.parametrize("chunks", [(1, 100, 90), (2, 310, 64), (1, 7, 275), 400])
def test_tiles_of_blocks_are_those_of_the_whole(trained, chunks):
    X, _ = make_blobs(2, shape=(310, 275), random_state=5)
    trained.set_params(tile_size=64)
    try:
        masks = check(trained, X, chunks)
    finally:
        trained.set_params(tile_size=None)
    assert masks.chunks == da.from_array(X, chunks=chunks).chunks


def test_small_images_and_nan(trained):
    X = make_blobs(3, shape=(40, 50), random_state=5)[0].astype(np.float32)
    X[1, 10:13, 20:30] = np.nan
    check(trained, X, (2, 20, 30))


# Each is a training: the axis has nothing to do with the scaling.
@pytest.mark.parametrize(
    ("axis", "scaling"), [(0, "local"), (0, "image"), (-1, "range"), (-1, None)]
)
def test_channels_and_scalings(tiny, pictures, axis, scaling):
    X, y = pictures
    X = np.moveaxis(np.stack([X, 255 - X, X // 2], axis=-1), -1, 1 if axis == 0 else -1)
    unet = tiny(channel_axis=axis, scaling=scaling, tile_size=8).fit(X, y)
    check(unet, X, (4, 2, 9, 7) if axis == 0 else (4, 9, 7, 2))


def test_what_is_set_later_has_no_effect(tiny_fitted, pictures):
    X, _ = pictures
    expected = tiny_fitted.predict(X)
    out = tiny_fitted.predict(da.from_array(X, chunks=4))
    before = tiny_fitted.threshold_
    try:
        tiny_fitted.threshold_ = 2
        np.testing.assert_array_equal(out.compute(), expected)
    finally:
        tiny_fitted.threshold_ = before


def test_a_worker_unpacks_a_network_once(tiny_fitted):
    carried = lazy.Carried(lazy._twin(tiny_fitted), "a token")
    sent = pickle.dumps(carried)
    first, second = pickle.loads(sent), pickle.loads(sent)
    assert first is second
    assert first.estimator.model_ is not tiny_fitted.model_
    for k in range(lazy.KEPT):
        pickle.loads(pickle.dumps(lazy.Carried(tiny_fitted, f"token {k}")))
    assert pickle.loads(sent) is not first
