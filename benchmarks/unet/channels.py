"""What a scan may be turned into before the U-Net sees it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from skthresh import ImageFunction, ImageUnion, SuThreshold, ToGray, WolfThreshold

sys.path.insert(0, str(Path(__file__).parents[1]))
from evidence.pipelines import without_paper

# Of a page, how much is ink at least: what the darkest so much has is full ink.
INK = 0.02


def darkness(page: Any, size: int = 61) -> Any:
    """Tell how much darker than its paper each pixel is, as a share of what ink is.

    Paper is what a closing leaves of the page, smoothed.
    """
    page = page.astype(np.float32)
    paper = ndimage.gaussian_filter(ndimage.grey_closing(page, (size, size)), size / 4)
    dark = 1 - page / np.maximum(paper, 1)
    ink = max(float(np.quantile(dark, 1 - INK)), INK)
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
