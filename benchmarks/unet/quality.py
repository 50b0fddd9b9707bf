"""How good the U-Net's masks are on images it has not seen, beside the best classical technique.

    SKTHRESH_DATA=folder python benchmarks/unet/quality.py nuclei
    SKTHRESH_DATA=folder python benchmarks/unet/quality.py documents --years 2009 2013
    SKTHRESH_DATA=folder python benchmarks/unet/quality.py horses membranes pets
    ... --classical          # the grid search over all classical techniques instead
    ... --set epochs=20 base_filters=32 test_time_augmentation=True

Each line says what was trained on what, for how long, and the scores of the images left out.
"""

from __future__ import annotations

import argparse
import ast
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from data import Pairs, held_out, load, load_documents, load_nuclei

from skthresh import ToGray, UNetSegmenter
from skthresh.metrics import dice_score, drd_score, iou_score, pseudo_f_measure, psnr_score
from skthresh.utils.discovery import techniques

SETS = ("nuclei", "documents", "horses", "membranes", "pets")

# A classical technique is tuned on so many training images: all would take hours.
TUNED_ON = 40
GRIDS = {
    "window_size": [15, 25, 51, 101],
    "k": [0.5, 1.0, 2.0],  # times the default
    "offset": [2, 5, 10, 20],
    "method": ["mean", "gaussian"],
}


def splits(name: str, years: list[int], seed: int) -> Iterator[tuple[str, Pairs, Pairs]]:
    """Give what is trained on, and what is scored."""
    if name == "documents":
        pairs = load_documents()
        for year in years or np.unique(pairs.groups).tolist():
            yield f"documents, {year} left out", *split(pairs, pairs.groups == year)
        return
    if name == "nuclei":
        pairs = load_nuclei()
        n = len(np.unique(pairs.groups))
        label = f"nuclei, a fifth of {n} fields left out"
    elif name == "horses":
        pairs, label = load("weizmannhorse", "bright"), "horses, a fifth left out"
    elif name == "membranes":
        pairs, label = load("isbi2012", "dark"), "membranes, the last slices left out"
        yield label, *split(pairs, np.arange(len(pairs.names)) >= 18)
        return
    else:
        pairs, label = load("oxfordpet26", None), "pets, six of 26 left out"
    yield label, *split(pairs, held_out(pairs.groups, 0.2, seed))


def split(pairs: Pairs, test: Any) -> tuple[Pairs, Pairs]:
    """Divide the pairs."""
    return pairs.take(~test), pairs.take(test)


def train(train: Pairs, params: dict[str, Any]) -> tuple[Any, float]:
    """Train a U-Net; give it, and the seconds that it took."""
    start = time.perf_counter()
    unet = UNetSegmenter(**{"channel_axis": -1, "random_state": 0, "verbose": 1, **params})
    unet.fit(train.images, train.masks)
    return unet, time.perf_counter() - start


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


def candidates() -> Iterator[tuple[str, Any]]:
    """Give every technique with each combination that its grid has, and both modes."""
    for name, cls in techniques().items():
        made = cls()
        names = made.get_params()
        for mode in ("binary", "binary_inv"):
            if made.__sklearn_tags__().target_tags.required or "mode" not in names:
                continue
            base = {"mode": mode, **({"per_image": True} if "per_image" in names else {})}
            grid: list[dict[str, Any]] = [{}]
            for key, values in GRIDS.items():
                if key in names and names[key] is not None:
                    scale = names[key] if key == "k" else None
                    tried = values if scale is None else [scale * v for v in values]
                    grid = [{**g, key: v} for g in grid for v in tried]
            for chosen in grid:
                yield name, cls(**base, **chosen)


def classical(label: str, pairs: Pairs, test: Pairs, *, documents: bool) -> None:
    """Find the technique and the parameters that are best on training images, and score them."""
    gray = ToGray()
    some = np.linspace(0, len(pairs.names) - 1, min(TUNED_ON, len(pairs.names))).astype(int)
    X = gray.fit_transform([pairs.images[i] for i in some])
    y = [pairs.masks[i] for i in some]
    best: tuple[float, Any] = (-1.0, None)
    start = time.perf_counter()
    for name, estimator in candidates():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                score = estimator.fit(X).score(X, y)
        except ValueError as error:
            print(f"  {name}: {error}", flush=True)
            continue
        if score > best[0]:
            best = (score, estimator)
            print(f"  {score:.4f} {estimator}", flush=True)
    seconds = time.perf_counter() - start
    predicted = best[1].predict(gray.transform(test.images))
    show(label, f"{best[1]} ({seconds:.0f} s)", test, predicted, documents=documents)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", choices=SETS)
    parser.add_argument("--years", nargs="*", type=int, default=[])
    parser.add_argument("--classical", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", nargs="*", default=[], help="parameters of the U-Net, a=b")
    options = parser.parse_args()
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
            if options.classical:
                classical(label, pairs, test, documents=documents)
                continue
            unet, seconds = train(pairs, params)
            what = f"U-Net {params or 'of the defaults'}, {seconds / 60:.1f} min"
            show(label, what, test, unet.predict(test.images), documents=documents)
            unet.set_params(test_time_augmentation=True)
            what += ", turned and flipped"
            show(label, what, test, unet.predict(test.images), documents=documents)


if __name__ == "__main__":
    main()
