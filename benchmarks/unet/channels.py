"""A page beside what classical steps make of it: channels for the U-Net."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from skthresh import ImageFunction, ImageUnion, SuThreshold, ToGray, WolfThreshold

sys.path.insert(0, str(Path(__file__).parents[1]))
from evidence.pipelines import without_paper


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
