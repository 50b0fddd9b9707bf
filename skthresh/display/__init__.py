"""Pictures of results, in scikit-learn's Display convention. Only `plot` loads matplotlib."""

from __future__ import annotations

from skthresh.display.comparison import ComparisonDisplay
from skthresh.display.history import HistoryDisplay
from skthresh.display.segmentation import SegmentationDisplay
from skthresh.display.threshold import ThresholdDisplay

__all__ = ["ComparisonDisplay", "HistoryDisplay", "SegmentationDisplay", "ThresholdDisplay"]
