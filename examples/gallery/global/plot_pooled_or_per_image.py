"""
One threshold for all images, or one for each?
==============================================

Under one exposure, one threshold for all: it stays right for an image with nothing on it. If
exposure changes, one for each.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data

from skthresh import OtsuThreshold

coins = data.coins()
ground = np.random.default_rng(0).choice(coins[coins < 80], coins.shape)
images = [coins, (coins * 0.5).astype(np.uint8), ground]
names = ["a photograph", "with half the light", "its ground alone, shuffled"]
pooled = OtsuThreshold().fit([coins])
own = OtsuThreshold(per_image=True).fit([coins])

figure, axes = plt.subplots(3, 3, figsize=(9, 8), layout="constrained")
for column, image, name in zip(axes.T, images, names, strict=True):
    column[0].imshow(image, cmap="gray", vmin=0, vmax=255)
    column[0].set_title(name)
    for ax, otsu, title in zip(column[1:], [pooled, own], ["learned", "its own"], strict=True):
        ax.imshow(otsu.predict([image])[0], cmap="gray_r")
        ax.set_title(f"{title}: {np.ravel(otsu.thresholds([image]))[0]}")
    for ax in column:
        ax.set_axis_off()
