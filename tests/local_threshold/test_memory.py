"""What local techniques hold beside the image: a few rows, unless the next step needs a surface."""

import tracemalloc

import numpy as np
import pytest

from skthresh.utils.discovery import technique_kind, techniques

LOCAL = {name: cls for name, cls in techniques().items() if technique_kind(cls) == "local"}

# Bytes for each pixel, the output's one included, of those that need more than rows: an image in
# float64 that is thresholded in its turn, the nearest pixel of each. Su's rows are many numbers for
# each pixel, and a fifth of this page.
MOST = {"ad_otsu": 15, "bataineh": 9, "gatos": 16, "multi_scale_sauvola": 17, "su": 9}
ROWS = 3.5


@pytest.fixture(scope="module")
def page():
    """Make a page that is large beside the bands of rows that are visited."""
    y, x = np.mgrid[:1600, :1500]
    ink = (y % 40 < 9) & (x % 23 < 6)
    levels = np.random.default_rng(0).normal(200, 6, y.shape) - 110 * ink
    return np.clip(levels, 0, 255).astype(np.uint8)[np.newaxis]


@pytest.mark.parametrize("name", LOCAL)
def test_memory(name, page):
    e = LOCAL[name](mode="binary_inv").fit(page)
    e.predict(page)  # compiles
    tracemalloc.start()
    e.predict(page)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / page.size < MOST.get(name, ROWS)
