"""The peers, as their users call them: functions of one image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import doxapy
import numpy as np
from skimage import filters

from speed.inputs import Array

Function = Callable[[Array], Any]

MODES = {"binary": 0, "binary_inv": 1, "trunc": 2, "tozero": 3, "tozero_inv": 4}
METHODS = {"mean": cv2.ADAPTIVE_THRESH_MEAN_C, "gaussian": cv2.ADAPTIVE_THRESH_GAUSSIAN_C}
TRIANGLE = cv2.THRESH_TRIANGLE

cv2.setNumThreads(1)


def cv_threshold(level: float, code: int) -> Function:
    """OpenCV, one level for all pixels."""
    return lambda image: cv2.threshold(image, level, 255, code)[1]


def cv_otsu(image: Array) -> Array:
    """OpenCV, Otsu."""
    return cv2.threshold(image, 0, 255, cv2.THRESH_OTSU)[1]


def cv_adaptive(method: str, size: int) -> Function:
    """OpenCV, mean or Gaussian of a window, less 2."""
    code = METHODS[method]
    return lambda image: cv2.adaptiveThreshold(image, 255, code, cv2.THRESH_BINARY, size, 2)


def cv_median(size: int) -> Function:
    """OpenCV's median filter, and the comparison with it less 2."""

    def run(image: Array) -> Array:
        median = cv2.medianBlur(image, size)
        return cv2.compare(image, cv2.subtract(median, 2), cv2.CMP_GT)

    return run


def cv_blur(size: int) -> Function:
    """OpenCV, Gaussian blur."""
    return lambda image: cv2.GaussianBlur(image, (size, size), 0)


def cv_gray(image: Array) -> Array:
    """OpenCV, RGB to grey."""
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def doxa(algorithm: str, **params: float) -> Function:
    """Doxa; a parameter's ``_`` stands for ``-``."""
    code = getattr(doxapy.Binarization.Algorithms, algorithm)
    named = {name.replace("_", "-"): value for name, value in params.items()}

    def run(image: Array) -> Array:
        out = np.empty_like(image)
        engine = doxapy.Binarization(code)
        engine.initialize(image)
        engine.to_binary(out, named)
        return out

    return run


def skimage(name: str, **params: Any) -> Function:
    """scikit-image: a threshold, and the comparison with it."""
    function = getattr(filters, f"threshold_{name}")
    return lambda image: image > function(image, **params)


def skimage_hysteresis(low: float, high: float) -> Function:
    """scikit-image, hysteresis."""
    return lambda image: filters.apply_hysteresis_threshold(image, low, high)


def skimage_multi_otsu(classes: int) -> Function:
    """scikit-image, labels of several classes; a level that is a threshold is in the lower one."""
    return lambda image: np.digitize(
        image, filters.threshold_multiotsu(image, classes=classes), right=True
    )
