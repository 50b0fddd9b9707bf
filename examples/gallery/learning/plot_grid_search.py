"""
Which parameters fit the masks best?
====================================

With true masks for some images, a search over a grid answers that. The scores are means of
F-measures (Dice) over pages that were left out.
"""

import matplotlib.pyplot as plt
from sklearn.model_selection import GridSearchCV

from skthresh import SauvolaThreshold
from skthresh.datasets import make_documents

pages, ink = make_documents(9, noise=0.08, random_state=0)
grid = {"k": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "window_size": [7, 15, 25, 35, 51]}
search = GridSearchCV(SauvolaThreshold(mode="binary_inv"), grid, cv=3).fit(pages, ink)
scores = search.cv_results_["mean_test_score"].reshape(len(grid["k"]), -1)

figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
axes[0].imshow(pages[0], cmap="gray")
axes[1].imshow(search.predict(pages[:1])[0], cmap="gray_r")
for ax, title in zip(axes, ["a page", f"best: {search.best_params_}"], strict=False):
    ax.set_title(title)
    ax.set_axis_off()
shown = axes[2].imshow(scores)
axes[2].set(xlabel="window_size", ylabel="k")
axes[2].set_xticks(range(len(grid["window_size"])), grid["window_size"])
axes[2].set_yticks(range(len(grid["k"])), grid["k"])
figure.colorbar(shown, ax=axes[2], label="mean F-measure")
