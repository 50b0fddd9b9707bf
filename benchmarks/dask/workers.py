"""Two workers of dask.distributed against one, for Otsu and Sauvola.

    python benchmarks/dask/workers.py --side 30000

Each worker is a process with one thread. Blocks are made where they are thresholded.
"""

from __future__ import annotations

import argparse
import time

import dask.array as da
from common import verdict
from distributed import Client, LocalCluster
from sauvola_large import CHUNK, WINDOW, large

from skthresh import OtsuThreshold, SauvolaThreshold
from skthresh.base import Thresholder

TIMES = 1.7


def seconds(estimator: Thresholder, X: da.Array) -> float:
    """Time fit and predict, the masks counted."""
    start = time.perf_counter()
    estimator.fit(X).predict(X).sum().compute()
    return time.perf_counter() - start


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=30_000)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    estimators = {"Otsu": OtsuThreshold(), "Sauvola": SauvolaThreshold(window_size=WINDOW)}
    found: dict[tuple[str, int], float] = {}
    for n in (1, 2):
        with (
            LocalCluster(
                n_workers=n, threads_per_worker=1, processes=True, dashboard_address=None
            ) as cluster,
            Client(cluster),
        ):
            for name, estimator in estimators.items():
                seconds(estimator, large(4 * CHUNK))  # compiles on all workers
                runs = [seconds(estimator, large(given.side)) for _ in range(given.repeats)]
                found[name, n] = min(runs)
                print(f"{name}, {n} worker(s): {found[name, n]:.1f} s")
    for name in estimators:
        verdict(
            f"{name}: two workers against one", found[name, 1] / found[name, 2], TIMES, least=True
        )


if __name__ == "__main__":
    main()
