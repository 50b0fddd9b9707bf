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

KIND, VERSION = "skthresh.UNetSegmenter", 2


def save(estimator: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted `UNetSegmenter`."""
    recipe = {k: v for k, v in vars(estimator._recipe).items() if k != "builder"}
    params, programs = {}, []
    for name, value in estimator.get_params(deep=False).items():
        if name == "checkpoint_dir":  # a place on this machine; nobody else is to write there
            programs += [name] if value is not None else []
        elif _is_plain(value):
            params[name] = _plain(value)
        else:
            programs.append(name)
    facts = {
        "kind": KIND,
        "version": VERSION,
        "skthresh": _release(),
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
    version = facts.get("version")
    if not isinstance(version, int):
        raise ValueError(f"{name!r} is damaged: it does not say its format.")  # noqa: TRY004  as of all damage
    if version > VERSION:
        raise ValueError(
            f"{name!r} was written by skthresh {facts.get('skthresh')} in format {version}. The "
            f"skthresh that is installed, {_release()}, reads up to format {VERSION}: upgrade "
            "skthresh to read it."
        )
    if facts.get("own_model") and params.get("model") is None:
        raise ValueError(
            f"{name!r} holds the weights of a network of your own, which is a program and not in "
            "the file: pass it again, UNetSegmenter.load(path, model=...)."
        )
    cls(**params)._validate_params()  # what is wrong with these is no damage of the file
    try:
        estimator, lost = _rebuilt(cls, facts, arrays, params)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(f"{name!r} is damaged: {error}") from error
    if lost:
        warnings.warn(
            f"{name!r} does not hold the parameter(s) {', '.join(lost)}, which cannot be stored; "
            "they have their default values now. Pass them to load, or set them with set_params, "
            "before another fit.",
            UserWarning,
            stacklevel=3,
        )
    return estimator


def _rebuilt(
    cls: Any, facts: dict[str, Any], arrays: dict[str, list[Any]], params: dict[str, Any]
) -> tuple[Any, list[str]]:
    """Make an estimator of what a file holds, and name the parameters that it does not hold."""
    lost = [p for p in facts["programs"] if p not in params]
    stored = {k: tuple(v) if isinstance(v, list) else v for k, v in facts["params"].items()}
    estimator = cls(**{**stored, **params})
    estimator._validate_params()
    builder = estimator.model if facts["own_model"] else None
    (classes,), weights = arrays["classes"], arrays["weights"]
    recipe = Recipe(**facts["recipe"], builder=builder)
    _check_network(recipe, classes, weights)
    scaling = Scaling(**facts["scaling"])
    if recipe.n_channels != (facts["n_channels"] or 1) + scaling.is_local:
        raise ValueError(f"its network takes {recipe.n_channels} channels, which its images lack")
    estimator._recipe, estimator._scaling = recipe, scaling
    estimator.input_range_ = (float(estimator._scaling.low), float(estimator._scaling.high))
    estimator.classes_ = classes
    estimator.history_ = dict(facts["history"])
    estimator.best_epoch_ = facts["best_epoch"]
    estimator.threshold_ = float(facts["threshold"])
    estimator.sample_ndim_, estimator.n_channels_ = facts["sample_ndim"], facts["n_channels"]
    estimator._weights = weights
    return estimator, lost


def _check_network(recipe: Recipe, classes: Any, weights: list[Any]) -> None:
    """Refuse a recipe that is not of these weights: a network may be huge, and is built from it."""
    if any(w.dtype.kind != "f" for w in weights):
        raise TypeError("its weights are no floats")
    if classes.shape != (recipe.n_classes,):
        raise ValueError(f"it has labels of shape {classes.shape} for {recipe.n_classes} classes")
    if recipe.builder is not None:
        return
    widest = max(recipe.base_filters * 2 ** min(recipe.depth, 64), recipe.n_classes)
    first = (*[3] * min(recipe.ndim, 3), recipe.n_channels, recipe.base_filters)
    if weights[0].shape != first or max(max(w.shape, default=0) for w in weights) != widest:
        raise ValueError("its weights are those of another network")


def _release() -> str:
    from skthresh import __version__  # noqa: PLC0415  the package imports this module

    return __version__


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_plain(v) for v in value)
    plain = bool | int | float | str | Path | np.integer | np.floating | np.bool_ | None
    return isinstance(value, plain)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value
