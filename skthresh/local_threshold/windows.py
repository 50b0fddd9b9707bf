"""The windows around the pixels of a plane, and their statistics, a band of rows at a time.

Between the kernels and the techniques: a technique sees means, standard deviations and extremes,
or names a formula of them, and knows nothing of dtypes, borders, masks or the shape of windows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.kernels.apply import BINARY_INV
from skthresh.kernels.border import border_index
from skthresh.kernels.formula import compiled, statistics_of
from skthresh.kernels.moments import greatest_variance
from skthresh.local_threshold.band import BAND, Band
from skthresh.local_threshold.engines import Part, combining, sliding
from skthresh.local_threshold.scaling import EPSILON, Extent, Scaling, extent_of, scaling
from skthresh.local_threshold.stacks import apply_side_by_side, fit_side_by_side
from skthresh.modes import Output
from skthresh.utils._threads import cuts, run_threads

__all__ = ["Windows", "disk"]

Floats = NDArray[np.float64]

# Pixels in a band that compiled loops see once: there can be more of them, and fewer calls.
LONG_BAND = 2**18

# Dtypes of pixels and results that formulas are compiled for. All others go by way of float64, lest
# the compiler be called for each of them.
DIRECT = {
    (np.dtype(v), np.dtype(out))
    for v, out in (
        ("uint8", "uint8"),
        ("uint16", "uint8"),
        ("uint16", "uint16"),
        ("float32", "uint8"),
        ("float32", "float32"),
    )
}

# From this width on it pays to treat the borders of rows by themselves, if windows end there.
WIDE = 256

# What formulas call the statistics of a band.
STATISTICS = {"mean": "mean", "std": "std", "variance": "std", "minimum": "min", "maximum": "max"}


def disk(sizes: tuple[int, ...]) -> NDArray[np.int64]:
    """Give a round window as rows: how far each reaches from its middle, -1 for not at all.

    Parameters
    ----------
    sizes : tuple of 3 int
        Odd; the ellipsoid with these axes holds the pixels whose centres are in it.

    Examples
    --------
    >>> disk((1, 5, 5))
    array([[0, 1, 2, 1, 0]])
    """
    radii = [n // 2 for n in sizes]
    z, y = np.ogrid[-radii[0] : radii[0] + 1, -radii[1] : radii[1] + 1]
    rest = 1 - (z / max(radii[0], 1)) ** 2 - (y / max(radii[1], 1)) ** 2
    reach = np.floor(radii[2] * np.sqrt(np.maximum(rest, 0)) + 1e-9).astype(np.int64)
    return np.where(rest < -1e-9, -1, reach)


class Windows:
    """The windows of one plane, or of a stack of planes that are alike.

    Parameters
    ----------
    plane : ndarray of 1 to 3 dimensions
        In the kernels' form; no NaN among its valid pixels.
    sizes : tuple of int
        Odd window sizes, one for each axis.
    valid : ndarray of bool of plane's shape, or None
        The pixels that count.
    border : {"replicate", "reflect", "clip"}
        What stands beyond the border: the pixel at it, the pixels inside it mirrored, or nothing.
    shape : {"square", "disk"}
        The window: all of the box, or the ellipse in it.
    extent : Extent, default=None
        What grey levels there are, if the plane is a part of a larger one. None: those of the
        plane.
    origin : tuple of int, default=None
        Where the plane begins in the larger one.

    Attributes
    ----------
    plain : bool
        Whether windows are square, in one plane, and without a mask.
    """

    def __init__(
        self,
        plane: Array,
        sizes: tuple[int, ...],
        valid: Array | None = None,
        border: str = "replicate",
        shape: str = "square",
        extent: Extent | None = None,
        origin: tuple[int, ...] | None = None,
    ) -> None:
        ones = (1,) * (3 - plane.ndim)
        self.origin = ((0,) * 3 + (origin or ()))[-3:]
        self._extent = extent
        self.shape, self.sizes = ones + plane.shape, ones + tuple(sizes)
        self.plane, self.border = plane.reshape(self.shape), border
        self.valid = None if valid is None else valid.reshape(self.shape)
        self.halves = disk(self.sizes) if shape == "disk" else None
        self.index = [
            border_index(*pair, border) for pair in zip(self.shape, self.sizes, strict=True)
        ]
        self.everywhere = valid is None and border != "clip"
        self.plain = valid is None and self.halves is None and self.sizes[0] == 1

    @cached_property
    def scaling(self) -> Scaling:
        """What of the grey levels is summed."""
        return scaling(self.plane, self.valid, self.sizes, plain=self.plain, extent=self._extent)

    @cached_property
    def extent(self) -> Extent:
        """The grey levels that there are."""
        return extent_of(self.plane, self.valid) if self._extent is None else self._extent

    @cached_property
    def slides(self) -> bool:
        """Whether the statistics of plain windows slide; else they are combined, row by row."""
        return self.plain and self.scaling.fixed

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest of the valid pixels, or bounds on them."""
        return self.scaling.range

    @property
    def size(self) -> int:
        """Pixels in a whole window."""
        if self.halves is None:
            return math.prod(self.sizes)
        return int((2 * self.halves + 1)[self.halves >= 0].sum())

    @cached_property
    def cut(self) -> tuple[Any, ...] | None:
        """How windows end at the border: how many rows and columns each has; None if they do not.

        The last two numbers are the columns between which they have all.
        """
        if self.border != "clip" or not self.slides:
            return None
        rows, columns = (
            np.convolve(i >= 0, np.ones(size, np.int64), mode="valid")
            for i, size in zip(self.index[1:], self.sizes[1:], strict=True)
        )
        left = int(columns.argmax())
        return rows, columns, left, len(columns) - left

    def counts(self, index: tuple[slice, slice]) -> Array:
        """Give how many pixels the windows of a band hold, where they end at the border."""
        assert self.cut is not None
        rows, columns = self.cut[0][index[1]], self.cut[1]
        return np.broadcast_to(rows[:, np.newaxis] * columns, self.plane[index].shape)

    def volume(self, plane: Array) -> Array:
        """View a plane as it is visited: slices, rows, columns."""
        return plane.reshape(self.shape)

    def settle(self, t: Floats, v: Floats) -> Floats:
        """Give the thresholds, those that differ from their pixel by rounding alone equal to it.

        A flat region then has no foreground, and an image and its float copy have the same mask.
        """
        # each by itself: their sum may leave the range of float64
        close = self.scaling.close + 4 * EPSILON * np.abs(v) + 4 * EPSILON * np.abs(t)
        return np.where(np.abs(t - v) <= close, v, t)

    def bands(self, *names: str, part: Part | None = None, reuse: bool = False) -> Iterator[Band]:
        """Visit the plane in bands of rows, with the statistics that are named.

        Parameters
        ----------
        *names : {"mean", "std", "min", "max"}
        part : tuple of 4 int, default=None
            The first slice and row, and those behind the last; of windows that slide.
        reuse : bool, default=False
            Whether a band is no longer needed when the next one comes.
        """
        depth, height, width = self.shape
        z0, z1, y0, y1 = part or (0, depth, 0, height)
        wanted, rows = set(names), max(1, (LONG_BAND if reuse else BAND) // width)
        together = max(1, rows // height) if self.slides else 1
        for z in range(z0, z1, together):
            if self.slides:
                engine = sliding(self, wanted, y0, reuse=reuse)
            else:
                engine = combining(self, wanted, z)
            for y in range(y0, y1, rows):
                here = (z, min(z + together, z1), y, min(y + rows, y1))
                index = slice(*here[:2]), slice(*here[2:])
                yield Band(index, self.plane[index], engine(here), self)

    def parts(self, n: int) -> list[Part]:
        """Divide the plane among n threads, as evenly as it may be."""
        depth, height, _ = self.shape
        if depth >= n or not self.slides:
            return [(part.start, part.stop, 0, height) for part in cuts(depth, n)]
        rows = cuts(height, n)
        return [(z, z + 1, part.start, part.stop) for z in range(depth) for part in rows]

    def greatest_std(self, n_jobs: int = 1, inside: tuple[slice, ...] = ()) -> float:
        """Give the greatest standard deviation of all windows around pixels that count.

        `inside` leaves out pixels whose neighbours are not all known, at the plane's ends.
        """
        found = [0.0]
        axes = ((slice(None),) * 3 + inside)[-3:]
        ends = [axis.indices(n)[:2] for axis, n in zip(axes, self.shape, strict=True)]

        def work(part: Part) -> None:
            for band in self.bands("std", part=part, reuse=True):
                within = [
                    slice(max(a - i.start, 0), max(b - i.start, 0))
                    for (a, b), i in zip(ends, band.index, strict=False)
                ]
                if self.slides and self.scaling.kind != "rounded":
                    found.append(self._greatest_of(band, (*within, slice(*ends[2]))))
                    continue
                at = (*within, slice(*ends[2]))
                with np.errstate(over="ignore", invalid="ignore"):  # of extreme floats
                    std = band.std[at]
                std = std if self.valid is None else std[self.valid[band.index][at]]
                found.append(float(np.fmax.reduce(std, axis=None, initial=0.0)))

        run_threads(work, self.parts(n_jobs), n_jobs)
        return max(found)

    def _greatest_of(self, band: Band, at: tuple[slice, ...]) -> float:
        sums = band.raw.sums
        assert sums is not None
        rows, columns, left, right = self.cut or (None, None, 0, self.shape[2])
        a, b = (x[at] for x in (sums.a, sums.a if sums.b is None else sums.b))
        packed = self.scaling.kind == "packed"
        if rows is None or columns is None:
            rows = np.full(self.shape[1], self.sizes[1])
            columns = np.full(self.shape[2], self.sizes[2])
        n_rows, columns = np.tile(rows[band.index[1]][at[1]], len(a)), columns[at[2]]
        left, right = (min(max(x - at[2].start, 0), len(columns)) for x in (left, right))
        flat = a.reshape(-1), b.reshape(-1)  # views, unless some are left out
        return float(np.sqrt(greatest_variance(*flat, packed, n_rows, columns, left, right)))

    def threshold(
        self,
        formula: Callable[..., Any],
        parameters: tuple[float, ...],
        how: Output,
        out: Array,
        n_jobs: int = 1,
    ) -> None:
        """Threshold the plane by a formula of window statistics, in one pass.

        Parameters
        ----------
        formula : callable
            See `skthresh.kernels.formula.compiled`.
        parameters : tuple of float
            What the formula takes beside statistics.
        how : Output
            What is written.
        out : ndarray of the plane's shape
            C-contiguous.
        n_jobs : int, default=1
            Threads.
        """
        near = self.scaling.close, self.scaling.share
        self._apply(formula, parameters, how, out, near, n_jobs)

    def evaluate(
        self,
        formula: Callable[..., Any],
        parameters: tuple[float, ...],
        out: Array,
        n_jobs: int = 1,
    ) -> None:
        """Write the values of a formula; as `threshold` otherwise."""
        self._apply(formula, parameters, Output(None), out, (0.0, 0.0), n_jobs)

    def _apply(
        self,
        formula: Callable[..., Any],
        parameters: tuple[float, ...],
        how: Output,
        out: Array,
        near: tuple[float, float],
        n_jobs: int,
    ) -> None:
        target = self.volume(out)
        names = [STATISTICS[s] for s in statistics_of(formula) if s in STATISTICS]
        direct = (self.plane.dtype, out.dtype) in DIRECT
        rule = how.rule(self.plane.dtype, out.dtype, *near)
        if direct and fit_side_by_side(self, set(names)):
            apply_side_by_side(self, formula, parameters, rule, out, n_jobs)
            return

        def work(part: Part) -> None:
            if not direct:
                for band, t in self.surface(formula, parameters, part):
                    how.write(band.pixels, t, target[band.index], *near)
                return
            for band in self.bands(*names, part=part, reuse=True):
                self._finish(formula, band, band.pixels, parameters, rule, target[band.index])

        run_threads(work, self.parts(n_jobs), n_jobs)

    def surface(
        self, formula: Callable[..., Any], parameters: tuple[float, ...], part: Part | None = None
    ) -> Iterator[tuple[Band, Floats]]:
        """Visit the plane in bands of rows, with the values of a formula.

        A band is no longer valid when the next one comes; the values are.
        """
        names = [STATISTICS[s] for s in statistics_of(formula) if s in STATISTICS]
        bare = Output(None).rule(np.dtype(np.float64), np.dtype(np.float64))
        for band in self.bands(*names, part=part, reuse=True):
            t = np.empty(band.pixels.shape)
            self._finish(formula, band, band.v, parameters, bare, t)
            yield band, t

    def _finish(
        self,
        formula: Callable[..., Any],
        band: Band,
        pixels: Array,
        parameters: tuple[float, ...],
        rule: tuple[Any, ...],
        out: Array,
    ) -> None:
        """Write the output for a band."""
        raw, kind = band.raw, "none"
        a: Any = 0
        b: Any = 0
        if raw.sums is not None:
            kind, a = self.scaling.kind, raw.sums.a.reshape(-1)
            b = a if raw.sums.b is None else raw.sums.b.reshape(-1)
        low: Any = 0
        high: Any = 0
        if raw.low is not None:
            narrow = raw.n is None and self.scaling.shift == 0
            low = (raw.low if narrow else band.min).reshape(-1)
        if raw.high is not None:
            narrow = raw.n is None and self.scaling.shift == 0
            high = (raw.high if narrow else band.max).reshape(-1)
        n: Any = self.size if raw.n is None else raw.n.reshape(-1)
        by_rows = self.cut is not None and self.shape[2] >= WIDE
        if self.cut is not None and by_rows:
            rows, columns, *inside = self.cut
            n = (np.tile(rows[band.index[1]], len(pixels)), columns, *inside)
        elif self.cut is not None:
            n = band.n.reshape(-1)
        binary, extreme = rule[0] <= BINARY_INV, self.scaling.extreme_with(parameters)
        run = compiled(formula, kind, cut=by_rows, binary=binary, extreme=extreme)
        scale = self.scaling.scale
        run(pixels.reshape(-1), a, b, low, high, n, scale, parameters, rule, out.reshape(-1))
