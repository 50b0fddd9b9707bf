"""Images with masks: generated ones, and a user's own folder of them."""

from __future__ import annotations

from skthresh.datasets._blobs import make_blobs
from skthresh.datasets._documents import make_documents
from skthresh.datasets._pairs import load_pairs

__all__ = ["load_pairs", "make_blobs", "make_documents"]
