"""Measure which lines and branches the tests reach: ``python tests/release/covered.py``.

What Numba compiles runs where no coverage is measured. The tests of the kernels, of their formulas
and of the criteria are therefore run once more with kernels as the Python that they are; all other
tests would take hours so. Options go to pytest.
"""

from __future__ import annotations

import os
import sys

import package

INTERPRETED = ["tests/kernels", "tests/global_threshold"]


def main() -> int:
    """Run both, and fail below what pyproject.toml asks for."""
    os.chdir(package.ROOT)
    python = [sys.executable, "-m"]
    options = ["-q", "-n", "auto", "--dist", "loadfile", "--cov", "--cov-report=", *sys.argv[1:]]
    compiled = package.call(*python, "pytest", *options, "--cov-fail-under=0", check=False)
    again = [*options, "--cov-append", "--cov-fail-under=0", *package.AS_PYTHON, *INTERPRETED]
    uncompiled = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    kernels = package.call(*python, "pytest", *again, env=uncompiled, check=False)
    report = package.call(*python, "coverage", "report", check=False)
    return int(any(done.returncode for done in (compiled, kernels, report)))


if __name__ == "__main__":
    sys.exit(main())
