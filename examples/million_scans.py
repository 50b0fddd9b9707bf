"""Threshold a folder of scans, however many there are.

    python examples/million_scans.py               # makes some scans of its own, one of them broken
    python examples/million_scans.py scans masks --technique sauvola --set window_size=51

Scans are read when their turn comes, so that memory does not depend on how many there are. Each
mask is a PNG of one bit, ink black, under the name of its scan. It appears when it is whole and not
before: a run that was killed goes on where it was when it is started again (one run at a time for
one folder of masks). A file that cannot be read is named in failed.txt and left out, or stops the
run, by --on-error. joblib does the work (1.4 or later), in one process for each core.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from PIL import Image

from skthresh import ToGray, binarize
from skthresh.datasets import ImageFiles, make_documents
from skthresh.utils.discovery import techniques

# Bytes that a pixel of a colour scan takes, at most, from its decoding to its mask; and with
# techniques that hold whole planes of float64. Measured.
BYTES_PER_PIXEL = 16
HEAVY = {"blockwise": 40, "gatos": 64, "ad_otsu": 80, "multi_scale_sauvola": 88}

# Seconds between two lines about how far it is.
OFTEN = 2.0


def parameter(text: str) -> tuple[str, Any]:
    """Read name=value, the value as Python would, or as a word."""
    name, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form name=value")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def parse() -> argparse.Namespace:
    own = Path("million_scans_output")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scans", nargs="?", type=Path, help=f"folder of scans ({own}/scans)")
    parser.add_argument("masks", nargs="?", type=Path, default=own / "masks", help="output folder")
    parser.add_argument(
        "--technique", default="sauvola", choices=sorted(techniques()), metavar="NAME"
    )
    parser.add_argument(
        *("--set", "-s"), type=parameter, action="append", default=[], metavar="name=value"
    )
    parser.add_argument("--bright", action="store_true", help="the foreground is bright")
    parser.add_argument("--n-jobs", type=int, default=-1, help="processes; -1: one for each core")
    parser.add_argument("--on-error", choices=("skip", "raise"), default="skip")
    parser.add_argument(
        "--memory", type=int, default=2048, metavar="MIB", help="for the images of all processes"
    )
    options = parser.parse_args()
    mode = "binary" if options.bright else "binary_inv"
    options.job = {
        "technique": options.technique,
        "parameters": {"mode": mode, **dict(options.set)},
    }
    try:
        binarize([[0, 1]], options.technique, **options.job["parameters"])
    except ValueError as error:  # a wrong parameter is no scan's fault
        parser.error(str(error))
    if options.scans is None:
        options.scans = own / "scans"
        if not options.scans.exists():
            make_scans(options.scans)
    if options.masks.resolve().is_relative_to(options.scans.resolve()):
        parser.error(
            "the masks must not be in the folder of the scans: they would be taken for some"
        )
    if not options.scans.is_dir():
        parser.error(f"There is no folder {str(options.scans)!r}.")
    return options


def make_scans(folder: Path, n: int = 40) -> None:
    """Write scans of many sizes, some in colour, one that ends too early."""
    pages, _ = make_documents(n, shape=(400, 600), random_state=0)
    for i, page in enumerate(pages):
        scan = page[: 200 + 5 * i]
        path = folder / f"box{i // 10}" / f"scan{i:03}.{'tif' if i % 4 else 'png'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.stack([scan] * 3, axis=-1) if i % 3 == 0 else scan).save(path)
    path.write_bytes(path.read_bytes()[:1000])


def write_whole(path: Path, write: Callable[[Any], None]) -> None:
    """Write a file that is there when it is whole, and not before, whatever stops the writing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def threshold(files: ImageFiles, mask_file: Path, job: dict[str, Any]) -> str:
    """Make the mask of the only one of some files; or tell what is wrong with that."""
    Image.MAX_IMAGE_PIXELS = None  # the limit of these files stands in its place
    try:
        scan = files[0]
        if scan.ndim == 3:
            scan = ToGray().fit_transform([scan[..., :3]])[0]
        mask = binarize(scan, job["technique"], **job["parameters"])
    except (ValueError, MemoryError) as error:
        message = str(error) if files.paths[0] in str(error) else f"{files.paths[0]}: {error}"
        return " ".join(message.split())
    # A full disk is no fault of the scan's: what goes wrong from here on stops the run.
    write_whole(mask_file, lambda file: Image.fromarray(~mask).save(file, "PNG"))
    return ""


def begin(folder: Path, job: dict[str, Any]) -> set[str]:
    """Give the masks that are there, made by the same job; sweep up what was not finished."""
    description = folder / "job.json"
    if description.exists():
        former = json.loads(description.read_text())
        if former != json.loads(json.dumps(job)):
            sys.exit(f"{folder} has masks of another job: {former}. Choose another folder.")
    write_whole(description, lambda file: file.write(json.dumps(job).encode()))
    done = set()
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if name.endswith(".part"):
                path.unlink(missing_ok=True)
            elif name.endswith(".png"):
                done.add(str(path.relative_to(folder)))
    return done


def left_to_do(options: argparse.Namespace, files: ImageFiles) -> list[tuple[int, Path]]:
    """Give the scans that have no mask yet, by number, with the names of their masks."""
    there = begin(options.masks, options.job)
    names = [os.path.relpath(path, options.scans) + ".png" for path in files.paths]
    return [(i, options.masks / name) for i, name in enumerate(names) if name not in there]


def failures(
    options: argparse.Namespace, files: ImageFiles, left: list[tuple[int, Path]]
) -> Iterator[str]:
    """Make the masks; give for each scan, as it is finished, what was wrong with it, or nothing."""
    n_before, start, stop = len(files) - len(left), time.monotonic(), False
    told = start
    # A few tasks are handed out ahead of the workers, and not a million; results come as they are.
    work = Parallel(
        options.n_jobs,
        return_as="generator_unordered",
        pre_dispatch="4 * n_jobs",
        batch_size=1,
    )
    wanted = takewhile(lambda _: not stop, left)
    tasks = (delayed(threshold)(files[i : i + 1], mask, options.job) for i, mask in wanted)
    for done, failure in enumerate(work(tasks), 1):
        yield failure
        # What has been handed out is finished: a worker that is interrupted has worked for nothing.
        stop = stop or (failure != "" and options.on_error == "raise")
        if time.monotonic() - told > OFTEN:
            told = time.monotonic()
            minutes = (told - start) / done * (len(left) - done) / 60
            print(f"{n_before + done} of {len(files)}, {minutes:.0f} minutes to go", flush=True)


def main() -> None:
    """Make all masks."""
    options = parse()
    n_jobs = effective_n_jobs(options.n_jobs)
    bytes_per_pixel = HEAVY.get(options.technique, BYTES_PER_PIXEL)
    max_pixels = max(1, options.memory * 2**20 // (n_jobs * bytes_per_pixel))
    files = ImageFiles(options.scans, max_pixels=max_pixels)
    left = left_to_do(options, files)
    print(
        f"{len(files)} scans, {len(files) - len(left)} of them done before; {n_jobs} processes, "
        f"scans of up to {max_pixels / 1e6:.0f} megapixels",
        flush=True,
    )
    n_failed = 0
    try:
        with (options.masks / "failed.txt").open("w") as report:
            for failure in filter(None, failures(options, files, left)):
                n_failed += 1
                print(f"left out: {failure}", file=sys.stderr, flush=True)
                print(failure, file=report, flush=True)
    except (OSError, RuntimeError) as error:  # a full disk; a worker that was killed
        sys.exit(f"stopped: {error}\nWhat is done is kept; start again to go on.")
    if n_failed and options.on_error == "raise":
        sys.exit("stopped, as asked. What is done is kept; start again to go on.")
    print(
        f"{len(files) - n_failed} masks in {options.masks}, {n_failed} scans left out (failed.txt)"
    )


if __name__ == "__main__":
    main()
