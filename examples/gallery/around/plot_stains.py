"""
How is one stain of a tissue found?
===================================

Colour is never guessed. Here it is unmixed into stains by a function of scikit-image, which
becomes a step of the pipeline.
"""

import matplotlib.pyplot as plt
from skimage import data
from skimage.color import rgb2hed
from sklearn.pipeline import make_pipeline

from skthresh import GaussianBlur, ImageFunction, OtsuThreshold

tissue = data.immunohistochemistry()


def dab(image):
    """Give the brown stain."""
    return rgb2hed(image)[..., 2]


model = make_pipeline(ImageFunction(dab), GaussianBlur(5), OtsuThreshold()).fit([tissue])
figure, axes = plt.subplots(1, 3, figsize=(11, 3.9), layout="constrained")
axes[0].imshow(tissue)
axes[1].imshow(model[:-1].transform([tissue])[0], cmap="gray")
axes[2].imshow(model.predict([tissue])[0], cmap="gray_r")
for ax, title in zip(axes, ["tissue", "brown stain", "Otsu"], strict=True):
    ax.set_title(title)
    ax.set_axis_off()
