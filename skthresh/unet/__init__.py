"""A U-Net as a scikit-learn estimator. Keras is loaded when a model is first needed, not here."""

from __future__ import annotations

from skthresh.unet.estimator import UNetSegmenter

__all__ = ["UNetSegmenter"]
