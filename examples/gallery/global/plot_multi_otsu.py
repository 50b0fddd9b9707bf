"""
How many classes has this image?
================================

`skthresh.MultiOtsuThreshold` finds any number of them. What it maximises, the share of the
variance that lies between the classes, grows with each class, but hardly so after the last that
is really there.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data

from skthresh import MultiOtsuThreshold

camera = data.camera()
figure, axes = plt.subplots(2, 3, figsize=(9, 6.2), layout="constrained")
axes[0, 0].imshow(camera, cmap="gray")
axes[0, 0].set_title("image")
for ax, n in zip(axes.flat[1:], range(2, 7), strict=True):
    labels = MultiOtsuThreshold(n_classes=n).fit([camera]).predict([camera])[0]
    means = np.array([camera[labels == i].mean() for i in range(n)])
    ax.imshow(means[labels], cmap="gray", vmin=0, vmax=255)
    ax.set_title(f"{n} classes, {means[labels].var() / camera.var():.1%} of the variance")
for ax in axes.flat:
    ax.set_axis_off()
