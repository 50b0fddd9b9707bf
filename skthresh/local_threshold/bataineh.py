"""Bataineh, Abdullah and Omar's threshold: blocks whose size the image decides."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Real
from typing import Any

import numpy as np

from skthresh.base import Thresholder
from skthresh.batch import Array
from skthresh.kernels.cells import cell_squares, cell_totals
from skthresh.local_threshold.base import LocalThreshold, Plane
from skthresh.local_threshold.cells import (
    BAND,
    Cells,
    bands,
    merged,
    shared,
    slabs,
    spread,
    spread_within,
    summed,
)
from skthresh.modes import Output
from skthresh.utils._sklearn import Interval

__all__ = ["BatainehThreshold", "bataineh", "block_shape", "confusion_threshold"]

# No block is smaller, along any axis, so that a quarter of it can vary.
SMALLEST = 4

EVERYWHERE = np.zeros((0, 0), bool)

# Deviations up to this share of the range are rounding.
ROUNDING = 1e-12


def confusion_threshold(mean: float, std: float, top: float) -> float:
    """Give the level around which pixels may be ink or paper, from the whole image.

    Parameters
    ----------
    mean, std : float
        Of the image.
    top : float
        Its greatest grey level.

    Examples
    --------
    >>> confusion_threshold(180.0, 20.0, 200.0)
    153.0
    """
    if mean + std <= 0:
        return 0.0
    return mean - mean * (mean / (mean + std)) * (std / (0.5 * top + std))


def block_shape(shape: tuple[int, ...], ratio: float, std: float, top: float) -> tuple[int, ...]:
    """Give the size of the blocks, for each axis of the image.

    Parameters
    ----------
    shape : tuple of int
        Of the image.
    ratio : float
        How many pixels are surely ink for each that may be ink or paper.
    std : float
        Standard deviation of the image.
    top : float
        Its greatest grey level.

    Examples
    --------
    >>> block_shape((600, 900), 3.0, 40.0, 255.0)
    (150, 150)
    >>> block_shape((600, 900), 2.0, 40.0, 255.0), block_shape((600, 900), 0.5, 40.0, 255.0)
    ((30, 30), (20, 22))
    """
    if ratio >= 2.5 or std < 0.1 * top:
        parts = 4, 6
    elif ratio > 1 or sum(shape) < 400:
        parts = 20, 30
    else:
        parts = 30, 40
    each = (parts[0],) * (len(shape) - 1) + (parts[1],)
    return tuple(max(n // part, SMALLEST) for n, part in zip(shape, each, strict=True))


def bataineh(
    mean: Array, std: Array, image_mean: float, std_range: tuple[float, float], top: float, k: float
) -> Array:
    """Give ``m - m ** 2 * s / ((image_mean + s) * (k * a + s))``.

    Parameters
    ----------
    mean, std : array
        m and s, of each block.
    image_mean : float
        Mean of the image.
    std_range : tuple of 2 float
        The least and the greatest standard deviation of all blocks. ``a`` is s, stretched from
        this range to the image's grey levels.
    top : float
        The greatest grey level of the image.
    k : float
        Weight of ``a``.

    Examples
    --------
    >>> import numpy as np
    >>> bataineh(np.array([90.0]), np.array([10.0]), 90.0, (5.0, 15.0), 160.0, 1.0)
    array([81.])
    """
    least, greatest = std_range
    if least == 0:  # then s / (k * a + s) is the same for all of them, be it 0 / 0
        share: Any = 1 / (k * top / greatest + 1) if greatest > 0 else 1.0
    else:
        width = greatest - least
        adaptive = (std - least) / width * top if width > 0 else np.zeros_like(std)
        share = std / (k * adaptive + std)
    whole = image_mean + std
    m = mean * np.divide(mean, whole, out=np.zeros_like(mean), where=whole > 0)
    return mean - m * share


class BatainehThreshold(LocalThreshold):
    """Threshold the blocks of an image, from what varies in them and in all of it.

    For documents of any kind, without a window to choose: the image is cut into blocks, whose size
    depends on how much of the image is surely ink. Those with more doubtful pixels than sure ink
    are quartered. Each has one threshold. Use it with ``mode="binary_inv"``.

    Parameters
    ----------
    k : float, default=1.0
        Weight of a block's deviation, as it is among those of all blocks. Larger means that the
        threshold is nearer to the block's mean. 1 is the paper's; Doxa has 2, from code of the
        authors.
    {mode_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    BlockwiseThreshold : Any global technique on blocks, and interpolated between them.

    Notes
    -----
    The formula is the corrected one, with ``m ** 2 * s`` where the print has ``m ** 2 - s``, which
    would subtract squares from grey levels.

    The paper leaves open what happens where it divides by zero, and how blocks end. Here a rest of
    less than half a block belongs to the last one; no block is smaller than 4 pixels along an axis,
    unless the image is; and where a block is flat, the formula has its limit, which makes it
    paper. Negative levels are measured from the darkest pixel. In volumes the depth is divided as
    the height is.

    Thresholds jump at the borders of blocks.

    References
    ----------
    .. [1] B. Bataineh, S. N. H. S. Abdullah and K. Omar, "An adaptive local binarization method for
       document images based on a novel thresholding method and dynamic windows", Pattern
       Recognition Letters 32(14), 2011, pp. 1805-1813. :doi:`10.1016/j.patrec.2011.08.001`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import BatainehThreshold
    >>> line = np.array([[200, 203, 90, 199, 150, 150, 60, 153]], dtype=np.uint8)
    >>> BatainehThreshold(mode="binary_inv").fit(line).predict(line)
    array([[False, False,  True, False, False, False,  True, False]])
    """

    # It has no window, and no border.
    _parameter_constraints: dict[str, list[Any]] = {
        **Thresholder._parameter_constraints,
        "k": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        *,
        k: float = 1.0,
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.k = k
        self.mode = mode
        self.max_value = max_value
        self.channel_axis = channel_axis
        self.image_shape = image_shape
        self.n_jobs = n_jobs

    def _window(self, ndim: int) -> tuple[int, ...]:
        return (1,) * ndim

    def _threshold_plane(
        self,
        plane: Plane,
        out: Array,
        how: Output,
        *,
        inverse: bool,  # noqa: ARG002
        n_jobs: int,  # noqa: ARG002
    ) -> None:
        levels = _Levels(plane)
        axes = levels.cells()
        t = self._cell_thresholds(levels, axes)
        with np.errstate(over="ignore", invalid="ignore"):
            t = levels.unscaled(t)
            for cells, rows in bands(axes[0], plane.v[0].size):
                v = plane.v[rows].astype(np.float64)
                close = ROUNDING * np.abs(v) + ROUNDING * levels.half
                row = np.repeat(spread_within(t[cells], axes[1:]), axes[0].sizes[cells], axis=0)
                settled = np.where(np.abs(row - v) <= close, v, row)
                how.write(plane.v[rows], settled, out[rows])

    def _cell_thresholds(self, levels: _Levels, axes: list[Cells]) -> Array:
        """Give the threshold of every cell."""
        with np.errstate(invalid="ignore", divide="ignore"):  # cells without data are NaN
            n, sums, black, doubtful = levels.totals(axes)
            mean = sums / n
            squares = levels.squares(axes, mean)
            blocks = merged(n, axes)
            block_mean = merged(sums, axes) / blocks
            apart = np.where(n > 0, n * (mean - shared(block_mean, axes)) ** 2, 0)
            block_squares = merged(squares + apart, axes)
            split = shared(merged(doubtful, axes) > merged(black, axes), axes)
            mean = np.where(split, mean, shared(block_mean, axes))
            std = np.where(split, squares / n, shared(block_squares / blocks, axes)) ** 0.5
        std[std <= ROUNDING] = 0
        std_range = float(np.nanmin(std)), float(np.nanmax(std))
        return bataineh(mean, std, levels.mean, std_range, levels.top, self.k)


class _Levels:
    """A plane in levels from 0 (black) to at most 1, and what is known of it as a whole."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        pixels = plane.pixels
        lo, hi = float(pixels.min()), float(pixels.max())
        self.origin = min(lo, 0.0)
        # Half the range cannot overflow.
        self.half = (hi / 2 - self.origin / 2) or 0.5
        self.top = (hi / 2 - self.origin / 2) / self.half
        whole = [Cells.cut(n, n) for n in plane.v.shape]
        self.mean = self.std = 0.0
        n, sums, _, _ = self.totals(whole)
        self.mean = float(sums.sum() / n.sum())
        at_mean = np.full(n.shape, self.mean)
        self.std = float(np.sqrt(self.squares(whole, at_mean).sum() / n.sum()))
        if self.std <= ROUNDING:
            self.std = 0.0
        self.middle = confusion_threshold(self.mean, self.std, self.top)

    def cells(self) -> list[Cells]:
        """Cut the plane into blocks and their halves."""
        shape = self.plane.v.shape
        _, _, black, doubtful = self.totals([Cells.cut(n, n) for n in shape])
        ratio = black.sum() / doubtful.sum() if doubtful.any() else np.inf
        blocks = block_shape(shape, float(ratio), self.std, self.top)
        return [Cells.cut(n, size) for n, size in zip(shape, blocks, strict=True)]

    def totals(self, axes: list[Cells]) -> tuple[Array, Array, Array, Array]:
        """Give the pixels of each cell: how many, their sum, how many are ink and doubtful."""
        middle, reach = getattr(self, "middle", 0.0), self.std / 2
        if self.plane.v.ndim == 2:
            sums = np.empty((4, *(len(axis.starts) for axis in axes)))
            level = self.origin, self.half, middle - reach, middle + reach
            self._visit(cell_totals, axes, (level,), np.zeros((4, self.plane.v.shape[1])), sums)
            return sums[0], sums[1], sums[2], sums[3]
        found: list[list[Array]] = [[], [], [], []]
        for u, valid in self._rows(axes[0]):
            black = valid & (u <= middle - reach)
            doubtful = valid & ~black & (u < middle + reach)
            for to, values in zip(found, (valid, u * valid, black, doubtful), strict=True):
                to.append(summed(values, axes[1:]))
        n, sums, ink, open_ = (np.array(rows, np.float64) for rows in found)
        return n, sums, ink, open_

    def squares(self, axes: list[Cells], mean: Array) -> Array:
        """Give each cell's sum of squared deviations from a level of its own."""
        if self.plane.v.ndim == 2:
            sums, level = np.empty(mean.shape), (self.origin, self.half)
            self._visit(cell_squares, axes, (level, mean), np.zeros(self.plane.v.shape[1]), sums)
            return sums
        found = []
        for i, (u, valid) in enumerate(self._rows(axes[0])):
            deviations = np.where(valid, u - spread(mean[i], axes[1:]), 0)
            found.append(summed(deviations * deviations, axes[1:]))
        return np.array(found)

    def unscaled(self, t: Array) -> Array:
        """Turn levels back into grey levels."""
        return self.origin + t * self.half + t * self.half

    def _visit(
        self, kernel: Any, axes: list[Cells], given: tuple[Any, ...], columns: Array, out: Array
    ) -> None:
        """Call a kernel with some rows at a time."""
        v, valid = self.plane.v, self.plane.valid
        ends = axes[0].starts + axes[0].sizes
        step = max(BAND // v.shape[1], 1)
        for y0 in range(0, len(v), step):
            rows = slice(y0, y0 + step)
            there = EVERYWHERE if valid is None else np.ascontiguousarray(valid[rows])
            pixels = v[rows].astype(np.float64)
            kernel(pixels, there.view(np.uint8), y0, ends, axes[1].starts, *given, columns, out)

    def _rows(self, axis: Cells) -> Iterator[tuple[Array, Array]]:
        v, valid = self.plane.v, self.plane.valid
        for rows in slabs(axis):
            u = (v[rows].astype(np.float64) / 2 - self.origin / 2) / self.half
            yield u, np.ones(u.shape, bool) if valid is None else valid[rows]
