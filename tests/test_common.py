"""Every estimator against scikit-learn's checks."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from skthresh import (
    AdaptiveThreshold, Flatten, GaussianBlur, OtsuThreshold, Resize, SimpleThreshold, ToGray)

@parametrize_with_checks([SimpleThreshold(), OtsuThreshold(), OtsuThreshold(per_image=True), AdaptiveThreshold(), AdaptiveThreshold("gaussian",mode="binary_inv"), Flatten(), GaussianBlur(), Resize(3), Resize(3,method="nearest"), ToGray()])
def test_sklearn(estimator, check):
    check(estimator)
