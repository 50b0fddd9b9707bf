"""
Which technique scores best on labelled images?
===============================================

`skthresh.compare_thresholds` tries all of them, with their default parameters, and sorts them by
score.
"""

import matplotlib.pyplot as plt

from skthresh import compare_thresholds
from skthresh.datasets import make_documents

pages, ink = make_documents(6, random_state=0)
table = compare_thresholds(pages, ink, mode="binary_inv")
rows = list(table)[::-1]

figure, axes = plt.subplots(1, 2, figsize=(10, 8), width_ratios=[2, 1], layout="constrained")
axes[0].barh([row.technique for row in rows], [row.score for row in rows], color="0.6")
axes[0].margins(y=0.01)
axes[0].set(xlabel="mean F-measure", xlim=(0, 1))
axes[1].imshow(pages[0], cmap="gray")
axes[1].set_title("one of the pages")
axes[1].set_axis_off()
