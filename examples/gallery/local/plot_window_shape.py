"""
Square windows, or disks?
=========================

A disk sees as far in all directions. The difference shows around isolated bright spots, whose
windows it is. Disks cost time in proportion to their height.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import MidGreyThreshold, ToGray

(sky,) = ToGray().fit_transform([data.hubble_deep_field()[100:260, 100:300]])
figure, axes = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
axes[0].imshow(sky, cmap="gray", vmax=120)
axes[0].set_title("image, brightened")
for ax, shape in zip(axes[1:], ["square", "disk"], strict=True):
    technique = MidGreyThreshold(window_size=31, window_shape=shape).fit([sky])
    ax.imshow(technique.thresholds([sky])[0], cmap="magma")
    ax.set_title(f"thresholds, window_shape={shape!r}")
for ax in axes:
    ax.set_axis_off()
