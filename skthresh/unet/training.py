"""How a network is trained: batches with weights, the loss over them, and the progress shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.batch import Array, Batch
from skthresh.unet.images import load_image, pad_to

__all__ = ["LabelledImages", "TrainingBatches", "make_loss", "train"]


@dataclass(frozen=True)
class LabelledImages:
    """Images with masks and weights, loaded one by one, all padded to one shape.

    Attributes
    ----------
    batch : Batch
        The images.
    masks : list of ndarray
        Their masks, in the user's labels.
    classes : ndarray of shape (n_classes,)
        The labels, sorted.
    weights : ndarray of shape (n,)
        Weight of each image.
    limits : tuple of (float, float)
        The pixel values that become 0 and 1.
    shape : tuple of (int, int)
        Height and width to pad to.
    """

    batch: Batch
    masks: list[Array]
    classes: Array
    weights: Array
    limits: tuple[float, float]
    shape: tuple[int, int]

    def load(self, i: int) -> tuple[Array, Array, Array]:
        """Give image, class indices and pixel weights; padding and no data weigh nothing."""
        image, no_data = load_image(self.batch, i, self.limits)
        target = np.searchsorted(self.classes, self.masks[i]).astype(np.int32)
        weight = np.where(no_data, 0, self.weights[i]).astype(np.float32)
        return (
            pad_to(image, self.shape, "reflect"),
            pad_to(target, self.shape, "constant"),
            pad_to(weight, self.shape, "constant"),
        )


class TrainingBatches:
    """Batches of one size, so that the network is compiled for one shape only.

    The images are dealt out evenly over as few batches as `batch_size` allows. What is then
    missing from the last one is filled with images of weight zero.

    Parameters
    ----------
    images : LabelledImages
        The images.
    indices : ndarray of int
        Which of them.
    batch_size : int
        At most so many images in a batch.
    rng : RandomState, default=None
        Shuffles the images, anew for each epoch; None keeps their order.
    augment : bool, default=False
        Whether a random half of the images is flipped left-right, anew for each epoch.
    """

    def __init__(
        self,
        images: LabelledImages,
        indices: Array,
        batch_size: int,
        *,
        rng: np.random.RandomState | None = None,
        augment: bool = False,
    ) -> None:
        self.images, self.indices = images, indices
        self.rng, self.augment = rng, augment
        self.n_batches = -(-len(indices) // batch_size)
        self.size = -(-len(indices) // self.n_batches)
        self.flipped = np.zeros(len(indices), bool)
        self.order = np.arange(len(indices))
        self.draw()

    def __len__(self) -> int:
        return self.n_batches

    def __getitem__(self, b: int) -> tuple[Array, Array, Array]:
        """Give images, class indices and pixel weights of one batch."""
        x, y, w = [], [], []
        n = len(self.order)
        for position in range(b * self.size, (b + 1) * self.size):
            k = self.order[position % n]
            parts: Sequence[Array] = self.images.load(int(self.indices[k]))
            if self.flipped[k]:
                parts = [part[:, ::-1] for part in parts]
            x.append(parts[0])
            y.append(parts[1])
            w.append(parts[2] if position < n else np.zeros_like(parts[2]))
        return np.stack(x), np.stack(y), np.stack(w)

    def draw(self) -> None:
        """Draw the order and the flips of the next epoch."""
        if self.rng is not None:
            self.order = self.rng.permutation(len(self.indices))
            if self.augment:
                self.flipped = self.rng.random_sample(len(self.indices)) < 0.5


def make_loss(keras: Any, loss: str | Callable[..., Any]) -> Any:
    """Wrap a loss so that it is the weighted mean over pixels that count.

    Keras itself divides by the number of all pixels, so that padding would shrink the loss.

    Parameters
    ----------
    keras : module
        Keras.
    loss : str, callable or keras.losses.Loss
        Of (class indices, logits). It gives one value per pixel, one per image, or one per
        batch.

    Returns
    -------
    keras.losses.Loss
        For ``compile``.
    """
    ops = keras.ops
    if isinstance(loss, str):
        function = keras.losses.SparseCategoricalCrossentropy(from_logits=True).call
    else:
        function = loss.call if isinstance(loss, keras.losses.Loss) else loss

    class WeightedLoss(keras.losses.Loss):
        def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            values = ops.cast(function(y_true, y_pred), "float32")
            weight = ops.cast(sample_weight, "float32")
            counts = ops.cast(weight != 0, "float32")
            pooled = tuple(range(len(values.shape), 3))  # axes that the loss has summed up itself
            if pooled:
                weight = ops.sum(weight, pooled) / ops.maximum(ops.sum(counts, pooled), 1)
                counts = ops.max(counts, pooled)
            return ops.sum(values * weight) / ops.maximum(ops.sum(counts), 1)

    return WeightedLoss(name="loss")


def train(
    keras: Any,
    model: Any,
    batches: TrainingBatches,
    validation: TrainingBatches | None,
    *,
    epochs: int,
    verbose: int,
) -> dict[str, list[float]]:
    """Train a compiled model, and give the loss and the accuracy of each epoch."""
    history = model.fit(
        _as_dataset(keras, batches),
        validation_data=None if validation is None else _as_dataset(keras, validation),
        epochs=epochs,
        shuffle=False,  # TrainingBatches does it, from its own generator
        verbose=0,
        callbacks=[_progress(keras, epochs)] if verbose else None,
    ).history
    names = [prefix + name for prefix in ("", "val_") for name in ("loss", "accuracy")]
    return {name: [float(v) for v in history[name]] for name in names if name in history}


def _as_dataset(keras: Any, batches: TrainingBatches) -> Any:
    class Dataset(keras.utils.PyDataset):
        def __len__(self) -> int:
            return len(batches)

        def __getitem__(self, index: int) -> tuple[Array, Array, Array]:
            return batches[index]

        def on_epoch_end(self) -> None:
            batches.draw()

    return Dataset()


def _progress(keras: Any, epochs: int) -> Any:
    class Progress(keras.callbacks.Callback):
        started = 0.0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
            seconds = time.perf_counter() - self.started
            sys.stdout.write(progress_line(epoch + 1, epochs, logs, seconds))
            sys.stdout.flush()

    return Progress()


def progress_line(epoch: int, epochs: int, logs: dict[str, float], seconds: float) -> str:
    """Write one epoch in one line."""
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    scores = "  ".join(f"{name} {float(logs[name]):.4f}" for name in names if name in logs)
    line = f"epoch {epoch:{len(str(epochs))}}/{epochs}  {scores}  {_duration(seconds)}"
    if 1 < epoch < epochs:  # the first epoch compiles: it says little about the others
        line += f", about {_duration(seconds * (epochs - epoch))} left"
    return line + "\n"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"
