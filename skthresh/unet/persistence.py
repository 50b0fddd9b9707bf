"""An estimator in one file of numbers and names, from which nothing is ever executed."""

from __future__ import annotations

import os
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from skthresh.unet.architecture import Recipe
from skthresh.unet.files import read_file, write_file
from skthresh.unet.scaling import Scaling

__all__ = ["load", "save"]

KIND, VERSION = "skthresh.UNetSegmenter", 1


def save(estimator: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted `UNetSegmenter`."""
    recipe = {k: v for k, v in vars(estimator._recipe).items() if k != "builder"}
    params, programs = {}, []
    for name, value in estimator.get_params(deep=False).items():
        if _is_plain(value):
            params[name] = str(value) if isinstance(value, Path) else _plain(value)
        else:
            programs.append(name)
    facts = {
        "kind": KIND,
        "version": VERSION,
        "params": params,
        "programs": programs,
        "own_model": estimator._recipe.builder is not None,
        "recipe": recipe,
        "scaling": asdict(estimator._scaling),
        "history": estimator.history_,
        "best_epoch": estimator.best_epoch_,
        "threshold": estimator.threshold_,
        "sample_ndim": estimator.sample_ndim_,
        "n_channels": estimator.n_channels_,
    }
    arrays = {"classes": [estimator.classes_], "weights": estimator.model_.get_weights()}
    write_file(path, facts, arrays)


def load(cls: Any, path: str | os.PathLike[str], params: dict[str, Any]) -> Any:
    """Read what `save` wrote."""
    facts, arrays = read_file(path)
    name = os.fspath(path)
    if facts.get("kind") != KIND:
        raise ValueError(
            f"{name!r} is not a file that UNetSegmenter.save wrote; a checkpoint is none, either."
        )
    if facts["version"] > VERSION:
        raise ValueError(
            f"{name!r} was written by a newer version of skthresh (format {facts['version']}, this "
            f"one reads up to {VERSION}): upgrade skthresh to read it."
        )
    if facts["own_model"] and params.get("model") is None:
        raise ValueError(
            f"{name!r} holds the weights of a network of your own, which is a program and not in "
            "the file: pass it again, UNetSegmenter.load(path, model=...)."
        )
    lost = [p for p in facts["programs"] if p not in params]
    if lost:
        warnings.warn(
            f"{name!r} does not hold the parameter(s) {', '.join(lost)}, which cannot be stored; "
            "they have their default values now. Pass them to load, or set them with set_params, "
            "before another fit.",
            UserWarning,
            stacklevel=3,
        )
    stored = {k: tuple(v) if isinstance(v, list) else v for k, v in facts["params"].items()}
    estimator = cls(**{**stored, **params})
    builder = estimator.model if facts["own_model"] else None
    estimator._recipe = Recipe(**facts["recipe"], builder=builder)
    estimator._scaling = Scaling(**facts["scaling"])
    estimator.input_range_ = (estimator._scaling.low, estimator._scaling.high)
    estimator.classes_ = arrays["classes"][0]
    estimator.history_ = facts["history"]
    estimator.best_epoch_ = facts["best_epoch"]
    estimator.threshold_ = facts["threshold"]
    estimator.sample_ndim_, estimator.n_channels_ = facts["sample_ndim"], facts["n_channels"]
    estimator._weights = arrays["weights"]
    return estimator


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_plain(v) for v in value)
    plain = bool | int | float | str | Path | np.integer | np.floating | np.bool_ | None
    return isinstance(value, plain)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value
