"""Thresholds that are a line in the deviation: pixels are compared with them without a root."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import overload

from skthresh.kernels.arithmetic import hypot

__all__ = ["Line", "sides", "value"]


class Line(NamedTuple):
    """The threshold ``base + slope * std``; each is a number, or an array.

    A pixel is above it where ``d = pixel - base`` is greater than ``slope * std``; and that is
    where ``d * |d|`` is greater than ``slope * |slope| * variance``. A root takes longer than all
    of that.

    Attributes
    ----------
    base, slope : array
    beside : array, default=None
        What the deviation is measured beside: ``hypot(std, beside)`` is in its place.

    Examples
    --------
    >>> Line(100.0, -0.5).at(8.0), float(Line(100.0, -0.5, 6.0).at(8.0))
    (96.0, 95.0)
    """

    base: Any
    slope: Any
    beside: Any = None

    def at(self, std: Any, hypot: Any = hypot) -> Any:
        """Give the threshold where the deviation is `std`."""
        spread = std if self.beside is None else hypot(std, self.beside)
        return self.base + self.slope * spread


def value(t: Any, std: Any) -> Any:
    """Give a threshold as one number or array, if it is none.

    Examples
    --------
    >>> value(3.0, 9.0), value(Line(1.0, 2.0), 9.0)
    (3.0, 19.0)
    """
    return t.at(std) if isinstance(t, Line) else t


@overload(value)
def _value(t: Any, std: Any) -> Any:  # noqa: ARG001
    def number(t: Any, std: Any) -> Any:  # noqa: ARG001
        return t

    def line(t: Any, std: Any) -> Any:
        return t.base + t.slope * std

    def beside(t: Any, std: Any) -> Any:
        return t.base + t.slope * hypot(std, t.beside)

    if not isinstance(t, types.BaseTuple):
        return number
    return beside if len(t) == len(Line._fields) else line  # Numba leaves None out


def sides(p: Any, t: Any, variance: Any, margin: Any) -> Any:
    """Give two numbers: the first is greater where a pixel is farther above t than the margin.

    Examples
    --------
    >>> sides(5.0, 3.0, 1.0, 0.5)
    (2.0, 0.5)
    >>> left, right = sides(5.0, Line(1.0, 2.0), 1.0, 0.0)
    >>> float(left), float(right)
    (16.0, 4.0)
    """
    if not isinstance(t, Line):
        return p - t, margin
    d = p - (t.base + margin)
    square = variance if t.beside is None else variance + t.beside * t.beside
    return d * np.abs(d), t.slope * np.abs(t.slope) * square


@overload(sides)
def _sides(p: Any, t: Any, variance: Any, margin: Any) -> Any:  # noqa: ARG001
    def number(p: Any, t: Any, variance: Any, margin: Any) -> Any:  # noqa: ARG001
        return p - t, margin

    def line(p: Any, t: Any, variance: Any, margin: Any) -> Any:
        d = p - (t.base + margin)
        return d * abs(d), t.slope * abs(t.slope) * variance

    def beside(p: Any, t: Any, variance: Any, margin: Any) -> Any:
        d = p - (t.base + margin)
        return d * abs(d), t.slope * abs(t.slope) * (variance + t.beside * t.beside)

    if not isinstance(t, types.BaseTuple):
        return number
    return beside if len(t) == len(Line._fields) else line  # Numba leaves None out
