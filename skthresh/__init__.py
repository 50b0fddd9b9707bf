"""Image thresholding as scikit-learn estimators: from one fixed threshold to a trained U-Net."""

from skthresh._binarize import binarize
from skthresh._compare import compare_thresholds
from skthresh.exceptions import BatchShapeWarning, ThresholdNotFoundError
from skthresh.global_threshold.generalized_histogram import GeneralizedHistogramThreshold
from skthresh.global_threshold.huang import HuangThreshold
from skthresh.global_threshold.hysteresis import HysteresisThreshold
from skthresh.global_threshold.intermodes import IntermodesThreshold
from skthresh.global_threshold.isodata import IsodataThreshold
from skthresh.global_threshold.li import LiThreshold
from skthresh.global_threshold.max_entropy import MaxEntropyThreshold
from skthresh.global_threshold.mean import MeanThreshold
from skthresh.global_threshold.min_error import MinErrorThreshold
from skthresh.global_threshold.minimum import MinimumThreshold
from skthresh.global_threshold.moments import MomentsThreshold
from skthresh.global_threshold.multi_otsu import MultiOtsuThreshold
from skthresh.global_threshold.otsu import OtsuThreshold
from skthresh.global_threshold.percentile import PercentileThreshold
from skthresh.global_threshold.renyi_entropy import RenyiEntropyThreshold
from skthresh.global_threshold.robust_background import RobustBackgroundThreshold
from skthresh.global_threshold.rosin import RosinThreshold
from skthresh.global_threshold.shanbhag import ShanbhagThreshold
from skthresh.global_threshold.simple import SimpleThreshold
from skthresh.global_threshold.supervised import SupervisedThreshold
from skthresh.global_threshold.triangle import TriangleThreshold
from skthresh.global_threshold.tsallis_entropy import TsallisEntropyThreshold
from skthresh.global_threshold.yen import YenThreshold
from skthresh.local_threshold.ad_otsu import AdOtsuThreshold
from skthresh.local_threshold.adaptive import AdaptiveThreshold
from skthresh.local_threshold.bataineh import BatainehThreshold
from skthresh.local_threshold.bernsen import BernsenThreshold
from skthresh.local_threshold.blockwise import BlockwiseThreshold
from skthresh.local_threshold.bradley import BradleyThreshold
from skthresh.local_threshold.contrast import ContrastThreshold
from skthresh.local_threshold.feng import FengThreshold
from skthresh.local_threshold.gatos import GatosThreshold
from skthresh.local_threshold.isauvola import ISauvolaThreshold
from skthresh.local_threshold.local_otsu import LocalOtsuThreshold
from skthresh.local_threshold.mid_grey import MidGreyThreshold
from skthresh.local_threshold.multi_scale_sauvola import MultiScaleSauvolaThreshold
from skthresh.local_threshold.niblack import NiblackThreshold
from skthresh.local_threshold.nick import NickThreshold
from skthresh.local_threshold.phansalkar import PhansalkarThreshold
from skthresh.local_threshold.sauvola import SauvolaThreshold
from skthresh.local_threshold.singh import SinghThreshold
from skthresh.local_threshold.su import SuThreshold
from skthresh.local_threshold.wan import WanThreshold
from skthresh.local_threshold.wolf import WolfThreshold
from skthresh.preprocessing.flatten import Flatten
from skthresh.preprocessing.gaussian_blur import GaussianBlur
from skthresh.preprocessing.image_function import ImageFunction
from skthresh.preprocessing.image_union import ImageUnion, make_image_union
from skthresh.preprocessing.mask_cleaner import MaskCleaner
from skthresh.preprocessing.resize import Resize
from skthresh.preprocessing.to_gray import ToGray
from skthresh.unet.estimator import UNetSegmenter

__version__ = "0.1.0"

__all__ = [
    "AdOtsuThreshold",
    "AdaptiveThreshold",
    "BatainehThreshold",
    "BatchShapeWarning",
    "BernsenThreshold",
    "BlockwiseThreshold",
    "BradleyThreshold",
    "ContrastThreshold",
    "FengThreshold",
    "Flatten",
    "GatosThreshold",
    "GaussianBlur",
    "GeneralizedHistogramThreshold",
    "HuangThreshold",
    "HysteresisThreshold",
    "ISauvolaThreshold",
    "ImageFunction",
    "ImageUnion",
    "IntermodesThreshold",
    "IsodataThreshold",
    "LiThreshold",
    "LocalOtsuThreshold",
    "MaskCleaner",
    "MaxEntropyThreshold",
    "MeanThreshold",
    "MidGreyThreshold",
    "MinErrorThreshold",
    "MinimumThreshold",
    "MomentsThreshold",
    "MultiOtsuThreshold",
    "MultiScaleSauvolaThreshold",
    "NiblackThreshold",
    "NickThreshold",
    "OtsuThreshold",
    "PercentileThreshold",
    "PhansalkarThreshold",
    "RenyiEntropyThreshold",
    "Resize",
    "RobustBackgroundThreshold",
    "RosinThreshold",
    "SauvolaThreshold",
    "ShanbhagThreshold",
    "SimpleThreshold",
    "SinghThreshold",
    "SuThreshold",
    "SupervisedThreshold",
    "ThresholdNotFoundError",
    "ToGray",
    "TriangleThreshold",
    "TsallisEntropyThreshold",
    "UNetSegmenter",
    "WanThreshold",
    "WolfThreshold",
    "YenThreshold",
    "binarize",
    "compare_thresholds",
    "make_image_union",
]
