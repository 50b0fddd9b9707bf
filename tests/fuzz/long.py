"""Try many cases of every estimator: ``python tests/fuzz/long.py --cases 100000``.

Each estimator is drawn from by a seed of its own, so that a run is the same every time; another
--seed tries other cases. A case that fails is printed with what was passed, made as small as can
be; the others go on, and the command fails at the end. A crash of the process names the case.
"""

import argparse
import contextlib
import faulthandler
import math
import os
import sys
import tempfile
import time
import traceback
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from cases import try_many
from instances import instances

try:
    import resource
except ImportError:  # Windows cannot limit memory so
    resource = None

# Bytes that a case may take, with all that is loaded: what wants more raises MemoryError.
MEMORY = 8 * 2**30


def number_of(estimator, seed):
    """Give the seed of an estimator: the same in each run, whatever else is tried."""
    return zlib.crc32(repr(estimator).encode()) + seed


def share_of(estimator):
    """Tell how many cases are tried for one of another: each of the U-Net's is two trainings."""
    return 1 / 20 if type(estimator).__name__ == "UNetSegmenter" else 1


def work(i, n, seed):
    """Try n cases of one estimator."""
    faulthandler.enable()
    if resource:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    estimator = instances()[i]
    start = time.perf_counter()
    try:
        count = try_many(estimator, math.ceil(n * share_of(estimator)), number_of(estimator, seed))
    except Exception:  # noqa: BLE001  whatever it is, it is what was looked for
        return repr(estimator), Counter(), traceback.format_exc(), 0.0
    return repr(estimator), count, "", time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000, help="of all estimators together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="estimators with this in their names")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args()
    chosen = [i for i, e in enumerate(instances()) if given.only in repr(e)]
    n = math.ceil(given.cases / sum(share_of(instances()[i]) for i in chosen))
    total, failed = Counter(), []
    with (
        tempfile.TemporaryDirectory() as folder,  # where a path among the parameters is written to
        contextlib.chdir(folder),
        ProcessPoolExecutor(given.processes) as pool,
    ):
        running = {i: pool.submit(work, i, n, given.seed) for i in chosen}
        for i, future in running.items():
            try:
                name, count, error, seconds = future.result()
            except BrokenProcessPool:
                sys.exit(f"The process died; of {instances()[i]!r} or of one that ran beside it.")
            total += count
            if error:
                failed.append(name)
                print(f"{name} FAILED\n{error}", flush=True)
            else:
                print(f"{name}: {dict(count)} in {seconds:.0f} s", flush=True)
    print(f"{total['cases']} cases: {total['answer']} answered, {total['refused']} refused.")
    if failed:
        sys.exit("Failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
