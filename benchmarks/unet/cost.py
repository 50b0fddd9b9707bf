"""What the estimator costs beside a plain Keras loop, and tiles beside a whole image.

    python benchmarks/unet/cost.py            # on the backend that KERAS_BACKEND names

Both of a pair run in alternation in one process; medians.
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

STEPS, PAIRS, BATCH, SIDE = 25, 5, 16, 128


def compiled(keras: Any) -> Any:
    """Make the estimator's default network, with Keras's own loss."""
    model = build_unet(1, 2, base_filters=16, dropout=0.1, normalization="batch")
    model.compile(
        keras.optimizers.Adam(1e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
    return model


def patches(X: Any, y: Any) -> Iterator[tuple[Any, Any]]:
    """Cut random patches as the plainest loop would."""
    rng = np.random.default_rng(0)
    while True:
        xs, ys = [], []
        for _ in range(BATCH):
            i, r, c = rng.integers(len(X)), *rng.integers(0, X.shape[1] - SIDE, 2)
            xs.append(X[i, r : r + SIDE, c : c + SIDE, np.newaxis] / np.float32(255))
            ys.append(y[i, r : r + SIDE, c : c + SIDE].astype(np.int32))
        yield np.stack(xs), np.stack(ys)


def seconds(function: Any, *args: Any, **kwargs: Any) -> float:
    """Time one call."""
    start = time.perf_counter()
    function(*args, **kwargs)
    return time.perf_counter() - start


def main() -> None:
    """Measure both, and print."""
    keras = import_keras()
    X, y = make_blobs(16, shape=(400, 400), random_state=0)
    model = compiled(keras)
    first = seconds(model.fit, patches(X, y), steps_per_epoch=1, epochs=1, verbose=0)
    backend = keras.backend.backend()
    print(
        f"{backend}, {keras.__version__}: first step, with compilation: {first:.1f} s", flush=True
    )
    plain, ours = [], []
    unet = UNetSegmenter(
        epochs=2,
        steps_per_epoch=STEPS,
        batch_size=BATCH,
        patch_size=SIDE,
        loss="sparse_categorical_crossentropy",
        random_state=0,
    )
    times: list[float] = []

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            times.append(time.perf_counter())

    def second_epoch_of_ours() -> float:
        # The first compiles; what is compared is an epoch as all that follow are.
        from skthresh.unet import training

        times.clear()
        original = training.progress_line
        training.progress_line = lambda *a: (times.append(time.perf_counter()), original(*a))[1]
        unet.set_params(verbose=1).fit(X, y)
        training.progress_line = original
        return times[1] - times[0]

    for _ in range(PAIRS):
        times.clear()
        model = compiled(keras)
        model.fit(patches(X, y), steps_per_epoch=STEPS, epochs=2, verbose=0, callbacks=[Clock()])
        plain.append(times[1] - times[0])
        ours.append(second_epoch_of_ours())
    ratio = np.median(np.array(ours) / plain)
    print(
        f"fit: {np.median(ours) / STEPS * 1000:.0f} ms a step, plain Keras "
        f"{np.median(plain) / STEPS * 1000:.0f} ms: {ratio:.3f} times (target <= 1.05)",
        flush=True,
    )
    page = make_blobs(1, shape=(2048, 2048), random_state=1)[0]
    whole, tiled = [], []
    for _ in range(PAIRS + 1):
        unet.set_params(tile_size=2048)
        whole.append(seconds(unet.predict, page))
        unet.set_params(tile_size=None)
        tiled.append(seconds(unet.predict, page))
    ratio = np.median(np.array(tiled[1:]) / whole[1:])
    print(
        f"predict: in tiles {np.median(tiled[1:]):.2f} s, whole {np.median(whole[1:]):.2f} s for "
        f"2048x2048: {ratio:.3f} times (target <= 1.1)",
        flush=True,
    )


if __name__ == "__main__":
    main()
