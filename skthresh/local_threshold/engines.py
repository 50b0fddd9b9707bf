"""How the sums and extremes of windows are computed, a band of rows at a time.

`sliding` serves square windows in one plane without a mask, and costs the same for every window.
`combining` serves all others: masks, disks, volumes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.kernels import statistics as kernels
from skthresh.kernels.arithmetic import LOWER
from skthresh.kernels.border import border_index
from skthresh.kernels.extremes import slide_extremes
from skthresh.kernels.moments import packed_sums, wide_sums
from skthresh.local_threshold.scaling import Scaling

if TYPE_CHECKING:
    from skthresh.local_threshold.windows import Windows

__all__ = ["Raw", "Sums", "combining", "sliding"]

Floats = NDArray[np.float64]

# The first image and row of a part of a stack, and those behind the last ones.
Part = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sums:
    """Sums over windows, and of squares, as `Scaling` says; what a name does not ask for is None.

    Attributes
    ----------
    a, b : ndarray
        Of the pixels, and of their squares; of the kind ``"packed"`` both are in `a`.
    """

    a: Array
    b: Array | None
    scaling: Scaling

    def mean(self, n: Any) -> Floats:
        """Give the mean of windows of n pixels."""
        if self.scaling.kind == "packed":
            return _divide(self.a & LOWER, n)
        centre, unit, first, *_ = self.scaling.scale
        return centre + unit * (_divide(self.a, n) * first)

    def std(self, n: Any) -> Floats:
        """Give the standard deviation of windows of n pixels."""
        _, unit, first, second, noise, floor = self.scaling.scale
        if self.scaling.kind == "rounded":
            assert self.b is not None
            square = _divide(self.b, n) * second
            with np.errstate(invalid="ignore"):
                variance = square - (_divide(self.a, n) * first) ** 2
                # What is left of equal pixels is rounding.
                variance[variance <= floor + noise * square] = 0
        else:
            s, s2 = self.a, self.b
            if self.scaling.kind == "packed":
                s, s2 = self.a & LOWER, (self.a >> 32) & LOWER
            assert s2 is not None
            variance = _divide(n * s2 - s * s, np.asarray(n) ** 2)
        return np.asarray(unit * np.sqrt(variance))


def _divide(a: Array, b: Any) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):  # an empty window has no statistics
        return np.asarray(a / b, np.float64)


@dataclass(frozen=True)
class Raw:
    """What is known of the windows of a band: None if it was not asked for.

    Attributes
    ----------
    sums : Sums or None
    low, high : ndarray or None
        The extremes, less the scaling's shift.
    n : ndarray or None
        How many pixels there are; None if the windows' shape tells.
    """

    sums: Sums | None = None
    low: Array | None = None
    high: Array | None = None
    n: Array | None = None


def sliding(
    windows: Windows, names: set[str], begin: int, *, reuse: bool = False
) -> Callable[[Part], Raw]:
    """Make a function that gives the statistics of rows of windows; the rows come in order.

    Parameters
    ----------
    windows : Windows
        Square, in one plane, without a mask.
    names : set of {"mean", "std", "min", "max"}
    begin : int
        The first row.
    reuse : bool, default=False
        Whether what was given before may be overwritten. Fresh memory costs more than sums do.
    """
    scaling, (_, rows, columns), width = windows.scaling, windows.index, windows.shape[2]
    depth = 2 if "std" in names and scaling.kind != "packed" else 1
    state = np.empty((depth, width + windows.sizes[2]), np.int64)
    if scaling.kind == "packed":
        summed: Callable[..., Any] = packed_sums
        look: tuple[Any, ...] = ()
    else:
        summed, look = wide_sums, scaling.look
    if windows.border == "clip":  # extremes are those of windows that repeat the border
        pairs = zip(windows.shape[1:], windows.sizes[1:], strict=True)
        near = [border_index(*pair) for pair in pairs]
    else:
        near = [rows, columns]
    ends = np.empty((2, windows.sizes[1], width), scaling.v.dtype)
    begun = np.empty((2, 2, width), scaling.v.dtype)
    lines = np.empty((2, 2, len(columns)), scaling.v.dtype)
    kept: dict[str, Array] = {}

    def memory(name: str, shape: tuple[int, int], dtype: Any) -> Array:
        if not reuse:
            return np.empty(shape, dtype)
        if name not in kept or kept[name].shape[1] < shape[1]:
            kept[name] = np.empty(shape, dtype)
        return kept[name]

    def run(part: Part) -> Raw:
        i0, i1, y0, y1 = part
        shape = (i1 - i0, y1 - y0, width)
        n, where = (i1 - i0) * (y1 - y0) * width, (*part, begin)
        sums = low = high = None
        if names & {"mean", "std"}:
            out = memory("sums", (depth, n), np.int64)
            summed(scaling.v, rows, columns, where, look, state, out)
            a, b = out[0, :n].reshape(shape), out[-1, :n].reshape(shape)
            sums = Sums(a, b if depth == 2 else None, scaling)
        if names & {"min", "max"}:
            both = memory("extremes", (2, n), ends.dtype)
            slide_extremes(scaling.v, *near, where, ends, begun, lines, both[0], both[1])
            low, high = both[0, :n].reshape(shape), both[1, :n].reshape(shape)
        return Raw(sums, low, high)

    return run


# What the kernels combine: by which operation, and which power of it.
RAW: dict[str, tuple[Any, int]] = {
    "sum": (np.add, 1),
    "squares": (np.add, 2),
    "min": (np.minimum, 1),
    "max": (np.maximum, 1),
}

OPERATIONS = {np.add: kernels.ADD, np.minimum: kernels.MIN, np.maximum: kernels.MAX}

NEEDS = {"mean": ["sum"], "std": ["sum", "squares"], "min": ["min"], "max": ["max"]}


def combining(windows: Windows, names: set[str], z: int) -> Callable[[Part], Raw]:
    """Make a function that gives the statistics of rows of slice z; as `sliding` otherwise.

    All rows have to be asked for, from the first one on.
    """
    engines = {raw: _engine(windows, raw, z) for name in names for raw in NEEDS[name]}
    count = None if windows.everywhere else _engine(windows, "count", z)

    def run(part: Part) -> Raw:
        _, _, y0, y1 = part
        found = {name: engine(y0, y1)[np.newaxis] for name, engine in engines.items()}
        sums = None
        if "sum" in found:
            sums = Sums(found["sum"], found.get("squares"), windows.scaling)
        n = None if count is None else count(y0, y1)[np.newaxis]
        return Raw(sums, found.get("min"), found.get("max"), n)

    return run


def _engine(windows: Windows, name: str, z: int) -> Callable[[int, int], Array]:
    """Make a function that gives rows y0 to y1 of one statistic of slice z."""
    raw = _pixels(windows, name)
    near = windows.index[0][z : z + windows.sizes[0]]
    slices = [(i, r) for i, r in enumerate(near) if r >= 0]
    if windows.halves is not None:
        parts = [raw.engine(windows, r, windows.halves[i]) for i, r in slices]
    else:
        source = raw if len(slices) == 1 else raw.combined([r for _, r in slices])
        parts = [source.engine(windows, slices[0][1], None)]

    def run(y0: int, y1: int) -> Array:
        total = parts[0](y0, y1)
        for part in parts[1:]:
            raw.ufunc(total, part(y0, y1), out=total)
        return total

    return run


def _pixels(windows: Windows, name: str) -> _Pixels:
    if name == "count":
        present = np.ones(windows.shape, np.uint8) if windows.valid is None else windows.valid
        return _Pixels(present.view(np.uint8), None, np.add, np.int64(0), np.int64(1), 1)
    (ufunc, power), scaling = RAW[name], windows.scaling
    middle, factor, _ = scaling.look
    return _Pixels(scaling.v, windows.valid, ufunc, middle, factor, power)


@dataclass(frozen=True)
class _Pixels:
    """What is combined over windows: ``((v - middle) * factor) ** power`` if added, else v."""

    v: Array
    valid: Array | None
    ufunc: Any
    middle: Any
    factor: Any
    power: int

    @property
    def op(self) -> Any:
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

    def combined(self, slices: list[int]) -> _Pixels:
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
        return _Pixels(volume, None, self.ufunc, zero, zero + 1, 1)

    def engine(self, windows: Windows, r: int, halves: Array | None) -> Callable[[int, int], Array]:
        v, rows, columns = _read_only(self.v[r]), windows.index[1], windows.index[2]
        valid = ALL if self.valid is None else _read_only(self.valid[r].view(np.uint8))
        nothing, width = self.nothing, v.shape[1]
        _, top, left = windows.origin
        look = (self.middle, self.factor, self.power, self.op, nothing)
        if self.ufunc is not np.add:  # they see v as it is: one type for the compiler
            look = (nothing, nothing, 1, self.op, nothing)
        dtype = nothing.dtype
        lines = np.empty((5, len(columns)), dtype)
        if halves is not None:

            def fill(y0: int, y1: int, out: Array) -> None:
                kernels.line_windows(
                    *(v, valid, rows, columns, halves, *look, left, y0, y1, lines, out)
                )

        elif self.ufunc is np.add and dtype == np.int64:
            total = np.empty(width, np.int64)

            def fill(y0: int, y1: int, out: Array) -> None:
                kernels.slide_sums(
                    v, valid, rows, columns, self.middle, self.power, y0, y1, total, lines, out
                )

        else:
            ends = np.empty((windows.sizes[1], width), dtype)
            start = np.empty(width, dtype)

            def fill(y0: int, y1: int, out: Array) -> None:
                kernels.block_windows(
                    *(v, valid, rows, columns, *look, top, left, y0, y1, ends, start, lines, out)
                )

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
