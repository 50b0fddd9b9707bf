"""
What does each global technique make of a photograph?
=====================================================

One threshold for all pixels, found from the histogram. `skthresh.display.ComparisonDisplay` draws
what `skthresh.compare_thresholds` finds.
"""

import numpy as np
from skimage import data

from skthresh.display import ComparisonDisplay

camera = data.camera()[np.newaxis, ::2, ::2]
ComparisonDisplay.from_images(camera, techniques="global", mode="binary_inv")
