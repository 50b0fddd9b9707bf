"""
What if the ground is subtracted first?
=======================================

Any function of one image is a step. A white top-hat leaves what is brighter than its surroundings
and smaller than the footprint; after it, one threshold finds more.
"""

import matplotlib.pyplot as plt
from skimage import data
from skimage.morphology import disk, white_tophat
from sklearn.pipeline import make_pipeline

from skthresh import ImageFunction, OtsuThreshold, Resize

coins = data.coins()
top_hat = ImageFunction(white_tophat, kw_args={"footprint": disk(25)})
small = make_pipeline(Resize((152, 192)), top_hat, OtsuThreshold()).fit([coins])
plain = make_pipeline(Resize((152, 192)), OtsuThreshold()).fit([coins])

figure, axes = plt.subplots(2, 2, figsize=(9, 7.4), layout="constrained")
axes[0, 0].imshow(plain[:-1].transform([coins])[0], cmap="gray")
axes[0, 1].imshow(plain.predict([coins])[0], cmap="gray_r")
axes[1, 0].imshow(small[:-1].transform([coins])[0], cmap="gray")
axes[1, 1].imshow(small.predict([coins])[0], cmap="gray_r")
titles = ["image", "Otsu", "less the ground", "Otsu, less the ground"]
for ax, title in zip(axes.flat, titles, strict=True):
    ax.set_title(title)
    ax.set_axis_off()
