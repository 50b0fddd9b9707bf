"""
How do specks and holes go?
===========================

`skthresh.MaskCleaner` removes objects and fills holes that are too small, and smooths outlines.
As a step of a pipeline it is tuned together with the threshold.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import AdaptiveThreshold, MaskCleaner

coins = data.coins()
(mask,) = AdaptiveThreshold(window_size=101, offset=-12).fit([coins]).predict([coins])
cleaners = {
    "as it is": MaskCleaner(),
    "min_size=60": MaskCleaner(min_size=60),
    "hole_size=200": MaskCleaner(hole_size=200),
    "both, and closing=2": MaskCleaner(min_size=60, hole_size=200, closing=2),
}

figure, axes = plt.subplots(2, 2, figsize=(9, 7.4), layout="constrained")
for ax, (title, cleaner) in zip(axes.flat, cleaners.items(), strict=True):
    ax.imshow(cleaner.fit_transform([mask])[0], cmap="gray_r")
    ax.set_title(title)
    ax.set_axis_off()
