"""From a batch to its histograms, one for each channel: between `Batch` and the techniques.

Of dask arrays the blocks are counted, and the counts merged. What is counted does not depend on how
an array was divided, to the last digit: counts are whole numbers until images are weighted, which
is done in the order of the images.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from numbers import Real
from typing import Any

import numpy as np

from skthresh.array_api.namespace import as_host
from skthresh.batch import Array, Batch
from skthresh.histogram import Histogram, Range, count, levelled, threads_for
from skthresh.kernels.count import finite_range
from skthresh.utils._sklearn import check_sample_weight
from skthresh.utils._threads import run_threads

__all__ = [
    "WeightedChannel",
    "add_to_grids",
    "channels",
    "count_alone",
    "count_channels",
    "count_each",
    "image_weights",
]

Span = tuple[float, float]

# Planes for each thread that are counted before anything is made of them: to begin threads costs as
# much as to count a small image, and the pixels that a mask leaves are copies.
TOGETHER = 4

NOTHING: Span = (math.inf, -math.inf)


@dataclass(frozen=True)
class WeightedChannel:
    """The planes of one channel with the weights of their images; can be visited again.

    A contiguous stack without weights is one plane; else one plane is in memory at a time. Pixels
    that the mask leaves out are not there.
    """

    batch: Batch
    channel: int
    weights: Array | None = None

    def __iter__(self) -> Iterator[tuple[Array, float | None]]:
        whole = self.batch.whole() if self.weights is None else None
        if whole is not None:
            yield whole, None
            return
        for pixels, i, _ in self.batch.pixels(self.channel):
            yield pixels, None if self.weights is None else float(self.weights[i])


def image_weights(batch: Batch, sample_weight: Any) -> Array | None:
    """Check the weights of whole images; None weighs nothing."""
    if sample_weight is None:
        return None
    given = np.asarray(as_host(sample_weight))
    are_numbers = given.dtype.kind in "biuf" or (
        given.dtype.kind == "O" and all(isinstance(w, Real) for w in given.flat)
    )
    if not are_numbers:
        raise TypeError(
            f"sample_weight must hold numbers, one for each image; got {sample_weight!r}."
        )
    weights: Array = check_sample_weight(
        given, np.empty(len(batch)), dtype=np.float64, ensure_non_negative=True
    )
    if not weights.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return weights


def channels(batch: Batch) -> range:
    """Give the channels to be counted: one, if there is no channel axis."""
    return range(batch.n_channels or 1)


def count_channels(
    batch: Batch, weights: Array | None, n_bins: int, value_range: Range = None
) -> list[Histogram]:
    """Count the pooled pixels of each channel."""
    if not batch.is_lazy:
        return _counted(batch, weights, n_bins, value_range)
    lazy: Any = batch
    floats = batch.dtype.kind == "f"
    if weights is None:
        spans = lazy.reduce(_spans, _each(_wider)) if floats else None
        counted = partial(_counted, weights=None, n_bins=n_bins, value_range=value_range)
        found = lazy.reduce(partial(counted, spans=spans), _each(_added))
        return [levelled(h, batch.dtype) for h in found]
    known, heavy = None, np.flatnonzero(weights > 0).tolist()
    if floats:
        of_images = lazy.each(_spans_of, _each(_wider)).compute()
        known = lazy.everywhere(_merged([of_images[i] for i in heavy], _wider))
    of_each = partial(_histograms_of, n_bins=n_bins, value_range=value_range)
    rows = lazy.each(of_each, _each(_added), known=known).compute()
    scaled = [[Histogram(h.counts * weights[i], h.centers) for h in rows[i]] for i in heavy]
    return [levelled(h, batch.dtype) for h in _merged(scaled, _added)]


def count_each(
    batch: Any, n_bins: int, value_range: Range, finish: Callable[[Histogram], Any]
) -> Any:
    """Count the planes of a lazy batch, each by itself, when it is asked for.

    Returns
    -------
    found : dask array of object of shape (n_samples,)
        For each image a list: what `finish` makes of each channel's histogram.
    """
    spans = None
    if batch.dtype.kind == "f":
        spans = batch.anew().each(_spans_of, _each(_wider))
    of_each = partial(_histograms_of, n_bins=n_bins, value_range=value_range)
    done = _Finish(finish, batch.dtype)
    return batch.anew().each(of_each, _each(_added), done, known=spans)


def _histograms_of(batch: Batch, n_bins: int, value_range: Range) -> list[list[Histogram]]:
    """Count each plane by itself: a list for each image, of a histogram for each channel."""
    found: list[list[Histogram]] = [[] for _ in range(len(batch))]
    for histogram, i in count_alone(batch, n_bins, value_range):
        found[i].append(histogram)
    return found


def count_alone(
    batch: Batch, n_bins: int, value_range: Range, n_jobs: int = 1
) -> Iterator[tuple[Histogram, int]]:
    """Count the planes one by one, and say of which image each is.

    A thread takes a plane, or a part of one if there are few.
    """
    planes = batch.pixels()
    while some := list(islice(planes, TOGETHER * n_jobs)):
        inner = max(1, n_jobs // len(some))
        counted = partial(_plane_counted, batch, n_bins, value_range, inner)
        found = run_threads(counted, some, threads_for([p for p, _, _ in some], n_jobs))
        yield from zip(found, (i for _, i, _ in some), strict=True)


def _plane_counted(
    batch: Batch, n_bins: int, value_range: Range, n_jobs: int, plane: tuple[Array, int, int]
) -> Histogram:
    pixels, i, c = plane
    span = _seen_span(batch, i) if batch.known(i) is None else batch.known(i)[c]  # of the image
    return count([(pixels, None)], batch.dtype, n_bins, value_range, n_jobs, span)


def add_to_grids(batch: Batch, weights: Array | None, grids: list[Any]) -> None:
    """Add the pixels of each channel, which are floats, to what was counted before.

    Parameters
    ----------
    batch : Batch
    weights : ndarray of shape (n_samples,) or None
    grids : list of FloatGrid or of FloatBins
        One for each channel.
    """
    if not batch.is_lazy:
        for c, grid in enumerate(grids):
            for plane, weight in WeightedChannel(batch, c, weights):
                grid.add(plane, weight)
        return
    lazy: Any = batch
    empty = [grid.empty() for grid in grids]
    if weights is None:
        rows, own = [lazy.reduce(partial(_grids, empty=empty), _each(_joined))], [None]
    else:
        rows = lazy.each(partial(_grids_of, empty=empty), _each(_joined)).compute()
        own = weights.tolist()
    for row, weight in zip(rows, own, strict=True):
        for grid, other in zip(grids, row, strict=True):
            grid.merge(other, weight)


def _seen_span(batch: Batch, i: int | None = None) -> Span | None:
    """Give the range of a sample's pixels, or of all, if it was seen when they were read."""
    if batch.seen is None or batch.dtype.kind != "f":
        return None
    found = [batch.levels(j) for j in ([i] if i is not None else range(len(batch)))]
    known = [levels for levels in found if levels is not None]
    if not known or len(known) < len(found):
        return None
    return min(levels.lo for levels in known), max(levels.hi for levels in known)


def _counted(
    batch: Batch,
    weights: Array | None,
    n_bins: int,
    value_range: Range,
    spans: list[Span] | None = None,
) -> list[Histogram]:
    seen = _seen_span(batch) if weights is None and spans is None else None
    return [
        count(
            WeightedChannel(batch, c, weights),
            batch.dtype,
            n_bins,
            value_range,
            span=seen if spans is None else spans[c],
        )
        for c in channels(batch)
    ]


def _spans_of(batch: Batch) -> list[list[Span]]:
    found: list[list[Span]] = [[] for _ in range(len(batch))]
    for pixels, i, _ in batch.pixels():
        lo, hi = finite_range(pixels.reshape(-1)) if pixels.size else NOTHING
        found[i].append((float(lo), float(hi)))
    return found


def _spans(batch: Batch) -> list[Span]:
    return _merged(_spans_of(batch), _wider)


def _grids_of(batch: Batch, empty: list[Any]) -> list[list[Any]]:
    found: list[list[Any]] = [[] for _ in range(len(batch))]
    for pixels, i, c in batch.pixels():
        grid = empty[c].empty()
        grid.add(pixels)
        found[i].append(grid)
    return found


def _grids(batch: Batch, empty: list[Any]) -> list[Any]:
    grids = [grid.empty() for grid in empty]
    add_to_grids(batch, None, grids)
    return grids


def _joined(a: Any, b: Any) -> Any:
    return a.merged(b)


def _wider(a: Span, b: Span) -> Span:
    return min(a[0], b[0]), max(a[1], b[1])


def _added(a: Histogram, b: Histogram) -> Histogram:
    return a + b


def _merged(rows: list[list[Any]], merge: Callable[[Any, Any], Any]) -> list[Any]:
    """Merge the channels of all images, in their order."""
    total = rows[0]
    for row in rows[1:]:
        total = _each(merge)(total, row)
    return total


@dataclass(frozen=True)
class _each:  # noqa: N801  a function that can be pickled
    """Merge two lists, entry by entry."""

    merge: Callable[[Any, Any], Any]

    def __call__(self, a: list[Any], b: list[Any]) -> list[Any]:
        return [self.merge(x, y) for x, y in zip(a, b, strict=True)]


@dataclass(frozen=True)
class _Finish:
    """What becomes of the histograms of an image."""

    function: Callable[[Histogram], Any]
    dtype: np.dtype[Any]

    def __call__(self, row: list[Histogram]) -> list[Any]:
        return [self.function(levelled(h, self.dtype)) for h in row]
