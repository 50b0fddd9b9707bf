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
from skthresh.utils._sklearn import InvalidParameterError


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
    expected = build_unet(  # of the images, and of what they are beside their background
        1 + 1, 2, depth=1, base_filters=params["base_filters"], normalization=None
    ).count_params()
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
    assert repr(UNetSegmenter(depth=2, augment=False)) == "UNetSegmenter(augment=False, depth=2)"


def assert_loads_the_same(unet, path, X, **params):
    unet.save(path)
    other = UNetSegmenter.load(path, **params)
    assert np.array_equal(other.predict_proba(X), unet.predict_proba(X))
    assert np.array_equal(other.predict(X), unet.predict(X))
    assert other.classes_.dtype == unet.classes_.dtype
    for name in ("history_", "best_epoch_", "input_range_", "threshold_", "n_channels_"):
        assert getattr(other, name) == getattr(unet, name)
    return other


def test_a_saved_file_gives_the_estimator_back(tiny, pictures, tmp_path):
    X, y = pictures
    unet = tiny(
        threshold="tune",
        validation_fraction=0.34,
        augment=("flip", "scale"),
        patch_size=(8, 8),
        normalization="batch",
    ).fit(X, y)
    path = tmp_path / "unet"  # the very name, without a suffix of NumPy's
    other = assert_loads_the_same(unet, path, X)
    assert other.get_params() == unet.get_params()
    assert np.array_equal(other.fit(X, y).predict_proba(X), unet.predict_proba(X))
    assert [p.name for p in tmp_path.iterdir()] == ["unet"]
    assert_loads_the_same(other, str(path), X)  # over the old one


def own_network(shape, n_classes):
    import keras

    inputs = keras.Input(shape)
    return keras.Model(inputs, keras.layers.Conv2D(n_classes, 1)(inputs))


def own_loss(y, logits):
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True).call(y, logits)


def test_programs_are_not_in_the_file(tiny, pictures, tmp_path):
    X, y = pictures
    path = tmp_path / "unet.skthresh"
    unet = tiny(model=own_network, loss=own_loss).fit(X, y)
    unet.save(path)
    with pytest.raises(ValueError, match=r"pass it again, UNetSegmenter\.load\(path, model="):
        UNetSegmenter.load(path)
    with pytest.warns(UserWarning, match=r"does not hold the parameter\(s\) loss"):
        other = UNetSegmenter.load(path, model=own_network)
    assert np.array_equal(other.predict_proba(X), unet.predict_proba(X))
    assert_loads_the_same(unet, path, X, model=own_network, loss=own_loss)


def test_files_that_are_no_such_files(tiny_fitted, tmp_path):
    path = tmp_path / "unet"
    with pytest.raises(FileNotFoundError):
        UNetSegmenter.load(path)
    path.write_bytes(b"no")
    with pytest.raises(ValueError, match=r"unet' is not a file that UNetSegmenter wrote"):
        UNetSegmenter.load(path)
    with path.open("wb") as file:
        np.savez(file, a=np.zeros(3))
    with pytest.raises(ValueError, match="is not a file that"):
        UNetSegmenter.load(path)
    tiny_fitted.save(path)
    whole = path.read_bytes()
    for n in (10, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:n])
        with pytest.raises(ValueError, match="damaged"):
            UNetSegmenter.load(path)


def test_what_the_caller_passes_is_no_damage_of_the_file(tiny_fitted, tmp_path):
    path = tmp_path / "unet"
    tiny_fitted.save(path)
    with pytest.raises(InvalidParameterError, match="'epochs' parameter"):
        UNetSegmenter.load(path, epochs=-1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'epoch'"):
        UNetSegmenter.load(path, epoch=1)


def test_a_pickle_in_the_file_is_never_opened(tmp_path):
    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("code from the file was executed",))

    path = tmp_path / "unet"
    with path.open("wb") as file:
        np.savez(file, facts=np.array([Evil()], dtype=object))
    with pytest.raises(ValueError, match="is not a file that") as caught:
        UNetSegmenter.load(path)
    assert "allow_pickle" not in str(caught.value)  # no advice to open it unsafely


def test_a_file_of_the_future_says_so(tiny_fitted, tmp_path, monkeypatch):
    from skthresh.unet import persistence

    monkeypatch.setattr(persistence, "VERSION", 99)
    tiny_fitted.save(tmp_path / "unet")
    monkeypatch.undo()
    with pytest.raises(ValueError, match=r"in format 99.*upgrade skthresh"):
        UNetSegmenter.load(tmp_path / "unet")


def test_a_file_of_the_first_format_is_read(tiny, pictures, tmp_path, monkeypatch):
    """It knew no scaling by the background; nothing else has changed."""
    from skthresh.unet import persistence

    unet = tiny(scaling="image").fit(*pictures)
    monkeypatch.setattr(persistence, "VERSION", 1)
    unet.save(tmp_path / "unet")
    monkeypatch.undo()
    assert persistence.VERSION > 1
    loaded = UNetSegmenter.load(tmp_path / "unet")
    assert np.array_equal(loaded.predict_proba(pictures[0]), unet.predict_proba(pictures[0]))


def test_a_failed_save_leaves_the_old_file(tiny_fitted, tmp_path, monkeypatch):
    path = tmp_path / "unet"
    tiny_fitted.save(path)
    before = path.read_bytes()

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        tiny_fitted.save(path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_unfitted_is_not_saved(tiny, tmp_path):
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        tiny().save(tmp_path / "unet")
