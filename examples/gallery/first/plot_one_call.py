"""
How is one image thresholded in one call?
=========================================

`skthresh.binarize` takes an image and the name of a technique, and gives a boolean mask. Dark
foreground is ``mode="binary_inv"``.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import binarize

coins, page = data.coins(), data.page()
masks = {
    "coins": (coins, binarize(coins, "otsu")),
    "page": (page, binarize(page, "sauvola", window_size=25, mode="binary_inv")),
}

figure, axes = plt.subplots(2, 2, figsize=(9, 6), layout="constrained")
for row, (name, (image, mask)) in zip(axes, masks.items(), strict=True):
    row[0].imshow(image, cmap="gray")
    row[1].imshow(mask, cmap="gray_r")
    row[0].set_title(name)
    row[1].set_title(f"{mask.mean():.0%} foreground, drawn black")
for ax in axes.flat:
    ax.set_axis_off()
