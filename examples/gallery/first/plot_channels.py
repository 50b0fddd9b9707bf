"""
What if each channel is thresholded by itself?
==============================================

With ``channel_axis=-1`` there is a threshold for each channel, and the mask has channels, too.
`skthresh.ToGray` makes one of them before.
"""

import matplotlib.pyplot as plt
import numpy as np
from skimage import data
from sklearn.pipeline import make_pipeline

from skthresh import OtsuThreshold, ToGray

coffee = data.coffee()
gray = make_pipeline(ToGray(), OtsuThreshold()).fit([coffee])
each = OtsuThreshold(channel_axis=-1).fit([coffee])

figure, axes = plt.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
axes[0].imshow(coffee)
axes[0].set_title("image")
axes[1].imshow(gray.predict([coffee])[0], cmap="gray")
axes[1].set_title(f"grey: {gray[-1].threshold_}")
axes[2].imshow(each.predict([coffee])[0].astype(np.uint8) * 255)
axes[2].set_title("red, green, blue: " + ", ".join(map(str, each.threshold_)))
for ax in axes:
    ax.set_axis_off()
