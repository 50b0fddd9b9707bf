"""
Why does a global threshold fail on this page?
==============================================

Along one row of pixels, the paper on the left is darker than the ink on the right. A local
threshold follows the paper.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import OtsuThreshold, SauvolaThreshold

page = data.page()
otsu = OtsuThreshold(mode="binary_inv").fit([page])
sauvola = SauvolaThreshold(window_size=25, mode="binary_inv").fit([page])
row = 79

figure = plt.figure(figsize=(9, 6), layout="constrained")
axes = figure.subplot_mosaic([["page", "otsu", "sauvola"], ["row"] * 3], height_ratios=[1, 1.4])
axes["page"].imshow(page, cmap="gray")
axes["page"].axhline(row, color="C3")
axes["otsu"].imshow(otsu.predict([page])[0], cmap="gray_r")
axes["sauvola"].imshow(sauvola.predict([page])[0], cmap="gray_r")
axes["row"].plot(page[row], color="0.6", label="grey level along the red line")
axes["row"].axhline(otsu.threshold_, color="C0", label="Otsu's threshold")
axes["row"].plot(sauvola.thresholds([page])[0][row], color="C1", label="Sauvola's threshold")
axes["row"].legend()
for name in ("page", "otsu", "sauvola"):
    axes[name].set(title=name, xticks=[], yticks=[])
