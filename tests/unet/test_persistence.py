"""What survives clone, pickle, joblib and a grid search."""

import copy
import io
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skthresh.unet import UNetSegmenter
from skthresh.unet.architecture import build_unet


def through_joblib(unet):
    file = io.BytesIO()
    joblib.dump(unet, file)
    file.seek(0)
    return joblib.load(file)


@pytest.mark.parametrize(
    "copied",
    [lambda unet: pickle.loads(pickle.dumps(unet)), through_joblib, copy.deepcopy],
    ids=["pickle", "joblib", "deepcopy"],
)
def test_copies_predict_to_the_bit_the_same(trained, blobs, copied):
    X = blobs[0][:4]
    other = copied(trained)
    assert "_model" not in vars(other)
    assert np.array_equal(other.predict_proba(X), trained.predict_proba(X))
    again = pickle.loads(pickle.dumps(copied(other)))  # whether or not it was used in between
    assert np.array_equal(again.predict_proba(X), trained.predict_proba(X))


def test_pickle_holds_arrays_only(trained):
    names = set()

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            names.add(module.split(".")[0])
            return super().find_class(module, name)

    Unpickler(io.BytesIO(pickle.dumps(trained))).load()
    assert names <= {"skthresh", "numpy", "builtins", "copyreg"}


def test_pickle_in_a_new_process(trained, blobs, tmp_path):
    X = blobs[0][:3]
    (tmp_path / "unet.pkl").write_bytes(pickle.dumps((trained, X)))
    code = """
import pickle, sys
unet, X = pickle.load(open("unet.pkl", "rb"))
assert "keras" not in sys.modules
assert unet.classes_.tolist() == [False, True]
pickle.dump(unet.predict_proba(X), open("out.pkl", "wb"))
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    predicted = pickle.loads((tmp_path / "out.pkl").read_bytes())
    assert np.array_equal(predicted, trained.predict_proba(X))


def test_clone_is_unfitted_and_trains_the_same(tiny_fitted, pictures):
    X, y = pictures
    unet = tiny_fitted
    other = clone(unet)
    assert other.get_params() == unet.get_params()
    assert not hasattr(other, "classes_")
    assert np.array_equal(other.fit(X, y).predict_proba(X), unet.predict_proba(X))


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_grid_search_trains_what_it_says(tiny, pictures, n_jobs):
    X, y = pictures
    grid = (
        {"base_filters": [2, 3], "epochs": [1, 2]}
        if n_jobs == 2
        else [
            {"base_filters": [2], "epochs": [1]},
            {"base_filters": [3], "epochs": [2]},
        ]
    )
    search = GridSearchCV(tiny(), grid, cv=2, n_jobs=n_jobs, error_score="raise").fit(X, y)
    assert len(search.cv_results_["params"]) == (4 if n_jobs == 2 else 2)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    best, params = search.best_estimator_, search.best_params_
    expected = build_unet(1, 2, depth=1, base_filters=params["base_filters"]).count_params()
    assert best.model_.count_params() == expected
    assert len(best.history_["loss"]) == params["epochs"]
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()


def test_grid_search_takes_lists(tiny, pictures):
    X, y = pictures
    Xs, ys = [x[i:] for i, x in enumerate(X)], [m[i:] for i, m in enumerate(y)]
    search = GridSearchCV(tiny(), {"epochs": [1]}, cv=2, refit=False, error_score="raise")
    assert np.isfinite(search.fit(Xs, ys).cv_results_["mean_test_score"]).all()


def test_last_step_of_a_pipeline(tiny, tiny_fitted, pictures):
    X, y = pictures
    pipeline = make_pipeline(tiny()).fit(X, y)
    alone = tiny_fitted
    assert np.array_equal(pipeline.predict(X), alone.predict(X))
    assert pipeline.score(X, y) == alone.score(X, y)
    assert np.array_equal(tiny().fit_transform(X, y), alone.predict_proba(X))


def test_repr_shows_what_differs_from_the_default():
    assert repr(UNetSegmenter(depth=2, augment=True)) == "UNetSegmenter(augment=True, depth=2)"
