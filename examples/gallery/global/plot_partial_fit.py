"""
Can a threshold be learned image by image?
==========================================

Histograms add up, so `partial_fit` sees each image once, and the result is exactly that of one
`fit` on all of them.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import LiThreshold, OtsuThreshold

camera = data.camera()
tiles = [camera[r : r + 64, c : c + 64] for r in range(0, 512, 64) for c in range(0, 512, 64)]

figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for technique, color in ((OtsuThreshold, "C0"), (LiThreshold, "C1")):
    stream = technique()
    found = [stream.partial_fit([tile]).threshold_ for tile in tiles]
    ax.step(range(1, len(found) + 1), found, where="post", color=color, label=technique.__name__)
    ax.axhline(technique().fit([camera]).threshold_, color=color, linestyle=":")
ax.set(xlabel="tiles seen", ylabel="threshold; dotted: fit on all")
ax.legend()
