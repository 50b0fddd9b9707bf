"""Tools around the estimators: discovery, and checks for estimators of your own."""

from skthresh.utils.capabilities import capabilities
from skthresh.utils.discovery import all_estimators

__all__ = ["all_estimators", "capabilities"]
