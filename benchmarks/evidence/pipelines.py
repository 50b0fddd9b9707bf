"""Pipelines of classical steps for documents, from the scan to the cleaned mask."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage
from sklearn.pipeline import Pipeline

from skthresh import (
    GatosThreshold,
    ImageFunction,
    MaskCleaner,
    OtsuThreshold,
    SauvolaThreshold,
    SuThreshold,
    ToGray,
    WolfThreshold,
)


def paper_of(page: Any, size: int) -> Any:
    """Give what a closing leaves of a page, smoothed."""
    paper = ndimage.gaussian_filter(ndimage.grey_closing(page, (size, size)), size / 4)
    return np.maximum(paper, 1).astype(np.float32)


def without_paper(page: Any, size: int) -> Any:
    """Divide a page by its paper."""
    even = page / paper_of(page, size)
    return np.rint(255 * np.minimum(even, 1)).astype(np.uint8)


def documents() -> tuple[Pipeline, dict[str, Any], list[dict[str, Any]]]:
    """Give a pipeline for scans, the grid of its defaults, and that of its tuning."""
    steps = [
        ("gray", ToGray()),
        ("paper", "passthrough"),
        ("threshold", SauvolaThreshold(window_size=51, mode="binary_inv")),
        ("clean", MaskCleaner(min_size=20)),
    ]
    paper = ["passthrough", *(ImageFunction(without_paper, kw_args={"size": n}) for n in (31, 61))]
    clean = {"clean__min_size": [0, 30]}
    dark = {"mode": "binary_inv"}
    few = [
        *(OtsuThreshold(per_image=True, correction=c, **dark) for c in (0.9, 1.0)),
        *(SauvolaThreshold(window_size=w, k=k, **dark) for w in (51, 101) for k in (0.1, 0.2)),
        *(WolfThreshold(window_size=w, k=k, **dark) for w in (51, 101) for k in (0.2, 0.35)),
    ]
    alone = [GatosThreshold(**dark), SuThreshold(**dark)]  # they even the paper by themselves
    grid = [
        {"paper": paper, "threshold": few, **clean},
        {"paper": paper[:1], "threshold": alone, **clean},
    ]
    return Pipeline(steps), {}, grid


PIPELINES: dict[str, Any] = {"documents": documents}
