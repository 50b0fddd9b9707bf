"""Medians of windows, and the ranks of pixels that the histogram kernels slide over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.kernels import rank as kernels
from skthresh.kernels.median import MOST, column_threshold, count_threshold
from skthresh.local_threshold.base import Plane
from skthresh.local_threshold.engines import Part
from skthresh.local_threshold.mean import whole_offset
from skthresh.local_threshold.windows import Windows
from skthresh.modes import Output
from skthresh.utils._threads import run_threads

__all__ = ["Ranks", "local_median", "rank_bins", "rank_levels"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

# Ranks of no more levels than this, and the one for nothing, fit into 16 bits.
NARROW = 2**16 - 1

# Pixels in a band of windows.
BAND = 2**16

# Pixels that are looked at first: mostly they show that there are too many levels to keep.
SAMPLE = 4096

# Pixels of a window up to which counting them is faster than histograms of columns. Where 64 bytes
# are compared at a time it is up to 31**2, where 16 are, less.
FEW = 25**2

# Columns of a window up to which counting is faster than a histogram that slides.
NOT_WIDE = 100


@dataclass(frozen=True)
class Ranks:
    """The pixels of a plane, as indices of grey levels.

    Attributes
    ----------
    windows : Windows
        Of the plane.
    source : ndarray of the windows' volume
        The rank of each pixel, of unsigned int, `nothing` where it does not count; or the plane.
    tops : ndarray of float64
        The grey level of each rank; of several the highest that the plane has.
    levels : ndarray of int64 or float64
        The same from the lowest one on: whole numbers if the grey levels, or bins, are.
    lowest : int, default=None
        If `source` is the plane, the level of rank 0, from which each whole number has a rank.
    """

    windows: Windows
    source: Array
    tops: Floats
    levels: Array
    lowest: int | None = None

    @property
    def nothing(self) -> int:
        """The rank of what is not there."""
        return len(self.tops)

    def at(self, index: Any) -> Array:
        """Give the ranks of some pixels."""
        found = self.source[index]
        if self.lowest is None:
            return found
        ranks = found.astype(_dtype(self.nothing))
        # Both wrap, and their difference is right where it is valid: nothing wider is needed.
        ranks -= ranks.dtype.type(self.lowest % 2 ** (8 * ranks.itemsize))
        valid = self.windows.valid
        return ranks if valid is None else _drop(ranks, valid[index], self.nothing)

    def value(self, ranks: Indices) -> Floats:
        """Give the grey level of each rank; NaN for -1."""
        return np.append(self.tops, np.nan)[ranks]

    def bands(
        self, zs: Indices, ys: Indices
    ) -> Iterator[tuple[int, slice, Array, Indices, Indices]]:
        """Visit the windows around slices and rows of the volume.

        Gives which of `zs`, which of `ys`, the ranks in their windows, how far the lines of a
        window reach, and where the rows begin in those ranks.
        """
        planes, rows, columns = self.windows.index
        depth, height, width = self.windows.sizes
        halves = self.windows.halves
        if halves is None:
            halves = np.full((depth, height), width // 2)
        reach = max(BAND // len(columns), height)
        for i, z in enumerate(zs.tolist()):
            there = planes[z : z + depth] >= 0
            first = 0
            while first < len(ys):
                last = int(np.searchsorted(ys, ys[first] + reach))
                y0, y1 = int(ys[first]), int(ys[last - 1]) + 1
                around = rows[y0 : y1 + height - 1]
                slices = planes[z : z + depth][there]
                padded = self.at((slices[:, np.newaxis], around))[:, :, columns]
                padded[:, around < 0] = self.nothing
                padded[:, :, columns < 0] = self.nothing
                yield i, slice(first, last), padded, halves[there], ys[first:last] - y0
                first = last

    def medians(self) -> Iterator[tuple[tuple[int, slice], Floats]]:
        """Visit the plane in bands, with the median of each window."""
        depth, height, width = self.windows.shape
        shift = (self.nothing.bit_length() + 1) // 2
        fine = np.zeros(self.nothing + 1, np.int32)
        coarse = np.zeros((self.nothing >> shift) + 1, np.int32)
        for z, part, padded, halves, _ in self.bands(np.arange(depth), np.arange(height)):
            out = np.empty((2, part.stop - part.start, width), np.int64)
            kernels.median_windows(padded, halves, self.nothing, shift, fine, coarse, out)
            lower, upper = self.value(out)
            yield (z, part), np.where(lower == upper, lower, lower / 2 + upper / 2)

    def otsus(
        self, zs: Indices | None = None, ys: Indices | None = None, xs: Indices | None = None
    ) -> Iterator[tuple[tuple[int, slice], Floats]]:
        """Visit the plane in bands, with Otsu's threshold of each window.

        With `zs`, `ys` and `xs` only the windows around these slices, rows and columns.
        """
        grid = (zs, ys, xs)
        ends = zip(grid, self.windows.shape, strict=True)
        zs, ys, xs = (np.arange(n) if a is None else a for a, n in ends)
        fine = np.zeros(self.nothing + 1, np.int32)
        bound = int(self.levels[-1]) * self.windows.size**2 if len(self.levels) else 0
        exact = self.levels.dtype.kind == "i" and bound < 2**62
        levels = self.levels if exact else self.levels.astype(np.float64)
        for z, part, padded, halves, rows in self.bands(zs, ys):
            out = np.empty((len(rows), len(xs)), np.int64)
            kernels.otsu_windows(padded, halves, rows, xs, levels, exact, fine, out)
            yield (z, part), self.value(out)

    def otsu_grid(self, points: list[Indices]) -> Floats:
        """Give Otsu's thresholds of the windows around the points of a grid, of three axes."""
        out = np.empty([len(axis) for axis in points])
        for index, t in self.otsus(*points):
            out[index] = t
        return out


def rank_levels(windows: Windows) -> Ranks:
    """Rank the pixels of a plane by their grey levels, each by itself."""
    v, valid = windows.plane, windows.valid
    pixels = v if valid is None else v[valid]
    if v.dtype.kind != "f":
        lo, hi = pixels.min().item(), pixels.max().item()
        if hi - lo < NARROW:
            return _whole_levels(windows, lo, hi)
    levels = np.unique(pixels)
    if len(levels) <= NARROW:
        return Ranks(
            windows, _places(levels, v, valid), levels.astype(np.float64), _relative(levels)
        )
    inverse = np.unique(pixels, return_inverse=True)[1]  # faster than to look for so many
    if valid is None:
        ranks = inverse.reshape(v.shape).astype(_dtype(len(levels)))
    else:
        ranks = np.full(v.shape, len(levels), _dtype(len(levels)))
        ranks[valid] = inverse.reshape(-1)
    return Ranks(windows, ranks, levels.astype(np.float64), _relative(levels))


def rank_bins(windows: Windows, n_bins: int) -> Ranks:
    """Rank the pixels of a plane by their grey levels, or by bins if these are too many.

    Parameters
    ----------
    windows : Windows
        Of the plane.
    n_bins : int
        So many levels are kept as they are. More are counted in so many equal bins over the range
        of the plane.
    """
    v, valid = windows.plane, windows.valid
    pixels = (v if valid is None else v[valid]).reshape(-1)
    lo, hi = pixels.min().item(), pixels.max().item()
    if v.dtype.kind != "f" and hi - lo < n_bins:
        return _whole_levels(windows, lo, hi)
    some = pixels[:: 1 + pixels.size // SAMPLE]
    if len(np.unique(some)) <= n_bins:
        levels = np.unique(pixels)
        if len(levels) <= n_bins:
            ranks = _places(levels, v, valid)
            return Ranks(windows, ranks, levels.astype(np.float64), _relative(levels))
    share = _share(v, lo, hi)
    ranks = np.clip(share * n_bins, 0, n_bins - 1).astype(_dtype(n_bins))
    tops = np.full(n_bins, -np.inf)
    np.maximum.at(tops, (ranks if valid is None else ranks[valid]).reshape(-1), pixels)
    return Ranks(windows, _drop(ranks, valid, n_bins), tops, np.arange(n_bins))


def local_median(
    plane: Plane,
    windows: Windows,
    offset: float,
    out: Array,
    how: Output,
    *,
    inverse: bool,
    n_jobs: int,
) -> None:
    """Threshold at the median of a window, less an offset; as `local_mean` otherwise.

    Of an even number of pixels, where windows are clipped or masked, the median is the mean of the
    two in the middle.
    """
    whole = plane.v.dtype.kind != "f"
    shift = float(whole_offset(offset, inverse=inverse) if whole else offset)
    target = windows.volume(out)
    kernel = _plain_kernel(windows, how)
    if kernel is not None:
        rule = how.rule(plane.v.dtype, out.dtype)
        taken: float = shift
        if kernel is count_threshold:  # beyond all levels an offset changes no comparison
            taken = int(min(max(shift, -NARROW - 2), NARROW + 2))

        def work(part: Part) -> None:
            kernel(windows.plane, *windows.index[1:], part, taken, rule, target)

        run_threads(work, windows.parts(n_jobs), n_jobs)
        return
    with np.errstate(over="ignore"):
        for index, median in rank_levels(windows).medians():
            how.write(windows.plane[index], median - shift, target[index])


def _plain_kernel(windows: Windows, how: Output) -> Callable[..., None] | None:
    """Choose the kernel for windows that all hold an odd number of bytes or 16-bit pixels."""
    if not (windows.plain and windows.everywhere and windows.size <= MOST):
        return None
    if windows.plane.dtype == np.uint8:
        return count_threshold if how.is_binary and windows.size <= FEW else column_threshold
    counts = windows.plane.dtype == np.uint16 and windows.sizes[2] <= NOT_WIDE
    return count_threshold if how.is_binary and counts else None


def _whole_levels(windows: Windows, lo: int, hi: int) -> Ranks:
    wide = np.uint64 if windows.plane.dtype == np.uint64 else np.int64
    levels = np.arange(hi - lo + 1)
    tops = (levels.astype(wide) + wide(lo)).astype(np.float64)
    return Ranks(windows, windows.plane, tops, levels, lo)


def _places(levels: Array, v: Array, valid: Array | None) -> Array:
    """Find pixels among the levels, some at a time: NumPy gives places in 64 bits."""
    ranks = np.empty(v.shape, _dtype(len(levels)))
    pixels, places = v.reshape(-1), ranks.reshape(-1)
    for first in range(0, pixels.size, BAND):
        part = slice(first, first + BAND)
        places[part] = np.searchsorted(levels, pixels[part])
    return _drop(ranks, valid, len(levels))


def _drop(ranks: Array, valid: Array | None, nothing: int) -> Array:
    return ranks if valid is None else np.where(valid, ranks, ranks.dtype.type(nothing))


def _dtype(nothing: int) -> Any:
    return np.uint16 if nothing <= NARROW else np.uint32


def _relative(levels: Array) -> Array:
    """Measure levels from the lowest one, in whole numbers if they are, else as shares of all."""
    lo, hi = levels[0].item(), levels[-1].item()
    if levels.dtype.kind in "iu" and hi - lo < 2**62:
        wide = np.uint64 if levels.dtype == np.uint64 else np.int64
        return (levels.astype(wide) - wide(lo)).astype(np.int64)
    return _share(levels, lo, hi)


def _share(v: Array, lo: float, hi: float) -> Floats:
    """Measure pixels as shares of the way from lo to hi, whatever their range."""
    if v.dtype.kind in "iu":
        wide = np.uint64 if v.dtype == np.uint64 else np.int64
        span = (v.astype(wide) - wide(lo)).view(np.uint64)
        return np.asarray(span / float(int(hi) - int(lo)), np.float64)
    half = hi / 2 - lo / 2
    if half == 0:
        return np.zeros(v.shape)
    with np.errstate(over="ignore"):  # what is not valid may be far away
        return np.asarray((v.astype(np.float64) / 2 - lo / 2) / half, np.float64)
