"""Test with the oldest and the newest dependencies: ``python tests/release/versions.py``.

The oldest are pyproject.toml's lower bounds, of the tests' dependencies as well: what it promises.
One of them is tested by ``--only lowest`` or ``--only newest``; ``--tests`` selects; other options
go to pytest.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import package

# What uv calls them.
RESOLUTIONS = {"lowest": "lowest-direct", "newest": "highest"}

# Old packages use what newer ones beside them, or Python, have deprecated: that is not for us to
# mend. (SimpleITK 2.4 even crashes where such a warning of its own is an error.)
WARNINGS = {"lowest": ["-W", "default::DeprecationWarning"], "newest": []}

VERSIONS = """
from importlib.metadata import version
names = "numpy scipy scikit-learn scikit-image numba pillow keras tensorflow dask zarr".split()
print(", ".join(f"{name} {version(name)}" for name in names))
"""


def main() -> int:
    """Run the tests with each, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=RESOLUTIONS)
    parser.add_argument("--tests", nargs="+", default=package.TESTS)
    args, options = parser.parse_known_args()
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sdist, wheel = package.checked(folder)
        for kind in [args.only] if args.only else RESOLUTIONS:
            wanted = ["-r", package.ROOT / "pyproject.toml", "--extra", "test"]
            python = package.environment(folder / kind, "--resolution", RESOLUTIONS[kind], *wanted)
            package.call(
                *package.UV, "pip", "install", "-q", "--python", python, "--no-deps", wheel
            )
            used = package.call(python, "-c", VERSIONS, stdout=subprocess.PIPE).stdout.strip()
            print(f"== {kind}: {used}", flush=True)
            given = [*WARNINGS[kind], *options]
            code = package.run_tests(python, sdist, folder / f"{kind}-sdist", args.tests, given)
            results[kind] = f"{'failed' if code else 'passed'}: {used}"
    for kind, result in results.items():
        print(f"{kind} {result}")
    return int(any(result.startswith("failed") for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
