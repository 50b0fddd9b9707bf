"""How much memory a call needs: the most that was resident, in a process of its own.

The kernel's own mark sees what C++ and compiled code allocate, which `tracemalloc` does not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from speed.inputs import PAGES, load
from speed.process import child
from speed.row import Result, Row, Side

CLEAR, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


def high_water() -> int:
    """Give the most bytes that were resident, since the mark was reset."""
    if STATUS.exists():  # getrusage has the parent's mark in it
        return 1024 * int(re.findall(r"VmHWM:\s+(\d+) kB", STATUS.read_text())[0])
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def additional_bytes(call: Callable[[], Any]) -> tuple[int, Any]:
    """Give how far a call raises the mark, and what it returns.

    Where the mark cannot be reset, what was freed before hides as much of it.
    """
    with suppress(OSError):
        CLEAR.write_text("5")
    before = high_water()
    result = call()
    return high_water() - before, result


def bytes_per_pixel(side: Side, data: str, *, quick: bool) -> dict[str, float]:
    """Measure one side on an input, after a call on the small one."""
    warm = side(load(data, quick=True))
    warm()
    X = load(data, quick=quick)
    pixels = X.shape[0] * X.shape[1] * X.shape[2]
    call = side(X)
    more, result = additional_bytes(call)
    return {"bytes": more / pixels, "output_bytes": size(result) / pixels}


def size(result: Any) -> int:
    """Give the bytes of an array, or of a list of them."""
    if isinstance(result, list | tuple):
        return sum(size(part) for part in result)
    return int(np.asarray(result).nbytes)


def has_memory(row: Row) -> bool:
    """Tell whether a row has enough pixels, and a peer of its own."""
    return not row.missing and row.data in PAGES and row.peer != "itself"


def add_memory(row: Row, result: Result, *, quick: bool) -> None:
    """Measure both sides of a row, each in a process of its own."""
    found = child("row", row.key, "ours", quick=quick)
    result.bytes, result.output_bytes = found["bytes"], found["output_bytes"]
    if row.peer != "our Otsu":
        result.peer_bytes = child("row", row.key, "theirs", quick=quick)["bytes"]
