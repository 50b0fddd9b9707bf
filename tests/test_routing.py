"""A mask travels with its images through pipelines and searches, as scikit-learn's metadata."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.pipeline import make_pipeline

from skthresh import GaussianBlur, OtsuThreshold, SauvolaThreshold
from skthresh.datasets import make_documents


@pytest.fixture(scope="module")
def bordered():
    """Pages in a broad, noisy black frame, that no global threshold survives."""
    X, y = make_documents(6, shape=(48, 60), shading=0.1, fading=0.1, stains=0, random_state=0)
    pad = [(0, 0), (40, 40), (40, 40)]
    frame = np.pad(np.zeros(X.shape, bool), pad, constant_values=True)
    noise = np.random.default_rng(0).integers(0, 12, frame.shape).astype(X.dtype)
    return np.where(frame, noise, np.pad(X, pad)), np.pad(y, pad), ~frame


def routed(estimator, **requests):
    estimator.set_fit_request(mask=True).set_transform_request(mask=True)
    estimator.set_predict_request(mask=True).set_score_request(mask=True)
    if hasattr(estimator, "partial_fit"):
        estimator.set_fit_request(mask=True, **requests)
    return estimator


def test_pipeline(bordered):
    X, y, mask = bordered
    with config_context(enable_metadata_routing=True):
        pipe = make_pipeline(GaussianBlur(3), routed(OtsuThreshold(mode="binary_inv")))
        pipe.fit(X, mask=mask)
        ruined = make_pipeline(GaussianBlur(3), OtsuThreshold(mode="binary_inv")).fit(X)
        assert pipe.score(X, y, mask=mask) > 4 * ruined.score(X, y)
        blurred = GaussianBlur(3).fit_transform(X)
        alone = OtsuThreshold(mode="binary_inv").fit(blurred, mask=mask)
        np.testing.assert_array_equal(pipe.predict(X, mask=mask), alone.predict(blurred, mask=mask))
        np.testing.assert_array_equal(
            pipe.fit_transform(X, mask=mask), alone.transform(blurred, mask=mask)
        )


def test_without_a_request_scikit_learn_refuses(bordered):
    X, _, mask = bordered
    with (
        config_context(enable_metadata_routing=True),
        pytest.raises(UnsetMetadataPassedError, match="mask"),
    ):
        make_pipeline(GaussianBlur(3), OtsuThreshold()).fit(X, mask=mask)


@pytest.mark.parametrize("ragged", [False, True])
def test_searches_split_the_mask_with_the_images(bordered, ragged):
    X, y, mask = bordered
    if ragged:
        X, y, mask = list(X), list(y), list(mask)
    weights = np.array([1, 1, 1, 1, 1, 2.0])
    with config_context(enable_metadata_routing=True):
        estimator = routed(OtsuThreshold(mode="binary_inv"), sample_weight=True)
        estimator.set_score_request(mask=True, sample_weight=True)
        params = {"mask": mask, "sample_weight": weights}
        search = GridSearchCV(estimator, {"per_image": [False, True]}, cv=KFold(3))
        search.fit(X, y, **params)
        assert search.best_score_ > 0.8
        scores = cross_validate(estimator, X, y, cv=KFold(3), params=params)["test_score"]
    expected = []
    for train, test in KFold(3).split(X):
        a, b = ([[v[i] for i in part] for v in (X, y, mask, weights)] for part in (train, test))
        e = OtsuThreshold(mode="binary_inv").fit(a[0], sample_weight=a[3], mask=a[2])
        expected.append(e.score(b[0], b[1], sample_weight=b[3], mask=b[2]))
    np.testing.assert_allclose(scores, expected)


def test_local_techniques_leave_the_frame_out_of_their_windows(bordered):
    X, y, mask = bordered
    with config_context(enable_metadata_routing=True):
        e = routed(SauvolaThreshold(mode="binary_inv", window_size=25))
        pipe = make_pipeline(e).fit(X)
        assert (
            pipe.score(X, y, mask=mask)
            > SauvolaThreshold(mode="binary_inv", window_size=25).fit(X).score(X, y * mask) + 0.05
        )
