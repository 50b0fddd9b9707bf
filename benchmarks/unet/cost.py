"""What the estimator costs beside a plain Keras loop, and tiles beside a whole image.

    python benchmarks/unet/cost.py            # on the backend that KERAS_BACKEND names

Both of a pair run in alternation in one process, on the same data, with the same network and the
same augmentation. Medians: of the steps of all epochs but the first, which compiles.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from skthresh import UNetSegmenter
from skthresh.datasets import make_blobs
from skthresh.unet._keras import import_keras
from skthresh.unet.architecture import build_unet

STEPS, PAIRS, BATCH, SIDE = 12, 6, 16, 128
CHANNELS = 2  # what the estimator's network is given of a grey image


def network(shape: Any, n_classes: int) -> Any:
    """Make the estimator's default network."""
    return build_unet(shape[-1], n_classes, base_filters=16, dropout=0.1, normalization="batch")


class Clock:
    """Notes when each step of a model's training ends."""

    def __init__(self, keras: Any) -> None:
        self.ends: list[float] = []
        ends = self.ends

        class Note(keras.callbacks.Callback):
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
                ends.append(time.perf_counter())

        self.note = Note

    def watch(self, shape: Any, n_classes: int) -> Any:
        """Make a network whose `fit` is timed, whoever calls it."""
        model = network(shape, n_classes)
        fit = model.fit

        def timed_fit(*args: Any, callbacks: Any = (), **kwargs: Any) -> Any:
            return fit(*args, callbacks=[*callbacks, self.note()], **kwargs)

        model.fit = timed_fit
        return model

    def steps(self) -> Any:
        """Give the seconds of the steps of the second epoch, and forget them."""
        seconds = np.diff(self.ends)[STEPS:]
        self.ends.clear()
        return seconds


def patches(X: Any, y: Any) -> Iterator[tuple[Any, Any]]:
    """Cut, flip and turn random patches as the plainest loop would."""
    rng = np.random.default_rng(0)
    while True:
        xs, ys = [], []
        for _ in range(BATCH):
            i, r, c = rng.integers(len(X)), *rng.integers(0, X.shape[1] - SIDE, 2)
            window = (i, slice(r, r + SIDE), slice(c, c + SIDE))
            turns, flipped = rng.integers(4), rng.integers(2)
            x, mask = (np.rot90(a[window], turns)[:: 1 - 2 * flipped] for a in (X, y))
            xs.append(np.stack([x] * CHANNELS, axis=-1) / np.float32(255))
            ys.append(mask.astype(np.int32))
        yield np.stack(xs), np.stack(ys)


def train_plainly(keras: Any, clock: Clock, X: Any, y: Any) -> None:
    """Train with Keras's own loss and no metric."""
    model = clock.watch((None, None, CHANNELS), 2)
    model.compile(
        keras.optimizers.Adam(1e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
    model.fit(patches(X, y), steps_per_epoch=STEPS, epochs=2, verbose=0, shuffle=False)


def first_step(keras: Any, X: Any, y: Any) -> float:
    """Time the first step of a process, with all that is compiled for it."""
    model = network((None, None, CHANNELS), 2)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss)
    return seconds(model.fit, patches(X, y), steps_per_epoch=1, epochs=1, verbose=0, shuffle=False)


def seconds(function: Any, *args: Any, **kwargs: Any) -> float:
    """Time one call."""
    start = time.perf_counter()
    function(*args, **kwargs)
    return time.perf_counter() - start


def main() -> None:
    """Measure both, and print."""
    keras = import_keras()
    X, y = make_blobs(16, shape=(400, 400), random_state=0)
    name = f"{keras.backend.backend()}, Keras {keras.__version__}"
    print(f"{name}: first step, with compilation: {first_step(keras, X, y):.1f} s", flush=True)
    clock = Clock(keras)
    unet = UNetSegmenter(
        model=clock.watch,
        scaling="local",
        epochs=2,
        steps_per_epoch=STEPS,
        batch_size=BATCH,
        patch_size=SIDE,
        augment=("flip", "rotate"),
        random_state=0,
    )
    plain: dict[str, list[Any]] = {"plain": []}
    ours: dict[str, list[Any]] = {"sparse_categorical_crossentropy": [], "dice_crossentropy": []}
    for _ in range(PAIRS):
        train_plainly(keras, clock, X, y)
        plain["plain"].append(clock.steps())
        for loss, times in ours.items():
            unet.set_params(loss=loss).fit(X, y)
            times.append(clock.steps())
    base = np.median(plain["plain"])
    for loss, times in ours.items():
        step = np.median(times)
        print(
            f"fit, {loss}: {step * 1000:.0f} ms a step, plain Keras with cross-entropy "
            f"{base * 1000:.0f} ms: {step / base:.3f} times (target <= 1.05)",
            flush=True,
        )
    for side in (2048, 4096):
        page = make_blobs(1, shape=(side, side), random_state=1)[0]
        whole, tiled = [], []
        for _ in range(PAIRS):
            unet.set_params(tile_size=side)
            whole.append(seconds(unet.predict, page))
            unet.set_params(tile_size=None)
            tiled.append(seconds(unet.predict, page))
        ratio = np.median(tiled[1:]) / np.median(whole[1:])
        print(
            f"predict {side}x{side}: in tiles {np.median(tiled[1:]):.2f} s, whole "
            f"{np.median(whole[1:]):.2f} s: {ratio:.3f} times (target <= 1.1)",
            flush=True,
        )


if __name__ == "__main__":
    main()
