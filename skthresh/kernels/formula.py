"""A formula of window statistics, compiled into the loop that compares with it.

The functions here are templates. In a copy (`compiled`) the name `formula` stands for a technique's
own formula, and `moments` for the arithmetic that turns sums into mean and deviation; all becomes
one loop, which LLVM vectorises.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import getfile, signature
from typing import Any

import numpy as np

from skthresh.kernels import moments as sums
from skthresh.kernels._jit import inlined_kernel, inner_kernel, kernel, specialised
from skthresh.kernels.apply import BINARY, settle_levels
from skthresh.kernels.arithmetic import at, inverse, part
from skthresh.kernels.beside import count_windows, fill_stack
from skthresh.kernels.line import Line, sides, value

__all__ = ["STATISTICS", "asked_by", "compiled", "statistics_of"]

# What a formula may ask for, as its first parameters: the pixel, and of its window the mean, the
# standard deviation, its square, the least and the greatest pixel and their number.
STATISTICS = ("v", "mean", "std", "variance", "minimum", "maximum", "n")

# Thresholds that are in the processor's first cache at a time.
CHUNK = 1024

# What a copy replaces: the templates are never run as they stand.
formula: Any = None
moments: Any = None
threshold: Any = None
margin: Any = None
fill: Any = None


def _threshold(
    v: Any, a: Any, b: Any, low: Any, high: Any, n: Any, scale: Any, parameters: Any, x: int
) -> Any:
    """Compute the threshold of a pixel, and its window's deviation and variance.

    A number stands for an array of equal ones.
    """
    count = at(n, x)
    mean, std, variance = moments(a, b, x, count, inverse(n, x), scale)
    minimum, maximum = np.float64(at(low, x)), np.float64(at(high, x))
    pixel = np.float64(v[x])
    t = formula(pixel, mean, std, variance, minimum, maximum, count, parameters)
    return t, std, variance


def _compare(
    v: Any,
    a: Any,
    b: Any,
    low: Any,
    high: Any,
    n: Any,
    scale: Any,
    parameters: Any,
    rule: Any,
    out: Any,
) -> None:
    """Tell pixels above their threshold from the others: `_fill` for the two binary rules.

    What `settle` does, without a store between.
    """
    code, close, share, white, zero, _ = rule
    if code == BINARY:
        for x in range(out.size):
            p = np.float64(v[x])
            t, _, variance = threshold(v, a, b, low, high, n, scale, parameters, x)
            left, right = sides(p, t, variance, margin(p, close, share))
            out[x] = white if left > right else zero
    else:
        for x in range(out.size):
            p = np.float64(v[x])
            t, _, variance = threshold(v, a, b, low, high, n, scale, parameters, x)
            left, right = sides(p, t, variance, margin(p, close, share))
            out[x] = white if left <= right else zero


def _fill(
    v: Any,
    a: Any,
    b: Any,
    low: Any,
    high: Any,
    n: Any,
    scale: Any,
    parameters: Any,
    rule: Any,
    out: Any,
) -> None:
    """Threshold pixels whose windows are all alike, or have each their own number of pixels.

    By the rules that are not binary.
    """
    buffer = np.empty(CHUNK)
    for x0 in range(0, out.size, CHUNK):
        m = min(CHUNK, out.size - x0)
        for x in range(m):
            t, std, _ = threshold(v, a, b, low, high, n, scale, parameters, x0 + x)
            buffer[x] = value(t, std)
        settle_levels(v[x0 : x0 + m], buffer[:m], rule, out[x0 : x0 + m])


def _fill_cut(
    v: Any,
    a: Any,
    b: Any,
    low: Any,
    high: Any,
    n: Any,
    scale: Any,
    parameters: Any,
    rule: Any,
    out: Any,
) -> None:
    """Threshold whole rows of pixels whose windows end at the border; as `_fill` otherwise.

    Parameters
    ----------
    n : tuple
        How many rows and how many columns the windows have, and the columns between which they
        have all. Only the others need a division for each pixel.
    """
    n_rows, n_columns, left, right = n
    width, known = n_columns.size, np.int64(0)
    counts, shares = np.empty(width, np.int64), np.empty(width)
    for y in range(n_rows.size):
        x0 = 0
        if n_rows[y] != known:  # many rows have as many as the one before
            known = n_rows[y]
            count_windows(known, n_columns, counts, shares)
        while x0 < width:
            whole = left <= x0 < right
            x1 = width if x0 >= right else (right if whole else left)
            i, j = y * width + x0, y * width + x1
            s, s2, least, most = part(a, i, j), part(b, i, j), part(low, i, j), part(high, i, j)
            if whole:
                each = n_rows[y] * n_columns[x0]
                fill(v[i:j], s, s2, least, most, each, scale, parameters, rule, out[i:j])
            else:
                each_own = counts[x0:x1], shares[x0:x1]
                fill(v[i:j], s, s2, least, most, each_own, scale, parameters, rule, out[i:j])
            x0 = x1


@inner_kernel
def _no_moments(a: Any, b: Any, x: int, n: Any, share: Any, scale: Any) -> Any:  # noqa: ARG001
    return np.nan, np.nan, np.nan


@inlined_kernel
def _whole_margin(p: Any, close: Any, share: Any) -> Any:  # noqa: ARG001
    return close  # of integers, of which `share` is 0


@inlined_kernel
def _margin(p: Any, close: Any, share: Any) -> Any:
    return close + (share + share) * abs(p)  # where it decides, pixel and threshold are as large


MOMENTS = {
    "packed": sums.packed,
    "narrow": sums.narrow,
    "exact": sums.exact,
    "rounded": sums.rounded,
    "none": _no_moments,
}


@cache
def statistics_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """Give the statistics that a formula asks for, and the deviation if it gives a line in that.

    Examples
    --------
    >>> def formula(mean, k): return Line(mean, k)
    >>> statistics_of(formula)
    ('mean', 'std')
    """
    asked = asked_by(function)
    if "std" in asked:
        return asked
    ones = [np.float64(1)] * len(signature(function).parameters)
    with np.errstate(all="ignore"):
        return (*asked, "std") if isinstance(function(*ones), Line) else asked


def asked_by(function: Callable[..., Any]) -> tuple[str, ...]:
    """Give the statistics that a formula takes: its first parameters, as far as they are any.

    Examples
    --------
    >>> def formula(mean, std, k): ...
    >>> asked_by(formula)
    ('mean', 'std')
    """
    names = []
    for name in signature(function).parameters:
        if name not in STATISTICS:
            break
        names.append(name)
    return tuple(names)


@cache
def compiled(
    function: Callable[..., Any],
    kind: str,
    *,
    cut: bool = False,
    binary: bool = False,
    stack: bool = False,
    extreme: bool = False,
) -> Any:
    """Compile the loop of a formula; it happens when the result is called.

    Parameters
    ----------
    function : callable
        Plain arithmetic of some `STATISTICS`, in any order, and then its own parameters. It gives
        the threshold, or a `Line`.
    kind : {"packed", "narrow", "exact", "rounded", "none"}
        How the windows' sums are held, if they are.
    cut : bool, default=False
        Whether windows end at the border, row by row.
    binary : bool, default=False
        Whether the rule is one of the two binary ones.
    stack : bool, default=False
        Whether the loop is that of `skthresh.kernels.beside.fill_stack`, over small images.
    extreme : bool, default=False
        Whether squares of distances may leave the range of float64: roots are taken then.

    Returns
    -------
    loop : callable
        ``loop(v, a, b, low, high, n, scale, parameters, rule, out)``. v and out are the pixels and
        what they become, a and b sums and sums of squares, low and high extremes, all 1-D, or 0
        where the formula wants none; n is the number of pixels in each window, or an array, or what
        `_fill_cut` says; scale is for the moments, parameters for the formula, and rule for
        `skthresh.kernels.apply.settle`.
    """
    name, source = f"{function.__qualname__}-{kind}{'-extreme' * extreme}", getfile(function)
    wanted = _adapted(function, "value(function({}), std)" if extreme else "function({})")
    own = specialised(_threshold, name, source, inner_kernel, formula=wanted, moments=MOMENTS[kind])
    template, compiler = _compare if binary else _fill, inner_kernel if stack or cut else kernel
    how_close = _whole_margin if kind in {"packed", "narrow", "exact"} else _margin
    loop = specialised(template, name, source, compiler, threshold=own, margin=how_close)
    if stack:
        return specialised(fill_stack, f"{name}-{template.__name__}", source, fill=loop)
    if not cut:
        return loop
    return specialised(_fill_cut, f"{name}-{template.__name__}", source, fill=loop)


def _adapted(function: Callable[..., Any], call: str) -> Any:
    """Let a formula take all statistics, in their order, and its own parameters as a tuple."""
    asked = asked_by(function)
    own = len(signature(function).parameters) - len(asked)
    arguments = ", ".join([*asked, *(f"p[{i}]" for i in range(own))])
    scope = {"function": inlined_kernel(function), "value": value}
    text = f"def adapted({', '.join(STATISTICS)}, p): return {call.format(arguments)}"
    exec(text, scope)  # noqa: S102  names alone vary, and they come from a signature
    return inlined_kernel(scope["adapted"])
