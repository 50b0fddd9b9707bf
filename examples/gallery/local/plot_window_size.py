"""
How large should the window be?
===============================

Somewhat larger than what is to be found. A window smaller than a letter makes thin strokes of
thick ones, and one as large as the page is blind to the light. Larger windows cost no more time.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import SauvolaThreshold

page = data.page()
figure, axes = plt.subplots(2, 2, figsize=(9, 5), layout="constrained")
for ax, size in zip(axes.flat, [5, 25, 101, 401], strict=True):
    sauvola = SauvolaThreshold(window_size=size, mode="binary_inv").fit([page])
    ax.imshow(sauvola.predict([page])[0], cmap="gray_r")
    ax.set_title(f"window_size={size}")
    ax.set_axis_off()
