"""What a petabyte costs: a plan, computed from measured rates.

    python benchmarks/petabyte.py                        # from the table in docs/performance.md
    python benchmarks/petabyte.py --measure              # from what this machine does now
    python benchmarks/petabyte.py --nodes 20 --cores 64 --bandwidth 2.5 --petabytes 0.3
    python benchmarks/petabyte.py --write                # and docs/big_data.md anew

Rates are those of one core, for images in memory. What the cluster is like is assumed, and said.
"""

from __future__ import annotations

import argparse
import math
import pickle
import re
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from speed.inputs import load, page

from skthresh import (
    HysteresisThreshold,
    MultiOtsuThreshold,
    OtsuThreshold,
    SupervisedThreshold,
)
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.local_threshold.base import LocalThreshold
from skthresh.utils.discovery import techniques

DOCS = Path(__file__).parents[1] / "docs"
START, END = "<!-- computed by benchmarks/petabyte.py -->", "<!-- end -->"

MEGAPIXELS = 4000 * 3800 / 1e6  # of the table's images

# What a task costs the scheduler, in seconds: the greater end of what dask's own pages say.
TASK = 1e-3

# Tasks for each chunk: one that reads, thresholds and writes; with halos one reads, one copies the
# rims, one lays those of eight neighbours around the chunk and thresholds, one hands it on.
TASKS = {"chunks alone": 1, "with halos": 4}

# Sides of square chunks.
SIDES = (1024, 4096, 16384)


@dataclass(frozen=True)
class Work:
    """A technique in the table of performance.md: its group, its line; and its pixels."""

    name: str
    group: str
    line: str
    bytes_per_pixel: int = 1
    reads: int = 1


WORKS = (
    Work("SimpleThreshold", "SimpleThreshold", "binary"),
    Work("Otsu, of each image", "OtsuThreshold(per_image=True)", "transform"),
    Work("Otsu, pooled", "OtsuThreshold(per_image=True)", "transform", reads=2),
    Work("multi-Otsu, 4 classes", "MultiOtsu", "4 classes, uint8"),
    Work("adaptive mean 51", "AdaptiveThreshold mean", "mean 51"),
    Work("adaptive Gaussian 51", "AdaptiveThreshold gaussian", "gaussian 51"),
    Work("adaptive median 15", "adaptive median", "median 15"),
    Work("Bernsen 25", "Bernsen", "Bernsen"),
    Work("Sauvola 25", "Sauvola", "Sauvola 25"),
    Work("Sauvola 151", "Sauvola", "Sauvola 151"),
    Work("Wolf 151", "Sauvola", "Wolf 151"),
    Work("ISauvola 25", "Sauvola", "ISauvola 25"),
    Work("Otsu, of each image, uint16", "uint16 and float32", "Otsu, uint16", 2),
    Work("Sauvola 25, float32", "uint16 and float32", "Sauvola 25, float32", 4),
)


@dataclass(frozen=True)
class Cluster:
    """What is assumed of the machines."""

    petabytes: float = 1.0
    nodes: int = 100
    cores: int = 16
    bandwidth: float = 1.0  # of the storage, for each node, in GB/s


@dataclass(frozen=True)
class Measured:
    """What was measured of one core: Mpx/s, and bytes for a pixel beside the image."""

    rate: float
    memory: float


def from_table(text: str) -> dict[str, Measured]:
    """Read the rates in a table as `benchmarks/run.py` writes it."""
    found: dict[str, Measured] = {}
    group = ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) < 8:
            continue
        if cells[0].startswith("**"):
            group = cells[0].strip("*")
        for work in WORKS:
            if group.startswith(work.group) and cells[0] == work.line and work.name not in found:
                rate = MEGAPIXELS / (float(cells[4]) / 1e3)
                found[work.name] = Measured(rate, float(cells[7].split()[0]))
    missing = [work.name for work in WORKS if work.name not in found]
    if missing:
        raise ValueError(f"the table of performance.md has no line for {', '.join(missing)}")
    return found


def from_this_machine(known: dict[str, Measured], runs: int = 5) -> dict[str, Measured]:
    """Measure the rates here and now, on one core; memory is what the table says."""
    from speed.table import rows

    found = {}
    for work in WORKS:
        row = next(r for r in rows() if r.group.startswith(work.group) and r.work == work.line)
        call = row.ours(load(row.data, quick=False))
        call()  # compiles
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        rate = MEGAPIXELS / statistics.median(times)
        found[work.name] = Measured(rate, known[work.name].memory)
    return found


def hours(seconds: float) -> str:
    """Write a time with two digits.

    Examples
    --------
    >>> hours(7320), hours(36)
    ('2.0 h', '0.6 min')
    """
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"


def table(head: list[str], body: list[list[str]]) -> str:
    """Write a table in Markdown."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def costs(measured: dict[str, Measured], cluster: Cluster) -> str:
    """Tell for each technique how long cores and storage take, and how many cores are enough."""
    body = []
    for work in WORKS:
        n_bytes = cluster.petabytes * 1e15
        core_seconds = n_bytes / work.bytes_per_pixel / (measured[work.name].rate * 1e6)
        computing = core_seconds / (cluster.nodes * cluster.cores)
        moved = n_bytes * (work.reads + 1)  # a mask in X's dtype is written, uncompressed
        storage = moved / (cluster.nodes * cluster.bandwidth * 1e9)
        body.append(
            [
                *(work.name, f"{measured[work.name].rate:,.0f}", f"{core_seconds / 3600:,.0f}"),
                *(hours(computing), hours(storage)),
                f"{math.ceil(cluster.cores * computing / storage)}",
                f"{work.bytes_per_pixel + measured[work.name].memory:.1f}",
            ]
        )
    head = [
        *("technique", "Mpx/s of a core, measured", "core-hours"),
        *("computing", "storage", "cores that keep up with a node's storage"),
        "bytes for a pixel in memory",
    ]
    return table(head, body)


def chunks(cluster: Cluster) -> str:
    """Tell for sides of square chunks of bytes how many tasks they are, and what they cost."""
    body = []
    for side in SIDES:
        n = cluster.petabytes * 1e15 / side**2
        alone, with_halos = (hours(n * tasks * TASK) for tasks in TASKS.values())
        halos = [f"{((side + 2 * (w // 2)) / side) ** 2 - 1:.1%}" for w in (25, 151)]
        size = f"{side**2 / 2**20:.0f} MiB"
        body.append([f"{side} x {side}", size, f"{n / 1e6:.1f} million", alone, with_halos, *halos])
    head = [
        *("chunk", "of uint8", "chunks", "scheduler, chunks alone", "scheduler, with halos"),
        *("read twice, window 25", "window 151"),
    ]
    return table(head, body)


def reach(estimator: LocalThreshold, shape: tuple[int, int] = (4000, 3800)) -> int | None:
    """Tell how many pixels beyond a chunk of bytes are needed; None: the whole image."""
    found = estimator._reach(shape, np.dtype(np.uint8))
    return None if found is None else max(found)


def moved() -> str:
    """Tell for each technique what workers have to send each other."""
    image = page(300, 300)
    words = np.arange(90_000).clip(max=65535).reshape(1, 300, 300).astype(np.uint16)
    otsu = [OtsuThreshold().fit(X).histogram_.counts.nbytes for X in (image, words)]
    histogram, two = f"{otsu[0] // 1024} KB", f"two histograms, {2 * otsu[0] // 1024} KB"
    fitted = len(pickle.dumps(OtsuThreshold().fit(image)))
    kinds: dict[str, list[str]] = {}

    def add(name: str, what: str) -> None:
        kinds.setdefault(what, []).append(f"`{name}`")

    for name, cls in {**techniques(), "multi_otsu": MultiOtsuThreshold}.items():
        if issubclass(cls, LocalThreshold):
            n = reach(cls())
            more = ", and a number for each image" if getattr(cls, "_looks_at_plane", False) else ""
            halo = f"a halo of {n} rows and columns{more}"
            add(name, "whole images" if n is None else halo)
        elif issubclass(cls, GlobalThreshold | MultiOtsuThreshold):
            add(name, f"a histogram: {histogram}")
        elif issubclass(cls, SupervisedThreshold):
            add(name, f"{two}; y is read with X")
        elif issubclass(cls, HysteresisThreshold):
            add(name, "whole images")
        else:
            add(name, "nothing")
    order = sorted(
        kinds, key=lambda what: [int(d) for d in re.findall(r"\d+", what)][:1] or [10**6]
    )
    lines = table(
        ["what is sent for a chunk", "techniques, with their defaults, on pages of 4000 x 3800"],
        [[what, ", ".join(kinds[what])] for what in order],
    )
    return (
        f"{lines}\n\nA histogram of uint16 is at most {otsu[1] // 1024} KB. A fitted Otsu of uint8 "
        f"is at most {math.ceil(fitted / 1000)} KB, and goes to every worker once."
    )


def generated(measured: dict[str, Measured], cluster: Cluster) -> str:
    """Write the plan."""
    assumed = (
        f"Assumed: {cluster.nodes} nodes of {cluster.cores} cores, {cluster.bandwidth:g} GB/s of "
        "storage for each, both ways together; masks written uncompressed, in X's dtype. Measured: "
        "what one core does with an image in memory ([performance](performance.md))."
    )
    overhead = (
        f"Assumed: {TASK * 1e3:g} ms of the scheduler for each task, as dask's own pages say (0.2 "
        f"to 1 ms); {TASKS['chunks alone']} task for a chunk alone, {TASKS['with halos']} for a "
        "chunk whose neighbours' pixels are needed."
    )
    title = f"### {cluster.petabytes:g} PB on {cluster.nodes} nodes"
    sent = ["### What is sent between workers", moved()]
    parts = [*sent, title, assumed, costs(measured, cluster)]
    return "\n\n".join([*parts, "### Chunks", overhead, chunks(cluster)])


def rewritten(text: str, plan: str) -> str:
    """Give the page with its computed part made anew."""
    before, rest = text.split(START)
    return f"{before}{START}\n\n{plan}\n\n{END}{rest.split(END, 1)[1]}"


def main() -> None:
    """Print the plan, or write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in vars(Cluster()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value, help=f"({value})")
    parser.add_argument("--measure", action="store_true", help="rates of this machine")
    parser.add_argument("--write", action="store_true", help="write docs/big_data.md anew")
    options = parser.parse_args()
    cluster = Cluster(options.petabytes, options.nodes, options.cores, options.bandwidth)
    measured = from_table((DOCS / "performance.md").read_text(encoding="utf-8"))
    if options.write and (options.measure or cluster != Cluster()):
        parser.error(
            "the page has the table's rates, and the cluster that is assumed without words"
        )
    if options.measure:
        measured = from_this_machine(measured)
    plan = generated(measured, cluster)
    if not options.write:
        print(plan)
        return
    big_data = DOCS / "big_data.md"
    text = rewritten(big_data.read_text(encoding="utf-8"), plan)
    big_data.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
