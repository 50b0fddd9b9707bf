"""
What do the scores of documents punish?
=======================================

So many wrong pixels are hardly seen at the edge of strokes, and spoil the page as specks. The
F-measure counts them alike. DRD (low is good) counts what the eye sees, and pseudo-F what makes
text illegible: strokes that are joined or broken.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage
from skimage import data

from skthresh import binarize
from skthresh.metrics import drd_score, f_measure, pseudo_f_measure

ink = binarize(data.page(), "sauvola", window_size=25, mode="binary_inv")
rng = np.random.default_rng(0)
n_wrong = 1500


def flip(where):
    """Change some of the pixels of a region."""
    wrong = ink.copy().ravel()
    chosen = rng.choice(np.flatnonzero(where), n_wrong, replace=False)
    wrong[chosen] = ~wrong[chosen]
    return wrong.reshape(ink.shape)


near = ndimage.binary_dilation(ink, np.ones((3, 3)))
masks = {
    "thicker strokes": flip(near & ~ink),
    "specks": flip(~ndimage.binary_dilation(ink, np.ones((9, 9)))),
    "holes": flip(ink),
}
figure, axes = plt.subplots(3, 1, figsize=(7, 11), layout="constrained")
for ax, (title, mask) in zip(axes, masks.items(), strict=True):
    f, pseudo, drd = (s([ink], [mask]) for s in (f_measure, pseudo_f_measure, drd_score))
    ax.imshow(mask, cmap="gray_r")
    ax.set_title(f"{title}: F {f:.3f}, pseudo-F {pseudo:.3f}, DRD {drd:.1f}")
    ax.set_axis_off()
