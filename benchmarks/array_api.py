"""Speed of every technique on arrays that live elsewhere, in Mpx/s, against NumPy on the CPU.

    python benchmarks/array_api.py                    # torch, or CuPy: on a GPU if there is one
    python benchmarks/array_api.py --only "Sauvola"   # the rows that match
    python benchmarks/array_api.py --quick            # a small image, once: checks the answers

Each row is one fit and one transform. The image is where it is computed on before the clock starts,
and the clock stops when the device is done. kornia has a column if it is installed, for what it
has. Only output that differs from NumPy's fails, in more pixels than floats may round.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

os.environ.setdefault("SCIPY_ARRAY_API", "1")  # before SciPy is imported

import numpy as np
from sklearn import config_context

from skthresh import GaussianBlur, ToGray
from skthresh.array_api.namespace import as_host
from skthresh.utils.discovery import techniques

SIZE, SMALL, WINDOW = (4000, 3800), (300, 280), 51

# Pixels that rounding may decide otherwise, of a million.
ROUNDING = 20

# What a technique needs to be built, beside its defaults.
OWN = {"multi_otsu": {"n_classes": 3}, "simple": {"threshold": 127}}

Call = Callable[[], Any]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small image, one run each")
    parser.add_argument("--runs", type=int, default=7, help="runs of each row (7)")
    parser.add_argument("--only", type=re.compile, default=None, help="a pattern of rows")
    parser.add_argument("--dtype", default="uint8", choices=["uint8", "uint16", "float32"])
    parser.add_argument("--library", default="torch", choices=["torch", "cupy"])
    return parser.parse_args()


def picture(shape: tuple[int, int], dtype: str) -> Any:
    """Make an unevenly lit image with two kinds of pixels."""
    rng = np.random.default_rng(0)
    light = np.linspace(0.3, 0.6, shape[1])
    blobs = rng.random((shape[0] // 20, shape[1] // 20)).repeat(20, 0).repeat(20, 1) > 0.6
    image = light + 0.3 * blobs + rng.normal(0, 0.05, shape)
    white = 1.0 if dtype == "float32" else float(np.iinfo(dtype).max)
    return (np.clip(image, 0, 1) * white).astype(dtype)[np.newaxis]


def place(library: str) -> tuple[Callable[[Any], Any], Call, str]:
    """Give how arrays get to the device, how to wait for it, and its name."""
    if library == "cupy":
        import cupy

        device = cupy.cuda.Device()
        name = cupy.cuda.runtime.getDeviceProperties(device.id)["name"].decode()
        return cupy.asarray, device.synchronize, f"CuPy on {name}"
    import torch

    if torch.cuda.is_available():
        name = torch.cuda.get_device_name()
        return lambda x: torch.asarray(x, device="cuda"), torch.cuda.synchronize, f"torch on {name}"
    return torch.asarray, lambda: None, f"torch on the CPU, {torch.get_num_threads()} threads"


def rows() -> dict[str, tuple[Any, bool]]:
    """Give each row's estimator, and whether it takes colour."""
    found: dict[str, tuple[Any, bool]] = {}
    for name, cls in techniques().items():
        e = cls(**OWN.get(name, {}))
        if hasattr(e, "window_size"):
            e.set_params(window_size=WINDOW)
        if e.__sklearn_tags__().array_api_support and not e.__sklearn_tags__().target_tags.required:
            found[name] = (e, False)
    found["adaptive gaussian"] = (type(found["adaptive"][0])("gaussian", window_size=WINDOW), False)
    found["GaussianBlur 9"] = (GaussianBlur(9), False)
    found["ToGray"] = (ToGray(), True)
    return found


def kornia_call(name: str, X: Any) -> Call | None:
    """Give kornia's own way, if it is installed and has one."""
    if find_spec("kornia") is None:
        return None
    import kornia

    if name == "otsu" and hasattr(kornia.filters, "otsu_threshold"):
        grey = X[:, None]
        return lambda: kornia.filters.otsu_threshold(grey)
    if name == "GaussianBlur 9":
        floats = X[:, None].to(dtype=kornia.core.Tensor().dtype)
        return lambda: kornia.filters.gaussian_blur2d(floats, (9, 9), (1.7, 1.7))
    if name == "ToGray":
        colour = X.movedim(-1, 1)
        return lambda: kornia.color.rgb_to_grayscale(colour)
    return None


def seconds(call: Call, wait: Call, runs: int) -> float:
    """Give the median time of a call, after one that is not counted."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        call()
        wait()
        times.append(time.perf_counter() - start)
    return float(np.median(times[1:]))


def wrong_pixels(ours: Any, theirs: Any) -> float:
    """Count the pixels that differ, of a million; floats may by rounding."""
    ours = as_host(ours)
    different = ours != theirs if ours.dtype.kind != "f" else ~np.isclose(ours, theirs, 1e-5, 1e-7)
    return float(different.mean() * 1e6)


def main() -> int:
    options = parse()
    to_device, wait, where = place(options.library)
    runs = 1 if options.quick else options.runs
    grey = picture(SMALL if options.quick else SIZE, options.dtype)
    colour = np.stack([grey, grey[:, ::-1], grey[:, :, ::-1]], axis=-1)
    print(f"{where}; {options.dtype}, {grey.shape[1]} x {grey.shape[2]}; Mpx/s")
    print(f"{'':24}{'there':>9}{'NumPy':>9}{'ratio':>8}{'kornia':>9}")
    failed = False
    for name, (e, takes_colour) in rows().items():
        if options.only is not None and not options.only.search(name):
            continue
        X = colour if takes_colour else grey
        there, mpx = to_device(X), grey.size / 1e6
        on_cpu = mpx / seconds(lambda e=e, X=X: e.fit_transform(X), lambda: None, runs)
        wanted = e.fit_transform(X)
        with config_context(array_api_dispatch=True):
            on_device = mpx / seconds(lambda e=e, x=there: e.fit_transform(x), wait, runs)
            wrong = wrong_pixels(e.fit_transform(there), wanted)
        peer = kornia_call(name, there) if options.library == "torch" else None
        theirs = f"{mpx / seconds(peer, wait, runs):9.0f}" if peer else " " * 9
        line = f"{name:24}{on_device:9.0f}{on_cpu:9.0f}{on_device / on_cpu:8.2f}{theirs}"
        failed |= wrong > ROUNDING
        print(line + (f"   {wrong:.0f} of a million pixels differ" if wrong else ""))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
