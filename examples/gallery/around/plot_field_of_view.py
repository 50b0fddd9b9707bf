"""
How is the surround of a round image left out?
==============================================

The black around the eye is no data, but in the histogram it is a peak. A mask says which pixels
count; the others are in no histogram and in no foreground.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data

from skthresh import binarize

red = data.retina()[::3, ::3, 0]
green = data.retina()[::3, ::3, 1]
inside = red > 30

masks = {
    "without a mask": binarize(green, "otsu"),
    "with the mask": binarize(green, "otsu", mask=inside),
    "NaN outside": binarize(np.where(inside, green, np.nan), "otsu"),
}
figure, axes = plt.subplots(1, 4, figsize=(12, 3.4), layout="constrained")
axes[0].imshow(green, cmap="gray")
axes[0].set_title("green channel")
for ax, (title, mask) in zip(axes[1:], masks.items(), strict=True):
    ax.imshow(mask, cmap="gray_r")
    ax.set_title(title)
for ax in axes:
    ax.set_axis_off()
