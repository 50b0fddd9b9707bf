"""How a network is trained: epoch by epoch, each of them remembered so that none is lost."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.unet.files import read_file, write_file
from skthresh.unet.losses import dice_metric, make_loss
from skthresh.unet.samples import Patches

__all__ = [
    "Progress",
    "Schedule",
    "compile_model",
    "progress_line",
    "put_training_state",
    "train",
    "training_state",
]

# Scores of held-out images: a network's weights -> {"val_loss": ..., "val_dice": ...}.
Validate = Callable[[], dict[str, float]]
SHOWN = ("loss", "dice", "val_loss", "val_dice")
# The rate rises over so many of all steps, and ends at so much of its height.
WARM_UP, END = 0.05, 0.01


@dataclass(frozen=True)
class Schedule:
    """How long a training is.

    Attributes
    ----------
    epochs, steps : int
        Epochs, and steps in each.
    learning_rate : float
        Of Adam.
    kind : {"cosine", None}
        How the rate changes.
    patience : int or None
        Stop after so many epochs without a better score on held-out images.
    """

    epochs: int
    steps: int
    learning_rate: float
    kind: str | None = None
    patience: int | None = None

    def rate(self, keras: Any) -> Any:
        """Give the learning rate as Keras takes it."""
        total = self.epochs * self.steps
        warm_up = int(WARM_UP * total)
        if self.kind is None or total - warm_up < 2:
            return self.learning_rate
        return keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0 if warm_up else self.learning_rate,
            decay_steps=total - warm_up,
            alpha=END,
            warmup_target=self.learning_rate if warm_up else None,
            warmup_steps=warm_up,
        )


@dataclass
class Progress:
    """All that a training has come to; what it needs to go on.

    Attributes
    ----------
    history : dict of str to list of float
        The scores of each epoch.
    best : list of ndarray
        The weights that were best on held-out images.
    best_epoch : int
        The epoch, counted from 0, that had them; -1 if there is none.
    stopped : bool
        Whether the training ended before its last epoch, for want of progress.
    """

    history: dict[str, list[float]] = field(default_factory=dict)
    best: list[Array] = field(default_factory=list)
    best_epoch: int = -1
    stopped: bool = False

    @property
    def epochs(self) -> int:
        """The number of epochs that have been trained."""
        return len(self.history.get("loss", []))

    def add(self, logs: dict[str, Any]) -> None:
        """Remember the scores of an epoch."""
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))

    def is_best(self) -> bool:
        """Whether the last epoch is better than all before it."""
        scores = self.history["val_dice"]
        return len(scores) == 1 or scores[-1] > max(scores[:-1])


def compile_model(
    keras: Any,
    model: Any,
    schedule: Schedule,
    loss: str | Callable[..., Any],
    n_classes: int,
    jit_compile: bool | str,
) -> None:
    """Make a model ready for training."""
    model.compile(
        keras.optimizers.Adam(schedule.rate(keras)),
        loss=make_loss(keras, loss),
        weighted_metrics=[dice_metric(keras, n_classes)],
        jit_compile=_jit_compile(keras, jit_compile),
    )
    model.optimizer.build(model.trainable_variables)


def train(
    keras: Any,
    model: Any,
    patches: Patches,
    schedule: Schedule,
    progress: Progress,
    *,
    validate: Validate | None = None,
    checkpoint: Path | None = None,
    verbose: int = 0,
) -> None:
    """Train a compiled model, and leave it with its best weights.

    Parameters
    ----------
    keras : module
        Keras.
    model : keras.Model
        Compiled by `compile_model`.
    patches : Patches
        What it learns from.
    schedule : Schedule
        How long.
    progress : Progress
        Is brought up to date after each epoch.
    validate : callable, default=None
        Scores the model on held-out images after each epoch.
    checkpoint : Path, default=None
        The file that is written after each epoch, and gone on from if it is there.
    verbose : int, default=0
        1 writes one line per epoch.

    Raises
    ------
    KeyboardInterrupt
        As it came, after the best weights so far have been put back.
    """
    if checkpoint is not None and checkpoint.exists():
        _restore(model, progress, checkpoint)
        if verbose:
            _write(f"{checkpoint}: goes on after epoch {progress.epochs}/{schedule.epochs}\n")
    pool = ThreadPoolExecutor(1)
    try:
        if not progress.stopped and progress.epochs < schedule.epochs:
            model.fit(
                patches.batches(progress.epochs, pool),
                steps_per_epoch=schedule.steps,
                initial_epoch=progress.epochs,
                epochs=schedule.epochs,
                shuffle=False,  # Patches does it, from its own generator
                verbose=0,
                callbacks=[
                    _after_each_epoch(keras, progress, schedule, validate, checkpoint, verbose)
                ],
            )
    finally:
        pool.shutdown(cancel_futures=True)
        if progress.best:
            model.set_weights(progress.best)


def _after_each_epoch(
    keras: Any,
    progress: Progress,
    schedule: Schedule,
    validate: Validate | None,
    checkpoint: Path | None,
    verbose: int,
) -> Any:
    class AfterEachEpoch(keras.callbacks.Callback):
        started = 0.0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
            progress.add({**logs, **(validate() if validate is not None else {})})
            if validate is not None and progress.is_best():
                progress.best, progress.best_epoch = self.model.get_weights(), epoch
            if schedule.patience is not None and validate is not None:
                progress.stopped = epoch - progress.best_epoch >= schedule.patience
                self.model.stop_training = progress.stopped
            if checkpoint is not None:
                _save(self.model, progress, checkpoint)
            if verbose:
                seconds = time.perf_counter() - self.started
                scores = {name: values[-1] for name, values in progress.history.items()}
                _write(progress_line(epoch + 1, schedule.epochs, scores, seconds))

    return AfterEachEpoch()


def training_state(model: Any) -> list[Array]:
    """Give all that changes in training: weights, the state of dropout, and the optimizer's."""
    return [np.asarray(v.numpy()) for v in _variables(model)]


def put_training_state(model: Any, state: list[Array]) -> bool:
    """Put it back into a compiled model; False, and nothing is done, if it is another model's."""
    variables = _variables(model)
    if [tuple(v.shape) for v in variables] != [a.shape for a in state]:
        return False
    for variable, value in zip(variables, state, strict=True):
        variable.assign(value)
    return True


def _variables(model: Any) -> list[Any]:
    metrics = {id(v) for metric in model.metrics for v in metric.variables}
    return [v for v in [*model.variables, *model.optimizer.variables] if id(v) not in metrics]


def _save(model: Any, progress: Progress, path: Path) -> None:
    facts = {
        "history": progress.history,
        "best_epoch": progress.best_epoch,
        "stopped": progress.stopped,
    }
    write_file(path, facts, {"state": training_state(model), "best": progress.best})


def _restore(model: Any, progress: Progress, path: Path) -> None:
    facts, arrays = read_file(path)
    if not put_training_state(model, arrays.get("state", [])):
        raise ValueError(f"{path} is a checkpoint of another network; remove it to train anew.")
    progress.history.update(facts["history"])
    progress.best = arrays.get("best", [])
    progress.best_epoch, progress.stopped = facts["best_epoch"], facts["stopped"]


def _jit_compile(keras: Any, wanted: bool | str) -> bool | str:
    # XLA makes TensorFlow several times slower on a CPU, and compiles anew for each image size.
    return False if wanted == "auto" and keras.backend.backend() == "tensorflow" else wanted


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def progress_line(epoch: int, epochs: int, logs: dict[str, float], seconds: float) -> str:
    """Write one epoch in one line."""
    scores = "  ".join(f"{name} {float(logs[name]):.4f}" for name in SHOWN if name in logs)
    line = f"epoch {epoch:{len(str(epochs))}}/{epochs}  {scores}  {_duration(seconds)}"
    if 1 < epoch < epochs:  # the first epoch compiles: it says little about the others
        line += f", about {_duration(seconds * (epochs - epoch))} left"
    return line + "\n"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"
