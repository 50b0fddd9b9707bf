"""The windows of a plane that lives elsewhere: the twin of `skthresh.local_threshold.windows`.

The scaling of the grey levels, and with it what is exact and what counts as equal, is that of the
kernels; so is the formula, whose own text is run on arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.array_api import applying, counting
from skthresh.array_api.namespace import Space, as_host
from skthresh.array_api.sliding import Reach
from skthresh.array_api.smoothing import weighted_mean
from skthresh.kernels import arithmetic
from skthresh.kernels.formula import asked_by, statistics_of
from skthresh.kernels.line import Line
from skthresh.local_threshold.plane import Plane
from skthresh.local_threshold.scaling import (
    EXACT_LEVELS,
    SAMPLE,
    Extent,
    Scaling,
    of_floats,
    of_integers,
)
from skthresh.local_threshold.windows import disk
from skthresh.modes import Output

__all__ = ["ArrayPlane", "ArrayWindows", "array_plane"]


def array_plane(pixels: Any, valid: Any, dtype: np.dtype[Any]) -> ArrayPlane | None:
    """Take NaN for what it means, no data; None if there is nothing else."""
    xp = Space.of(pixels).xp
    if dtype.kind == "f":
        data = ~xp.isnan(pixels)
        if not bool(xp.all(data)):
            valid = data if valid is None else data & valid
            level = counting.finite_range(pixels)[0] if bool(xp.any(data)) else 0.0
            pixels = xp.where(data, pixels, xp.full_like(pixels, level))
    if valid is not None and not bool(xp.any(valid)):
        return None
    return ArrayPlane(pixels, valid, dtype)


@dataclass(frozen=True)
class ArrayPlane(Plane):
    """One channel of one image that lives elsewhere; see `Plane`."""

    def windows(self, sizes: tuple[int, ...], border: str, shape: str = "square") -> Any:
        """Give the windows around its pixels."""
        return ArrayWindows(self, sizes, border, shape)

    @property
    def darkest(self) -> float:
        """The least grey level of the pixels that count."""
        return float(Space.of(self.v).xp.min(self.pixels))

    @property
    def pixels(self) -> Any:
        """The pixels that count, in a row."""
        return counting.flat(self.v) if self.valid is None else self.v[self.valid]


class ArrayWindows:
    """The windows of one plane; as `skthresh.local_threshold.windows.Windows` otherwise.

    Parameters
    ----------
    plane : ArrayPlane
        Of 1 to 3 dimensions.
    sizes : tuple of int
        Odd window sizes, one for each axis.
    border : {"replicate", "reflect", "clip"}
        What stands beyond the border.
    shape : {"square", "disk"}
        The window.
    """

    def __init__(self, plane: ArrayPlane, sizes: tuple[int, ...], border: str, shape: str) -> None:
        ones: Any = (1,) * (3 - plane.v.ndim)
        self.plane, self.space = plane, Space.of(plane.v)
        self.shape = ones + tuple(plane.v.shape)
        self.sizes: Any = ones + tuple(sizes)
        self.halves = disk(self.sizes) if shape == "disk" else None
        self.v = self._volume(plane.v)
        self.valid = None if plane.valid is None else self._volume(plane.valid)
        self.reach = Reach(self.sizes, border, self.halves)
        self.everywhere = plane.valid is None and border != "clip"

    @cached_property
    def scaling(self) -> Scaling:
        """What of the grey levels is summed."""
        dtype, pixels = self.plane.dtype, self.plane.pixels
        plain = self.valid is None and self.halves is None and self.sizes[0] == 1
        if dtype.name in {"bool", "uint8", "uint16"}:  # narrow enough, whatever their range
            narrow: np.dtype[Any] = np.dtype("uint16" if dtype == np.uint16 else "uint8")
            return of_integers(
                self.v, narrow, 0, 255 if narrow.itemsize == 1 else 65535, self.sizes, plain=plain
            )
        if dtype.kind in "iu":
            low, high = counting.level_range(pixels)
            if high - low < EXACT_LEVELS:
                v = self.space.xp.astype(self.v, self.space.xp.int64) - low
                return of_integers(v, dtype, low, high, self.sizes, plain=plain)
            limits: tuple[float, float] = (low, high)
        else:
            limits = counting.finite_range(pixels)
        at = slice(None, None, 1 + math.prod(self.shape) // SAMPLE)  # as `sampled` has it
        some = counting.flat(self.v)[at]
        if self.valid is not None:
            some = some[counting.flat(self.valid)[at]]
        return of_floats(self.v, Extent(*limits, as_host(some)), self.sizes, plain=plain)

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest of the valid pixels, or bounds on them."""
        return self.scaling.range

    @cached_property
    def n(self) -> Any:
        """How many pixels each window holds: a number, or an array if they are not alike."""
        xp = self.space.xp
        if self.everywhere and self.halves is not None:
            return int((2 * self.halves + 1)[self.halves >= 0].sum())
        if self.everywhere:
            return math.prod(self.sizes)
        present = self.valid
        if present is None:
            present = self.space.full(self.shape, True, xp.bool)
        return self.reach.whole_sums(xp.astype(present, xp.int64))

    def threshold(
        self,
        formula: Callable[..., Any],
        parameters: tuple[float, ...],
        how: Output,
        out: Any,
        n_jobs: int = 1,  # noqa: ARG002  a device has threads of its own
    ) -> None:
        """Threshold the plane by a formula of window statistics.

        Parameters
        ----------
        formula : callable
            See `skthresh.kernels.formula.compiled`.
        parameters : tuple of float
            What the formula takes beside statistics.
        how : Output
            What is written.
        out : array of the plane's shape
        n_jobs : int, default=1
            Ignored.
        """
        with np.errstate(all="ignore"):  # of libraries that are NumPy beneath
            found = self._statistics(set(statistics_of(formula)))
            given = (found[name] for name in asked_by(formula))
            t = on_arrays(formula, self.space)(*given, *parameters)
            if isinstance(t, Line):
                t = t.at(found["std"], self.space.xp.hypot)
            self._write(t, how, out, float(self.scaling.close), float(self.scaling.share))

    def weigh(
        self,
        weights: list[NDArray[np.float64]],
        offset: float,
        tolerance: float,
        how: Output,
        out: Any,
    ) -> None:
        """Threshold at the weighted mean of a window, less an offset.

        Parameters
        ----------
        weights : list of ndarray of float64
            Odd in length, one for each axis.
        offset : float
            Subtracted from the mean, which is rounded first on integers.
        tolerance : float
            Relative difference up to which the mean of floats is equal to its pixel.
        """
        xp, v = self.space.xp, self.space.floats(self.plane.v)
        with np.errstate(all="ignore"):
            mean = weighted_mean(v, self.plane.valid, weights, self.reach.border)
            if self.plane.dtype.kind == "f":
                mean = xp.where(xp.abs(mean - v) <= tolerance * xp.abs(v), v, mean)
            else:
                mean = xp.round(mean)
            self._write(mean - offset, how, out, 0.0, 0.0)

    def greatest_std(self, n_jobs: int = 1, inside: tuple[slice, ...] = ()) -> float:  # noqa: ARG002
        """Give the greatest standard deviation of all windows around pixels that count."""
        xp = self.space.xp
        with np.errstate(all="ignore"):
            a, b = self._sums(squares=True)
            if self.scaling.kind == "rounded":
                _, spread, _ = self._moments(a, b)
            else:
                n = self._floating(self.n)
                spread = self.space.floats(self.n * b - a * a) / (n * n)
            kept = ~xp.isnan(spread) if self.valid is None else self.valid & ~xp.isnan(spread)
            found = float(xp.max(xp.where(kept, spread, xp.zeros_like(spread))))
        return found if self.scaling.kind == "rounded" else math.sqrt(found)

    def _volume(self, x: Any) -> Any:
        return self.space.xp.reshape(x, self.shape)

    def _write(self, t: Any, how: Output, out: Any, close: float, share: float) -> None:
        v, dtype = self.plane.v, self.plane.dtype
        t = self.space.xp.broadcast_to(self.space.xp.reshape(t, v.shape), v.shape)
        applying.settle(v, t, (how.mode, close, share, how.white), out, dtype)

    def _floating(self, n: Any) -> Any:
        if isinstance(n, int):
            return self.space.scalar(float(n), self.space.float)
        return self.space.floats(n)

    def _statistics(self, names: set[str]) -> dict[str, Any]:
        found = {"v": self.space.floats(self.v), "n": self._floating(self.n)}
        if names & {"mean", "std", "variance"}:
            sums = self._sums(squares=bool(names & {"std", "variance"}))
            found["mean"], found["std"], found["variance"] = self._moments(*sums)
        for name in names & {"minimum", "maximum"}:
            found[name] = self._extremes(greatest=name == "maximum")
        return found

    def _sums(self, *, squares: bool) -> tuple[Any, Any]:
        """Sum what the scaling says, and its squares."""
        s, xp = self.scaling, self.space.xp
        middle, first, second = (x.item() for x in s.look)
        whole = s.kind != "rounded" or isinstance(middle, int)
        if whole:
            d = xp.astype(s.v, xp.int64) - middle
            parts = [d, d * d]
        else:
            d = self.space.floats(s.v) - middle
            parts = [d * first, d * d * second]
            if s.fixed:
                parts = [xp.astype(xp.round(p), xp.int64) for p in parts]
            else:
                parts[1] = parts[0] * parts[0]
        if self.valid is not None:
            parts = [xp.where(self.valid, p, xp.zeros_like(p)) for p in parts]
        add = self.reach.whole_sums if whole or s.fixed else self.reach.sums
        return add(parts[0]), add(parts[1]) if squares else None

    def _moments(self, a: Any, b: Any) -> tuple[Any, Any, Any]:
        """Give mean, deviation and variance: the arithmetic of `skthresh.kernels.moments`."""
        xp, share = self.space.xp, 1.0 / self._floating(self.n)
        centre, unit, first, second, noise, floor = map(float, self.scaling.scale)
        s = self.space.floats(a)
        if self.scaling.kind != "rounded":
            mean = centre + s * share
            if b is None:
                return mean, None, None
            variance = self.space.floats(self.n * b - a * a) * (share * share)
            return mean, xp.sqrt(variance), variance
        mean = s * first * share
        if b is None:
            return centre + unit * mean, None, None
        square = self.space.floats(b) * second * share
        variance = square - mean * mean
        variance = xp.where(variance <= floor + noise * square, xp.zeros_like(variance), variance)
        return centre + unit * mean, unit * xp.sqrt(variance), unit * unit * variance

    def _extremes(self, *, greatest: bool) -> Any:
        xp, v = self.space.xp, self.v
        nothing = -math.inf if greatest else math.inf
        if self.plane.dtype.kind != "f":
            info = xp.iinfo(v.dtype)
            nothing = int(info.min if greatest else info.max)
        if self.valid is not None:
            v = xp.where(self.valid, v, xp.full_like(v, nothing))
        found = self.space.floats(self.reach.extremes(v, greatest=greatest, nothing=nothing))
        if isinstance(self.n, int):
            return found
        return xp.where(self.n > 0, found, xp.full_like(found, math.nan))


def on_arrays(formula: Callable[..., Any], space: Space) -> Callable[..., Any]:
    """Give a copy of a formula in which NumPy, and what kernels have beside it, are a namespace.

    Examples
    --------
    >>> from sklearn.utils._array_api import get_namespace
    >>> def root(mean): return np.sqrt(mean)
    >>> on_arrays(root, Space(get_namespace(np.zeros(1))[0], "cpu"))(np.array([4.0]))
    array([2.])
    """
    xp = space.xp

    def choose(condition: Any, a: Any, b: Any) -> Any:
        a, b = (
            space.scalar(float(x), space.float) if isinstance(x, int | float) else x for x in (a, b)
        )
        return xp.where(condition, a, b)

    names = {
        id(np): xp,
        id(arithmetic.choose): choose,
        id(arithmetic.exp): xp.exp,
        id(arithmetic.hypot): xp.hypot,
    }
    scope = {k: names.get(id(v), v) for k, v in formula.__globals__.items()}
    code: Any = formula
    return FunctionType(code.__code__, scope, code.__name__, code.__defaults__, code.__closure__)
