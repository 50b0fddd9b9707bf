"""How results are printed, saved and put into the documentation."""

from __future__ import annotations

import json
import platform
import re
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from speed.process import usable_cores
from speed.row import Result

PACKAGES = (
    *("skthresh", "numpy", "scipy", "scikit-learn", "numba"),
    *("opencv-python-headless", "scikit-image", "doxapy"),
)
COLUMNS = (
    *("work", "peer", "target", "measured", "ms", "peer ms", "copies"),
    *("bytes/pixel", "peer's", "remarks"),
)
WIDTHS = (28, 13, 10, 9, 9, 9, 7, 12, 7, 0)
LEGEND = (
    "measured: the peer's time / ours (ours / the peer's if the target is <=), median of the pairs",
    "copies: our time as a multiple of copying the input",
    "bytes/pixel: peak memory beyond the input, and how much of it is the output itself",
)


def machine() -> dict[str, Any]:
    """Tell what the figures depend on; neither the machine's name nor its folders."""
    facts = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", facts.read_text()) if facts.exists() else []
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": usable_cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def cells(result: Result) -> list[str]:
    """Give the columns of a line as text."""

    def number(value: float | None, form: str) -> str:
        return "" if value is None else format(value, form)

    missed = "not reached" if result.reached is False else ""
    wrong = f"WRONG: {result.wrong}" if result.wrong else ""
    memory = number(result.bytes, ".1f")
    if result.output_bytes is not None:
        memory += f" ({result.output_bytes:g})"
    return [
        *(result.work, result.peer, result.target, result.measured),
        *(number(result.ms, ".2f"), number(result.peer_ms, ".2f"), number(result.copies, ".1f")),
        *(memory, number(result.peer_bytes, ".1f")),
        "; ".join(filter(None, [wrong, missed, *result.notes])),
    ]


def text_line(values: list[str]) -> str:
    """Align one line for the terminal: words to the left, figures to the right."""
    aligned = (
        value.ljust(width) if i < 2 or not width else value.rjust(width)
        for i, (value, width) in enumerate(zip(values, WIDTHS, strict=True))
    )
    return "  ".join(aligned).rstrip()


def described(facts: dict[str, Any]) -> str:
    """Say the facts in one sentence."""
    packages = ", ".join(f"{name} {facts[name]}" for name in PACKAGES)
    return (
        f"{facts['cpu']}, cores usable: {facts['cores']}, {facts['system']}, "
        f"Python {facts['python']}; {packages}"
    )


def markdown(results: list[Result], facts: dict[str, Any]) -> str:
    """Make the documentation's table, with the facts and the legend above it."""
    lines = [f"{described(facts)}. One thread each, but where threads are compared.", ""]
    lines += [f"- {line}" for line in LEGEND]
    lines += ["", f"| {' | '.join(COLUMNS)} |", "|" + "---|" * len(COLUMNS)]
    group = ""
    for result in results:
        if result.group != group:
            group = result.group
            lines.append(f"| **{group}** |" + " |" * (len(COLUMNS) - 1))
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells(result)) + " |")
    return "\n".join(lines)


def save(path: Path, results: list[Result], facts: dict[str, Any]) -> None:
    """Write all figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": facts, "results": [asdict(result) for result in results]}
    path.write_text(json.dumps(content, indent=1) + "\n")


def write_page(page: Path, table: str) -> None:
    """Put the table between the page's markers."""
    text, n = re.subn(
        r"(<!-- table -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}{table}\n{match[2]}",
        page.read_text(),
        flags=re.DOTALL,
    )
    if n != 1:
        raise ValueError(f"{page.name} has {n} tables between <!-- table --> and <!-- end -->")
    page.write_text(text)
