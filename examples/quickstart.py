"""From one fixed threshold to a trained U-Net, on real images, in a few minutes.

Without an argument: real photographs and scans that scikit-image ships, and generated pages as
labelled examples. With one: your own folder, with ``images`` and ``masks`` in it.

    python examples/quickstart.py
    python examples/quickstart.py path/to/folder
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from skimage import data
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skthresh import (
    AdaptiveThreshold,
    GaussianBlur,
    OtsuThreshold,
    SimpleThreshold,
    ToGray,
    UNetSegmenter,
)
from skthresh.datasets import load_pairs, make_documents
from skthresh.display import SegmentationDisplay, ThresholdDisplay
from skthresh.metrics import dice_score

BRIGHT = {"window_size": 101, "offset": -10}
GRID = {
    "gaussianblur__kernel_size": [1, 3, 5],
    "adaptivethreshold__window_size": [15, 31, 75],
}

# Photographs and scans that scikit-image ships, and which side their foreground is on.
REAL = {"page": "binary_inv", "text": "binary_inv", "coins": "binary", "cell": "binary"}


@dataclass
class Pairs:
    """Images with their true masks, and which side of the grey scale the foreground is on."""

    name: str
    images: list[Any]
    masks: list[Any]
    mode: str

    def part(self, name: str, which: Iterable[int]) -> Pairs:
        """Take some of the pairs."""
        which = list(which)
        images, masks = [self.images[i] for i in which], [self.masks[i] for i in which]
        return Pairs(f"{self.name}, {name}", images, masks, self.mode)


class Table:
    """One table, a line as soon as it is known."""

    LINE = "{:<26} {:<26} {:>10} {:>7} {:>9}"

    def __init__(self) -> None:
        print(self.LINE.format("images", "technique", "threshold", "Dice", "ms"))
        print("-" * 82)

    def add(self, images: str, name: str, threshold: str, score: float | None, ms: float) -> None:
        """Print a line."""
        dice = "-" if score is None else f"{score:.3f}"
        images = images if len(images) <= 26 else "..." + images[-23:]
        print(self.LINE.format(images, name, threshold, dice, f"{ms:.1f}"), flush=True)


def techniques(mode: str) -> dict[str, Any]:
    """Give the techniques that need no training masks."""
    # Dark foreground lies below its neighbourhood, bright foreground above it.
    adaptive = {"window_size": 51, "offset": 10} if mode == "binary_inv" else BRIGHT
    return {
        "fixed at 127": SimpleThreshold(127, mode=mode),
        "Otsu, pooled": OtsuThreshold(mode=mode),
        "Otsu, per image": OtsuThreshold(per_image=True, mode=mode),
        "adaptive mean": AdaptiveThreshold("mean", mode=mode, **adaptive),
        "adaptive Gaussian": AdaptiveThreshold("gaussian", mode=mode, **adaptive),
    }


def threshold_in_words(estimator: Any, images: list[Any]) -> str:
    """Name the threshold: a number, or the range where there is one for each image or pixel."""
    for step in getattr(estimator, "steps", [])[:-1]:
        images = step[1].transform(images)
    last = estimator[-1] if hasattr(estimator, "steps") else estimator
    if not hasattr(last, "thresholds"):
        return "learned"
    found = last.thresholds(images)
    numbers = np.concatenate([np.ravel(t) for t in found]) if isinstance(found, list) else found
    low, high = np.min(numbers), np.max(numbers)
    return f"{low:.0f}" if low == high else f"{low:.0f}..{high:.0f}"


def run(
    table: Table, what: str, name: str, estimator: Any, images: list[Any], masks: Any = None
) -> list[Any]:
    """Predict masks, and tell about it."""
    start = time.perf_counter()
    predicted = estimator.predict(images)
    ms = 1e3 * (time.perf_counter() - start)
    score = None if masks is None else dice_score(masks, predicted)
    table.add(what, name, threshold_in_words(estimator, images), score, ms)
    return list(predicted)


def labelled_folder(folder: Path, limit: int) -> Pairs:
    """Load a folder; where masks have two values, the rarer one is the foreground."""
    found = load_pairs(folder, limit=limit)
    if len(np.unique(np.concatenate([np.unique(m) for m in found.masks]))) <= 2:
        found = load_pairs(folder, limit=limit, foreground="rare")
    masks = [m != 0 for m in found.masks]
    gray = ToGray().fit_transform(found.images)
    both = [(g, m) for g, m in zip(gray, masks, strict=True) if m.any() and not m.all()]
    darker = [g[m].mean() < g[~m].mean() for g, m in both]
    mode = "binary_inv" if np.mean(darker) > 0.5 else "binary"
    return Pairs(folder.resolve().name, list(found.images), masks, mode)


def generated_pages() -> Pairs:
    images, masks = make_documents(36, shape=(160, 224), random_state=0)
    return Pairs("generated pages", list(images), list(masks), "binary_inv")


def tune(train: Pairs) -> GridSearchCV:
    """Choose the smoothing, the window and the offset that fit the masks best."""
    pipeline = make_pipeline(ToGray(), GaussianBlur(), AdaptiveThreshold(mode=train.mode))
    sign = 1 if train.mode == "binary_inv" else -1
    grid = GRID | {"adaptivethreshold__offset": [sign * v for v in (5, 10, 20, 30)]}
    folds = min(3, len(train.images))
    candidates = int(np.prod([len(v) for v in grid.values()]))
    print(f"\nTuning {candidates} settings on {len(train.images)} labelled images ...", flush=True)
    start = time.perf_counter()
    search = GridSearchCV(pipeline, grid, cv=folds, n_jobs=2).fit(train.images, train.masks)
    best = {k.split("__")[1]: v for k, v in search.best_params_.items()}
    print(f"best: {best}, Dice {search.best_score_:.3f} ({time.perf_counter() - start:.0f} s)")
    return search


def train_unet(train: Pairs, epochs: int) -> Any:
    """Train a small U-Net on the grey images; it cuts patches of them itself."""
    print(f"\nTraining a small U-Net on {len(train.images)} images ...", flush=True)
    unet = UNetSegmenter(
        depth=3,
        base_filters=8,
        epochs=epochs,
        steps_per_epoch=30,
        batch_size=8,
        learning_rate=2e-3,
        random_state=0,
        verbose=1,
    )
    return make_pipeline(ToGray(), unet).fit(train.images, train.masks)


def draw_techniques(path: Path, images: dict[str, Any], results: dict[str, dict[str, Any]]) -> None:
    """Draw a row for each image and a column for each technique."""
    import matplotlib.pyplot as plt

    columns = list(dict.fromkeys(name for row in results.values() for name in row))
    ratios = [images[name].shape[0] / images[name].shape[1] for name in results]
    figure, axes = plt.subplots(
        len(results),
        1 + len(columns),
        figsize=(2.4 * (1 + len(columns)), 2.4 * sum(ratios) + 0.4),
        height_ratios=ratios,
        squeeze=False,
        layout="constrained",
    )
    for row, (name, masks) in zip(axes, results.items(), strict=True):
        row[0].imshow(images[name], cmap="gray", vmin=0, vmax=255)
        for ax, column in zip(row[1:], columns, strict=True):
            if column in masks:  # foreground black, as ink
                ax.imshow(~np.asarray(masks[column], bool), cmap="gray", vmin=0, vmax=1)
    for ax, title in zip(axes[0], ["image", *columns], strict=True):
        ax.set_title(title, fontsize=10)
    for ax in axes.flat:
        ax.set_axis_off()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def on_real_images(table: Table, search: GridSearchCV, unet: Any) -> dict[str, dict[str, Any]]:
    """Run every technique on photographs and scans without masks; give the masks by image."""
    results: dict[str, dict[str, Any]] = {}
    for name, mode in REAL.items():
        image = [getattr(data, name)()]
        every = {title: t.fit(image) for title, t in techniques(mode).items()}
        del every["Otsu, pooled"]  # of one image, it is the same as per image
        if mode == "binary_inv":  # documents, as those that were trained on
            every |= {"tuned pipeline": search.best_estimator_, "U-Net": unet}
        results[name] = {title: run(table, name, title, t, image)[0] for title, t in every.items()}
    return results


def on_labelled_images(
    table: Table, train: Pairs, test: Pairs, search: GridSearchCV, unet: Any
) -> list[Any]:
    """Run every technique on images that it has not seen; give the masks of the U-Net."""
    to_gray = ToGray().fit(train.images)
    gray_train, gray_test = to_gray.transform(train.images), to_gray.transform(test.images)
    for title, technique in techniques(test.mode).items():
        run(table, test.name, title, technique.fit(gray_train), gray_test, test.masks)
    run(table, test.name, "tuned pipeline", search.best_estimator_, test.images, test.masks)
    return run(table, test.name, "U-Net", unet, test.images, test.masks)


def draw(
    output: Path, results: dict[str, dict[str, Any]], test: Pairs, predicted: list[Any]
) -> list[Path]:
    """Write the pictures, and name them."""
    images = {name: getattr(data, name)() for name in results}
    written = []
    if images:
        written.append(output / "techniques.png")
        draw_techniques(written[-1], images, results)
    else:
        images = {"test": ToGray().fit_transform(test.images)[0]}
    for name, image in images.items():
        otsu = OtsuThreshold(mode=REAL.get(name, test.mode)).fit([image])
        display = ThresholdDisplay.from_estimator(otsu, image)
        written.append(output / f"otsu_{name}.png")
        display.figure_.savefig(written[-1], dpi=110)
    display = SegmentationDisplay.from_predictions(
        test.images[:4], test.masks[:4], [np.asarray(p, bool) for p in predicted[:4]]
    )
    written.append(output / "unet.png")
    display.figure_.savefig(written[-1], dpi=110)
    return written


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="with images/ and masks/ in it")
    parser.add_argument("--output", type=Path, default=Path("quickstart_output"))
    parser.add_argument("--limit", type=int, default=24, help="pairs to load from the folder")
    parser.add_argument("--epochs", type=int, default=10, help="of the U-Net")
    options = parser.parse_args(arguments)
    mpl.use("Agg")
    began = time.perf_counter()

    try:
        folder, limit = options.folder, options.limit
        labelled = labelled_folder(folder, limit) if folder else generated_pages()
    except (OSError, ValueError) as error:
        parser.error(str(error))
    if len(labelled.images) < 3:
        parser.error(f"{options.folder} holds {len(labelled.images)} pairs; at least 3 are needed")
    n = len(labelled.images)
    test = labelled.part("test", range(0, n, 3))
    train = labelled.part("training", [i for i in range(n) if i % 3])

    print("Compiling (the next run reads it from disk) ...", flush=True)
    for technique in techniques("binary").values():
        technique.fit(np.zeros((1, 9, 9), np.uint8)).predict(np.zeros((1, 9, 9), np.uint8))
    search = tune(train)
    unet = train_unet(train, options.epochs)

    print()
    table = Table()
    results = {} if options.folder else on_real_images(table, search, unet)
    predicted = on_labelled_images(table, train, test, search, unet)

    print("\nDrawing ...", flush=True)
    options.output.mkdir(parents=True, exist_ok=True)
    for path in draw(options.output, results, test, predicted):
        print(f"  {path}")
    print(f"Done in {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
