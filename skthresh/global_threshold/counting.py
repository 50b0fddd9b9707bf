"""From a batch to its histograms, one for each channel: between `Batch` and the techniques."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from skthresh.batch import Array, Batch
from skthresh.histogram import Histogram, Range, count

__all__ = ["WeightedChannel", "channels", "count_channels"]


@dataclass(frozen=True)
class WeightedChannel:
    """The planes of one channel with the weights of their images; can be visited again.

    A contiguous stack without weights is one plane; else one plane is in memory at a time. Pixels
    that the mask leaves out, or that `only` does not name, are not there.
    """

    batch: Batch
    channel: int
    weights: Array | None = None

    def __iter__(self) -> Iterator[tuple[Array, float | None]]:
        whole = self.batch.whole() if self.weights is None else None
        if whole is not None:
            yield whole, None
            return
        for plane, i, c in self.batch.planes(self.channel):
            weight = None if self.weights is None else float(self.weights[i])
            yield self.batch.counted(plane, i, c), weight


def channels(batch: Batch) -> range:
    """Give the channels to be counted: one, if there is no channel axis."""
    return range(batch.n_channels or 1)


def count_channels(
    batch: Batch, weights: Array | None, n_bins: int, value_range: Range = None
) -> list[Histogram]:
    """Count the pooled pixels of each channel."""
    return [
        count(WeightedChannel(batch, c, weights), batch.dtype, n_bins, value_range)
        for c in channels(batch)
    ]
