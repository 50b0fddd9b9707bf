"""Threads: the answer is the serial one, whoever asks at the same time."""

import multiprocessing
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from instances import instances
from joblib import Parallel, delayed, parallel_config
from sklearn.base import clone

from skthresh import (
    AdaptiveThreshold,
    LiThreshold,
    OtsuThreshold,
    SauvolaThreshold,
    SimpleThreshold,
)
from skthresh.base import Thresholder
from skthresh.utils._threads import cuts, n_threads, run_threads

RNG = np.random.default_rng(0)
LARGE = RNG.integers(0, 256, (1, 700, 500), dtype=np.uint8)
BATCH = RNG.integers(0, 256, (5, 40, 30), dtype=np.uint8)
RAGGED = [RNG.integers(0, 256, (n, 40), dtype=np.uint8) for n in (3, 50, 21)]
THRESHOLDERS = [e for e in instances(flat_rows=True) if isinstance(e, Thresholder)]


def fitted(estimator, X):
    return estimator.fit(X, [x > 127 for x in X])


def answers(estimator, X):
    return [estimator.predict(X), estimator.transform(X), estimator.thresholds(X)]


def assert_same(a, b):
    for x, y in zip(a, b, strict=True):
        if isinstance(x, list):
            assert_same(x, y)
        else:
            np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("estimator", THRESHOLDERS, ids=repr)
def test_threads_change_nothing(estimator):
    for X in (BATCH, RAGGED, LARGE[:, :90, :80], LARGE[:, :90, :80] / 255):
        serial = fitted(clone(estimator), X)
        for n_jobs in (2, 7):
            threaded = fitted(clone(estimator).set_params(n_jobs=n_jobs), X)
            assert_same(answers(threaded, X), answers(serial, X))


@pytest.mark.parametrize(
    "estimator",
    [
        SauvolaThreshold(window_size=25, border="clip"),
        AdaptiveThreshold(window_size=51),
        AdaptiveThreshold("gaussian", window_size=15),
        OtsuThreshold(per_image=True),
        OtsuThreshold(),
        SimpleThreshold(100),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_one_large_image_in_parts(estimator, dtype):
    X = LARGE.astype(dtype)
    serial, threaded = fitted(clone(estimator), X), clone(estimator).set_params(n_jobs=3)
    assert_same(answers(fitted(threaded, X), X), answers(serial, X))


LOCAL = fitted(SauvolaThreshold(window_size=9), BATCH)
GLOBAL = fitted(OtsuThreshold(per_image=True, n_jobs=2), BATCH)


def both(_=None):
    return [LOCAL.predict(BATCH), GLOBAL.predict(BATCH)]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("estimator", [OtsuThreshold(per_image=True), LiThreshold(per_image=True)])
def test_threads_take_an_image_each(estimator, dtype, masked):
    X = [RNG.integers(0, 40 + 20 * i, (300 + i, 150), dtype=np.uint8) for i in range(11)]
    X = [x.astype(dtype) for x in X]
    mask = [x > 3 for x in X] if masked else None
    serial, threaded = (clone(estimator).set_params(n_jobs=n).fit(X) for n in (1, 3))
    found = threaded.thresholds(X, mask=mask)
    assert_same(found, serial.thresholds(X, mask=mask))
    assert len({np.ravel(t)[0] for t in found}) > 5


def test_sixteen_threads_on_one_estimator():
    expected = both()
    with ThreadPoolExecutor(16) as pool:
        for found in pool.map(both, range(160)):
            assert_same(found, expected)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_nested_under_joblib(backend):
    expected = both()
    with parallel_config(backend=backend):
        for found in Parallel(n_jobs=2)(delayed(both)() for _ in range(6)):
            assert_same(found, expected)


@pytest.mark.skipif(sys.platform != "linux", reason="forks are Linux's way")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_after_a_fork():
    expected = both()  # threads have run before
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for found in pool.map(both, range(4), chunksize=1):
            assert_same(found, expected)


def test_an_error_in_a_thread_is_raised():
    def work(part):
        if part == 3:
            raise ValueError("part 3")

    for n_jobs in (1, 2):
        with pytest.raises(ValueError, match="part 3"):
            run_threads(work, range(5), n_jobs)


def test_the_error_of_the_first_part_is_raised():
    both_begun = threading.Barrier(2)

    def work(part):
        both_begun.wait(5)
        if part == 0:  # the last to fail
            time.sleep(0.05)
        raise ValueError(f"part {part}")

    with pytest.raises(ValueError, match="part 0"):
        run_threads(work, range(2), 2)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_no_part_is_begun_after_an_interrupt(error):
    begun, go = [], threading.Event()

    def work(part):
        begun.append(part)
        if threading.current_thread() is threading.main_thread():
            while len(begun) < 2:
                time.sleep(0.001)
            threading.Timer(0.05, go.set).start()
            raise error
        go.wait(5)

    with pytest.raises(error):
        run_threads(work, range(10), 2)
    assert sorted(begun) == [0, 1]


def test_an_exit_in_another_thread_is_raised():
    both_begun = threading.Barrier(2)

    def work(part):
        both_begun.wait(5)
        if threading.current_thread() is not threading.main_thread():
            raise SystemExit(3)

    with pytest.raises(SystemExit):
        run_threads(work, range(2), 2)


def test_the_caller_works_too():
    at_work = set()
    both_begun = threading.Barrier(2)

    def work(part):
        at_work.add(threading.current_thread())
        if part < 2:
            both_begun.wait(5)
        return part

    assert run_threads(work, range(5), 2) == list(range(5))
    assert len(at_work) == 2
    assert threading.main_thread() in at_work


def test_n_jobs_is_counted_as_joblib_does():
    assert n_threads(None) == 1
    assert n_threads(3) == 3
    with parallel_config(backend="threading", n_jobs=2):
        assert n_threads(None) == 2
        assert n_threads(1) == 1
    with pytest.raises(ValueError, match="n_jobs == 0"):
        SimpleThreshold(n_jobs=0).fit(BATCH).transform(BATCH)
    with pytest.raises(ValueError, match="n_jobs"):
        SimpleThreshold(n_jobs=1.5).fit(BATCH)


@pytest.mark.parametrize(("size", "n"), [(0, 3), (1, 3), (10, 3), (10, 1)])
def test_cuts_cover_all(size, n):
    parts = cuts(size, n)
    covered = [i for p in parts for i in range(*p.indices(size))]
    assert covered == list(range(size))
    assert len(parts) <= n
