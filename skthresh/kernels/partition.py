"""The best division of a histogram's levels into classes, one class after the other.

A class gains ``moment ** 2 / weight``. What m classes gain on the first j levels together follows
from what m - 1 classes gain on fewer. The best place to divide does not move left when j grows
(the gains are concave in the sense of Monge), so that the best place of a middle j bounds those on
both sides: n log n gains are computed instead of n squared.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel

__all__ = ["add_class", "one_class"]


@inner_kernel
def _best(before: Any, sums: Any, start: int, stop: int, j: int) -> Any:
    """Find where the last class of the first j levels begins, the first of equals; and the gain."""
    weight, weight_rest, moment, moment_rest = sums[0], sums[1], sums[2], sums[3]
    w_j, w_rest, m_j, m_rest = weight[j], weight_rest[j], moment[j], moment_rest[j]
    best, best_i = -np.inf, start
    for i in range(start, stop):
        w = (w_j - weight[i]) + (w_rest - weight_rest[i])
        m = (m_j - moment[i]) + (m_rest - moment_rest[i])
        gain = before[i] + m * m / w
        if gain > best:
            best, best_i = gain, i
    return best_i, best


@kernel
def one_class(sums: Any, out: Any) -> None:
    """Compute what the first j levels gain as one class.

    Parameters
    ----------
    sums : (4, n + 1) ndarray of float64
        Weights of the first j levels and their moments, each as a float64 and what it lacks.
    out : (n + 1,) ndarray of float64
        Gets the gains; -inf where there are fewer levels than classes.
    """
    weight, weight_rest, moment, moment_rest = sums[0], sums[1], sums[2], sums[3]
    out[0] = -np.inf
    for j in range(1, out.size):
        w = (weight[j] - weight[0]) + (weight_rest[j] - weight_rest[0])
        m = (moment[j] - moment[0]) + (moment_rest[j] - moment_rest[0])
        out[j] = m * m / w


@kernel
def add_class(before: Any, sums: Any, m: int, out: Any) -> None:
    """Compute what the first j levels gain as m classes, from what they gain as m - 1.

    Parameters
    ----------
    before : (n + 1,) ndarray of float64
        The gains of m - 1 classes.
    sums : (4, n + 1) ndarray of float64
        As `one_class` has them.
    m : int
        At least 2.
    out : (n + 1,) ndarray of float64
        Gets the gains; -inf where there are fewer levels than classes.
    """
    n_rows = out.size - m  # j = m, m + 1, ...
    places = np.empty(out.size, np.int64)
    out[:m] = -np.inf
    step = 1
    while 2 * step <= n_rows:
        step *= 2
    while step > 0 and n_rows > 0:
        for j in range(m + step - 1, out.size, 2 * step):
            start = places[j - step] if j - step >= m else m - 1
            last = min(places[j + step], j - 1) if j + step < out.size else j - 1
            places[j], out[j] = _best(before, sums, start, last + 1, j)
        step //= 2
