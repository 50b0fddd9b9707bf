"""How good every technique is on labelled images: its defaults, and tuned on other images.

    SKTHRESH_DATA=folder python benchmarks/quality.py                # every technique, all sets
    ... --sets dibco2009 dsb2018 --techniques otsu sauvola           # some of it
    ... --write                                                      # and docs/quality.md anew
    ... --report --write                                             # from saved results alone

Each result is saved as soon as it is there, in evidence/quality.json (--results), and what is
saved is not computed again, unless --again is given. It fails if Otsu's technique does not score
what was published of it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from evidence.grids import has_window
from evidence.pipelines import PIPELINES
from evidence.report import otsu_differs, page, table
from evidence.search import both, with_windows
from evidence.sets import SETS, read

from skthresh.utils.discovery import techniques

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "quality.md"
RESULTS = HERE / "evidence" / "quality.json"


def parse() -> argparse.Namespace:
    names = [*techniques(), *PIPELINES]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, metavar="SET")
    parser.add_argument("--techniques", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where results are kept")
    parser.add_argument("--again", action="store_true", help="compute what is saved, too")
    parser.add_argument("--report", action="store_true", help="compute nothing")
    parser.add_argument("--write", action="store_true", help="write docs/quality.md anew")
    return parser.parse_args()


def save(path: Path, results: dict[str, Any]) -> None:
    """Save all at once, so that an interruption leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(results, indent=1) + "\n")
    new.replace(path)


def run(options: argparse.Namespace, results: dict[str, Any]) -> None:
    """Compute what is not saved yet."""

    def is_open(of: str, name: str) -> bool:
        saved = results.get(of, {})
        computed = name in saved.get("techniques", {})
        return (
            options.again
            or not computed
            or (has_window(name) and name not in saved.get("windows", {}))
        )

    wanted = [s for s in options.sets if any(is_open(s, n) for n in options.techniques)]
    for split in read(wanted):
        entry = results.setdefault(split.name, {"techniques": {}})
        entry.update(said=split.said, train=len(split.train.names), test=len(split.test.names))
        for name in (n for n in options.techniques if is_open(split.name, n)):
            found = both(split, name)
            if found is None:  # a pipeline for documents
                continue
            entry["techniques"][name] = found
            save(options.results, results)
            d, t = (100 * found[c]["scores"]["dice"] for c in ("default", "tuned"))
            seconds = found["default"]["seconds"] + found["tuned"]["seconds"]
            print(f"{split.name} {name}: {d:.1f}, tuned {t:.1f} ({seconds:.0f} s)", flush=True)
        windows = entry.setdefault("windows", {})
        for name in (n for n in options.techniques if options.again or n not in windows):
            found = with_windows(split, name)
            if found:
                windows[name] = found
                save(options.results, results)
                print(f"{split.name} {name}, by window: {found}", flush=True)


def main() -> None:
    """Compute, print, write, and compare with what was published."""
    options = parse()
    results = json.loads(options.results.read_text()) if options.results.exists() else {}
    if not options.report:
        run(options, results)
    for name in options.sets:
        if name in results:
            print(f"\n{name}", *table(name, results[name]), sep="\n")
    if options.write:
        PAGE.write_text(page(PAGE.read_text(), results))
    if wrong := otsu_differs(results):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
