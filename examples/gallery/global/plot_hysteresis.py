"""
How are faint vessels kept, and specks dropped?
===============================================

One threshold keeps both or neither. With two, weak pixels count only where they are connected to
strong ones.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import GaussianBlur, HysteresisThreshold, SimpleThreshold

green = 255.0 - data.retina()[400:800, 500:900, 1]
above = green - GaussianBlur(51).fit_transform([green])[0]  # vessels, less what surrounds them
masks = {
    "above 4": SimpleThreshold(4).fit([above]).predict([above])[0],
    "above 12": SimpleThreshold(12).fit([above]).predict([above])[0],
    "hysteresis, 4 and 12": HysteresisThreshold(4, 12).fit([above]).predict([above])[0],
}

figure, axes = plt.subplots(2, 2, figsize=(8, 8.4), layout="constrained")
axes[0, 0].imshow(above, cmap="gray", vmin=-15, vmax=25)
axes[0, 0].set_title("vessels of a retina")
for ax, (title, mask) in zip(axes.flat[1:], masks.items(), strict=True):
    ax.imshow(mask, cmap="gray_r")
    ax.set_title(title)
for ax in axes.flat:
    ax.set_axis_off()
