"""How good the U-Net's masks are on images it has not seen.

    SKTHRESH_DATA=folder python benchmarks/unet/quality.py nuclei
    SKTHRESH_DATA=folder python benchmarks/unet/quality.py documents --years 2009 2013
    SKTHRESH_DATA=folder python benchmarks/unet/quality.py horses membranes pets
    ... --set epochs=20 base_filters=32 test_time_augmentation=True
    ... documents --before darkness
    ... documents --before thresholds --set "augment=('flip', 'rotate', 'scale')"

Each line says what was trained on what, for how long, and the scores of the images left out.
The classical techniques are scored on the same images by benchmarks/quality.py.
"""

from __future__ import annotations

import argparse
import ast
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from channels import dark_ink, page_and_thresholds
from data import SETS, Pairs, splits
from sklearn.pipeline import make_pipeline

from skthresh import UNetSegmenter
from skthresh.metrics import dice_score, drd_score, iou_score, pseudo_f_measure, psnr_score

# Steps before the U-Net, and parameters that go with them.
BEFORE: dict[str | None, tuple[Callable[[], list[Any]], dict[str, Any]]] = {
    None: (list, {}),
    "darkness": (
        dark_ink,
        {"channel_axis": None, "scaling": None, "augment": ("flip", "rotate", "scale")},
    ),
    "thresholds": (page_and_thresholds, {"scaling": "image"}),
}


def train(train: Pairs, params: dict[str, Any], before: str | None) -> tuple[Any, float]:
    """Train a pipeline that ends in a U-Net; give it, and the seconds that it took."""
    start = time.perf_counter()
    steps, own = BEFORE[before]
    unet = UNetSegmenter(**{"channel_axis": -1, "random_state": 0, "verbose": 1, **own, **params})
    model = make_pipeline(*steps(), unet)
    model.fit(train.images, train.masks)
    return model, time.perf_counter() - start


def show(label: str, what: str, test: Pairs, predicted: list[Any], *, documents: bool) -> None:
    """Print the scores in one line."""
    true = test.masks
    if true[0].dtype != bool:
        labels = np.unique(np.concatenate([np.unique(m) for m in true]))
        per_class = {
            int(k): dice_score(true, predicted, pos_label=k, reduction="none").mean()
            for k in labels
        }
        accuracy = np.mean([np.mean(t == p) for t, p in zip(true, predicted, strict=True)])
        dice = "  ".join(f"{k}: {v:.3f}" for k, v in per_class.items())
        print(f"{label}: {what}: Dice by label {dice}  pixel accuracy {accuracy:.3f}", flush=True)
        return
    dice = dice_score(true, predicted, reduction="none")
    scores = {
        "F" if documents else "Dice": dice.mean(),
        "worst": dice.min(),
        "IoU": iou_score(true, predicted, reduction="none").mean(),
    }
    if documents:
        scores |= {
            "pseudo-F": pseudo_f_measure(true, predicted, reduction="none").mean(),
            "PSNR": psnr_score(true, predicted, reduction="none").mean(),
            "DRD": drd_score(true, predicted, reduction="none").mean(),
        }
    text = "  ".join(f"{name} {value:.4f}" for name, value in scores.items())
    print(f"{label}: {what}: {text}  ({len(true)} images)", flush=True)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", choices=SETS)
    parser.add_argument("--years", nargs="*", type=int, default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--before", choices=[name for name in BEFORE if name], help="steps that know documents"
    )
    parser.add_argument("--set", nargs="*", default=[], help="parameters of the U-Net, a=b")
    options = parser.parse_args()
    if options.before and options.names != ["documents"]:
        parser.error("--before is about dark ink: it goes with documents alone")
    params = {}
    for item in options.set:
        name, _, value = item.partition("=")
        try:
            params[name] = ast.literal_eval(value)
        except ValueError:
            params[name] = value
    for name in options.names:
        for label, pairs, test in splits(name, options.years, options.seed):
            documents = name == "documents"
            model, seconds = train(pairs, params, options.before)
            what = (
                f"{options.before or 'U-Net'} {params or 'of the defaults'}, {seconds / 60:.1f} min"
            )
            show(label, what, test, model.predict(test.images), documents=documents)
            model[-1].set_params(test_time_augmentation=True)
            what += ", turned and flipped"
            show(label, what, test, model.predict(test.images), documents=documents)


if __name__ == "__main__":
    main()
