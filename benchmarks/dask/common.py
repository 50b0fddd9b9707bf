"""What the benchmarks of dask arrays share: a process of its own for each run, and its memory."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any


def in_a_process(script: str, *arguments: Any) -> dict[str, float]:
    """Run a script anew, which calls `report`, and read what it reported."""
    command = [sys.executable, script, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(work: Callable[[], Any], **more: float) -> None:
    """Time some work, and write down how long it took and how much memory the process had."""
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    print(json.dumps({"seconds": seconds, "peak_mb": peak, **more}))


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """Give the median of each number of several runs."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def verdict(name: str, value: float, target: float, *, least: bool = False) -> None:
    """Print a number beside what it must be."""
    holds = value >= target if least else value <= target
    sign = ">=" if least else "<="
    print(f"{name:52} {value:9.2f}  (must be {sign} {target:g}: {'yes' if holds else 'NO'})")
