"""The labelled sets, as the U-Net and the classical techniques take them, split without leaks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from skthresh.datasets import load_pairs

Array = NDArray[np.generic]

SETS = ("nuclei", "documents", "horses", "membranes", "pets")
DIBCO = ("dibco2009", "dibco2010", "dibco2011", "dibco2013")


@dataclass(frozen=True)
class Pairs:
    """Images in RGB, their masks, and which of them belong together."""

    names: list[str]
    images: list[Array]
    masks: list[Array]
    groups: Array

    def take(self, where: Array) -> Pairs:
        """Take the images of a boolean array."""
        chosen = np.flatnonzero(where)
        return Pairs(
            [self.names[i] for i in chosen],
            [self.images[i] for i in chosen],
            [self.masks[i] for i in chosen],
            self.groups[chosen],
        )


def folder() -> Path:
    """Name the folder of labelled sets, which the environment variable SKTHRESH_DATA gives."""
    named = os.environ.get("SKTHRESH_DATA")
    if not named:
        raise SystemExit("Set SKTHRESH_DATA to the folder of labelled images.")
    return Path(named)


def in_colour(x: Array) -> Array:
    """Give grey images three equal channels, so that all have as many."""
    return x[..., :3] if x.ndim == 3 else np.repeat(x[..., np.newaxis], 3, axis=-1)


def load(name: str, foreground: str | None) -> Pairs:
    """Load a set; each image is a group of its own."""
    pairs = load_pairs(folder() / name, foreground=foreground)
    images = [in_colour(x) for x in pairs.images]
    return Pairs(list(pairs.names), images, list(pairs.masks), np.arange(len(images)))


def load_documents() -> Pairs:
    """Load the document sets, grouped by year."""
    sets = [load(name, "dark") for name in DIBCO]
    years = [int(re.sub(r"\D", "", name)) for name in DIBCO]
    return Pairs(
        [n for s in sets for n in s.names],
        [x for s in sets for x in s.images],
        [m for s in sets for m in s.masks],
        np.repeat(years, [len(s.names) for s in sets]),
    )


def load_nuclei() -> Pairs:
    """Load dsb2018, grouped by field of view: its images are tiles of larger ones."""
    pairs = load("dsb2018", "bright")
    return Pairs(pairs.names, pairs.images, pairs.masks, fields(pairs.images))


def fields(images: list[Array]) -> Array:
    """Find the fields of view: images are of one field if their borders fit together.

    No file says which image belongs where. Two tiles are neighbours if they have one size, and the
    grey levels along two opposite borders, which must show more than noise, correlate above 0.9.
    """
    grey = [x.mean(axis=-1) for x in images]
    borders = [(g[0], g[-1], g[:, 0], g[:, -1]) for g in grey]
    noise = [max(1.0, float(np.median(np.abs(np.diff(g, 2, axis=1))))) for g in grey]
    linked = np.zeros((len(images), len(images)), bool)
    for i in range(len(images)):
        for j in range(i + 1, len(images)):
            if images[i].shape == images[j].shape:
                least = 3 * max(noise[i], noise[j])
                linked[i, j] = any(
                    u.std() > least and v.std() > least and np.corrcoef(u, v)[0, 1] > 0.9
                    for a, b in ((0, 1), (1, 0), (2, 3), (3, 2))
                    for u, v in [(borders[i][a], borders[j][b])]
                )
    return np.asarray(connected_components(linked, directed=False)[1])


def held_out(groups: Array, share: float, seed: int) -> Array:
    """Draw whole groups until they have a share of the images; True where an image is held out."""
    rng = np.random.default_rng(seed)
    chosen = np.zeros(len(groups), bool)
    for group in rng.permutation(np.unique(groups)):
        if chosen.mean() >= share:
            break
        chosen |= groups == group
    return chosen


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


def split(pairs: Pairs, test: Array) -> tuple[Pairs, Pairs]:
    """Divide the pairs."""
    return pairs.take(~test), pairs.take(test)
