"""One or more instances of every public estimator, found by themselves.

A new estimator needs no entry here unless it cannot be built without parameters, or has options
that change what it does to shapes.
"""

from sklearn.base import BaseEstimator

from skthresh import OtsuThreshold, SimpleThreshold
from skthresh.utils import all_estimators

# Name -> parameters of each instance that is tested.
PARAMETERS = {
    "AdaptiveThreshold": [
        {},
        {"method": "gaussian", "mode": "binary_inv", "offset": 0.5},
        {"method": "median"},
    ],
    "ImageFunction": [{"func": abs}],
    "ImageUnion": [
        {"transformer_list": [("image", "passthrough"), ("mask", SimpleThreshold(threshold=50))]}
    ],
    # scikit-learn's random tables have no two peaks
    "IntermodesThreshold": [{"fallback": OtsuThreshold()}],
    "MinimumThreshold": [{"fallback": OtsuThreshold()}],
    "MultiOtsuThreshold": [{}, {"n_classes": 4, "per_image": True, "output": "levels"}],
    "OtsuThreshold": [{}, {"per_image": True}],
    "Resize": [{"shape": 3}, {"shape": 5, "method": "nearest"}],
    "SimpleThreshold": [{"threshold": 50}],
    "UNetSegmenter": [
        {
            "depth": 1,
            "base_filters": 2,
            "epochs": 1,
            "steps_per_epoch": 2,
            "batch_size": 2,
            "normalization": None,
            "random_state": 0,
        }
    ],
}


def all_but_unet() -> list[BaseEstimator]:
    """Build them without the U-Net, each of whose fits is a training."""
    return [e for e in instances() if type(e).__name__ != "UNetSegmenter"]


def instances(*, flat_rows: bool | None = None) -> list[BaseEstimator]:
    """Build them; `flat_rows` selects those that take, or do not take, 2-D X."""
    found = [
        cls(**params) for name, cls in all_estimators() for params in PARAMETERS.get(name, [{}])
    ]
    if flat_rows is None:
        return found
    return [e for e in found if e.__sklearn_tags__().input_tags.two_d_array == flat_rows]
