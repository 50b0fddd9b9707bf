"""Run the U-Net's tests on every backend: ``python tests/unet/backends.py [options of pytest]``.

Those that are not installed are named, and the run fails: ``pip install -e ".[test,backends]"``.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from skthresh.unet._keras import BACKENDS

HERE = Path(__file__).parent


def main() -> int:
    """Run each, and say how it went."""
    results = {}
    for backend in BACKENDS:
        if importlib.util.find_spec(backend) is None:
            results[backend] = "not installed"
            continue
        print(f"== {backend}", flush=True)  # noqa: T201
        done = subprocess.run(
            [sys.executable, "-m", "pytest", str(HERE), *sys.argv[1:]],
            env={**os.environ, "KERAS_BACKEND": backend},
            check=False,
        )
        results[backend] = "passed" if done.returncode == 0 else f"failed ({done.returncode})"
    for backend, result in results.items():
        print(f"{backend}: {result}")  # noqa: T201
    return int(any(result != "passed" for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
