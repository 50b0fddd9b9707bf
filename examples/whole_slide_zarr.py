"""Threshold a whole slide that does not fit into memory: zarr in, zarr out.

    python examples/whole_slide_zarr.py                        # makes a small slide of its own
    python examples/whole_slide_zarr.py slide.zarr masks.zarr  # an OME-Zarr pyramid of yours
    python examples/whole_slide_zarr.py slide.zarr masks.zarr --bright --channel 1

Stained tissue is dark on a light ground; ``--bright`` is for fluorescence. A slide comes as a
pyramid: the image itself, and smaller copies of it. Otsu's threshold is learned on a small copy and
used on the whole slide; Sauvola's technique has a threshold for each pixel, from the window around
it. Either way dask reads a chunk, thresholds it and writes its mask, so that memory holds a few
chunks whatever the slide's size. The masks are an OME-Zarr pyramid again, which viewers show as an
overlay.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import zarr

from skthresh import OtsuThreshold, SauvolaThreshold
from skthresh.datasets import make_blobs

# Of the slide that is made if none is given.
SIDE, CHUNK, N_LEVELS = 2048, 512, 3


def make_slide(path: Path) -> None:
    """Write dark cells on a light ground as a pyramid of three levels."""
    X, _ = make_blobs(1, shape=(SIDE, SIDE), random_state=0)
    write_pyramid(path, da.from_array(255 - X, chunks=(1, CHUNK, CHUNK)), "cyx")


def write_pyramid(path: Path, image: da.Array, axes: str, n_levels: int = N_LEVELS) -> None:
    """Write an image and its smaller copies, each half as high and wide as the one before.

    Every level is written from the one before as it stands on disk.
    """
    group = zarr.create_group(path, overwrite=True)
    kinds = {"c": "channel", "t": "time"}
    datasets = []
    for level in range(n_levels):
        sides = zip(axes, image.shape, strict=True)
        chunks = tuple(min(CHUNK, n) if axis in "yx" else 1 for axis, n in sides)
        target = group.create_array(
            str(level),
            shape=image.shape,
            chunks=chunks,
            dtype=image.dtype,
            dimension_names=list(axes),
        )
        da.store(image.rechunk(chunks), target, lock=False)
        scale = [2.0**level if axis in "yx" else 1.0 for axis in axes]
        transformation = {"type": "scale", "scale": scale}
        datasets.append({"path": str(level), "coordinateTransformations": [transformation]})
        every_other = tuple(slice(None, None, 2 if axis in "yx" else None) for axis in axes)
        image = da.from_zarr(path, component=str(level))[every_other]
        if min(image.shape[-2:]) < 2:
            break
    named = [{"name": axis, "type": kinds.get(axis, "space")} for axis in axes]
    multiscales = [{"axes": named, "datasets": datasets}]
    group.attrs["ome"] = {"version": "0.5", "multiscales": multiscales}


def read_pyramid(path: Path) -> tuple[list[da.Array], str]:
    """Give the levels, the largest first, and the names of their axes; nothing is read yet."""
    attributes: dict[str, Any] = dict(zarr.open_group(path, mode="r").attrs)
    described = attributes.get("ome", attributes)  # up to version 0.4 it stood at the top
    if "multiscales" not in described:
        raise SystemExit(f"{path} is no OME-Zarr image: it describes no multiscales.")
    (image, *_) = described["multiscales"]
    axes = "".join(a if isinstance(a, str) else a["name"] for a in image["axes"])
    return [da.from_zarr(path, component=d["path"]) for d in image["datasets"]], axes


def planes(level: da.Array, axes: str, channel: int) -> da.Array:
    """Give one channel as a batch: what is not (y, x) becomes the axis of samples."""
    if "c" in axes:
        level = level[(slice(None),) * axes.index("c") + (channel,)]
    return level.reshape(-1, *level.shape[-2:])


def main() -> None:
    """Threshold a slide, and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slide", type=Path, nargs="?")
    parser.add_argument("masks", type=Path, nargs="?")
    parser.add_argument("--technique", choices=["otsu", "sauvola"], default="otsu")
    parser.add_argument(
        "--bright", action="store_true", help="cells are bright, the ground is dark"
    )
    parser.add_argument("--channel", type=int, default=0)
    parser.add_argument("--window", type=int, default=151)
    given = parser.parse_args()
    folder = None
    if given.slide is None:
        folder = tempfile.TemporaryDirectory()
        given.slide = Path(folder.name, "slide.zarr")
        make_slide(given.slide)
    elif given.masks is None:
        parser.error("say where the masks go, too")
    masks_at = given.masks or Path(given.slide).with_name("masks.zarr")

    levels, axes = read_pyramid(given.slide)
    slide, overview = (planes(level, axes, given.channel) for level in (levels[0], levels[-1]))
    print(f"slide {levels[0].shape} of {slide.dtype}, axes {axes}, {len(levels)} levels")

    start, mode = time.perf_counter(), "binary" if given.bright else "binary_inv"
    if given.technique == "otsu":
        technique: Any = OtsuThreshold(mode=mode).fit(overview)
        print(f"threshold, learned on {overview.shape}: {technique.threshold_}")
    else:
        technique = SauvolaThreshold(k=0.05, window_size=given.window, mode=mode).fit(slide)
    masks = technique.predict(slide)  # a plan: nothing is computed
    write_pyramid(masks_at, masks.astype(np.uint8), "zyx" if len(slide) > 1 else "cyx", len(levels))
    print(f"masks written to {masks_at} in {time.perf_counter() - start:.1f} s")

    written, _ = read_pyramid(masks_at)
    print(f"foreground: {float(written[0].mean().compute()):.1%} of the pixels")
    if folder is not None:
        folder.cleanup()


if __name__ == "__main__":
    main()
