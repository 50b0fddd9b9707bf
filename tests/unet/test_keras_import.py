"""Keras is loaded late, on a backend that is installed; what is missing is said."""

import importlib.util
import json
import os
import subprocess
import sys

import pytest

from skthresh.unet import _keras


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Pretend that Keras was never imported, and choose what is installed."""
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))

    def install(*names, configured=None):
        found = lambda name: name if name in names else None
        monkeypatch.setattr(importlib.util, "find_spec", found)
        if configured is not None:
            (tmp_path / "keras.json").write_text(configured)

    return install


def test_import_of_the_package_loads_no_keras():
    code = (
        "import sys, skthresh.unet; skthresh.unet.UNetSegmenter(); "
        "print([m for m in ('keras', 'tensorflow', 'jax', 'torch') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_keras_is_missing(fresh):
    fresh("torch")
    message = r'Keras 3, which is not installed\. .*pip install "skthresh\[tensorflow\]"'
    with pytest.raises(ImportError, match=message):
        _keras.import_keras()


def test_every_backend_is_missing(fresh):
    fresh("keras")
    message = r'none is installed\. .*"skthresh\[tensorflow\]" \(or "skthresh\[jax\]"'
    with pytest.raises(ImportError, match=message):
        _keras.import_keras()


def test_named_backend_is_missing(fresh, monkeypatch):
    fresh("keras", "tensorflow")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    message = r"asks for 'jax', which is not installed\. .*\"skthresh\[jax\]\""
    with pytest.raises(ImportError, match=message):
        _keras.import_keras()


def test_named_backend_cannot_train(fresh, monkeypatch):
    fresh("keras", "tensorflow")
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    with pytest.raises(ImportError, match=r"cannot train on the Keras backend 'numpy'\. Set the"):
        _keras.import_keras()


@pytest.mark.parametrize(
    ("installed", "configured", "chosen"),
    [
        (("tensorflow", "jax", "torch"), None, "tensorflow"),
        (("jax", "torch"), None, "jax"),
        (("torch",), None, "torch"),
        (("tensorflow", "torch"), json.dumps({"backend": "torch"}), "torch"),
        (("torch",), json.dumps({"backend": "tensorflow"}), "torch"),
        (("torch", "numpy"), json.dumps({"backend": "numpy"}), "torch"),
        (("torch",), "not JSON", "torch"),
        (("torch",), "[]", "torch"),
    ],
)
def test_choice_of_the_backend(fresh, installed, configured, chosen):
    fresh("keras", *installed, configured=configured)
    assert _keras._choose_backend() == chosen


def test_named_backend_is_respected(fresh, monkeypatch):
    fresh("keras", "tensorflow", "torch", configured=json.dumps({"backend": "tensorflow"}))
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert _keras._choose_backend() == "torch"


def test_choice_is_told_to_keras_in_a_new_process():
    code = (
        "from skthresh.unet._keras import import_keras; keras = import_keras(); import os; "
        "print(keras.backend.backend(), os.environ['KERAS_BACKEND'])"
    )
    env = {**os.environ, "KERAS_BACKEND": "torch"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env
    )
    if importlib.util.find_spec("torch") is None:
        assert 'pip install "skthresh[torch]"' in run.stderr
    else:
        assert run.stdout.split() == ["torch", "torch"]


def test_keras_2_is_refused(monkeypatch):
    import keras

    monkeypatch.setattr(keras, "__version__", "2.15.0")
    with pytest.raises(ImportError, match=r"needs Keras 3; Keras 2\.15\.0 is installed"):
        _keras.import_keras()


def test_imported_keras_that_cannot_train_is_refused(monkeypatch):
    import keras

    monkeypatch.setattr(keras.backend, "backend", lambda: "openvino")
    with pytest.raises(ImportError, match="cannot train on the Keras backend 'openvino'"):
        _keras.import_keras()
