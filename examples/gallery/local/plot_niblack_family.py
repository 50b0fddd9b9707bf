"""
How do the formulas for documents differ?
=========================================

Niblack's threshold is the mean less some deviations, which takes the texture of empty paper for
ink. Those that followed lower the threshold where little varies, each by its own measure.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import binarize

page = data.page()
names = ["niblack", "sauvola", "wolf", "nick", "phansalkar", "bradley"]
figure, axes = plt.subplots(3, 2, figsize=(9, 7.5), layout="constrained")
for ax, name in zip(axes.flat, names, strict=True):
    ax.imshow(binarize(page, name, window_size=25, mode="binary_inv"), cmap="gray_r")
    ax.set_title(name)
    ax.set_axis_off()
