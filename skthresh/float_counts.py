"""Floats counted batch by batch: in bins of a range that is known, or in cells that merge.

What both have counted can be merged, so that a stream may be cut anywhere, and read by many.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np

from skthresh.array_api import counting
from skthresh.array_api.namespace import is_elsewhere
from skthresh.batch import Array
from skthresh.histogram import (
    Histogram,
    Range,
    as_row,
    into_bins,
    kernels_for,
    linear_edges,
    middles,
)

__all__ = ["FloatBins", "FloatGrid"]

# Pixels that are put into cells at once: what that takes beside them is some ten times as much.
BLOCK = 2**20


class FloatBins:
    """A histogram of floats over a known range, for `partial_fit`: as `count` gives it of all.

    Attributes
    ----------
    lo, hi : float
        The exact range of the data so far, in the bins or not: a constant is its own level.
    edges : ndarray of shape (n_bins + 1,)
        Of the bins.
    counts : ndarray of shape (n_bins,)
        Pixels per bin.

    Examples
    --------
    >>> bins = FloatBins(4, (0.0, 1.0))
    >>> bins.add(np.array([0.1, 0.9]))
    >>> bins.add(np.array([0.95, 7.0, np.nan]))
    >>> bins.histogram(4, (0.0, 1.0)).counts
    array([1, 0, 0, 2])
    """

    def __init__(self, n_bins: int, value_range: tuple[float, float]) -> None:
        self.lo, self.hi = math.inf, -math.inf
        self.edges = linear_edges(*value_range, n_bins)
        self.counts: Array = np.zeros(n_bins, np.int64)

    def add(self, values: Array, weights: float | Array | None = None) -> None:
        """Count `values`, in the kernels' form; with one weight for all.

        With a weight for each they are levels that were counted before, and weights their counts.
        """
        values = as_row(values)
        if values.shape[0] == 0 or (not isinstance(weights, np.ndarray) and weights == 0):
            return
        if isinstance(weights, np.ndarray):
            lo, hi = values.min(), values.max()
            counts = into_bins(values, weights, self.edges)
        else:
            kernels = kernels_for(values)
            lo, hi = kernels.finite_range(values)
            counts = kernels.count_bins(values, self.edges) * (1 if weights is None else weights)
        self.lo, self.hi = min(self.lo, lo), max(self.hi, hi)
        self.counts = self.counts + counts

    def empty(self) -> FloatBins:
        """Give another one, of the same bins, that has counted nothing."""
        new = copy.copy(self)
        new.lo, new.hi, new.counts = math.inf, -math.inf, np.zeros(len(self.counts), np.int64)
        return new

    def merge(self, other: FloatBins, weight: float | None = None) -> None:
        """Add what others of the same bins have counted, as if their pixels were added."""
        if weight is None or weight > 0:
            self.lo, self.hi = min(self.lo, other.lo), max(self.hi, other.hi)
            self.counts = self.counts + (other.counts if weight is None else other.counts * weight)

    def merged(self, other: FloatBins) -> FloatBins:
        """Give new ones that hold the counts of both."""
        both = self.empty()
        both.merge(self)
        both.merge(other)
        return both

    def holds(self, n_bins: int, value_range: Range) -> bool:
        """Tell whether a histogram over such bins can be given: whether they are these."""
        return value_range is not None and np.array_equal(
            self.edges, linear_edges(*value_range, n_bins)
        )

    def histogram(self, n_bins: int, value_range: Range) -> Histogram:  # noqa: ARG002
        """Give what was counted; the parameters are those that it `holds`."""
        if self.lo > self.hi or self.hi < self.edges[0] or self.lo > self.edges[-1]:
            return Histogram(np.zeros(0, np.int64), np.zeros(0))
        if self.lo == self.hi:
            return Histogram(self.counts.sum(keepdims=True), np.array([self.lo]))
        return Histogram(self.counts, middles(self.edges))


class FloatGrid:
    """A histogram of floats whose range is not known beforehand, for `partial_fit`.

    Pixels are counted in cells of width ``2**exponent`` that start at multiples of it. When the
    range grows past 2**16 cells, pairs of cells merge, exactly. The counts therefore depend on
    the pixels alone, and not on how they were divided into batches or in which order they came.

    Attributes
    ----------
    lo, hi : float
        The exact range of the data so far.
    exponent : int
        Cells are at most ``(hi - lo) / 2**15`` wide, or one unit in the last place of the data.
    """

    CELLS = 16  # log2 of the number of cells that a range is resolved into

    def __init__(self) -> None:
        self.lo, self.hi = math.inf, -math.inf
        self.exponent = -1074
        self.first = 0
        self.counts: Array = np.zeros(0, np.int64)

    def add(self, values: Array, weights: float | Array | None = None) -> None:
        """Count `values`; a weight holds for all of them, or there is one for each."""
        if is_elsewhere(values):
            self._add_elsewhere(values, 1 if weights is None else weights)
            return
        values = np.asarray(values).reshape(-1)
        for start in range(0, values.size, BLOCK):
            part = slice(start, start + BLOCK)
            self._add(values[part], weights[part] if isinstance(weights, np.ndarray) else weights)

    def _add(self, values: Array, weights: float | Array | None) -> None:
        values = values.astype(np.float64)
        kept = ~np.isnan(values)
        if weights is not None:
            kept &= np.asarray(weights) > 0
        values = values[kept]
        if values.size == 0:
            return
        self._widen(float(values.min()), float(values.max()))
        keys = np.floor(np.ldexp(values, -self.exponent))
        keys[(keys == 0) & (values < 0)] = -1  # underflow took the sign
        keys -= self.first
        each = weights[kept] if isinstance(weights, np.ndarray) else None
        counts: Array = np.bincount(keys.astype(np.int64), each, minlength=len(self.counts))
        if weights is not None and each is None:
            counts = counts * weights
        self.counts = self.counts + counts

    def _add_elsewhere(self, values: Any, weight: Any) -> None:
        values = as_row(values)
        if values.shape[0] == 0 or weight <= 0:
            return
        lo, hi = counting.finite_range(values)
        if lo > hi:
            return
        self._widen(lo, hi)
        data = values[values == values]  # noqa: PLR0124  NaN is not
        counts = counting.scaled_keys(data, self.exponent, self.first, len(self.counts))
        self.counts = self.counts + counts * weight

    def merge(self, other: FloatGrid, weight: float | None = None) -> None:
        """Add what another grid has counted, as if its pixels were added, with one weight."""
        if other.lo > other.hi or (weight is not None and not weight > 0):
            return
        self._widen(other.lo, other.hi)
        shift = min(self.exponent - other.exponent, 63)
        keys = (other.first + np.arange(len(other.counts))) >> shift
        counts = np.zeros(len(self.counts), other.counts.dtype)
        np.add.at(counts, keys - self.first, other.counts)
        self.counts = self.counts + (counts if weight is None else counts * weight)

    def empty(self) -> FloatGrid:
        """Give another one that has counted nothing."""
        return FloatGrid()

    def merged(self, other: FloatGrid) -> FloatGrid:
        """Give a new grid that holds the counts of both."""
        both = FloatGrid()
        both.merge(self)
        both.merge(other)
        return both

    def histogram(self, n_bins: int, value_range: Range = None) -> Histogram:
        """Give equal bins over a range; None: that of the data.

        Each cell goes, as a whole, to the bin that its middle is in: a pixel can land in the
        neighbour of its bin if it is within one cell of the edge between them.
        """
        if self.lo > self.hi:
            return Histogram(np.zeros(0, np.int64), np.zeros(0))
        if self.lo == self.hi:
            return Histogram(self.counts.sum(keepdims=True), np.array([self.lo]))
        lo, hi = value_range or (self.lo, self.hi)
        edges = linear_edges(lo, hi, n_bins)
        cells = np.arange(len(self.counts)) + float(self.first) + 0.5
        with np.errstate(over="ignore"):  # the middle of the outermost cell may be infinite
            levels = np.clip(np.ldexp(cells, self.exponent), self.lo, self.hi)
        return Histogram(into_bins(levels, self.counts, edges), middles(edges))

    def holds(self, n_bins: int, value_range: Range) -> bool:  # noqa: ARG002
        """Tell whether a histogram over such bins can be given: always."""
        return True

    def _widen(self, lo: float, hi: float) -> None:
        self.lo, self.hi = min(self.lo, lo), max(self.hi, hi)
        exponent = max(self.exponent, self._exponent_for(self.lo, self.hi))
        old_first, old = self.first, self.counts
        self.first = self._key(self.lo, exponent)
        self.counts = np.zeros(self._key(self.hi, exponent) - self.first + 1, old.dtype)
        if old.size:
            shift = exponent - self.exponent
            keys = (old_first + np.arange(len(old))) >> min(shift, 63)
            np.add.at(self.counts, keys - self.first, old)
        self.exponent = exponent

    @classmethod
    def _exponent_for(cls, lo: float, hi: float) -> int:
        width = math.frexp(hi / 2 - lo / 2)[1] + 1 - cls.CELLS
        largest = max(abs(lo), abs(hi))
        last_place = math.frexp(largest)[1] - 53 if largest else -1074
        return max(width if hi > lo else last_place, last_place, -1074)

    @staticmethod
    def _key(value: float, exponent: int) -> int:
        key = math.floor(math.ldexp(value, -exponent))
        return -1 if key == 0 and value < 0 else key  # underflow takes the sign
