"""joblib's backends: the same search wherever it runs, and estimators that travel small."""

import pickle

import numpy as np
import pytest
from instances import instances
from joblib import parallel_config
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skthresh import GaussianBlur, MultiOtsuThreshold, OtsuThreshold, SupervisedThreshold
from skthresh.base import Thresholder
from skthresh.datasets import make_blobs, make_documents
from skthresh.utils.discovery import technique_kind

TECHNIQUES = [
    e
    for e in instances()
    if isinstance(e, Thresholder) and technique_kind(type(e)) in {"global", "local"}
]
PAGES, INK = make_documents(4, shape=(40, 60), random_state=0)


def search(n_jobs=None):
    """Search over all techniques, behind a blur or not."""
    pipe = Pipeline([("blur", GaussianBlur()), ("threshold", OtsuThreshold())])
    grid = {
        "blur__kernel_size": [1, 3],
        "threshold": [clone(e).set_params(mode="binary_inv") for e in TECHNIQUES],
    }
    return GridSearchCV(pipe, grid, cv=2, n_jobs=n_jobs, error_score="raise")


def assert_same_search(found, expected):
    assert len(expected.cv_results_["params"]) == 2 * len(TECHNIQUES)
    for name in ("split0_test_score", "split1_test_score", "rank_test_score"):
        np.testing.assert_array_equal(found.cv_results_[name], expected.cv_results_[name])
    assert repr(found.best_params_) == repr(expected.best_params_)
    np.testing.assert_array_equal(found.predict(PAGES), expected.predict(PAGES))


@pytest.fixture(scope="module")
def serial():
    return search().fit(PAGES, INK)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_grid_search(serial, backend):
    with parallel_config(backend, n_jobs=2):
        assert_same_search(search().fit(PAGES, INK), serial)
    ragged = [p[: 20 + i] for i, p in enumerate(PAGES)], [m[: 20 + i] for i, m in enumerate(INK)]
    small = GridSearchCV(OtsuThreshold(), {"per_image": [False, True]}, cv=2)
    expected = small.fit(*ragged).cv_results_["mean_test_score"]
    with parallel_config(backend, n_jobs=2):
        found = clone(small).fit(*ragged).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.slow
# distributed leaves sockets and event loops to the garbage collector when a cluster is closed
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_grid_search_on_a_cluster(serial):
    """Two worker processes of dask.distributed: searches split over them give the serial result."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert len(client.scheduler_info()["workers"]) == 2
        with parallel_config("dask"):
            assert_same_search(search().fit(PAGES, INK), serial)
        fitted = client.scatter(clone(TECHNIQUES[0]).fit(PAGES))
        there = client.submit(lambda e, X: e.predict(X), fitted, PAGES).result()
        np.testing.assert_array_equal(there, clone(TECHNIQUES[0]).fit(PAGES).predict(PAGES))


def travelled(estimator):
    """Send an estimator through a pickle; give it, and its weight in bytes."""
    sent = pickle.dumps(estimator)
    return pickle.loads(sent), len(sent)


@pytest.mark.parametrize("estimator", [*TECHNIQUES, MultiOtsuThreshold(4)], ids=repr)
def test_fitted_estimators_travel_small(estimator):
    """Global ones carry their histogram, local ones nothing but parameters."""
    X, y = make_blobs(3, shape=(50, 70), random_state=0)
    fitted = clone(estimator).fit(X, y)
    arrived, n_bytes = travelled(fitted)
    assert n_bytes < (20_000 if hasattr(type(estimator), "partial_fit") else 2_000)
    np.testing.assert_array_equal(arrived.predict(X), fitted.predict(X))


def test_what_is_heavier_and_why():
    """Of 16 bits there are 65,536 levels to count; a stream of floats keeps as many cells."""
    X = np.linspace(0, 65535, 90_000).reshape(9, 100, 100)
    y = X > 30_000
    words = OtsuThreshold().fit(X.astype(np.uint16))
    assert 2**16 * 8 < travelled(words)[1] < 2**16 * 16 + 5_000
    assert 2**16 * 8 < travelled(SupervisedThreshold().fit(X, y))[1] < 2**17 * 8 + 20_000
    assert travelled(OtsuThreshold().fit(X))[1] < 20_000
    assert 2**15 * 8 < travelled(OtsuThreshold().partial_fit(X))[1] < 2**16 * 8 + 20_000
    known = OtsuThreshold(value_range=(0, 65536)).partial_fit(X)
    assert travelled(known)[1] < 20_000
    # What is to be applied and not learned on needs its threshold alone.
    bare = OtsuThreshold().fit_histogram([1, 1], [words.threshold_, 65535])
    assert bare.threshold_ == words.threshold_
    assert travelled(bare)[1] < 2_000
