"""Ctrl-C in the middle of a long call: it ends soon, and nothing is left half done."""

import contextlib
import gc
import os
import signal
import threading
import time

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skthresh import OtsuThreshold, SauvolaThreshold

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals to oneself are POSIX's way")

RNG = np.random.default_rng(0)
SMALL = RNG.integers(0, 256, (3, 40, 50), dtype=np.uint8)
# A minute of work, without its memory: one image, many times.
MANY = [RNG.integers(0, 256, (4000, 4000), dtype=np.uint8)] * 1_000


@contextlib.contextmanager
def interrupted(seconds):
    """Have the terminal's signal come after some time, and be raised from what is inside, soon."""
    # A process in the background has no handler.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    main = threading.main_thread().ident
    timer = threading.Timer(seconds, lambda: signal.pthread_kill(main, signal.SIGINT))
    n_threads, begin = threading.active_count(), time.process_time()
    # Hypothesis is called back by the collector: an interrupt that comes just then would be lost.
    gc.disable()
    try:
        with pytest.raises(KeyboardInterrupt):  # noqa: PT012  or it would end the whole run
            timer.start()
            yield
        assert time.process_time() - begin < 2 * seconds + 5  # of both threads
        # Threads end soon: what was begun is finished, and nothing else is begun.
        timer.join()
        end = time.monotonic() + 60
        while threading.active_count() > n_threads:
            assert time.monotonic() < end
            time.sleep(0.01)
    finally:
        gc.enable()
        timer.cancel()
        signal.signal(signal.SIGINT, handler)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(
    "estimator",
    [OtsuThreshold(per_image=True), SauvolaThreshold(window_size=25)],
    ids=repr,
)
def test_a_call(estimator, n_jobs):
    estimator = clone(estimator).set_params(n_jobs=n_jobs).fit(SMALL)
    expected = estimator.predict(SMALL)
    for seconds in (0.05, 0.3):
        with interrupted(seconds):
            estimator.predict(MANY)
    np.testing.assert_array_equal(estimator.predict(SMALL), expected)


@pytest.mark.parametrize("seconds", [0.01, 0.1, 0.3])
def test_a_batch_is_learned_wholly_or_not_at_all(seconds):
    otsu, expected = OtsuThreshold().fit(SMALL), OtsuThreshold().fit(SMALL)
    answer = otsu.predict(SMALL)
    with interrupted(seconds):
        otsu.partial_fit(MANY)
    assert otsu.histogram_.n_pixels == SMALL.size
    for e in (otsu, expected):
        e.partial_fit(SMALL[:1])
    assert otsu.threshold_ == expected.threshold_
    np.testing.assert_array_equal(otsu.histogram_.counts, expected.histogram_.counts)
    with interrupted(seconds):
        otsu.fit(MANY)
    with contextlib.suppress(NotFittedError):  # or as it was: nothing in between
        np.testing.assert_array_equal(otsu.predict(SMALL), expected.predict(SMALL))
    np.testing.assert_array_equal(otsu.fit(SMALL).predict(SMALL), answer)
