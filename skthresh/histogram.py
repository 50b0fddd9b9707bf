"""Histograms: count, weigh, merge. Exact for integers, binned for floats.

A global technique sees nothing of an image but this. Because histograms add, a threshold is
learned from one image, from a training set, or from a stream, by one and the same criterion.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.array_api import counting
from skthresh.array_api.namespace import is_elsewhere
from skthresh.batch import Array
from skthresh.kernels import count as kernels
from skthresh.utils._threads import cuts, run_threads

__all__ = [
    "FINE",
    "Histogram",
    "Range",
    "as_row",
    "count",
    "into_bins",
    "kernels_for",
    "levelled",
    "linear_edges",
    "logarithmic",
    "middles",
    "threads_for",
]

# Integers that span no more levels than this get one bin for each level, empty ones included;
# beyond it, one bin for each level that occurs.
MAX_LEVELS = 2**16

# Bins that resolve floats before they are counted again in unequal ones.
FINE = 2**16

# 16-bit pixels from which on a table of all levels, and no look at their range, pays.
WORDS = 2**20

# Pixels from which on it pays to share them out among threads.
LARGE = 2**18

# Floats beyond this are divided by 4 before they are added or multiplied.
HUGE = 2.0**1000

# The range over which floats are counted; None: that of the data.
Range = tuple[float, float] | None

# A plane and its weight; None weighs nothing, and keeps the counts integers.
WeightedPlanes = Iterable[tuple[Array, float | None]]


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often each grey level occurs.

    Attributes
    ----------
    counts : ndarray of shape (n_bins,)
        Pixels per bin: int64, or float64 if images were weighted.
    centers : ndarray of shape (n_bins,)
        Ascending. The grey levels themselves for integers (int64, or uint64 for uint64 images),
        the middles of equal bins for floats (float64).

    Examples
    --------
    >>> import numpy as np
    >>> h = Histogram(np.array([3, 1]), np.array([10, 200]))
    >>> h.n_pixels
    4
    >>> (h + Histogram(np.array([5]), np.array([20]))).counts
    array([3, 5, 1])
    """

    counts: Array
    centers: Array

    @classmethod
    def from_arrays(cls, counts: Any, centers: Any) -> Histogram:
        """Check a histogram that somebody else has counted.

        Parameters
        ----------
        counts : array-like of shape (n_bins,)
            Not negative.
        centers : array-like of shape (n_bins,)
            Ascending, finite.
        """
        counts, centers = np.asarray(counts), np.asarray(centers)
        if counts.ndim != 1 or counts.shape != centers.shape or counts.size == 0:
            raise ValueError(
                "counts and centers must be 1-D, of one length, and not empty; got the shapes "
                f"{counts.shape} and {centers.shape}."
            )
        for name, values in (("counts", counts), ("centers", centers)):
            if values.dtype.kind not in "iuf" or not np.isfinite(values).all():
                raise ValueError(
                    f"{name} must be finite real numbers; got {values!r} of {values.dtype}."
                )
        if (counts < 0).any():
            raise ValueError(f"counts must not be negative; the least is {counts.min()}.")
        if not (centers[1:] > centers[:-1]).all():
            i = int(np.argmin(centers[1:] > centers[:-1]))
            raise ValueError(
                f"centers must be ascending; centers[{i}] is {centers[i]} and centers[{i + 1}] is "
                f"{centers[i + 1]}."
            )
        whole = np.uint64 if centers.dtype.name == "uint64" else np.int64
        return cls(
            counts.astype(np.float64 if counts.dtype.kind == "f" else np.int64),
            centers.astype(np.float64 if centers.dtype.kind == "f" else whole),
        )

    @property
    def n_pixels(self) -> float:
        """Total count: an int, or a float if images were weighted."""
        total: float = self.counts.sum().item()
        return total

    def occupied(self) -> Array:
        """Give the indices of the bins that are not empty."""
        return np.flatnonzero(self.counts > 0)

    def __add__(self, other: Histogram) -> Histogram:
        if np.array_equal(self.centers, other.centers):
            return Histogram(self.counts + other.counts, self.centers)
        centers = _together(self.centers, other.centers)
        counts = np.zeros(len(centers), np.result_type(self.counts, other.counts))
        for h in (self, other):
            counts[np.searchsorted(centers, h.centers)] += h.counts
        return Histogram(counts, centers)


def count(
    planes: WeightedPlanes,
    dtype: np.dtype[Any],
    n_bins: int,
    value_range: Range = None,
    n_jobs: int = 1,
    span: tuple[float, float] | None = None,
) -> Histogram:
    """Count the pixels of planes, each with its weight.

    Parameters
    ----------
    planes : iterable of (ndarray, float or None)
        In the kernels' form; visited twice unless the dtype has 8 bits, so that an iterator will
        not do. A weight of zero leaves a plane out altogether.
    dtype : dtype
        Of the images that the planes come from.
    n_bins : int
        Equal bins, for floats.
    value_range : (float, float) or None, default=None
        The range of the bins, for floats; what lies outside is left out. None: that of the data.
    n_jobs : int, default=1
        Threads: each takes a part of every large plane.
    span : (float, float) or None, default=None
        The range of the data, for floats, if these planes are a part of it. None: that of the
        planes.
    """
    kept = _Flat(planes, n_jobs)
    if dtype.kind == "f":
        return _count_floats(kept, n_bins, value_range, span)
    if dtype.itemsize == 1 and dtype.kind in "bu":
        n_levels = 2 if dtype.kind == "b" else 256
        counts = _sum(kept.of_each(lambda p: kernels_for(p).count_bytes(p)[:n_levels]))
        nothing = np.zeros(n_levels, np.int64)
        return Histogram(counts if counts.size else nothing, np.arange(n_levels))
    if dtype.kind == "u" and dtype.itemsize == 2 and any(p.shape[0] >= WORDS for p, _ in kept):
        return _trimmed(_sum(kept.of_each(lambda p: kernels_for(p).count_words(p))))
    return _count_integers(kept, np.dtype(np.uint64 if dtype.name == "uint64" else np.int64))


def kernels_for(pixels: Any) -> Any:
    """Choose the functions that count pixels where they live."""
    return counting if is_elsewhere(pixels) else kernels


@dataclass(frozen=True)
class _Flat:
    """Planes as rows, those without weight or pixels left out; can be visited again."""

    planes: WeightedPlanes
    n_jobs: int = 1

    def of_each(self, function: Callable[[Array], Array]) -> Iterator[Array]:
        """Give what a function counts in each plane, or in a part of it, times its weight."""
        for p, w in self:
            n_jobs = threads_for([p], self.n_jobs)
            found: list[Array] = []

            def work(part: slice, p: Array = p, found: list[Array] = found) -> None:
                found.append(function(p[part]))

            run_threads(work, cuts(p.shape[0], n_jobs), n_jobs)
            yield from (counts * _weight(w) for counts in found)

    def __iter__(self) -> Iterator[tuple[Array, float | None]]:
        flat = ((as_row(p), w) for p, w in self.planes if w is None or w > 0)
        return ((p, w) for p, w in flat if p.shape[0])


def threads_for(planes: Sequence[Any], n_jobs: int) -> int:
    """Give how many threads planes are shared out among: one, if they are small, or elsewhere."""
    size = sum(math.prod(p.shape) for p in planes)
    return n_jobs if size >= LARGE and not is_elsewhere(planes[0]) else 1


def as_row(plane: Any) -> Any:
    """Give the pixels of a plane in a row, wherever it lives."""
    return counting.flat(plane) if is_elsewhere(plane) else plane.reshape(-1)


def _weight(weight: float | None) -> float:
    return 1 if weight is None else weight


def _sum(parts: Iterable[Array]) -> Array:
    total: Array | None = None
    for part in parts:
        total = part if total is None else total + part
    return np.zeros(0, np.int64) if total is None else total


def _trimmed(counts: Array) -> Histogram:
    """Keep the levels from the first one that occurs to the last one."""
    found = np.flatnonzero(counts)
    if len(found) == 0:
        return Histogram(np.zeros(0, np.int64), np.zeros(0, np.int64))
    levels = np.arange(found[0], found[-1] + 1)
    return Histogram(counts[levels], levels)


def _count_integers(planes: _Flat, center_dtype: np.dtype[Any]) -> Histogram:
    ranges = [kernels_for(p).level_range(p) for p, _ in planes]
    if not ranges:
        return Histogram(np.zeros(0, np.int64), np.zeros(0, center_dtype))
    lo, hi = min(int(r[0]) for r in ranges), max(int(r[1]) for r in ranges)
    n_levels = hi - lo + 1
    if n_levels > MAX_LEVELS:
        return _sum_sparse(planes, center_dtype)
    counts = _sum(planes.of_each(lambda p: kernels_for(p).count_levels(p, lo, n_levels)))
    return Histogram(counts, np.arange(n_levels).astype(center_dtype) + center_dtype.type(lo))


def _sum_sparse(planes: _Flat, center_dtype: np.dtype[Any]) -> Histogram:
    total = Histogram(np.zeros(0, np.int64), np.zeros(0, center_dtype))
    for p, w in planes:
        levels, counts = kernels_for(p).unique_levels(p)
        total += Histogram(counts * _weight(w), levels.astype(center_dtype))
    return total


def linear_edges(lo: float, hi: float, n_bins: int) -> NDArray[np.float64]:
    """Divide [lo, hi] into equal bins, without overflow where the range is that of the dtype.

    Examples
    --------
    >>> linear_edges(0.0, 1.0, 4)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    >>> linear_edges(0.0, np.finfo(np.float64).max, 3)[-1] == np.finfo(np.float64).max
    np.True_
    """
    if max(abs(lo), abs(hi)) < HUGE:
        return np.linspace(lo, hi, n_bins + 1)
    return np.linspace(lo / 4, hi / 4, n_bins + 1) * 4


def middles(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the middles of bins."""
    return np.asarray(edges[:-1] / 2 + edges[1:] / 2)


def into_bins(levels: Array, counts: Array, edges: NDArray[np.float64]) -> Array:
    """Put what was counted of each level, as a whole, into the bin that the level is in."""
    inside = (levels >= edges[0]) & (levels <= edges[-1])
    bins = np.searchsorted(edges, levels[inside], side="right") - 1
    total = np.zeros(len(edges) - 1, counts.dtype)
    np.add.at(total, np.clip(bins, 0, len(total) - 1), counts[inside])
    return total


def _count_floats(planes: _Flat, n_bins: int, value_range: Range, span: Range) -> Histogram:
    if span is None:
        ranges = [(math.inf, -math.inf), *(kernels_for(p).finite_range(p) for p, _ in planes)]
        span = min(r[0] for r in ranges), max(r[1] for r in ranges)
    lo, hi = span
    outside = value_range is not None and (hi < value_range[0] or lo > value_range[1])
    if lo > hi or outside:  # nothing but NaN, or nothing in the range
        return Histogram(np.zeros(0, np.int64), np.zeros(0))
    if lo == hi:
        counts = _sum(kernels_for(p).count_equal(p, lo) * np.array([_weight(w)]) for p, w in planes)
        return Histogram(counts if counts.size else np.zeros(1, np.int64), np.array([lo]))
    lo, hi = value_range or (lo, hi)
    edges = linear_edges(lo, hi, n_bins)
    counts = _sum(planes.of_each(lambda p: kernels_for(p).count_bins(p, edges)))
    return Histogram(counts if counts.size else np.zeros(n_bins, np.int64), middles(edges))


def levelled(histogram: Histogram, dtype: np.dtype[Any]) -> Histogram:
    """Give a sum of histograms of images of `dtype` the levels that `count` gives all of them.

    Examples
    --------
    >>> import numpy as np
    >>> a, b = (Histogram(np.array([1]), np.array([level])) for level in (5, 8))
    >>> levelled(a + b, np.dtype("int16")).centers
    array([5, 6, 7, 8])
    """
    if dtype.kind == "f" or (dtype.itemsize == 1 and dtype.kind in "bu"):
        return histogram
    some = histogram.occupied()
    counts, centers = histogram.counts[some], histogram.centers[some]
    if len(some) == 0 or int(centers[-1]) - int(centers[0]) >= MAX_LEVELS:
        return Histogram(counts, centers)
    levels = np.arange(int(centers[-1]) - int(centers[0]) + 1).astype(centers.dtype) + centers[0]
    filled = np.zeros(len(levels), counts.dtype)
    filled[np.searchsorted(levels, centers)] = counts
    return Histogram(filled, levels)


def _together(a: Array, b: Array) -> Array:
    """Give the levels of both, ascending."""
    whole = len(a) > 0 and len(b) > 0 and a.dtype == b.dtype and a.dtype.kind in "iu"
    if whole and all(int(x[-1]) - int(x[0]) == len(x) - 1 for x in (a, b)):  # there are no gaps
        lo, hi = min(int(a[0]), int(b[0])), max(int(a[-1]), int(b[-1]))
        if hi - lo < MAX_LEVELS:
            return np.arange(hi - lo + 1).astype(a.dtype) + a.dtype.type(lo)
    return np.union1d(a, b)


def logarithmic(histogram: Histogram, n_bins: int) -> tuple[Histogram, Callable[[float], float]]:
    """Count a histogram again, in equal bins of the logarithm of the grey level.

    Levels may be zero or negative: the logarithm is of the distance from the lowest occupied
    level, plus 1/256 of the range. The answer therefore changes with a shift or a scale of the
    levels as they do.

    Parameters
    ----------
    histogram : Histogram
        Fine: its bins go as a whole to those that their centres are in.
    n_bins : int
        Number of bins.

    Returns
    -------
    histogram : Histogram
        Its centres are logarithms.
    level : callable
        Turns a logarithm back into a grey level.

    Examples
    --------
    >>> levels = Histogram(np.array([1, 1, 1, 1]), np.array([0, 4, 16, 255]))
    >>> logs, level = logarithmic(levels, 4)
    >>> logs.counts
    array([1, 1, 1, 1])
    >>> round(level(logs.centers[1]))
    7
    """
    occupied = histogram.occupied()
    counts, centers = histogram.counts[occupied], histogram.centers[occupied]
    lowest, highest = float(centers[0]), float(centers[-1])
    unit = highest / 256 - lowest / 256 or 1.0  # what cannot be told apart is one level
    with np.errstate(over="ignore"):  # the whole range of float64 ends at infinity, and is clipped
        ratio = (centers.astype(np.float64) - lowest) / unit
    logs = np.log(np.minimum(ratio, 256) + 1)
    edges = np.linspace(0, math.log(257), n_bins + 1)
    bins = np.clip(np.searchsorted(edges, logs, side="right") - 1, 0, n_bins - 1)
    total = np.zeros(n_bins, counts.dtype)
    np.add.at(total, bins, counts)

    def level(log: float) -> float:
        return lowest + (math.exp(log) - 1) * unit

    return Histogram(total, middles(edges)), level
