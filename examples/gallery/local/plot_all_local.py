"""
What does each local technique make of a page?
==============================================

One threshold for each pixel, from the window around it, all with their default parameters. Those
made for documents leave empty paper empty; the others divide every window, noise included.
"""

import numpy as np
from skimage import data

from skthresh.display import ComparisonDisplay

page = data.page()[np.newaxis]
ComparisonDisplay.from_images(page, techniques="local", mode="binary_inv")
