"""The only place that imports Keras: late, and on a backend that is installed."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

__all__ = ["BACKENDS", "import_keras"]

# What Keras can train on, in the order in which one is chosen.
BACKENDS = ("tensorflow", "jax", "torch")

# No start-up chatter; and of a GPU's memory no more than is needed, so that two processes of
# a search fit beside each other.
SETTINGS = {
    "tensorflow": {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_FORCE_GPU_ALLOW_GROWTH": "true"},
    "jax": {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"},
}

INSTALL = (
    'Install one with pip install "skthresh[tensorflow]" (or "skthresh[jax]", "skthresh[torch]").'
)


def import_keras() -> Any:
    """Import Keras 3, and choose its backend if nobody has yet.

    A Keras that is already imported and the environment variable ``KERAS_BACKEND`` are
    respected. Otherwise the backend named in ``keras.json`` is taken if it is installed, else
    the first installed one of TensorFlow, JAX and torch.

    Returns
    -------
    module
        The ``keras`` module.

    Raises
    ------
    ImportError
        If Keras 3 or its backend is missing; the message says what to install.
    """
    if "keras" not in sys.modules:
        if not _installed("keras"):
            raise ImportError(f"UNetSegmenter needs Keras 3, which is not installed. {INSTALL}")
        # The environment is how Keras is told; worker processes inherit it and agree.
        os.environ["KERAS_BACKEND"] = backend = _choose_backend()
        for name, value in SETTINGS.get(backend, {}).items():
            os.environ.setdefault(name, value)
    import keras  # noqa: PLC0415  loading Keras takes seconds: only when a model is needed

    if int(keras.__version__.split(".")[0]) < 3:
        raise ImportError(f"UNetSegmenter needs Keras 3; Keras {keras.__version__} is installed.")
    if keras.backend.backend() not in BACKENDS:
        raise ImportError(_cannot_train(keras.backend.backend()))
    return keras


def _choose_backend() -> str:
    named = os.environ.get("KERAS_BACKEND")
    if named:
        if named not in BACKENDS:
            raise ImportError(_cannot_train(named))
        if not _installed(named):
            raise ImportError(
                f"The environment variable KERAS_BACKEND asks for {named!r}, which is not "
                f'installed. Install it with pip install "skthresh[{named}]", or unset '
                "KERAS_BACKEND."
            )
        return named
    for backend in (_configured_backend(), *BACKENDS):
        if backend in BACKENDS and _installed(backend):
            return backend
    raise ImportError(
        "UNetSegmenter needs a backend of Keras (tensorflow, jax or torch), and none is "
        f"installed. {INSTALL}"
    )


def _configured_backend() -> str | None:
    """Read the backend that the user's ``keras.json`` names."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        return json.loads((home / "keras.json").read_text(encoding="utf-8")).get("backend")
    except (OSError, ValueError, AttributeError):  # no such file, or not one of Keras's
        return None


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _cannot_train(backend: str) -> str:
    return (
        f"UNetSegmenter cannot train on the Keras backend {backend!r}. Set the environment "
        f"variable KERAS_BACKEND to one of {', '.join(BACKENDS)} before Keras is imported. "
        f"{INSTALL}"
    )
