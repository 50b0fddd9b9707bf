"""Slow and plain references: what the answers to drawn cases must be, pixel by pixel."""

import math
import sys
from collections import Counter
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np

from skthresh.kernels.formula import STATISTICS
from skthresh.kernels.line import value
from skthresh.local_threshold.base import WindowThreshold
from skthresh.local_threshold.plane import Plane

sys.path.append(str(Path(__file__).parents[1] / "local_threshold"))
from twin import statistics

# Beyond these squares and quotients leave float64, in the plain arithmetic as well.
LARGEST, SMALLEST = 1e60, 1e-60

# Up to here differences of whole numbers are what they are in float64.
EXACT = 2**53


def rounded(value, dtype):
    """Round half to even and saturate, as integers are written."""
    if dtype.kind == "b":
        return bool(round(value) > 0)
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return dtype.type(value)
    info = np.iinfo(dtype)
    return dtype.type(min(max(round(value), info.min), info.max))


def foreground(x, t, mode, inside):
    """Tell ``x > t`` for one image and its threshold or thresholds, in exact arithmetic."""
    out = np.zeros(x.shape, bool)
    t = np.broadcast_to(np.asarray(t, object), x.shape)
    for i in np.ndindex(x.shape):
        v, limit = x[i].item(), t[i]
        if inside[i] and v == v:
            above = limit == limit and v > limit
            out[i] = above != mode.endswith("_inv") if limit == limit else False
    return out


def transformed(x, mask, t, mode, max_value, inside):
    """Give one image in a mode, from its mask and its threshold; None where trunc cannot tell."""
    dtype = x.dtype
    zero = np.zeros((), dtype)
    if mode in {"binary", "binary_inv"}:
        narrow = dtype.kind == "u" and dtype.itemsize <= 2
        default = np.iinfo(dtype).max if narrow else 1
        return np.where(mask, rounded(default if max_value is None else max_value, dtype), zero)
    if mode in {"tozero", "tozero_inv"}:
        return np.where(mask, x, zero)
    if np.ndim(t) or t != t or (dtype.kind in "iub" and not lowest(dtype) <= t):
        return None
    return np.where(mask, np.array(t).astype(dtype), np.where(inside, x, zero))  # NaN stays


def lowest(dtype):
    return 0 if dtype.kind == "b" else np.iinfo(dtype).min


def histogram(images, insides, n_bins, value_range=None):
    """Count levels one by one; floats in equal bins."""
    pixels = [v for x, m in zip(images, insides, strict=True) for v in x[m].tolist() if v == v]
    if images[0].dtype.kind != "f":
        return dict(sorted(Counter(map(int, pixels)).items()))
    if value_range is not None:
        lo, hi = value_range
        if not pixels or max(pixels) < lo or min(pixels) > hi:
            return {}
    if not pixels:
        return {}
    if min(pixels) == max(pixels):
        return {pixels[0]: len(pixels)}
    lo, hi = value_range or (min(pixels), max(pixels))
    edges = np.linspace(lo, hi, n_bins + 1) if math.isfinite(hi - lo) else None
    if edges is None or not (np.diff(edges) > 0).all():
        return None
    counts = Counter()
    for v in pixels:
        if lo <= v <= hi:
            k = min(int(np.searchsorted(edges, v, side="right")) - 1, n_bins - 1)
            counts[edges[k] / 2 + edges[k + 1] / 2] += 1
    return dict(sorted(counts.items()))


def between(classes):
    """Give the variance between classes, each a list of (level, count), but for a constant."""
    total = Fraction(0)
    for c in classes:
        n = sum(k for _, k in c)
        total += Fraction(sum(Fraction(v) * k for v, k in c)) ** 2 / n
    return total


def best_split(levels, n_classes):
    """Try every partition; of equals the lowest. Levels that occur, with their counts."""
    items = list(levels.items())
    best, found = None, None
    for cut in combinations(range(1, len(items)), n_classes - 1):
        ends = [0, *cut, len(items)]
        value = between([items[a:b] for a, b in pairwise(ends)])
        if best is None or value > best:
            best, found = value, [items[c - 1][0] for c in cut]
    return found


def mean(levels):
    return Fraction(sum(Fraction(v) * n for v, n in levels.items()), sum(levels.values()))


def learned(estimator, levels):
    """Give the thresholds of a histogram of whole levels; None if there is no plain twin."""
    name = type(estimator).__name__
    if name == "OtsuThreshold" and 2 < len(levels) < 60 and not estimator.valley_emphasis:
        return best_split(levels, 2)
    if name == "MultiOtsuThreshold" and estimator.n_classes < len(levels) < 12:
        return best_split(levels, estimator.n_classes)
    if name == "MeanThreshold" and len(levels) > 2:
        return [math.floor(mean(levels))]
    return None


def local_thresholds(estimator, x, valid):
    """Apply a technique's formula to the plain statistics of each window; None if it has none."""
    if not is_formula(estimator):
        return None
    data = valid & ~np.isnan(x) if x.dtype.kind == "f" else valid
    if not data.any():
        return None
    values = np.abs(x[data].astype(np.float64))
    if values.max() > LARGEST or (0 < values.max() < SMALLEST):
        return None
    plane = Plane(np.where(data, x, x[data].min()).astype(kernel_dtype(x.dtype)), data, x.dtype)
    sizes = estimator._window_of(x.shape)
    if math.prod(min(n, 60) for n in sizes) > 4000 or max(sizes) > 300:
        return None
    windows = estimator._windows(plane)
    parameters = [float(p) for p in estimator._parameters(plane, windows)]
    how = {"valid": data, "border": estimator.border}
    if estimator.window_shape == "disk":
        how["shape"] = "disk"
    small = estimator.border == "reflect" and any(
        n // 2 >= s for n, s in zip(sizes, x.shape, strict=True)
    )
    if small:  # NumPy mirrors again and again
        return None
    found = dict(zip(NAMES, statistics(x, sizes, NAMES.values(), **how), strict=True))
    if x.dtype.kind in "iu" and values.max() > EXACT:
        near = (x.astype(object) - int(x.min())).astype(np.float64)  # as float64 they are one level
        spread = statistics(near, sizes, (np.std, np.var), **how)
        found |= dict(zip(("std", "variance"), spread, strict=True))
    found["v"] = x.astype(np.float64)
    formula = estimator._formula
    formula = getattr(formula, "py_func", formula)
    wanted = formula.__code__.co_varnames[: formula.__code__.co_argcount]
    stats = [found[n] for n in wanted if n in STATISTICS]
    with np.errstate(all="ignore"):
        each = np.vectorize(lambda *a: number(formula, a, parameters), otypes=[np.float64])
        return each(found["std"], *stats)


def number(formula, values, parameters):
    """Call a formula in Python's arithmetic, where NumPy's division by zero is wanted."""
    std, *stats = map(np.float64, values)
    return value(formula(*stats, *map(np.float64, parameters)), std)


NAMES = {
    "mean": np.mean,
    "std": np.std,
    "variance": np.var,
    "minimum": np.min,
    "maximum": np.max,
    "n": len,
}


def is_formula(estimator):
    plain = getattr(type(estimator), "_threshold_plane", None) is WindowThreshold._threshold_plane
    return plain and isinstance(estimator, WindowThreshold)


def kernel_dtype(dtype):
    others = {"float16": np.float32, "bool": np.uint8}
    return others.get(dtype.name, dtype)
