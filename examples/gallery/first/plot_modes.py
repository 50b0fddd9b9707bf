"""
What do the five modes do?
==========================

They are OpenCV's. `transform` applies them; `predict` gives the foreground as a mask, and of the
five it is the dark side in those that end in ``_inv``.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import SimpleThreshold

camera = data.camera()
modes = ["binary", "binary_inv", "trunc", "tozero", "tozero_inv"]

figure, axes = plt.subplots(2, 3, figsize=(9, 6.2), layout="constrained")
axes[0, 0].imshow(camera, cmap="gray", vmin=0, vmax=255)
axes[0, 0].set_title("image")
for ax, mode in zip(axes.flat[1:], modes, strict=True):
    (result,) = SimpleThreshold(100, mode=mode).fit_transform([camera])
    ax.imshow(result, cmap="gray", vmin=0, vmax=255)
    ax.set_title(mode)
for ax in axes.flat:
    ax.set_axis_off()
