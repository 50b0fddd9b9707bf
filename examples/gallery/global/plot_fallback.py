"""
What if the histogram has no valley?
====================================

`skthresh.MinimumThreshold` smooths the histogram until two peaks are left, and takes the valley
between them. If there is none, it says so, or follows `fallback`.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import MinimumThreshold, OtsuThreshold, ThresholdNotFoundError

images = {"camera": data.camera(), "moon": data.moon(), "gravel": data.gravel()}
figure, axes = plt.subplots(2, 3, figsize=(11, 6), layout="constrained")
for column, (name, image) in zip(axes.T, images.items(), strict=True):
    try:
        threshold, said = MinimumThreshold().fit([image]).threshold_, "valley"
    except ThresholdNotFoundError:
        minimum = MinimumThreshold(fallback=OtsuThreshold())
        threshold, said = minimum.fit([image]).threshold_, "no valley; Otsu"
    column[0].hist(image.ravel(), bins=range(257), color="0.6")
    column[0].axvline(threshold, color="C3")
    column[0].set(title=f"{name}: {said}, {threshold}", yticks=[])
    column[1].imshow(image > threshold, cmap="gray")
    column[1].set_axis_off()
