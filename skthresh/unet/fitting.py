"""From an estimator's parameters and the user's data to a trained network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from skthresh.batch import Array
from skthresh.unet._keras import import_keras
from skthresh.unet.architecture import Recipe
from skthresh.unet.labelled import HeldOut, Labelled, classes_of, read_labelled, split
from skthresh.unet.options import (
    augmentation_of,
    class_weights_of,
    learning_rate_of,
    patch_size_of,
    scaling_of,
)
from skthresh.unet.samples import Patches, TrainingSet
from skthresh.unet.scaling import Scaling
from skthresh.unet.scoring import best_threshold
from skthresh.unet.training import Progress, Schedule, compile_model, put_training_state, train

__all__ = ["fit", "partial_fit"]


@dataclass(frozen=True)
class Start:
    """What a training starts from.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, sorted.
    recipe : Recipe
        What the network is built from.
    scaling : Scaling
        How pixels become numbers.
    seed : int
        Fixes all that is drawn.
    """

    classes: Array
    recipe: Recipe
    scaling: Scaling
    seed: int


def fit(e: Any, X: Any, y: Any, sample_weight: Any, validation_data: Any) -> None:
    """Do what `UNetSegmenter.fit` says, for the estimator `e`."""
    goes_on = e.warm_start and e.__sklearn_is_fitted__()
    data = read_labelled(e, X, y, sample_weight, reset=not goes_on)
    classes = classes_of(data.survey, e.classes_ if goes_on else None)
    if e.checkpoint_dir is None or e.random_state is not None:
        rng = check_random_state(e.random_state)
    else:  # the same call must draw the same after a crash
        rng = np.random.RandomState(data.survey.digest)
    training, held_out = _hold_out(e, data, validation_data, classes, rng)
    seed = int(rng.randint(2**31 - 1))
    training = _counting(training, data)

    keras = import_keras()
    recipe = _recipe_of(e, len(classes))
    if goes_on:
        if recipe != e._recipe:
            raise ValueError(
                "warm_start=True goes on with the network of the last fit, but parameters that it "
                "is built from have changed since: set warm_start=False, or set them back."
            )
        start, model = Start(classes, recipe, e._scaling, seed), e.model_
    else:
        moments = [data.survey.moments[i] for i in training]
        start = Start(classes, recipe, Scaling.learn(scaling_of(e.scaling, e.model), moments), seed)
        _forget(e)
        model = recipe.build(seed)
    patches = _patches(e, data, training, start, e.steps_per_epoch)
    rate = learning_rate_of(e.learning_rate, recipe, e.schedule)
    schedule = Schedule(e.epochs, patches.steps, rate, e.schedule, e.patience)
    compile_model(keras, model, schedule, e.loss, len(classes), e.jit_compile)
    checkpoint = None
    if e.checkpoint_dir is not None:
        checkpoint = _checkpoint_file(e, data, held_out, seed)
    progress = Progress()
    _remember(e, start, model, progress)
    e.threshold_ = 0.5 if e.threshold == "tune" else float(e.threshold)
    validate = None if held_out is None else lambda: held_out.scores(e, model.loss)
    try:
        with _computed_in(e.precision):
            train(
                keras,
                model,
                patches,
                schedule,
                progress,
                validate=validate,
                checkpoint=checkpoint,
                verbose=int(e.verbose),
            )
    finally:
        e.best_epoch_ = progress.best_epoch if progress.best_epoch >= 0 else None
    if held_out is not None and e.threshold == "tune":
        e.threshold_ = best_threshold(held_out.pairs(e))


def partial_fit(e: Any, X: Any, y: Any, classes: Any, sample_weight: Any) -> None:
    """Do what `UNetSegmenter.partial_fit` says, for the estimator `e`."""
    first = not (e.__sklearn_is_fitted__() and hasattr(e, "_seed"))
    data = read_labelled(e, X, y, sample_weight, reset=first)
    if not first and classes is not None and not np.array_equal(np.unique(classes), e.classes_):
        raise ValueError(
            f"classes={np.unique(classes).tolist()} are not those of the last call to partial_fit, "
            f"{e.classes_.tolist()}."
        )
    classes = classes_of(data.survey, classes if first else e.classes_)
    training = _counting(np.arange(len(data.images)), data)
    keras = import_keras()
    if first:
        seed = int(check_random_state(e.random_state).randint(2**31 - 1))
        scaling = Scaling.learn(scaling_of(e.scaling, e.model), data.survey.moments)
        start = Start(classes, _recipe_of(e, len(classes)), scaling, seed)
        _forget(e)
        model, progress = start.recipe.build(seed), Progress()
        e.threshold_ = 0.5 if e.threshold == "tune" else float(e.threshold)
    else:
        start, model = Start(classes, e._recipe, e._scaling, e._seed), e.model_
        progress = Progress(history=e.history_)
    patches = _patches(e, data, training, start, None)
    rate = learning_rate_of(e.learning_rate, start.recipe, None)
    schedule = Schedule(progress.epochs + 1, patches.steps, rate)
    if getattr(model, "optimizer", None) is None:
        compile_model(keras, model, schedule, e.loss, len(classes), e.jit_compile)
        put_training_state(model, e.__dict__.pop("_training", []))
    _remember(e, start, model, progress)
    e._seed = start.seed
    with _computed_in(e.precision):
        train(keras, model, patches, schedule, progress, verbose=int(e.verbose))


@contextmanager
def _computed_in(precision: str) -> Iterator[None]:
    """Name the parameter where TensorFlow lacks an operation in half precision, as on CPUs."""
    try:
        yield
    except Exception as error:
        if precision == "float32" or "No OpKernel was registered" not in str(error):
            raise
        raise ValueError(
            f"precision={precision!r}: TensorFlow cannot compute this network so on this device. "
            "Use 'float32', or the other of 'mixed_float16' and 'mixed_bfloat16'."
        ) from error


def _hold_out(
    e: Any, data: Labelled, validation_data: Any, classes: Array, rng: np.random.RandomState
) -> tuple[Array, HeldOut | None]:
    """Give the images to train on, and those to score."""
    held_out = None
    if validation_data is not None:
        if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
            raise ValueError("validation_data must be a tuple of images and masks, (X, y).")
        X, y = validation_data
        given = read_labelled(e, X, y, None, reset=False)
        classes_of(given.survey, classes)
        held_out = HeldOut(given, np.arange(len(given.images)))
        training = np.arange(len(data.images))
    else:
        training, drawn = split(len(data.images), e.validation_fraction, rng)
        if len(drawn):
            held_out = HeldOut(data, drawn)
    tunes = e.threshold == "tune"
    asked = "threshold='tune'" if tunes else f"patience={e.patience}"
    if held_out is None and (tunes or e.patience is not None):
        raise ValueError(
            f"{asked} needs images that are held out: set validation_fraction, or pass "
            "validation_data to fit."
        )
    if tunes and len(classes) > 2:
        raise ValueError(
            f"threshold='tune' is for two labels; y has {len(classes)}: {classes.tolist()}."
        )
    return training, held_out


def _counting(indices: Array, data: Labelled) -> Array:
    """Leave out images of weight zero."""
    kept = [i for i in indices.tolist() if np.any(data.weights[i])]
    if not kept:
        raise ValueError("sample_weight is zero for all images that would be trained on.")
    return np.array(kept)


def _recipe_of(e: Any, n_classes: int) -> Recipe:
    """Fix what the network is built from, whatever is set after the fit."""
    return Recipe(
        ndim=e.sample_ndim_ - (e.n_channels_ is not None),
        n_channels=(e.n_channels_ or 1) + (scaling_of(e.scaling, e.model) == "local"),
        n_classes=n_classes,
        depth=int(e.depth),
        base_filters=int(e.base_filters),
        dropout=float(e.dropout),
        normalization=e.normalization,
        precision=e.precision,
        builder=e.model,
    )


def _patches(e: Any, data: Labelled, training: Array, start: Start, steps: int | None) -> Patches:
    sizes = [data.survey.sizes[i] for i in training]
    size = patch_size_of(e.patch_size, sizes, start.recipe.multiple)
    area = float(np.prod(size))
    n = sum(max(1.0, float(np.prod(s)) / area) for s in sizes)
    mean = float(np.mean([float(np.mean(w)) for w in data.weights]))
    return Patches(
        TrainingSet(
            data,
            start.classes,
            start.scaling,
            [start.scaling.of(m) for m in data.survey.moments],
            [np.asarray(w, np.float32) / np.float32(mean) for w in data.weights],
            class_weights_of(e.class_weight, start.classes, data.survey),
            e.ignore_label,
            e.border_weight,
        ),
        training,
        size,
        batch_size=e.batch_size,
        steps=steps or max(1, round(n / e.batch_size)),
        seed=start.seed,
        augmentation=augmentation_of(e.augment, start.scaling),
    )


def _remember(e: Any, start: Start, model: Any, progress: Progress) -> None:
    e.classes_, e._scaling, e._recipe, e._model = start.classes, start.scaling, start.recipe, model
    e.input_range_ = (start.scaling.low, start.scaling.high)
    e.history_, e.best_epoch_ = progress.history, None


def _forget(e: Any) -> None:
    for name in ("_model", "_weights", "_training", "_seed"):
        e.__dict__.pop(name, None)


def _checkpoint_file(e: Any, data: Labelled, held_out: HeldOut | None, seed: int) -> Path:
    """Name the file of this very training: of its parameters and its data."""
    folder = Path(e.checkpoint_dir)
    folder.mkdir(parents=True, exist_ok=True)
    # These change how it is done, not what comes out.
    apart = ("checkpoint_dir", "verbose", "random_state", "tile_size", "test_time_augmentation")
    params = {k: _plain(v) for k, v in e.get_params(deep=False).items() if k not in apart}
    facts = [
        sorted(params.items()),
        data.survey.digest,
        [float(np.sum(w)) for w in data.weights],
        None if held_out is None else [held_out.indices.tolist(), held_out.data.survey.digest],
        seed,
    ]
    name = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
    return folder / f"unet-{name}.ckpt"


def _plain(value: Any) -> str:
    name = getattr(value, "__qualname__", None)
    if name is not None:
        return f"{value.__module__}.{name}"
    return repr(value) if type(value).__module__ == "builtins" else type(value).__qualname__
