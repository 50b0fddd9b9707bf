"""The labelled sets, each divided into what is tuned on and what is scored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from unet.data import Array, Pairs, load, load_documents, splits

from skthresh import ToGray
from skthresh.metrics import pseudo_weights

YEARS = {f"dibco{year}": year for year in (2009, 2010, 2011, 2013)}
OTHERS = {
    "dsb2018": "nuclei",
    "isbi2012": "membranes",
    "weizmannhorse": "horses",
    "oxfordpet26": "pets",
}
SETS = (*YEARS, "doxa", *OTHERS)

# So many images are tuned on, of sets that have more; they are spread over the set.
AT_MOST = 40
# Of each page the middle is tuned on, so large. Pages are scored whole.
SIDE = 1024


@dataclass
class Split:
    """A set: what is tuned on, and what is scored. Images are RGB, and grey beside that."""

    name: str
    said: str
    train: Pairs
    test: Pairs

    def __post_init__(self) -> None:
        """Convert to grey, and weigh the pixels of true masks, once for all techniques."""
        gray = ToGray()
        self.grey = gray.fit_transform(self.train.images), gray.fit_transform(self.test.images)
        self.weights = pseudo_weights(self.test.masks) if self.is_documents else None

    @property
    def is_documents(self) -> bool:
        """Whether these are pages, which have scores of their own, and years."""
        return self.name in YEARS or self.name == "doxa"

    @property
    def is_dark(self) -> bool:
        """Whether the foreground is known to be dark."""
        return self.is_documents or self.name == "isbi2012"


def middle(x: Array) -> Array:
    """Cut out the middle of an image."""
    starts = [max(0, (n - SIDE) // 2) for n in x.shape[:2]]
    return x[starts[0] : starts[0] + SIDE, starts[1] : starts[1] + SIDE]


def middles(pages: Pairs) -> Pairs:
    """Take the middle of each page."""
    images, masks = ([middle(x) for x in xs] for xs in (pages.images, pages.masks))
    return Pairs(pages.names, images, masks, pages.groups)


def spread(pairs: Pairs) -> Pairs:
    """Take some of the images, from all over the set."""
    chosen = np.zeros(len(pairs.names), bool)
    chosen[np.linspace(0, len(chosen) - 1, min(AT_MOST, len(chosen))).astype(int)] = True
    return pairs.take(chosen)


def objects(pairs: Pairs) -> Pairs:
    """Make masks of labels: what is not background is an object, its border included."""
    return Pairs(pairs.names, pairs.images, [m != 0 for m in pairs.masks], pairs.groups)


def read(names: list[str], seed: int = 0) -> Iterator[Split]:
    """Read the sets of these names, one after the other."""
    documents = [name for name in names if name in YEARS]
    for name, (label, train, test) in zip(
        documents, splits("documents", [YEARS[n] for n in documents], seed), strict=False
    ):
        yield Split(name, label, middles(train), test)
    if "doxa" in names:
        label = "Doxa's page, tuned on all documents"
        yield Split("doxa", label, middles(load_documents()), load("doxa", "dark"))
    for name in (n for n in names if n in OTHERS):
        ((label, train, test),) = splits(OTHERS[name], [], seed)
        yield Split(name, label, objects(spread(train)), objects(test))
