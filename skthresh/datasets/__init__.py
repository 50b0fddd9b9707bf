"""Images with masks: generated ones, and a user's own files."""

from __future__ import annotations

from skthresh.datasets._blobs import make_blobs
from skthresh.datasets._documents import make_documents
from skthresh.datasets._files import ImageFiles
from skthresh.datasets._pairs import load_pairs

__all__ = ["ImageFiles", "load_pairs", "make_blobs", "make_documents"]
