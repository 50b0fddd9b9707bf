"""
Where did the threshold come from?
==================================

Otsu's threshold is the maximum of a curve over the histogram.
"""

from skimage import data

from skthresh import OtsuThreshold
from skthresh.display import ThresholdDisplay

coins = data.coins()
otsu = OtsuThreshold().fit([coins])
ThresholdDisplay.from_estimator(otsu, coins)
print(otsu.threshold_)
