"""What has to be known of a whole plane before its parts can be thresholded by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skthresh.batch import Batch, Part
from skthresh.local_threshold.scaling import Extent, extent_of, sampled

__all__ = ["NARROW", "Survey", "greatest_of", "levels_of", "surveyed"]

# Their sums are exact, whatever the levels of a plane are.
NARROW = (np.dtype(bool), np.dtype(np.uint8), np.dtype(np.uint16))


@dataclass(frozen=True)
class Survey:
    """What was found out about a plane; that of its parts merges.

    Attributes
    ----------
    extent : Extent or None
        The levels of the pixels that count; None if there are none, or if nobody asked.
    has_gaps : bool
        Whether any pixel is NaN.
    least : float
        The least pixel that is not, whether or not it counts.
    greatest : tuple of float
        What a technique wants the maximum of.
    """

    extent: Extent | None = None
    has_gaps: bool = False
    least: float = np.inf
    greatest: tuple[float, ...] = ()

    def with_levels(self, other: Survey) -> Survey:
        """Add the levels of another part."""
        extent = self.extent or other.extent
        if self.extent is not None and other.extent is not None:
            extent = self.extent | other.extent
        gaps = self.has_gaps or other.has_gaps
        return replace(self, extent=extent, has_gaps=gaps, least=min(self.least, other.least))

    def with_greatest(self, other: Survey) -> Survey:
        """Add the greatest numbers of another part."""
        greatest = self.greatest or other.greatest
        if self.greatest and other.greatest:
            greatest = tuple(map(max, self.greatest, other.greatest))
        return replace(self, greatest=greatest)


def surveyed(batch: Batch) -> list[list[Survey]]:
    """Look at parts of planes: a list for each sample, of what its channels have."""
    assert batch.part is not None
    found: list[list[Survey]] = [[] for _ in range(len(batch))]
    for v, i, c in batch.planes():
        valid, gaps, least = batch.valid(i, c), False, np.inf
        if v.dtype.kind == "f":
            data = ~np.isnan(v)
            gaps = not data.all()
            least = float(np.fmin.reduce(v, axis=None)) if data.any() else np.inf
            if gaps:
                valid = data if valid is None else data & valid
        extent = None
        if valid is None or valid.any():
            extent = extent_of(v, valid, _places(batch.part))
        found[i].append(Survey(extent, gaps, least))
    return found


def levels_of(a: list[Survey], b: list[Survey]) -> list[Survey]:
    """Merge what was found out about the levels of an image's channels."""
    return [x.with_levels(y) for x, y in zip(a, b, strict=True)]


def greatest_of(a: list[Survey], b: list[Survey]) -> list[Survey]:
    """Merge the greatest numbers of an image's channels, whose levels are known."""
    return [x.with_greatest(y) for x, y in zip(a, b, strict=True)]


def _places(part: Part) -> tuple[Any, ...]:
    """Give the places of the whole plane's sample that are in a part."""
    ends = [start + axis.stop for start, axis in zip(part.start, part.inside, strict=True)]
    at = sampled(part.shape)
    here = np.ones(len(at[0]), bool)
    for k, start, end in zip(at, part.start, ends, strict=True):
        here &= (k >= start) & (k < end)
    return tuple(k[here] - start for k, start in zip(at, part.start, strict=True))
