"""Sums and extremes of the windows of a volume, where it lives.

Whole numbers are summed along each axis by differences of running sums, which are exact even where
the running sum itself wraps. All else is combined in steps that double: no pixel outside a window
leaves a trace in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from skthresh.array_api.namespace import Space
from skthresh.kernels.border import border_index

__all__ = ["Reach", "extended", "part"]


def part(x: Any, axis: int, start: int, size: int) -> Any:
    """Give a part of an array along one axis."""
    return x[(*[slice(None)] * axis, slice(start, start + size), ...)]


def extended(x: Any, axis: int, size: int, border: str, nothing: float) -> Any:
    """Surround an array along one axis with what windows of some size meet there.

    Parameters
    ----------
    border : {"replicate", "reflect", "clip"}
        As `skthresh.kernels.border.border_index` has it.
    nothing : scalar
        What is beyond the border with ``"clip"``.
    """
    space, n = Space.of(x), x.shape[axis]
    if border == "clip":
        shape = list(x.shape)
        shape[axis] = size // 2
        side = space.full(tuple(shape), nothing, x.dtype)
        return space.xp.concat([side, x, side], axis=axis)
    index = space.array(border_index(n, size, border))
    return space.xp.take(x, index, axis=axis)


@dataclass(frozen=True)
class Reach:
    """The windows of a volume of slices, rows and columns.

    Attributes
    ----------
    sizes : tuple of 3 int
        Odd.
    border : {"replicate", "reflect", "clip"}
    halves : ndarray or None
        How far each row of a round window reaches, from `skthresh.local_threshold.windows.disk`.
    """

    sizes: tuple[int, int, int]
    border: str
    halves: NDArray[Any] | None = None

    def whole_sums(self, x: Any) -> Any:
        """Sum int64 over every window."""
        return self._combined(x, _differences, lambda a, b: a + b, 0)

    def sums(self, x: Any) -> Any:
        """Sum floats over every window."""

        def add(a: Any, b: Any) -> Any:
            return a + b

        return self._combined(x, _doubling(add), add, 0.0)

    def extremes(self, x: Any, *, greatest: bool, nothing: float) -> Any:
        """Give the least or the greatest pixel of every window; `nothing` changes no result."""
        xp = Space.of(x).xp
        op = xp.maximum if greatest else xp.minimum
        return self._combined(x, _doubling(op), op, nothing)

    def _combined(
        self,
        x: Any,
        line: Callable[[Any, int, int], Any],
        op: Callable[[Any, Any], Any],
        nothing: float,
    ) -> Any:
        """Combine the pixels of windows: ``line(x, axis, size)`` does it along one axis."""
        if self.halves is not None:
            return self._of_rows(x, line, op, nothing)
        for axis, size in enumerate(self.sizes):
            if size > 1:
                x = line(extended(x, axis, size, self.border, nothing), axis, size)
        return x

    def _of_rows(
        self,
        x: Any,
        line: Callable[[Any, int, int], Any],
        op: Callable[[Any, Any], Any],
        nothing: float,
    ) -> Any:
        """Combine round windows from their rows, of which those of one length are made once."""
        assert self.halves is not None
        depth, height, width = x.shape
        for axis, size in enumerate(self.sizes):
            x = extended(x, axis, size, self.border, nothing)
        total, made, middle = None, {}, self.sizes[2] // 2
        for z, rows in enumerate(self.halves.tolist()):
            for y, half in enumerate(rows):
                if half < 0:
                    continue
                if half not in made:
                    near = part(x, 2, middle - half, width + 2 * half)
                    made[half] = line(near, 2, 2 * half + 1)
                row = part(part(made[half], 0, z, depth), 1, y, height)
                total = row if total is None else op(total, row)
        return total


def _differences(x: Any, axis: int, size: int) -> Any:
    # Without include_initial, which loses the device in array-api-strict below 2.6.
    xp, n = Space.of(x).xp, x.shape[axis] - size
    running = xp.cumulative_sum(x, axis=axis)
    others = part(running, axis, size, n) - part(running, axis, 0, n)
    return xp.concat([part(running, axis, size - 1, 1), others], axis=axis)


def _doubling(op: Callable[[Any, Any], Any]) -> Callable[[Any, int, int], Any]:
    """Make a function that combines windows along an axis, from parts of 1, 2, 4, 8, ... pixels."""

    def line(x: Any, axis: int, size: int) -> Any:
        n = x.shape[axis] - size + 1
        total, done, span = None, 0, 1
        while True:
            if size & span:
                piece = part(x, axis, done, n)
                total, done = piece if total is None else op(total, piece), done + span
            if 2 * span > size:
                return total
            left = x.shape[axis] - span
            x, span = op(part(x, axis, 0, left), part(x, axis, span, left)), 2 * span

    return line
