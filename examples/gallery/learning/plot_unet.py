"""
What does a U-Net see that no threshold can?
============================================

Here cells have the brightness of the smears between them, so no threshold parts them; their shape
does. The network is trained on generated pictures for some seconds on a CPU: small, to be quick.
"""

import numpy as np
from scipy import ndimage

from skthresh import SupervisedThreshold, UNetSegmenter
from skthresh.datasets import make_blobs
from skthresh.display import SegmentationDisplay

rng = np.random.default_rng(0)
images, cells = make_blobs(24, shape=(96, 96), shading=0, random_state=0)
smears = ndimage.gaussian_filter(rng.normal(size=images.shape), (0, 1.2, 12), axes=(0, 1, 2))
smears = 110.0 * (smears > np.quantile(smears, 0.9))
images = np.maximum(images, ndimage.gaussian_filter(smears, (0, 1, 1))).astype(np.uint8)

best = SupervisedThreshold().fit(images[:20], cells[:20])
unet = UNetSegmenter(
    depth=3, base_filters=8, epochs=4, steps_per_epoch=40, patch_size=64, batch_size=8,
    learning_rate=1e-2, random_state=0,
).fit(images[:20], cells[:20])  # fmt: skip
print(f"best threshold: Dice {best.score(images[20:], cells[20:]):.2f}")
print(f"U-Net:          Dice {unet.score(images[20:], cells[20:]):.2f}")
SegmentationDisplay.from_estimator(unet, images[20:23], cells[20:23])
