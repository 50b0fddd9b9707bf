"""Speed and memory against OpenCV, scikit-image and doxapy, through the public estimators.

    python benchmarks/run.py                    # the table; and all figures, in results/speed.json
    python benchmarks/run.py --write            # and docs/performance.md anew
    python benchmarks/run.py --only "Sauvola"   # the rows that match
    python benchmarks/run.py --quick            # small images, once each: checks the answers

Both sides of a row run in alternation in one process, with one thread each, and each row checks
that both gave equal output, or says why they cannot be equal. Only wrong output fails.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
RESULTS = HERE / "results" / "speed.json"


def pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no pattern: {error}") from error


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to save the figures (results/speed.json)")
    parser.add_argument("--quick", action="store_true", help="small images, one run each")
    parser.add_argument("--runs", type=int, default=9, help="runs of each row (9)")
    parser.add_argument("--only", type=pattern, default=None, help="a pattern of rows")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md anew")
    options = parser.parse_args()
    if options.write and options.quick:
        parser.error("--write takes whole images")
    if options.json is None and not (options.quick or options.only):
        options.json = RESULTS
    return options


def attempt(function: Callable[[], Any], failed: Any) -> Any:
    """Call a function; if it raises, its line says so and the others are still measured."""
    try:
        return function()
    except Exception as error:  # noqa: BLE001  whatever a peer or we raise is this line's result
        failed.wrong = f"{type(error).__name__}: {error}"
        return failed


Wanted = Callable[[str], bool]


def row_results(wanted: Wanted, runs: int, *, quick: bool) -> Iterator[Any]:
    """Measure the work that peers do, too."""
    from speed.memory import add_memory, has_memory
    from speed.row import Result, measure
    from speed.table import rows

    selected = [row for row in rows() if wanted(row.key)]
    memory = [row for row in selected if has_memory(row)]
    for row in selected:

        def line(row: Any = row) -> Any:
            result = measure(row, runs=runs, quick=quick)
            if row in memory[: 1 if quick else None]:
                add_memory(row, result, quick=quick)
            return result

        yield attempt(line, Result(group=row.group, work=row.work, peer=row.peer))


def technique_results(wanted: Wanted, *, quick: bool) -> Iterator[Any]:
    """Measure every technique by itself: small calls, memory, start."""
    from speed import peer_memory, techniques
    from speed.row import Result

    def selected(group: str, *, few: bool = False) -> list[str]:
        found = [name for name in techniques.techniques() if wanted(f"{group}: {name}")]
        return sorted(found, key="simple".__ne__)[:1] if few else found

    if names := selected(techniques.SMALL):
        yield techniques.small_calls(names, quick=quick)
    # Each of these takes seconds; when it must be quick, one suffices to see that it works.
    for name in selected(peer_memory.MEMORY, few=quick):
        found = attempt(
            lambda name=name: peer_memory.technique_memory(name, quick=quick),
            Result(group=peer_memory.MEMORY, work=name),
        )
        yield from found if isinstance(found, list) else [found]
    if wanted(techniques.IMPORT):
        empty = Result(group=techniques.IMPORT, work="")
        yield attempt(lambda: techniques.imports(quick=quick), empty)
    if names := selected(techniques.FIRST, few=quick):
        yield from techniques.first_uses(names, quick=quick)


def results(options: argparse.Namespace) -> Iterator[Any]:
    """Measure what is selected, one line of the table at a time."""

    def wanted(key: str) -> bool:
        return not options.only or options.only.search(key) is not None

    yield from row_results(wanted, 1 if options.quick else options.runs, quick=options.quick)
    yield from technique_results(wanted, quick=options.quick)


def main() -> None:
    """Print the table, and save it."""
    options = parse()
    from speed.process import ONE_THREAD

    os.environ.update(ONE_THREAD)  # before NumPy is imported
    from speed.report import COLUMNS, LEGEND, cells, described, machine, markdown, save, text_line
    from speed.report import write_page as write

    facts = machine()
    print(described(facts), *LEGEND, sep="\n")
    print(f"\n{text_line(list(COLUMNS))}")
    found: list[Any] = []
    for result in results(options):
        if not found or found[-1].group != result.group:
            print(f"\n{result.group}")
        print(text_line(cells(result)), flush=True)
        found.append(result)
    if not found:
        sys.exit(f"no row matches {options.only.pattern!r}")
    if options.json:
        save(options.json, found, facts)
    if options.write:
        write(PAGE, markdown(found, facts))
    wrong = [f"{r.group}: {r.work} / {r.peer}: {r.wrong}" for r in found if r.wrong]
    if wrong:
        sys.exit("wrong output:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
