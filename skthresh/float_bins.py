"""Floats counted in bins of a range that is known, batch by batch."""

from __future__ import annotations

import copy
import math

import numpy as np

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

__all__ = ["FloatBins"]


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
