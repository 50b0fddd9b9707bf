"""
How good can a single threshold be?
===================================

`skthresh.SupervisedThreshold` finds the level that scores best against true masks. No global
technique can do better on the images it was fitted to, and a local one can.
"""

import matplotlib.pyplot as plt
import numpy as np

from skthresh import (
    LiThreshold,
    OtsuThreshold,
    SauvolaThreshold,
    SimpleThreshold,
    SupervisedThreshold,
    YenThreshold,
)
from skthresh.datasets import make_documents

pages, ink = make_documents(8, random_state=0)
mode = "binary_inv"
levels = np.arange(40, 220, 4)
scores = [SimpleThreshold(int(t), mode=mode).fit(pages).score(pages, ink) for t in levels]

figure, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
ax.plot(levels, scores, color="0.5", label="a fixed level")
for technique in (SupervisedThreshold, OtsuThreshold, LiThreshold, YenThreshold):
    fitted = technique(mode=mode).fit(pages, ink)
    ax.plot(fitted.threshold_, fitted.score(pages, ink), "o", label=technique.__name__)
local = SauvolaThreshold(mode=mode).fit(pages).score(pages, ink)
ax.axhline(local, color="C8", linestyle="--", label="SauvolaThreshold, local")
ax.set(xlabel="threshold", ylabel="mean F-measure")
ax.legend()
