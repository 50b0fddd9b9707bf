"""One line of the table: the same work by us and by a peer, timed in alternation, and compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from sklearn.base import clone

from speed.inputs import Array, load

# From an input to the call that is timed; what it needs is made ready before.
Side = Callable[[Array], Callable[[], Any]]

RUNS = 9
SLOW, FEW = 2.0, 3  # a peer that takes longer, in seconds, runs so often


@dataclass(frozen=True, kw_only=True)
class Row:
    """The same work, by us and by a peer.

    Attributes
    ----------
    group : str
        The line of the table that it belongs to.
    work, peer : str
        What is done, and who does it, too.
    target : float
        The least ratio peer's time / ours; with `at_most`, the greatest ratio ours / peer's.
    ours, theirs : callable or None
        The two sides; None if `missing` says what is.
    data : str
        The input's name.
    same : bool
        Whether the peer's output is ours. If it cannot be, a `reference` is needed.
    reference : callable or None
        Gives our output for one image in another way, to be met exactly.
    tolerance : float
        Share of pixels that may differ from the peer's.
    because : str
        Why they may, or why they cannot be the same.
    missing : str
        Why nothing is measured.
    remark : str
        What else is to be said.
    """

    group: str
    work: str
    peer: str
    target: float
    ours: Side | None
    theirs: Side | None
    data: str = "page"
    at_most: bool = False
    same: bool = True
    reference: Callable[[Array], Array] | None = None
    tolerance: float = 0.0
    because: str = ""
    missing: str = ""
    remark: str = ""

    def __post_init__(self) -> None:
        if (self.tolerance or not self.same) and not self.because:
            raise ValueError(f"{self.key}: why may the outputs differ?")
        if not (self.same or self.reference or self.missing):
            raise ValueError(f"{self.key}: with what is our output compared?")
        if (self.ours is None) != bool(self.missing):
            raise ValueError(f"{self.key}: a row has our side, or says what is missing")

    @property
    def key(self) -> str:
        """What `--only` is matched with."""
        return f"{self.group}: {self.work} / {self.peer}"


@dataclass(kw_only=True)
class Result:
    """What a line shows; None and "" where there is nothing to show."""

    group: str
    work: str
    peer: str = ""
    target: str = ""
    measured: str = ""
    ratio: float | None = None
    reached: bool | None = None
    ms: float | None = None
    peer_ms: float | None = None
    copies: float | None = None  # our time as a multiple of copying the input
    runs: int = 0
    different: float | None = None  # share of pixels, from the peer's
    wrong: str = ""
    bytes: float | None = None  # a pixel, beyond the input
    output_bytes: float | None = None  # of which the output itself
    peer_bytes: float | None = None
    notes: list[str] = field(default_factory=list)
    each: dict[str, float] = field(default_factory=dict)


def serial(estimator: Any, n_jobs: int = 1) -> Any:
    """Say how many threads an estimator may use, if it can be told."""
    if "n_jobs" in estimator.get_params():
        estimator.set_params(n_jobs=n_jobs)
    return estimator


def ours(estimator: Any, verb: str = "transform", n_jobs: int = 1) -> Side:
    """Use an estimator as it is now; it is fitted before, on a part of the first image."""
    template = serial(clone(estimator), n_jobs)

    def prepare(X: Array) -> Callable[[], Any]:
        fitted = clone(template).fit(X[:1, :64, :64])
        call = getattr(fitted, verb)
        return lambda: call(X)

    return prepare


def one(function: Callable[[Array], Any]) -> Side:
    """Call a peer with the only image."""
    return lambda X: lambda: function(X[0])


def loop(function: Callable[[Array], Any]) -> Side:
    """Call a peer with one image after another."""
    return lambda X: lambda: [function(image) for image in X]


def share_different(found: Any, expected: Any) -> float:
    """Give the share of pixels that differ; a mask is compared with what is not 0."""
    found, expected = np.asarray(found), np.asarray(expected)
    if found.size != expected.size:
        raise ValueError(f"shape {found.shape} where {expected.shape} was expected")
    expected = expected.reshape(found.shape)
    return float(np.mean((found != 0 if expected.dtype == bool else found) != expected))


def seconds(call: Callable[[], Any]) -> float:
    """Time one call; what it gives is freed afterwards."""
    start = time.perf_counter()
    result = call()
    end = time.perf_counter()
    del result
    return end - start


def alternate(
    first: Callable[[], Any], second: Callable[[], Any], runs: int
) -> tuple[list[float], list[float]]:
    """Time two calls in turns, each of them as often before the other as after it."""
    times: tuple[list[float], list[float]] = ([], [])
    while len(times[0]) < (min(runs, FEW) if min(times[1], default=0) > SLOW else runs):
        for i in (0, 1) if len(times[0]) % 2 else (1, 0):
            times[i].append(seconds((first, second)[i]))
    return times


@cache
def copy_seconds(data: str, *, quick: bool) -> float:
    """Time a copy of an input into new memory: about the least that an image can be made in."""
    X = load(data, quick=quick)
    return statistics.median(seconds(X.copy) for _ in range(RUNS))


def measure(row: Row, *, runs: int = RUNS, quick: bool = False) -> Result:
    """Compare what both sides give, then time them."""
    result = Result(
        group=row.group,
        work=row.work,
        peer=row.peer,
        target=f"{'<=' if row.at_most else '>='} {row.target:g}",
    )
    if row.ours is None or row.theirs is None:
        result.notes.append(row.missing)
        return result
    X = load(row.data, quick=quick)
    our_call, their_call = row.ours(X), row.theirs(X)
    result.wrong = compare(row, X, our_call(), their_call(), result)  # also the warm-up
    mine, peers = alternate(our_call, their_call, runs)
    pairs = zip(mine, peers, strict=True)
    ratio = statistics.median(m / p if row.at_most else p / m for m, p in pairs)
    result.ratio, result.measured, result.runs = ratio, f"{ratio:.2f}", len(mine)
    if not quick:  # the time of a small image says nothing
        result.reached = ratio <= row.target if row.at_most else ratio >= row.target
    result.ms, result.peer_ms = (1e3 * statistics.median(t) for t in (mine, peers))
    result.copies = statistics.median(mine) / copy_seconds(row.data, quick=quick)
    if len(mine) != RUNS and not quick:
        result.notes.append(f"{len(mine)} runs")
    if row.remark:
        result.notes.append(row.remark)
    return result


def compare(row: Row, X: Array, found: Any, theirs: Any, result: Result) -> str:
    """Say what is wrong with our output; nothing if it is right."""
    wrong = []
    if row.reference is not None:
        off = share_different(found[0], row.reference(X[0]))
        if off:
            wrong.append(f"{off:.1e} of the pixels are not the reference's")
    if row.same:
        result.different = share_different(found, theirs)
        if result.different > row.tolerance:
            wrong.append(f"{result.different:.1e} of the pixels are not {row.peer}'s")
    if row.because and (result.different or not row.same):
        amount = f"{result.different:.0e} differ: " if row.same else ""
        result.notes.append(amount + row.because)
    return "; ".join(wrong)
