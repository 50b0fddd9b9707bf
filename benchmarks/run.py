"""Speed against OpenCV and scikit-image, through the public estimators, one thread each.

    python benchmarks/run.py                    # the table
    python benchmarks/run.py --json out.json    # and the figures behind it
    python benchmarks/run.py --quick            # a small image: checks the answers, not the times

Both sides of a row run in alternation in one process, and the ratio is peer's time / ours, median
over the runs: above 1 is faster than the peer. Each row also checks that both gave equal output.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from skimage.filters import threshold_otsu

from skthresh import AdaptiveThreshold, GaussianBlur, OtsuThreshold, SimpleThreshold, ToGray

MODES = {"binary": 0, "binary_inv": 1, "trunc": 2, "tozero": 3, "tozero_inv": 4}


class Row(NamedTuple):
    """One line of the table: the same work, by us and by a peer."""

    work: str
    peer: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    # Share of pixels that may differ: 0, but for documented float32 ties.
    tolerance: float = 0.0


def page(height: int, width: int) -> np.ndarray:
    """Make a page-like image: uneven light, noise, dark strokes."""
    rng = np.random.default_rng(0)
    light = 190 + 40 * np.sin(np.linspace(0, 3, width)) * np.cos(np.linspace(0, 2, height))[:, None]
    image = light + rng.normal(0, 6, (height, width))
    strokes = rng.random((height // 8 + 1, width // 8 + 1)) < 0.15
    ink = np.kron(strokes, np.ones((8, 4))[:, [0, 1, 2, 3, 3, 3, 3, 3]])[:height, :width] > 0
    ink &= np.arange(width) % 8 < 4
    image[ink] -= 110
    return np.clip(image, 0, 255).astype(np.uint8)


def rows(image: np.ndarray) -> Iterator[Row]:
    X = image[np.newaxis]

    def transform(estimator: Any, data: np.ndarray = X) -> Callable[[], Any]:
        estimator.fit(data[:, :32, :32])
        return lambda: estimator.transform(data)[0]

    for mode, code in MODES.items():
        yield Row(
            f"SimpleThreshold {mode}",
            "OpenCV",
            transform(SimpleThreshold(127, mode=mode)),
            lambda code=code: cv2.threshold(image, 127, 255, code)[1],
        )
    otsu = transform(OtsuThreshold(per_image=True))
    yield Row("Otsu", "OpenCV", otsu, lambda: cv2.threshold(image, 0, 255, cv2.THRESH_OTSU)[1])
    yield Row(
        "Otsu",
        "scikit-image",
        otsu,
        lambda: np.where(image > threshold_otsu(image), np.uint8(255), np.uint8(0)),
    )
    for method, code, sizes in (("mean", 0, (5, 51, 301)), ("gaussian", 1, (5, 51))):
        for size in sizes:
            yield Row(
                f"AdaptiveThreshold {method} {size}",
                "OpenCV",
                transform(AdaptiveThreshold(method, window_size=size)),
                lambda code=code, size=size: cv2.adaptiveThreshold(image, 255, code, 0, size, 2),
                0.0 if method == "mean" or size <= 9 else 1e-4,
            )
    for size in (5, 21):
        yield Row(
            f"GaussianBlur {size}",
            "OpenCV",
            transform(GaussianBlur(size)),
            lambda size=size: cv2.GaussianBlur(image, (size, size), 0),
        )
    colour = np.stack([image, image[::-1], image[:, ::-1]], axis=-1)
    yield Row(
        "ToGray",
        "OpenCV",
        transform(ToGray(), colour[np.newaxis]),
        lambda: cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY),
    )


def measure(row: Row, runs: int) -> dict[str, Any]:
    """Time both sides in alternation, and compare what they give."""
    different = float(np.mean(row.ours() != row.theirs()))  # also the warm-up, and compilation
    ours, theirs = [], []
    for _ in range(runs):
        for function, times in ((row.ours, ours), (row.theirs, theirs)):
            start = time.perf_counter()
            function()
            times.append(time.perf_counter() - start)
    return {
        "work": row.work,
        "peer": row.peer,
        "ms": 1e3 * statistics.median(ours),
        "peer_ms": 1e3 * statistics.median(theirs),
        "ratio": statistics.median(t / o for o, t in zip(ours, theirs, strict=True)),
        "different": different,
        "equal": different <= row.tolerance,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    image = page(400, 380) if options.quick else page(4000, 3800)
    runs = 1 if options.quick else options.runs
    print(
        f"{image.shape[0]}x{image.shape[1]} uint8, {platform.machine()}, OpenCV {cv2.__version__}"
    )
    print(f"{'work':<28} {'peer':<13} {'ms':>8} {'peer ms':>8} {'ratio':>6}  different")
    results = []
    for row in rows(image):
        r = measure(row, runs)
        results.append(r)
        print(
            f"{r['work']:<28} {r['peer']:<13} {r['ms']:>8.2f} {r['peer_ms']:>8.2f} "
            f"{r['ratio']:>6.2f}  {r['different']:.1e}{'' if r['equal'] else '  WRONG'}",
            flush=True,
        )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    wrong = [r["work"] for r in results if not r["equal"]]
    if wrong:
        sys.exit(f"not equal to the peer: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
