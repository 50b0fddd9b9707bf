"""
Which technique leaves out the ink of the other side?
=====================================================

Where writing shows through, it is darker than its surroundings, but its edges are weak. These are
generated pages, so the true ink is known.
"""

import matplotlib.pyplot as plt

from skthresh import binarize
from skthresh.datasets import make_documents
from skthresh.metrics import f_measure

pages, ink = make_documents(1, shape=(160, 260), bleed=0.35, fading=0.1, random_state=1)
techniques = {
    "sauvola": {"window_size": 25},
    "wolf": {"window_size": 25},
    "isauvola": {"window_size": 25},
    "su": {},
    "gatos": {},
    "multi_scale_sauvola": {},
}
figure, axes = plt.subplots(2, 4, figsize=(12, 4.2), layout="constrained")
axes[0, 0].imshow(pages[0], cmap="gray")
axes[0, 0].set_title("page")
axes[1, 0].imshow(ink[0], cmap="gray_r")
axes[1, 0].set_title("true ink")
for ax, (name, params) in zip(axes[:, 1:].flat, techniques.items(), strict=True):
    mask = binarize(pages[0], name, mode="binary_inv", **params)
    ax.imshow(mask, cmap="gray_r")
    ax.set_title(f"{name}: F {f_measure(ink, mask[None]):.3f}")
for ax in axes.flat:
    ax.set_axis_off()
