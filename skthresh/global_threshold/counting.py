"""From a batch to its histograms, one for each channel: between `Batch` and the techniques."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from skthresh.batch import Array, Batch, kernel_form
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
        data = self.batch.data
        if (
            self.weights is None
            and not isinstance(data, list)
            and data.flags.c_contiguous
            and self.batch.channel_axis is None
            and self.batch.mask is None
        ):
            yield kernel_form(data), None
            return
        for plane, i, c in self.batch.planes(self.channel):
            weight = None if self.weights is None else float(self.weights[i])
            valid = self.batch.valid(i, c)
            yield plane if valid is None else kernel_form(plane[valid]), weight


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
