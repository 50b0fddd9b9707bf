"""The scorers inside scikit-learn's searches."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, cross_val_score

from skthresh import metrics
from skthresh.metrics import dice_scorer, get_scorer, get_scorer_names

LOW_IS_GOOD = {"drd", "mpm", "nrm"}


class FixedThreshold(BaseEstimator):
    """The least that a scorer needs: masks of stacks and of lists."""

    def __init__(self, threshold=0.5):
        self.threshold = threshold

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def predict(self, X):
        masks = [np.asarray(x) > self.threshold for x in X]
        return masks if isinstance(X, list) else np.stack(masks)


def stack():
    rng = np.random.default_rng(0)
    y = rng.random((8, 6, 5)) < 0.4
    return np.where(y, 0.7, 0.3) + rng.uniform(-0.1, 0.1, y.shape), y


def ragged():
    X, y = stack()
    sizes = [(3 + i % 4, 2 + i % 3) for i in range(len(X))]
    return [x[:h, :w] for x, (h, w) in zip(X, sizes, strict=True)], [
        m[:h, :w] for m, (h, w) in zip(y, sizes, strict=True)
    ]


@pytest.mark.parametrize("data", [stack, ragged])
def test_grid_search_finds_the_right_threshold(data):
    X, y = data()
    search = GridSearchCV(
        FixedThreshold(), {"threshold": [0.1, 0.5, 0.9]}, scoring=dice_scorer, cv=2
    ).fit(X, y)
    assert search.best_params_ == {"threshold": 0.5}
    assert search.best_score_ == 1
    assert search.score(X, y) == 1


@pytest.mark.parametrize("data", [stack, ragged])
def test_grid_search_with_several_metrics(data):
    X, y = data()
    # No threshold of these is perfect, so that every score, PSNR's too, is finite.
    grid = {"threshold": [0.25, 0.36, 0.9]}
    scoring = {name: get_scorer(name) for name in get_scorer_names()}
    search = GridSearchCV(FixedThreshold(), grid, scoring=scoring, refit="dice", cv=2).fit(X, y)
    assert search.best_params_ == {"threshold": 0.36}
    results = search.cv_results_
    assert (results["mean_test_dice"] == results["mean_test_f_measure"]).all()
    for name in get_scorer_names():
        assert np.isfinite(results[f"mean_test_{name}"]).all()


@pytest.mark.parametrize("name", get_scorer_names())
def test_scorer_calls_the_score_of_its_name(name):
    X, y = stack()
    estimator = FixedThreshold(0.35).fit(X)
    function = getattr(metrics, name if name.endswith("f_measure") else f"{name}_score")
    kwargs = {"reduction": "pooled"} if name == "psnr" else {}
    sign = -1 if name in LOW_IS_GOOD else 1
    assert get_scorer(name)(estimator, X, y) == sign * function(y, estimator.predict(X), **kwargs)


@pytest.mark.parametrize("name", get_scorer_names())
def test_the_better_mask_has_the_higher_score(name):
    X, y = stack()
    scorer = get_scorer(name)
    estimator = FixedThreshold(0.36).fit(X)
    bad, good = scorer(estimator, 1 - X, y), scorer(estimator, X, y)
    assert bad < good
    assert (good < 0) == (name in LOW_IS_GOOD)


@pytest.mark.parametrize("name", get_scorer_names())
def test_scorers_survive_pickle_and_clone(name):
    X, y = stack()
    estimator, scorer = FixedThreshold(0.35).fit(X), get_scorer(name)
    expected = scorer(estimator, X, y)
    assert pickle.loads(pickle.dumps(scorer))(estimator, X, y) == expected
    search = clone(GridSearchCV(FixedThreshold(), {"threshold": [0.35]}, scoring=scorer))
    assert search.scoring(estimator, X, y) == expected


def test_one_perfect_mask_does_not_make_psnr_infinite():
    X, y = stack()
    X[0] = y[0]
    estimator = FixedThreshold(0.35).fit(X)
    assert np.isfinite(get_scorer("psnr")(estimator, X, y))


def test_cross_val_score_per_image_order():
    X, y = stack()
    X[:4] = 1 - X[:4]  # the first fold is inverted: every pixel wrong
    assert cross_val_score(FixedThreshold(), X, y, scoring=dice_scorer, cv=2).tolist() == [0, 1]


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"no scorer named 'dise'.*'dice'"):
        get_scorer("dise")


def test_every_constant_has_a_name():
    constants = {n.removesuffix("_scorer") for n in metrics.__all__ if n.endswith("_scorer")}
    constants.discard("get")
    assert constants | {"f_measure"} == set(get_scorer_names())
    assert all(getattr(metrics, f"{n}_scorer") is get_scorer(n) for n in constants)
