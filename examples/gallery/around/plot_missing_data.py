"""
What happens to pixels that have no value?
==========================================

NaN means "no data". A map of disparities has none where the two cameras did not agree: such
pixels are left out of the histogram, and are background in every mask.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data

from skthresh import OtsuThreshold

left, _, disparity = data.stereo_motorcycle()
disparity = np.where(np.isfinite(disparity), disparity, np.nan)
otsu = OtsuThreshold().fit([disparity])

figure, axes = plt.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
axes[0].imshow(left)
axes[0].set_title("left camera")
axes[1].imshow(disparity)
axes[1].set_title(f"disparity, {np.isnan(disparity).mean():.0%} without a value (white)")
axes[2].imshow(otsu.predict([disparity])[0], cmap="gray_r")
axes[2].set_title(f"nearer: disparity above {otsu.threshold_:.1f} pixels")
for ax in axes:
    ax.set_axis_off()
