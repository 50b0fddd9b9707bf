"""Sauvola on a dask array of 60,000 x 60,000 pixels: memory, and speed per core.

    python benchmarks/dask/sauvola_large.py --side 60000

The array is made block by block out of one page, and the masks are counted: nothing is read or
written, so that what is measured is halos, tasks and the kernel. Making the array alone is timed,
too, and taken off. The kernel is timed on the same number of cores: two of them share a memory, and
a clock.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import dask
import dask.array as da
import numpy as np
from common import in_a_process, report, verdict

from skthresh import SauvolaThreshold
from skthresh.datasets import make_documents

WINDOW, CHUNK = 51, 4096
PAGES = 20  # for each core, of the kernel in memory
MEMORY_MB, SHARE = 2048, 0.8


@cache
def page(side: int) -> np.ndarray:
    """Make a page of a size, once in each process."""
    (X,), _ = make_documents(1, shape=(512, 512), random_state=0)
    n = -(-side // 512)
    return np.ascontiguousarray(np.tile(X, (n, n))[:side, :side])


def large(side: int) -> da.Array:
    """Make the large array; its blocks are copies of one page."""
    sizes = [CHUNK] * (side // CHUNK) + ([side % CHUNK] if side % CHUNK else [])
    chunks = ((1,), tuple(sizes), tuple(sizes))
    meta = np.empty((0, 0, 0), np.uint8)
    return da.map_blocks(cut_out, chunks=chunks, dtype=np.uint8, meta=meta)


def cut_out(block_info: dict) -> np.ndarray:
    """Make one block of the large array."""
    _, (a, b), (c, d) = block_info[None]["array-location"]
    return page(CHUNK)[np.newaxis, : b - a, : d - c].copy()


def in_memory(sauvola: SauvolaThreshold, cores: int) -> float:
    """Give Mpx/s per core of the kernel alone, on so many cores at once."""
    pages = [page(CHUNK)[np.newaxis].copy() for _ in range(PAGES)]  # no cache holds all of them
    with ThreadPoolExecutor(cores) as pool:
        start = time.perf_counter()
        for _ in pool.map(lambda X: len(sauvola.predict(X)), pages * cores):
            pass
        return PAGES * CHUNK**2 / (time.perf_counter() - start) / 1e6


def run(what: str, side: int, threads: int) -> None:
    """Do one thing in this process."""
    sauvola = SauvolaThreshold(window_size=WINDOW, mode="binary_inv").fit(page(64)[np.newaxis])
    sauvola.predict(page(256)[np.newaxis])  # compiles
    with dask.config.set(scheduler="threads", num_workers=threads):
        if what == "kernel":
            alone, together = (in_memory(sauvola, n) for n in (1, threads))
            report(lambda: None, alone=alone, together=together)
        elif what == "array":
            report(lambda: (large(side) > 0).sum().compute())
        else:
            report(lambda: sauvola.predict(large(side)).sum().compute())


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=60_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run(given.run, given.side, given.threads)
        return
    arguments = ("--side", given.side, "--threads", given.threads, "--run")
    kernel = in_a_process(__file__, *arguments, "kernel")
    array, sauvola = (in_a_process(__file__, *arguments, what) for what in ("array", "sauvola"))
    seconds = sauvola["seconds"] - array["seconds"]
    speed = given.side**2 / seconds / 1e6 / given.threads
    print(
        f"kernel in memory: {kernel['alone']:.0f} Mpx/s on one core, "
        f"{kernel['together']:.0f} on each of {given.threads}"
    )
    print(f"dask: {sauvola['seconds']:.1f} s, of which {array['seconds']:.1f} s make the array")
    print(f"dask, each of {given.threads} cores: {speed:.0f} Mpx/s")
    verdict("resident memory, MB", sauvola["peak_mb"], MEMORY_MB)
    verdict(
        "Mpx/s per core, as a share of the kernel's on as many cores",
        speed / kernel["together"],
        SHARE,
        least=True,
    )


if __name__ == "__main__":
    main()
