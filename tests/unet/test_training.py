"""The course of a training: its rate, its progress, and that nothing of it is lost."""

import math
import os
import signal
import subprocess
import sys
import threading
import time

import keras
import numpy as np
import pytest

from skthresh.unet.architecture import Recipe
from skthresh.unet.options import learning_rate_of
from skthresh.unet.training import Progress, Schedule, progress_line


def test_the_rate_rises_and_falls_as_a_cosine():
    rate = Schedule(epochs=10, steps=20, learning_rate=0.5, kind="cosine").rate(keras)
    values = [float(rate(k)) for k in range(201)]
    assert values[0] == 0
    assert values[10] == pytest.approx(0.5)
    assert np.all(np.diff(values[:11]) > 0)
    assert np.all(np.diff(values[10:]) <= 0)
    assert values[105] == pytest.approx(0.5 * (1.01 / 2), rel=1e-3)
    assert values[200] == pytest.approx(0.005)
    assert Schedule(10, 20, 0.5).rate(keras) == 0.5
    assert Schedule(1, 1, 0.5, "cosine").rate(keras) == 0.5


@pytest.mark.parametrize(
    ("normalization", "builder", "schedule", "expected"),
    [
        ("batch", None, "cosine", 3e-3),
        ("batch", None, None, 1e-3),
        (None, None, "cosine", 1e-3),
        ("batch", keras.Model, "cosine", 1e-3),
    ],
)
def test_the_rate_is_high_where_training_is_stable(normalization, builder, schedule, expected):
    recipe = Recipe(2, 1, 2, 4, 16, 0.1, normalization, "float32", builder)
    assert learning_rate_of(None, recipe, schedule) == expected
    assert learning_rate_of(0.5, recipe, schedule) == 0.5


def test_progress_knows_the_best_epoch():
    progress = Progress()
    best = []
    for dice in (0.5, 0.4, 0.7, 0.7):
        progress.add({"loss": 1, "val_dice": dice})
        best.append(progress.is_best())
    assert best == [True, False, True, False]
    assert progress.epochs == 4


def test_progress_line():
    logs = {"loss": 0.5, "dice": 0.25, "val_loss": 1, "val_dice": 0.125}
    assert progress_line(1, 15, {"loss": 0.5, "dice": 0.25}, 4.06) == (
        "epoch  1/15  loss 0.5000  dice 0.2500  4.1 s\n"
    )
    assert progress_line(5, 15, logs, 12.0) == (
        "epoch  5/15  loss 0.5000  dice 0.2500  val_loss 1.0000  val_dice 0.1250  12.0 s, "
        "about 2 min 00 s left\n"
    )
    assert progress_line(9, 9, logs, 4.0).endswith("  4.0 s\n")


class Cut(BaseException):
    """As KeyboardInterrupt, but one that nobody else raises."""


def cut_after(monkeypatch, n):
    """End the training in the middle of an epoch, once so many have been done."""
    from skthresh.unet import training

    original, done = training._save, []

    def save(*args):
        original(*args)
        done.append(1)
        if len(done) == n:
            raise Cut

    monkeypatch.setattr(training, "_save", save)
    return lambda: monkeypatch.setattr(training, "_save", original)


@pytest.mark.parametrize("params", [{}, {"validation_fraction": 0.34, "random_state": None}])
def test_a_training_that_was_cut_off_ends_as_if_it_had_not_been(
    tiny, pictures, tmp_path, monkeypatch, params, capfd
):
    X, y = pictures
    network = {"normalization": "batch", "dropout": 0.2}  # whose state must not be lost
    params = {"epochs": 4, "learning_rate": 0.01, **network, **params}
    whole = tiny(**params, checkpoint_dir=tmp_path / "whole").fit(X, y)
    mend = cut_after(monkeypatch, 2)
    unet = tiny(**params, checkpoint_dir=tmp_path / "cut", verbose=1)
    with pytest.raises(Cut):
        unet.fit(X, y)
    mend()
    assert len(unet.history_["loss"]) == 2
    unet = tiny(**params, checkpoint_dir=str(tmp_path / "cut"), verbose=1).fit(X, y)
    assert "goes on after epoch 2/4" in capfd.readouterr().out
    assert unet.history_ == whole.history_
    assert unet.best_epoch_ == whole.best_epoch_
    assert np.array_equal(unet.predict_proba(X), whole.predict_proba(X))
    assert [p.suffix for p in (tmp_path / "cut").iterdir()] == [".ckpt"]


def test_another_training_does_not_go_on_from_it(tiny, pictures, tmp_path):
    X, y = pictures
    params = {"checkpoint_dir": tmp_path, "steps_per_epoch": 1}
    first = tiny(**params).fit(X, y)
    n = 1
    for other, (a, b) in [
        ({"dropout": 0.3}, (X, y)),
        ({"random_state": 1}, (X, y)),
        ({}, (X[:5], y[:5])),
        ({}, (X, np.where(np.arange(16) < 3, 0, y))),
    ]:
        tiny(**{**params, **other}).fit(a, b)
        n += 1
        assert len(list(tmp_path.iterdir())) == n
    tiny(**params, verbose=0).fit(X, y)
    assert len(list(tmp_path.iterdir())) == n
    again = tiny(**params).fit(X, y)  # it is at its end already
    assert np.array_equal(again.predict_proba(X), first.predict_proba(X))


def test_a_damaged_checkpoint_is_named(tiny, pictures, tmp_path):
    tiny(checkpoint_dir=tmp_path, steps_per_epoch=1).fit(*pictures)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ValueError, match=rf"{file.name}.* damaged"):
        tiny(checkpoint_dir=tmp_path, steps_per_epoch=1).fit(*pictures)


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on(pictures, tmp_path):
    """The process is killed as the system kills it, and the same call goes on."""
    code = """
import numpy as np
from skthresh.unet import UNetSegmenter
X = np.random.default_rng(0).integers(0, 255, (4, 16, 16)).astype(np.uint8)
unet = UNetSegmenter(depth=1, base_filters=2, epochs=30, steps_per_epoch=20, random_state=0,
                     checkpoint_dir="here", verbose=1).fit(X, X > 100)
print("loss", unet.history_["loss"])
"""
    run = [sys.executable, "-c", code]
    process = subprocess.Popen(run, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for line in process.stdout:
        if b"epoch  4/30" in line:
            break
    time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    out = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "goes on after epoch" in out
    whole = subprocess.run(
        [sys.executable, "-c", code.replace('"here"', '"there"')],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert out.splitlines()[-1] == whole.splitlines()[-1]


def test_an_interrupt_leaves_an_estimator_that_predicts(tiny, pictures, monkeypatch):
    from skthresh.unet import training

    X, y = pictures
    unet = tiny(epochs=5, verbose=1)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "progress_line", interrupt)
    with pytest.raises(KeyboardInterrupt):
        unet.fit(X, y)
    assert unet.predict(X).shape == y.shape
    assert len(unet.history_["loss"]) == 1
    assert math.isfinite(unet.history_["loss"][0])
    assert unet.threshold_ == 0.5


def test_warm_start_goes_on_from_the_weights(tiny, pictures):
    X, y = pictures
    unet = tiny(learning_rate=1e-9).fit(X, y)
    before = unet.predict_proba(X)
    unet.set_params(warm_start=True, random_state=5).fit(X, y)
    assert np.allclose(unet.predict_proba(X), before, atol=1e-4)
    unet.set_params(warm_start=False).fit(X, y)
    assert not np.allclose(unet.predict_proba(X), before, atol=1e-4)
    unet.set_params(warm_start=True, base_filters=3)
    with pytest.raises(ValueError, match="warm_start=True goes on with the network"):
        unet.fit(X, y)
    with pytest.raises(ValueError, match=r"label\(s\) \[1\], which are not among the classes"):
        unet.fit(X, y // 255)


def test_partial_fit_goes_on_with_its_optimizer_also_from_a_pickle(tiny, pictures):
    import pickle

    X, y = pictures
    params = {"steps_per_epoch": None, "batch_size": 2, "learning_rate": 0.01}
    params["normalization"] = "batch"
    a, b = (tiny(**params).partial_fit(X[:3], y[:3], classes=[0, 255]) for _ in range(2))
    b = pickle.loads(pickle.dumps(b))
    for unet in (a, b):
        unet.partial_fit(X[3:], y[3:])
        assert len(unet.history_["loss"]) == 2
    assert np.array_equal(a.predict_proba(X), b.predict_proba(X))
    c = pickle.loads(pickle.dumps(tiny(**params).partial_fit(X[:3], y[:3])))
    c._training = []  # an optimizer that has forgotten takes other steps
    assert not np.array_equal(c.partial_fit(X[3:], y[3:]).predict_proba(X), a.predict_proba(X))


def test_partial_fit_is_told_of_labels_to_come(tiny, pictures):
    X, y = pictures
    unet = tiny(steps_per_epoch=None).partial_fit(X, y, classes=[0, 7, 255])
    assert unet.predict_proba(X).shape == (*y.shape, 3)
    assert unet.classes_.dtype == y.dtype
    with pytest.raises(ValueError, match=r"classes=\[0, 255\] are not those of the last call"):
        unet.partial_fit(X, y, classes=[0, 255])
    with pytest.raises(ValueError, match=r"label\(s\) \[9\]"):
        unet.partial_fit(X, np.where(y > 0, 9, y))
    unet.fit(X, y)  # and a fit forgets
    assert unet.classes_.tolist() == [0, 255]


def test_partial_fit_learns(tiny):
    from skthresh.datasets import make_blobs

    X, y = make_blobs(24, shape=(32, 32), random_state=0)
    params = {"learning_rate": 5e-3, "steps_per_epoch": None, "augment": ("flip", "rotate")}
    unet = tiny(base_filters=8, batch_size=2, **params)
    for _ in range(4):
        for k in range(0, 24, 8):
            unet.partial_fit(X[k : k + 8], y[k : k + 8])
    assert unet.score(X, y) > 0.9


def test_a_fit_leaves_no_thread_behind(tiny, pictures):
    before = {t.name for t in threading.enumerate()}
    tiny(epochs=2).fit(*pictures)
    left = {t.name for t in threading.enumerate()} - before
    assert not [name for name in left if "ThreadPoolExecutor" in name]
