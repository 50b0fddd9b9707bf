"""Pipelines and grid searches: what scikit-learn's users come for."""

import numpy as np
import pytest
from skimage import data
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline

from skthresh import (
    AdaptiveThreshold,
    Flatten,
    GaussianBlur,
    OtsuThreshold,
    SimpleThreshold,
    ToGray,
)
from skthresh.datasets import make_blobs, make_documents
from skthresh.metrics import dice_score, dice_scorer, iou_scorer

PAGES, INK = make_documents(6, shape=(64, 96), random_state=0)
GRID = {
    "gaussianblur__kernel_size": [1, 3],
    "adaptivethreshold__window_size": [5, 25],
    "adaptivethreshold__offset": [2, 15],
}


def adaptive_pipeline():
    return make_pipeline(ToGray(), GaussianBlur(), AdaptiveThreshold(mode="binary_inv"))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_grid_search_with_masks(n_jobs):
    search = GridSearchCV(adaptive_pipeline(), GRID, cv=3, n_jobs=n_jobs).fit(PAGES, INK)
    assert search.best_params_["adaptivethreshold__offset"] == 15
    best = search.best_estimator_
    assert best.score(PAGES, INK) == pytest.approx(dice_score(INK, best.predict(PAGES)))
    assert search.best_score_ > clone(adaptive_pipeline()).fit(PAGES).score(PAGES, INK)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_grid_search_with_ragged_lists():
    X = [p[: 40 + 4 * i] for i, p in enumerate(PAGES)]
    y = [m[: 40 + 4 * i] for i, m in enumerate(INK)]
    search = GridSearchCV(adaptive_pipeline(), GRID, cv=3, n_jobs=2).fit(X, y)
    assert search.best_params_["adaptivethreshold__offset"] == 15
    assert isinstance(search.predict(X), list)


def test_grid_search_may_choose_between_pooled_and_per_image():
    X, y = make_blobs(6, random_state=1)
    search = GridSearchCV(OtsuThreshold(), {"per_image": [False, True]}, cv=3).fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    assert scores[0] != scores[1]


@pytest.mark.parametrize("scoring", [dice_scorer, {"dice": dice_scorer, "iou": iou_scorer}])
def test_ready_scorers(scoring):
    refit = "iou" if isinstance(scoring, dict) else True
    grid = {"threshold": [60, 100, 140]}
    search = GridSearchCV(
        SimpleThreshold(mode="binary_inv"), grid, scoring=scoring, refit=refit, cv=3
    ).fit(PAGES, INK)
    assert search.best_params_["threshold"] in grid["threshold"]
    assert (
        cross_val_score(search.best_estimator_, PAGES, INK, scoring=dice_scorer, cv=3) > 0
    ).all()


def test_a_technique_is_changed_by_one_word():
    X, y = make_blobs(4, random_state=0)
    pipe = Pipeline([("blur", GaussianBlur(3)), ("threshold", OtsuThreshold())])
    grid = {"threshold": [OtsuThreshold(), AdaptiveThreshold(window_size=31), SimpleThreshold(90)]}
    search = GridSearchCV(pipe, grid, cv=2).fit(X, y)
    assert len(search.cv_results_["params"]) == 3


def test_first_half_of_a_classifier():
    digits = load_digits()
    images, rows, labels = digits.images[:500], digits.data[:500], digits.target[:500]
    pipe = make_pipeline(OtsuThreshold(), Flatten(), LogisticRegression(max_iter=500))
    grid = {"otsuthreshold__per_image": [True, False], "logisticregression__C": [0.1, 1]}
    search = GridSearchCV(pipe, grid, cv=3).fit(images, labels)
    assert search.best_score_ > 0.85
    flat = make_pipeline(
        AdaptiveThreshold(window_size=5, offset=0, image_shape=(8, 8)),
        LogisticRegression(max_iter=500),
    )
    assert flat.fit(rows, labels).score(rows, labels) > 0.85


def test_pipeline_on_real_photographs():
    X = [data.astronaut(), data.coins(), data.rocket()]
    out = adaptive_pipeline().fit(X).transform(X)
    assert [o.shape for o in out] == [x.shape[:2] for x in X]
    assert all(set(np.unique(o)) == {0, 255} for o in out)


def test_score_of_one_label_per_image_and_weights():
    X = np.stack([np.full((4, 4), 200), np.full((4, 4), 10)]).astype(np.uint8)
    e = SimpleThreshold(100).fit(X)
    assert e.score(X, [1, 0]) == 1.0
    assert e.score(X, [1, 1]) == 0.5
    assert e.score(X, [1, 1], sample_weight=[3, 1]) == 0.75
