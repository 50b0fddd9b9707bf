"""
Does smoothing before a threshold help?
=======================================

Noise makes the two peaks of the histogram into one. Smoothing parts them again, so that the
threshold is better, and not only the mask.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data
from sklearn.pipeline import make_pipeline

from skthresh import GaussianBlur, OtsuThreshold

coins = data.coins()[80:300]
noisy = np.random.default_rng(0).normal(coins, 45).clip(0, 255).astype(np.uint8)

figure, axes = plt.subplots(2, 3, figsize=(11, 5), layout="constrained")
for row, size in zip(axes, [1, 9], strict=True):
    model = make_pipeline(GaussianBlur(size), OtsuThreshold()).fit([noisy])
    (smooth,) = model[:-1].transform([noisy])
    row[0].imshow(smooth, cmap="gray")
    row[0].set_title("noisy" if size == 1 else f"GaussianBlur({size})")
    row[1].hist(smooth.ravel(), bins=64, color="0.6")
    row[1].axvline(model[-1].threshold_, color="C3")
    row[1].set_yticks([])
    row[2].imshow(model.predict([noisy])[0], cmap="gray_r")
    for ax in row[[0, 2]]:
        ax.set_axis_off()
