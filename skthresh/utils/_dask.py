"""Dask arrays, known without importing dask: who has one has imported it."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["is_dask"]


def is_dask(X: Any) -> bool:
    """Tell whether X is a dask array.

    Examples
    --------
    >>> is_dask([1, 2])
    False
    """
    kind = getattr(sys.modules.get("dask.array"), "Array", None)
    return kind is not None and isinstance(X, kind)
