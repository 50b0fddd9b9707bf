"""Otsu on a zarr array that does not fit: memory, and time against dask alone.

    python benchmarks/dask/otsu_zarr.py --gigabytes 16 --folder /some/disk

Both of a pair read the array and write its masks, each in a process of its own, in alternation.
dask alone compares with a number that it is given; Otsu has to find it first, in another pass.
"""

from __future__ import annotations

import argparse
import math
import shutil
import tempfile
from pathlib import Path

import dask
import dask.array as da
import numpy as np
import zarr
from common import in_a_process, medians, report, verdict

from skthresh import OtsuThreshold

CHUNK = 4096
MEMORY_MB, TIMES = 2048, 1.3


def make(path: Path, gigabytes: float) -> None:
    """Write noisy bytes with bright squares on dark ground, a square number of chunks of them."""
    side = max(1, round(math.sqrt(gigabytes * 2**30) / CHUNK)) * CHUNK
    target = zarr.create_array(
        path, shape=(1, side, side), chunks=(1, CHUNK, CHUNK), dtype=np.uint8, compressors=None
    )

    def block(block_id: tuple[int, ...]) -> np.ndarray:
        rng = np.random.default_rng(block_id)
        noise = rng.integers(0, 60, (1, CHUNK, CHUNK), np.uint8)
        noise[:, CHUNK // 4 : CHUNK // 2, CHUNK // 4 : CHUNK // 2] += 150
        return noise

    images = da.map_blocks(block, chunks=((1,), *[(CHUNK,) * (side // CHUNK)] * 2), dtype=np.uint8)
    da.store(images, target, lock=False)


def run(what: str, source: Path, out: Path, threads: int) -> None:
    """Threshold the array in this process."""
    X = da.from_zarr(source)
    if out.exists():
        shutil.rmtree(out)
    target = zarr.create_array(out, shape=X.shape, chunks=X.chunksize, dtype=bool, compressors=None)

    def work() -> None:
        masks = OtsuThreshold().fit(X).predict(X) if what == "otsu" else X > 100
        da.store(masks, target, lock=False)

    with dask.config.set(scheduler="threads", num_workers=threads):
        OtsuThreshold().fit_transform(np.arange(2**13, dtype=np.uint8).reshape(2, 64, 64))
        report(work)


def main() -> None:
    """Make the array, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=16)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run(given.run[0], Path(given.run[1]), Path(given.run[2]), given.threads)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        source, out = Path(folder, "images.zarr"), Path(folder, "masks.zarr")
        make(source, given.gigabytes)
        runs: dict[str, list[dict[str, float]]] = {"dask": [], "otsu": []}
        for _ in range(given.pairs):
            for what, found in runs.items():
                arguments = ("--threads", given.threads, "--run", what, source, out)
                found.append(in_a_process(__file__, *arguments))
    plain, otsu = medians(runs["dask"]), medians(runs["otsu"])
    print(f"dask alone: {plain['seconds']:.1f} s, {plain['peak_mb']:.0f} MB")
    print(f"Otsu:       {otsu['seconds']:.1f} s, {otsu['peak_mb']:.0f} MB")
    verdict("resident memory of fit and transform, MB", otsu["peak_mb"], MEMORY_MB)
    verdict("time, as a multiple of dask alone", otsu["seconds"] / plain["seconds"], TIMES)


if __name__ == "__main__":
    main()
