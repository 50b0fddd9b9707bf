"""What is measured of every technique by itself: a small call, the first use, memory."""

from __future__ import annotations

import inspect
import statistics
import tempfile
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from sklearn.base import clone

from skthresh import OtsuThreshold
from skthresh.utils import all_estimators
from skthresh.utils.discovery import technique_name
from speed.inputs import Array, load
from speed.process import child, interpreter
from speed.row import RUNS, Result, Side, seconds, serial

SMALL = "one 28x28 image, any technique: time of a call"
FIRST = "first use of a technique, no kernel compiled before"
SECOND = "a technique's second process"
IMPORT = "import skthresh"
CALLS = 101


@cache
def techniques() -> dict[str, type[Any]]:
    """Find every technique, those of several classes too."""
    families = "skthresh.global_threshold.", "skthresh.local_threshold."
    return {
        technique_name(cls): cls
        for _, cls in all_estimators()
        if cls.__module__.startswith(families)
    }


def instance(name: str) -> Any:
    """Make a technique with its defaults, one threshold per image where it can."""
    cls = techniques()[name]
    has = inspect.signature(cls).parameters
    params: dict[str, Any] = {"per_image": True} if "per_image" in has else {}
    if "fallback" in has:  # noise of 784 pixels need not have two peaks
        params["fallback"] = OtsuThreshold()
    return serial(cls(**params))


def fitted(name: str, X: Array) -> Any:
    """Fit a technique on the first image, and its bright pixels if it needs a mask."""
    estimator = clone(instance(name))
    y = [X[:1] > X[:1].mean()] if estimator.__sklearn_tags__().target_tags.required else []
    return estimator.fit(X[:1], *y)


def technique(name: str) -> Side:
    """Give the side that transforms."""

    def prepare(X: Array) -> Callable[[], Any]:
        return partial(fitted(name, X[:, :64, :64]).transform, X)

    return prepare


def small_call(name: str, *, quick: bool) -> float:
    """Time `transform` of one image of 28x28, in milliseconds."""
    X = load("tiles", quick=True)[:1]
    transform = fitted(name, X).transform
    transform(X)
    times = (seconds(lambda: transform(X)) for _ in range(1 if quick else CALLS))
    return 1e3 * statistics.median(times)


def first_use(name: str) -> dict[str, float]:
    """Time what the first `fit` and `transform` take longer than the next ones, in seconds."""
    X = load("page", quick=True)[:, :64, :64].copy()
    first, second = (seconds(lambda: fitted(name, X).transform(X)) for _ in range(2))
    return {"seconds": first - second}


def summary(
    group: str, target: float, unit: str, each: dict[str, float], errors: list[str], *, quick: bool
) -> Result:
    """Put one number per technique into one line: how many pass, and the slowest."""
    good = sum(value < target for value in each.values())
    slowest = sorted(each, key=each.__getitem__, reverse=True)[:5]
    return Result(
        group=group,
        work="transform",
        target=f"< {target:g} {unit}",
        measured=f"{good} of {len(each)}",
        reached=None if quick else good == len(each),
        wrong="; ".join(errors),
        notes=["slowest: " + ", ".join(f"{name} {each[name]:.3g}" for name in slowest)],
        each=each,
    )


def of_each(
    names: list[str], function: Callable[[str], float]
) -> tuple[dict[str, float], list[str]]:
    """Measure each technique; one that raises is named, and does not stop the others."""
    found, errors = {}, []
    for name in names:
        try:
            found[name] = function(name)
        except Exception as error:  # noqa: BLE001  whatever it raises is its result
            errors.append(f"{name}: {type(error).__name__}: {error}")
    return found, errors


def small_calls(names: list[str], *, quick: bool) -> Result:
    """Time a call of each technique."""
    found, errors = of_each(names, lambda name: small_call(name, quick=quick))
    return summary(SMALL, 0.3, "ms", found, errors, quick=quick)


def first_uses(names: list[str], *, quick: bool) -> list[Result]:
    """Use each technique with an empty folder of compiled kernels, and again in a new process."""
    second: dict[str, float] = {}

    def twice(name: str) -> float:
        with tempfile.TemporaryDirectory() as folder:
            first, second[name] = (
                child("first", name, quick=quick, NUMBA_CACHE_DIR=folder)["seconds"]
                for _ in range(2)
            )
        return float(first)

    first, errors = of_each(names, twice)
    return [
        summary(FIRST, 3, "s", first, errors, quick=quick),
        summary(SECOND, 0.3, "s", second, [], quick=quick),
    ]


def import_time(modules: str) -> float:
    """Time an import in a new interpreter, in seconds."""
    code = f"import time; t = time.perf_counter(); import {modules}; print(time.perf_counter() - t)"
    return float(interpreter("-c", code))


def imports(*, quick: bool) -> Result:
    """Time the package's import against those of what it needs."""
    ours, theirs = "skthresh", "numpy, sklearn, numba"
    runs = 1 if quick else RUNS
    if not quick:
        import_time(f"{ours}, {theirs}")  # so that both find the files in memory
    pairs = [(import_time(ours), import_time(theirs)) for _ in range(runs)]
    ratio = statistics.median(o / t for o, t in pairs)
    mine, peer = (1e3 * statistics.median(times) for times in zip(*pairs, strict=True))
    return Result(
        group=IMPORT,
        work=f"import {ours}",
        peer=f"import {theirs}",
        target="<= 1.3",
        measured=f"{ratio:.2f}",
        ratio=ratio,
        reached=None if quick else ratio <= 1.3,
        ms=mine,
        peer_ms=peer,
        runs=runs,
    )
