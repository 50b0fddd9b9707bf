"""Build the release and test it as it is installed: ``python tests/release/installed.py``.

``--quick`` borrows all other packages from the environment that runs it, instead of installing
them; ``--tests`` selects; other options go to pytest.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import package


def main() -> int:
    """Build, look, install and test."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--tests", nargs="+", default=package.TESTS)
    args, options = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sdist, wheel = package.checked(folder)
        if args.quick:
            python = package.environment(folder / "environment")
            where = "import sysconfig; print(sysconfig.get_path('purelib'))"
            done = package.call(python, "-c", where, stdout=subprocess.PIPE)
            # After its own packages; and what is installed for editing there stays out.
            (Path(done.stdout.strip()) / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
            package.call(
                *package.UV, "pip", "install", "-q", "--python", python, "--no-deps", wheel
            )
        else:
            requirement = f"skthresh[test] @ {wheel.as_uri()}"
            python = package.environment(folder / "environment", requirement)
        return package.run_tests(python, sdist, folder / "sdist", args.tests, options)


if __name__ == "__main__":
    sys.exit(main())
