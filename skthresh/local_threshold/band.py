"""Some rows of a plane, with the statistics of the window around each pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.local_threshold.engines import Raw

if TYPE_CHECKING:
    from skthresh.local_threshold.windows import Windows

__all__ = ["BAND", "Band", "row_bands"]

Floats = NDArray[np.float64]

# Pixels in a band: its statistics stay in the processor's cache.
BAND = 2**15


def row_bands(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    """Divide slices, rows and columns into bands of some rows of a slice each.

    Examples
    --------
    >>> list(row_bands((1, 3, 2**14)))
    [(slice(0, 1, None), slice(0, 2, None)), (slice(0, 1, None), slice(2, 3, None))]
    """
    depth, height, width = shape
    step = max(1, BAND // width)
    for z in range(depth):
        for y in range(0, height, step):
            yield slice(z, z + 1), slice(y, min(y + step, height))


@dataclass(eq=False)
class Band:
    """Some rows of a plane, with the statistics of the window around each pixel.

    Means, deviations and extremes are float64, of the shape of `pixels`, in grey levels; NaN where
    a window holds no pixel. Those that were not asked for are missing.

    Attributes
    ----------
    index : tuple of 2 slice
        Where the band is in `Windows.volume` of the plane: slices, and rows of each.
    pixels : (slices, rows, width) ndarray
        The pixels, of the plane's dtype.
    raw : Raw
        What is known of their windows.
    """

    index: tuple[slice, slice]
    pixels: Array
    raw: Raw
    of: Windows

    @property
    def v(self) -> Floats:
        """The pixels as float64."""
        return self.pixels.astype(np.float64)

    @cached_property
    def n(self) -> Any:
        """How many pixels each window holds: a number, or fewer where it is clipped or masked."""
        if self.raw.n is not None:
            return self.raw.n
        return self.of.size if self.of.cut is None else self.of.counts(self.index)

    @cached_property
    def mean(self) -> Floats:
        """Mean of each window."""
        assert self.raw.sums is not None, "the mean was not asked for"
        return self.raw.sums.mean(self.n)

    @cached_property
    def std(self) -> Floats:
        """Standard deviation of each window, the square root of its mean squared deviation."""
        assert self.raw.sums is not None, "the deviation was not asked for"
        return self.raw.sums.std(self.n)

    @cached_property
    def min(self) -> Floats:
        """Least pixel of each window."""
        return self._extreme(self.raw.low)

    @cached_property
    def max(self) -> Floats:
        """Greatest pixel of each window."""
        return self._extreme(self.raw.high)

    def _extreme(self, found: Array | None) -> Floats:
        assert found is not None, "the extremes were not asked for"
        values = found.astype(np.float64) + self.of.scaling.shift
        return values if self.raw.n is None else np.where(self.raw.n > 0, values, np.nan)
