"""The windows around the pixels of a plane, and their statistics, a band of rows at a time.

Between the kernels and the techniques: a technique sees means, standard deviations and extremes
as arrays, and knows nothing of dtypes, borders, masks or the shape of windows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.kernels import statistics as kernels
from skthresh.kernels.window import border_index

__all__ = ["Band", "Windows", "disk"]

Floats = NDArray[np.float64]

# Pixels in a band: its statistics stay in the processor's cache.
BAND = 2**15

# Integers that span no more levels than this are summed exactly.
EXACT_LEVELS = 2**16

# Thresholds and pixels that differ by less than this share of half the image's range are equal.
CLOSE = 2.0**-40

# Beyond this magnitude, squares of float64 pixels overflow; below that one, their inverses do.
HUGE, TINY = 2.0**500, 2.0**-1000

# Pixels that tell what the grey levels of a float image are like.
SAMPLE = 4096

EPSILON = float(np.finfo(np.float64).eps)

# What the kernels combine for each statistic: by which operation, and which power of it.
RAW: dict[str, tuple[Any, int]] = {
    "sum": (np.add, 1),
    "squares": (np.add, 2),
    "min": (np.minimum, 1),
    "max": (np.maximum, 1),
}

OPERATIONS = {np.add: kernels.ADD, np.minimum: kernels.MIN, np.maximum: kernels.MAX}

NEEDS = {"mean": ["sum"], "std": ["sum", "squares"], "min": ["min"], "max": ["max"]}


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


@dataclass(eq=False)
class Band:
    """Some rows of a plane, with the statistics of the window around each pixel.

    All of them are float64, of the shape of `v`, in grey levels; NaN where a window holds no
    pixel. Those that were not asked for are missing.

    Attributes
    ----------
    index : tuple
        Where the band is in `Windows.volume` of the plane.
    v : (rows, width) ndarray of float64
        The pixels.
    n : int or (rows, width) ndarray of int
        How many pixels each window holds: fewer where it is clipped or masked.
    """

    index: tuple[int, slice]
    v: Floats
    n: Any
    raw: dict[str, Array]
    of: Windows

    @cached_property
    def mean(self) -> Floats:
        """Mean of each window."""
        return self.of.centre + self.of.unit * self._relative_mean

    @cached_property
    def std(self) -> Floats:
        """Standard deviation of each window, the square root of its mean squared deviation."""
        s, s2 = self.raw["sum"], self.raw["squares"]
        if self.of.fits:  # into 64 bits, exactly
            n = np.asarray(self.n)
            variance = _divide(n * s2 - s * s, n * n)
        else:
            variance = _divide(s2 - s * self._relative_mean, self.n)
            with np.errstate(invalid="ignore"):
                # What is left of equal pixels is rounding.
                variance[variance <= self.of.noise * _divide(s2, self.n)] = 0
        return self.of.unit * np.sqrt(variance)

    @cached_property
    def min(self) -> Floats:
        """Least pixel of each window."""
        return self._extreme("min")

    @cached_property
    def max(self) -> Floats:
        """Greatest pixel of each window."""
        return self._extreme("max")

    @cached_property
    def _relative_mean(self) -> Floats:
        return _divide(self.raw["sum"], self.n)

    def _extreme(self, name: str) -> Floats:
        values = self.raw[name].astype(np.float64) + self.of.shift
        return values if np.ndim(self.n) == 0 else np.where(self.n > 0, values, np.nan)


def _divide(a: Array, b: Any) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):  # an empty window has no statistics
        return np.asarray(a / b, np.float64)


class Windows:
    """The windows of one plane.

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

    Attributes
    ----------
    range : tuple of two float
        The least and the greatest of the valid pixels, or bounds on them.
    centre, unit : float
        The middle of most of the pixels, and how far they reach from it.
    """

    def __init__(
        self,
        plane: Array,
        sizes: tuple[int, ...],
        valid: Array | None = None,
        border: str = "replicate",
        shape: str = "square",
    ) -> None:
        ones = (1,) * (3 - plane.ndim)
        self.shape, self.sizes = ones + plane.shape, ones + tuple(sizes)
        self.plane, self.border = plane.reshape(self.shape), border
        self.valid = None if valid is None else valid.reshape(self.shape)
        self.halves = disk(self.sizes) if shape == "disk" else None
        self.index = [
            border_index(*pair, border) for pair in zip(self.shape, self.sizes, strict=True)
        ]
        self.everywhere = valid is None and border != "clip"
        self._scale()

    def _scale(self) -> None:
        """Choose what the kernels see, so that sums are exact, or as good as floats can be.

        A pixel is ``shift + v``, and ``centre + unit * ((v - middle) * factor)`` of what is summed.
        """
        if self.plane.dtype in (np.uint8, np.uint16):  # narrow enough, whatever their range
            self._scale_integers(0, int(np.iinfo(self.plane.dtype).max))
            return
        pixels = self.plane if self.valid is None else self.plane[self.valid]
        lo, hi = pixels.min().item(), pixels.max().item()
        if self.plane.dtype.kind in "iu" and hi - lo < EXACT_LEVELS:
            self._scale_integers(lo, hi)
        else:
            self._scale_floats(pixels.reshape(-1), lo, hi)

    def _scale_integers(self, lo: int, hi: int) -> None:
        self.exact, self.range = True, (float(lo), float(hi))
        self.v, self.shift, self.unit, self.noise = self.plane, 0.0, 1.0, 0.0
        if self.plane.dtype not in (np.uint8, np.uint16):
            wide = np.uint64 if self.plane.dtype == np.uint64 else np.int64
            shifted = self.plane.astype(wide, copy=False) - wide(lo)
            self.v, self.shift = shifted.astype(np.uint16), float(lo)  # wraps where it is not valid
        top = int(hi - self.shift)
        self.middle: Any = np.int64(top // 2)
        self.factor: Any = np.int64(1)
        self.centre = self.shift + top // 2
        # whether products of sums fit into 64 bits
        self.fits = ((top - top // 2) * math.prod(self.sizes)) ** 2 < 2**63
        self.closest = CLOSE * (hi - lo) / 2

    def _scale_floats(self, pixels: Array, lo: float, hi: float) -> None:
        self.exact = self.fits = False
        self.range = float(lo), float(hi)
        single = self.plane.dtype == np.float32
        self.v = self.plane if single else self.plane.astype(np.float64, copy=False)
        self.shift, half = 0.0, float(hi / 2 - lo / 2)
        self.centre, self.unit = float(lo / 2 + hi / 2), half
        if max(abs(lo), abs(hi)) < HUGE:
            # Measured from most of the pixels, so that a few extreme ones take no digits away.
            some = pixels[:: 1 + pixels.size // SAMPLE].astype(np.float64)
            low, self.centre, high = (float(q) for q in np.quantile(some, (0.05, 0.5, 0.95)))
            self.unit = (high - low) / 2 or half
        self.unit = 1 / (1 / max(self.unit, TINY))
        self.middle, self.factor = np.float64(self.centre), np.float64(1 / self.unit)
        self.noise = 4 * EPSILON * (sum(self.sizes) + 4)
        self.closest = CLOSE * self.unit

    def volume(self, plane: Array) -> Array:
        """View a plane as it is visited: slices, rows, columns."""
        return plane.reshape(self.shape)

    def settle(self, t: Floats, v: Floats) -> Floats:
        """Give the thresholds, those that differ from their pixel by rounding alone equal to it.

        A flat region then has no foreground, and an image and its float copy have the same mask.
        """
        # each by itself: their sum may leave the range of float64
        close = self.closest + 4 * EPSILON * np.abs(v) + 4 * EPSILON * np.abs(t)
        return np.where(np.abs(t - v) <= close, v, t)

    def bands(self, *names: str) -> Iterator[Band]:
        """Visit the plane in bands of rows, with the statistics that are named.

        Parameters
        ----------
        *names : {"mean", "std", "min", "max"}
        """
        raw = sorted({r for name in names for r in NEEDS[name]})
        depth, height, width = self.shape
        rows = max(1, BAND // width)
        for z in range(depth):
            engines = {name: self._engine(name, z) for name in raw}
            count = None if self.everywhere else self._engine("count", z)
            for y0 in range(0, height, rows):
                y1 = min(y0 + rows, height)
                index = (z, slice(y0, y1))
                v = self.plane[index].astype(np.float64)
                values = {name: engine(y0, y1) for name, engine in engines.items()}
                yield Band(index, v, self.size if count is None else count(y0, y1), values, self)

    @property
    def size(self) -> int:
        """Pixels in a whole window."""
        if self.halves is None:
            return math.prod(self.sizes)
        return int((2 * self.halves + 1)[self.halves >= 0].sum())

    def _engine(self, name: str, z: int) -> Callable[[int, int], Array]:
        """Make a function that gives rows y0 to y1 of one statistic of slice z."""
        raw = self._raw(name)
        slices = [(i, r) for i, r in enumerate(self.index[0][z : z + self.sizes[0]]) if r >= 0]
        if self.halves is not None:
            parts = [raw.engine(self, r, self.halves[i]) for i, r in slices]
        else:
            source = raw if len(slices) == 1 else raw.combined([r for _, r in slices])
            parts = [source.engine(self, slices[0][1], None)]

        def run(y0: int, y1: int) -> Array:
            total = parts[0](y0, y1)
            for part in parts[1:]:
                raw.ufunc(total, part(y0, y1), out=total)
            return total

        return run

    def _raw(self, name: str) -> _Raw:
        if name == "count":
            present = np.ones(self.shape, np.uint8) if self.valid is None else self.valid
            return _Raw(present.view(np.uint8), None, np.add, np.int64(0), np.int64(1), 1)
        ufunc, power = RAW[name]
        return _Raw(self.v, self.valid, ufunc, self.middle, self.factor, power)


@dataclass(frozen=True)
class _Raw:
    """What is combined over windows: ``((v - middle) * factor) ** power`` if added, else v."""

    v: Array
    valid: Array | None
    ufunc: Any
    middle: Any
    factor: Any
    power: int

    @property
    def op(self) -> int:
        return OPERATIONS[self.ufunc]

    @property
    def nothing(self) -> Any:
        """What changes no result."""
        if self.ufunc is np.add:
            return type(self.middle)(0)
        if self.v.dtype.kind == "f":
            return self.v.dtype.type(np.inf if self.ufunc is np.minimum else -np.inf)
        info = np.iinfo(self.v.dtype)
        return self.v.dtype.type(info.max if self.ufunc is np.minimum else info.min)

    def combined(self, slices: list[int]) -> _Raw:
        """Combine slices of a volume into one; what remains is 2-D."""
        total: Array = np.full(self.v.shape[1:], self.nothing)
        for r in slices:
            line = self.v[r]
            if self.ufunc is np.add:
                line = ((line - self.middle) * self.factor) ** self.power
            if self.valid is not None:
                line = np.where(self.valid[r], line, self.nothing)
            self.ufunc(total, line, out=total)
        zero = type(self.middle)(0)
        volume = np.broadcast_to(total, (max(slices) + 1, *total.shape))
        return _Raw(volume, None, self.ufunc, zero, zero + 1, 1)

    def engine(self, windows: Windows, r: int, halves: Array | None) -> Callable[[int, int], Array]:
        v, rows, columns = _read_only(self.v[r]), windows.index[1], windows.index[2]
        valid = ALL if self.valid is None else _read_only(self.valid[r].view(np.uint8))
        nothing, width = self.nothing, v.shape[1]
        look = (self.middle, self.factor, self.power, self.op, nothing)
        if self.ufunc is not np.add:  # they see v as it is: one type for the compiler
            look = (nothing, nothing, 1, self.op, nothing)
        dtype = nothing.dtype
        if halves is not None:

            def fill(y0: int, y1: int, out: Array) -> None:
                kernels.line_windows(v, valid, rows, columns, halves, *look, y0, y1, out)

        elif self.ufunc is np.add and dtype == np.int64:
            total = np.empty(width, np.int64)

            def fill(y0: int, y1: int, out: Array) -> None:
                kernels.slide_sums(
                    v, valid, rows, columns, self.middle, self.power, y0, y1, total, out
                )

        else:
            ends = np.empty((windows.sizes[1], width), dtype)
            start = np.empty(width, dtype)

            def fill(y0: int, y1: int, out: Array) -> None:
                kernels.block_windows(v, valid, rows, columns, *look, y0, y1, ends, start, out)

        def run(y0: int, y1: int) -> Array:
            out = np.empty((y1 - y0, width), dtype)
            fill(y0, y1, out)
            return out

        return run


def _read_only(plane: Array) -> Array:
    """Give the compiler one type, whatever the plane is a part of."""
    view = np.ascontiguousarray(plane).view()
    view.flags.writeable = False
    return view


ALL = _read_only(np.zeros((0, 0), np.uint8))
