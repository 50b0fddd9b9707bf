"""What a scan may be turned into before the U-Net sees it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from skthresh import ImageFunction, ImageUnion, SuThreshold, ToGray, WolfThreshold

sys.path.insert(0, str(Path(__file__).parents[1]))
from evidence.pipelines import paper_of, without_paper

# What the darkest so much of a page has is full ink, if it is darker than its paper by this share.
INK, FAINTEST = 0.02, 0.02


def darkness(page: Any, size: int = 61) -> Any:
    """Tell how much darker than its paper each pixel is, as a share of what ink is."""
    page = page.astype(np.float32)
    dark = 1 - page / paper_of(page, size)
    ink = max(float(np.quantile(dark, 1 - INK)), FAINTEST)
    return np.clip(2 * dark / ink - 0.5, -1, 3)


def dark_ink() -> list[Any]:
    """Give the steps from a scan in colour to one channel, already scaled."""
    return [ToGray(channel_axis=-1), ImageFunction(darkness)]


def page_and_thresholds() -> list[Any]:
    """Give the steps from a scan in colour to four channels, all of them from 0 to 255."""
    ink = {"mode": "binary_inv", "max_value": 255}
    union = ImageUnion(
        [
            ("page", "passthrough"),
            ("even", ImageFunction(without_paper, kw_args={"size": 31})),
            ("su", SuThreshold(**ink)),
            ("wolf", WolfThreshold(window_size=51, k=0.2, **ink)),
        ]
    )
    return [ToGray(channel_axis=-1), union]
