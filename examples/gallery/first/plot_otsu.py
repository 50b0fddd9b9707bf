"""
Where does Otsu's threshold come from?
======================================

It is the grey level at which the variance between the two classes is greatest: the top of the
curve over the histogram.
"""

from skimage import data

from skthresh import OtsuThreshold
from skthresh.display import ThresholdDisplay

coins = data.coins()
otsu = OtsuThreshold().fit([coins])
ThresholdDisplay.from_estimator(otsu, coins)
print(f"threshold {otsu.threshold_}")
