"""Spoil the code in many small ways, one at a time: ``python tests/release/mutants.py``.

Cosmic Ray makes the mutants, of all functions that are kernels or criteria; a random sample of them
is tried in a copy of the repository, each with the tests that are meant for its file. What survives
these is shown: either it computes the same, or a check is missing. See docs/trust.md.

Kernels are not compiled here: they are Python that Numba compiles, and to compile them all again
for each mutant would take minutes. The same tests must pass without any mutant, or nothing is run.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import package

KERNELS, CRITERIA = "skthresh/kernels", "skthresh/global_threshold"

# How a kernel is compiled, a batch is counted and labels are written is no arithmetic of theirs.
OTHERS = {"__init__", "_jit", "base", "counting", "labels", "learning", "multi_level", "scalar"}

# The tests of a file have its name, unless they are here.
TESTS = {
    f"{KERNELS}/apply.py": "kernels/test_twins.py",
    f"{KERNELS}/arithmetic.py": "kernels/test_sliding.py",
    f"{KERNELS}/beside.py": "kernels/test_sliding.py",
    f"{KERNELS}/blur.py": "kernels/test_twins.py",
    f"{KERNELS}/border.py": "kernels/test_twins.py",
    f"{KERNELS}/box.py": "kernels/test_twins.py",
    f"{KERNELS}/classes.py": "kernels/test_partition.py",
    f"{KERNELS}/count.py": "kernels/test_twins.py",
    f"{KERNELS}/extremes.py": "kernels/test_sliding.py",
    f"{KERNELS}/fold.py": "kernels/test_twins.py",
    f"{KERNELS}/formula.py": "kernels/test_sliding.py",
    f"{KERNELS}/gray.py": "kernels/test_twins.py",
    f"{KERNELS}/interpolate.py": "kernels/test_cells.py",
    f"{KERNELS}/running.py": "kernels/test_sliding.py",
    f"{KERNELS}/median.py": "kernels/test_median_kernels.py",
    f"{KERNELS}/moments.py": "kernels/test_sliding.py",
    f"{KERNELS}/slide.py": "kernels/test_sliding.py",
    f"{KERNELS}/stack.py": "kernels/test_sliding.py",
    f"{KERNELS}/statistics.py": "kernels/test_sliding.py",
    f"{KERNELS}/symmetric.py": "kernels/test_twins.py",
    f"{KERNELS}/weighted.py": "kernels/test_twins.py",
    f"{CRITERIA}/levels.py": "global_threshold/test_otsu.py",
    f"{CRITERIA}/max_entropy.py": "global_threshold/test_entropies.py",
    f"{CRITERIA}/partition.py": "global_threshold/test_multi_otsu.py",
    f"{CRITERIA}/renyi_entropy.py": "global_threshold/test_entropies.py",
    f"{CRITERIA}/shanbhag.py": "global_threshold/test_entropies.py",
    f"{CRITERIA}/tsallis_entropy.py": "global_threshold/test_entropies.py",
}


def tests_of(module: str) -> str:
    """Name the tests of a file; its doctests are among them."""
    path = Path(module)
    return f"tests/{TESTS.get(module, f'{path.parent.name}/test_{path.stem}.py')} {module}"


def modules(root: Path) -> list[str]:
    """Give the files whose functions are mutated."""
    files = [file for folder in (KERNELS, CRITERIA) for file in (root / folder).glob("*.py")]
    return sorted(file.relative_to(root).as_posix() for file in files if file.stem not in OTHERS)


def body_lines(module: str | Path) -> set[int]:
    """Give the lines of what a file's functions do: no signatures, decorators or classes."""
    tree = ast.parse(Path(module).read_text(encoding="utf-8"))
    bodies = [node.body for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {i for body in bodies for i in range(body[0].lineno, body[-1].end_lineno + 1)}


def mutants(files: list[str]) -> list[Any]:
    """Give all mutants, in the order of the code."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import use_db

    with use_db("mutants.sqlite") as db:
        init([Path(file) for file in files], db, {})
        specs = [item.mutations[0] for item in db.work_items]
    lines = {file: body_lines(file) for file in files}
    found = [m for m in specs if m.start_pos[0] in lines[m.module_path.as_posix()]]
    return sorted(
        found, key=lambda m: (str(m.module_path), m.start_pos, m.operator_name, m.occurrence)
    )


def command(tests: str) -> str:
    """Give the command that a mutant should make fail."""
    options = " ".join(package.AS_PYTHON)
    return f"{sys.executable} -m pytest -q -x -p no:cacheprovider {options} {tests}"


def survives(mutant: Any, tests: str, timeout: float) -> tuple[str, str]:
    """Try one mutant: how it went, and what it is."""
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import TestOutcome

    result = mutate_and_test([mutant], command(tests), timeout)
    if result.test_outcome == TestOutcome.SURVIVED:
        return "survived", result.diff
    if result.test_outcome == TestOutcome.KILLED:
        return ("timeout" if result.output == "timeout" else "killed"), result.diff
    raise RuntimeError(f"{mutant}: {result.output}")


def main() -> int:
    """Try a sample, and show what survives."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=250, help="of mutants; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--only", nargs="*", default=[""], help="files with one of these in their name"
    )
    args = parser.parse_args()
    files = [f for f in modules(package.ROOT) if any(part in f for part in args.only)]
    with tempfile.TemporaryDirectory() as name:
        package.write(Path(name), package.sources())
        os.chdir(name)
        os.environ |= {"PYTHONPATH": name, "NUMBA_DISABLE_JIT": "1"}
        # As Cosmic Ray writes files faster than their times tell.
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        every = mutants(files)
        sample = every
        if 0 < args.number < len(every):
            sample = sorted(random.Random(args.seed).sample(range(len(every)), args.number))
            sample = [every[i] for i in sample]
        print(f"{len(sample)} of {len(every)} mutants of {len(files)} files", flush=True)
        seconds = {}
        for tests in sorted({tests_of(str(m.module_path)) for m in sample}):
            start = time.monotonic()
            package.call(*command(tests).split(), capture_output=True)
            seconds[tests] = time.monotonic() - start
        outcomes: Counter[str] = Counter()
        for mutant in sample:
            tests = tests_of(str(mutant.module_path))
            # Loops without end are found by their time.
            outcome, diff = survives(mutant, tests, 30 + 5 * seconds[tests])
            outcomes[outcome] += 1
            if outcome == "survived":
                print(f"\nSURVIVED {mutant.operator_name}\n{diff}", flush=True)
    print(f"{dict(outcomes)} of {len(sample)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
