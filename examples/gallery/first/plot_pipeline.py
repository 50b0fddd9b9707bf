"""
What does each step of a pipeline do?
=====================================

Steps and thresholders are scikit-learn transformers, so a pipeline up to any of its steps is one,
too.
"""

import matplotlib.pyplot as plt
from skimage import data
from sklearn.pipeline import make_pipeline

from skthresh import GaussianBlur, MaskCleaner, ToGray, TriangleThreshold

sky = data.hubble_deep_field()[200:500, 200:600]
model = make_pipeline(ToGray(), GaussianBlur(5), TriangleThreshold(), MaskCleaner(min_size=60))
model.fit([sky])

figure, axes = plt.subplots(1, 5, figsize=(14, 2.6), layout="constrained")
axes[0].imshow(sky)
axes[0].set_title("image")
for i, ax in enumerate(axes[1:], start=1):
    ax.imshow(model[:i].transform([sky])[0], cmap="gray", vmin=0, vmax=255)
    ax.set_title(type(model[i - 1]).__name__)
for ax in axes:
    ax.set_axis_off()
