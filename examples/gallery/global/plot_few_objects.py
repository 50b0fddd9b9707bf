"""
What if foreground is a few percent of the image?
=================================================

Otsu's technique wants two classes of similar weight, and finds the brightest galaxies only. What
is known here is the sky: thresholds some deviations above it, or at the foot of its peak, find
the faint ones.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import ToGray, binarize

(sky,) = ToGray().fit_transform([data.hubble_deep_field()[200:500, 200:600]])
names = ["otsu", "li", "triangle", "rosin", "robust_background"]

figure, axes = plt.subplots(2, 3, figsize=(10, 5.4), layout="constrained")
axes[0, 0].imshow(sky, cmap="gray", vmax=120)
axes[0, 0].set_title("image, brightened")
for ax, name in zip(axes.flat[1:], names, strict=True):
    mask = binarize(sky, name)
    ax.imshow(mask, cmap="gray_r")
    ax.set_title(f"{name}: {mask.mean():.1%}")
for ax in axes.flat:
    ax.set_axis_off()
