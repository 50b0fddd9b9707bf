"""Fresh interpreters: for imports, first uses and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)
# An installed package has its bytecode, as its peers have; without it an import is compiling.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
# Otherwise glibc keeps freed memory back for later, which then seems to cost nothing.
GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}


def usable_cores() -> int:
    """Count the cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def interpreter(*arguments: str, **environment: str) -> str:
    """Run Python, and give what it prints."""
    done = subprocess.run(  # noqa: S603  it is this interpreter, with arguments of ours
        [sys.executable, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=HERE,
        env={**os.environ, **ONE_THREAD, **BYTECODE, **environment},
    )
    if done.returncode:
        why = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise RuntimeError(f"{' '.join(arguments)}: {why}")
    return done.stdout.strip().splitlines()[-1]


def child(*arguments: str, quick: bool, **environment: str) -> dict[str, Any]:
    """Run `speed.child`, and give what it finds."""
    flags = ["--quick"] if quick else []
    text = interpreter("-m", "speed.child", *arguments, *flags, **GIVE_BACK, **environment)
    return dict(json.loads(text))
