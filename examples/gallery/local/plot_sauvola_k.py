"""
What does k do in Sauvola's formula?
====================================

``T = mean * (1 + k * (std / r - 1))``: the larger `k`, the further below the mean of its window a
pixel must be to count as ink, above all where little varies.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import SauvolaThreshold

text = data.text()
figure, axes = plt.subplots(2, 2, figsize=(9, 4), layout="constrained")
for ax, k in zip(axes.flat, [0.02, 0.05, 0.1, 0.2], strict=True):
    sauvola = SauvolaThreshold(k=k, window_size=41, mode="binary_inv").fit([text])
    ax.imshow(sauvola.predict([text])[0], cmap="gray_r")
    ax.set_title(f"k={k}")
    ax.set_axis_off()
