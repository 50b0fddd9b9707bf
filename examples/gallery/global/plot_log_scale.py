"""
When does a logarithmic histogram help?
=======================================

If foreground spans many times the background's level, differences are ratios. ``log_scale=True``
counts the logarithms of the grey levels, for any global technique.
"""

import matplotlib.pyplot as plt
from skimage import data

from skthresh import LiThreshold, OtsuThreshold, ToGray

(sky,) = ToGray().fit_transform([data.hubble_deep_field()[200:500, 200:600]])
figure, axes = plt.subplots(2, 2, figsize=(9, 7), layout="constrained")
for row, technique in zip(axes, [OtsuThreshold, LiThreshold], strict=True):
    for ax, log_scale in zip(row, [False, True], strict=True):
        estimator = technique(log_scale=log_scale).fit([sky])
        ax.imshow(estimator.predict([sky])[0], cmap="gray_r")
        ax.set_title(f"{technique.__name__}(log_scale={log_scale}): {estimator.threshold_}")
        ax.set_axis_off()
