"""What is tried of each technique: a few values of the parameters that matter, on both polarities.

The grids are coarse: fifty pages bear no finer ones. Windows grow by about two.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from skthresh import ImageFunction, LiThreshold, OtsuThreshold
from skthresh.local_threshold.base import LocalThreshold
from skthresh.utils.discovery import techniques

Grid = dict[str, list[Any]]

WINDOWS = [15, 31, 61, 121]
# What a default may be.
DEFAULT_WINDOWS = [15, 25, 41, 61, 91, 121]
# Thresholds as found, and a little to either side.
CORRECTIONS = [0.8, 0.9, 1.0, 1.1, 1.2]

# Where a criterion may find nothing, Otsu's threshold stands in, by default, too.
GIVEN: dict[str, dict[str, Any]] = {
    "minimum": {"fallback": OtsuThreshold()},
    "intermodes": {"fallback": OtsuThreshold()},
}

GRIDS: dict[str, Grid] = {
    "simple": {"threshold": list(range(31, 240, 16))},
    "supervised": {"metric": ["dice", "iou", "mcc"]},
    "hysteresis": {
        "low": [OtsuThreshold(correction=c) for c in (0.5, 0.7, 0.9)],
        "high": [OtsuThreshold(correction=c) for c in (1.0, 1.1, 1.2)],
    },
    "otsu": {"valley_emphasis": [False, True]},
    "percentile": {"fraction": [0.05, 0.1, 0.15, 0.25, 0.75, 0.85, 0.9, 0.95], "correction": [1.0]},
    "tsallis_entropy": {"q": [0.3, 0.8, 1.5]},
    "renyi_entropy": {"alpha": [None, 0.5, 2.0]},
    "rosin": {"tail": ["bright", "dark"]},
    "robust_background": {"n_deviations": [-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0]},
    "generalized_histogram": {
        "nu": [0.0, 200.0, 1e5],
        "tau": [1.0, 10.0],
        "kappa": [0.0, 1000.0],
        "omega": [0.1, 0.5, 0.9],
        "correction": [1.0],
    },
    "adaptive": {"method": ["mean", "gaussian"], "window_size": WINDOWS, "offset": [2, 5, 10, 20]},
    "niblack": {"window_size": WINDOWS, "k": [-1.0, -0.5, -0.2, 0.2, 0.5]},
    "sauvola": {"window_size": WINDOWS, "k": [0.05, 0.1, 0.2, 0.3]},
    "isauvola": {"window_size": WINDOWS[:3], "k": [0.05, 0.1, 0.2]},
    "wolf": {"window_size": WINDOWS, "k": [0.2, 0.35, 0.5]},
    "nick": {"window_size": WINDOWS, "k": [-0.2, -0.15, -0.1, -0.05]},
    "phansalkar": {"window_size": WINDOWS, "k": [0.05, 0.1, 0.25, 0.4]},
    "bradley": {"window_size": [None, *WINDOWS], "t": [0.1, 0.15, 0.25]},
    "bernsen": {"window_size": WINDOWS[:3], "contrast": [None, 15, 40]},
    "contrast": {"window_size": WINDOWS},
    "mid_grey": {"window_size": WINDOWS, "offset": [0, 10, 20, 40]},
    "singh": {"window_size": WINDOWS, "k": [0.06, 0.12, 0.25]},
    "wan": {"window_size": WINDOWS, "k": [0.1, 0.2, 0.35, 0.5]},
    "feng": {
        "window_size": [15, 31],
        "larger_window_size": [61, 121],
        "alpha1": [0.12, 0.2],
        "k1": [0.15, 0.25],
    },
    "local_otsu": {"window_size": [*WINDOWS, 241]},
    "ad_otsu": {"window_size": [31, 75, 151], "k_sigma": [1.2, 1.6, 2.0]},
    "su": {"window_size": [7, 11, 15, 25]},
    "gatos": {"window_size": [31, 75], "q": [0.4, 0.5, 0.6], "k": [0.1, 0.2]},
    "bataineh": {"k": [0.5, 1.0, 2.0]},
    "multi_scale_sauvola": {"window_size": [25, 51, 101], "k": [0.1, 0.2, 0.34]},
    "blockwise": {
        "estimator": [OtsuThreshold(), LiThreshold()],
        "block_size": [64, 128, 256],
        "min_contrast": [None, 40],
    },
}


def has_window(name: str) -> bool:
    """Tell whether a technique has a window whose size is a number by default."""
    known = techniques()
    return name in known and isinstance(getattr(known[name](), "window_size", None), int)


def shared(params: dict[str, Any]) -> Grid:
    """Give the values of what global techniques share: per image or pooled, and the correction."""
    pooled = {"per_image": [True, False]} if "per_image" in params else {}
    return {**pooled, **({"correction": CORRECTIONS} if "correction" in params else {})}


def candidates(name: str, *, dark: bool) -> tuple[Pipeline, Grid, Grid]:
    """Give a technique as a pipeline, the grid of its defaults, and that of its tuning.

    Parameters
    ----------
    name : str
        Of the technique.
    dark : bool
        Whether the foreground is known to be dark. Else the side is found on the images that are
        tuned on, by default, too: global techniques have a mode for it; formulas of windows are
        written for dark ink, so that bright foreground is made dark.

    Returns
    -------
    pipeline : Pipeline
    default, tuned : dict of str to list
        For `GridSearchCV`.
    """
    estimator = techniques()[name](mode="binary_inv")
    params = estimator.get_params(deep=False)
    estimator.set_params(**GIVEN.get(name, {}))
    if "per_image" in params:  # as other libraries and publications have it
        estimator.set_params(per_image=True)
    side: Grid = {}
    if not dark and isinstance(estimator, LocalThreshold):
        side = {"side": ["passthrough", ImageFunction(np.invert)]}
    elif not dark:
        side = {"threshold__mode": ["binary", "binary_inv"]}
    tried = {f"threshold__{k}": v for k, v in {**shared(params), **GRIDS.get(name, {})}.items()}
    steps = [("side", "passthrough"), ("threshold", estimator)]
    return Pipeline(steps), side, {**side, **tried}
