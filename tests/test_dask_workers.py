"""Threads, processes, and workers of dask.distributed, one of which dies."""

import os
import signal
import time

import dask
import dask.array as da
import distributed
import numpy as np
import pytest

from skthresh import OtsuThreshold, SauvolaThreshold, WolfThreshold

ESTIMATORS = [
    OtsuThreshold(),
    OtsuThreshold(per_image=True),
    SauvolaThreshold(window_size=15),
    WolfThreshold(window_size=15),
]


def images(dtype="uint8"):
    X = np.random.default_rng(0).random((2, 150, 200))
    return (X * 255).astype(dtype) if dtype == "uint8" else X.astype(dtype)


@pytest.mark.parametrize(
    "scheduler", ["threads", pytest.param("processes", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_schedulers(estimator, dtype, scheduler):
    X = images(dtype)
    expected = estimator.fit(X).transform(X)
    with dask.config.set(scheduler=scheduler, num_workers=2):
        lazy = da.from_array(X, chunks=(1, 60, 70))
        np.testing.assert_array_equal(estimator.fit(lazy).transform(lazy), expected)


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_distributed(client, estimator):
    X = images("float32")
    lazy = da.from_array(X, chunks=(1, 60, 70))
    expected = estimator.fit(X).transform(X)
    np.testing.assert_array_equal(estimator.fit(lazy).transform(lazy).compute(), expected)
    np.testing.assert_array_equal(estimator.transform(lazy.persist()).compute(), expected)
    assert estimator.score(lazy, X > 0.5) == estimator.score(X, X > 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_a_worker_that_is_killed_changes_nothing(client, estimator):
    X = images()

    def slowly(block):
        time.sleep(0.1)
        return block

    lazy = da.from_array(X, chunks=(1, 30, 40)).map_blocks(slowly, dtype=X.dtype)
    expected = estimator.fit(X).transform(X)
    client.wait_for_workers(2)
    victim, other = client.run(os.getpid).values()
    future = client.compute(estimator.transform(lazy))
    time.sleep(0.8)  # some blocks are done, others are not
    assert not future.done()
    os.kill(victim, signal.SIGKILL)
    np.testing.assert_array_equal(future.result(timeout=120), expected)
    client.wait_for_workers(2)
    assert victim not in client.run(os.getpid).values()
    assert other in client.run(os.getpid).values()
