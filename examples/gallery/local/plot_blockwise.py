"""
Can a global technique follow the light?
========================================

`skthresh.BlockwiseThreshold` runs it on overlapping blocks, and interpolates the thresholds
between them. Blocks must be larger than the objects, so that each holds both classes.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import BlockwiseThreshold, OtsuThreshold

coins = data.coins()
blocks = BlockwiseThreshold(OtsuThreshold(), block_size=128).fit([coins])
thresholds = blocks.thresholds([coins])[0]

figure, axes = plt.subplots(2, 2, figsize=(9, 7), layout="constrained")
axes[0, 0].imshow(coins, cmap="gray")
axes[0, 1].imshow(OtsuThreshold().fit([coins]).predict([coins])[0], cmap="gray_r")
shown = axes[1, 0].imshow(thresholds)
figure.colorbar(shown, ax=axes[1, 0], shrink=0.8)
axes[1, 1].imshow(blocks.predict([coins])[0], cmap="gray_r")
titles = ["image", "Otsu, one threshold", "thresholds of the blocks", "Otsu, blockwise"]
for ax, title in zip(axes.flat, titles, strict=True):
    ax.set_title(title)
    ax.set_axis_off()
