"""Image thresholding as scikit-learn estimators: from one fixed threshold to a trained U-Net."""

from skthresh._binarize import binarize
from skthresh.exceptions import BatchShapeWarning, ThresholdNotFoundError
from skthresh.global_threshold.otsu import OtsuThreshold
from skthresh.global_threshold.simple import SimpleThreshold
from skthresh.local_threshold.adaptive import AdaptiveThreshold
from skthresh.preprocessing.flatten import Flatten
from skthresh.preprocessing.gaussian_blur import GaussianBlur
from skthresh.preprocessing.resize import Resize
from skthresh.preprocessing.to_gray import ToGray
from skthresh.unet.estimator import UNetSegmenter

__version__ = "0.1.0"

__all__ = [
    "AdaptiveThreshold",
    "BatchShapeWarning",
    "Flatten",
    "GaussianBlur",
    "OtsuThreshold",
    "Resize",
    "SimpleThreshold",
    "ThresholdNotFoundError",
    "ToGray",
    "UNetSegmenter",
    "binarize",
]
