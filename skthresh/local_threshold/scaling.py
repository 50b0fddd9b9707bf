"""What of the grey levels is summed, so that sums are exact, or as good as floats can be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.batch import Array, Levels
from skthresh.kernels.count import float_levels

__all__ = [
    "EPSILON",
    "EXACT_LEVELS",
    "SAMPLE",
    "Extent",
    "Scaling",
    "extent_of",
    "of_floats",
    "of_integers",
    "scaling",
]

EPSILON = float(np.finfo(np.float64).eps)

# Integers that span no more levels than this are summed exactly.
EXACT_LEVELS = 2**16

BYTE, WORD = 2**8 - 1, 2**16 - 1

# Sums of bytes and of their squares that share 64 bits.
PACKED_BITS = 32

# Floats are summed in fixed point, in integers of so many bits; each of them, or its square, has at
# most so many.
FIXED_BITS, PIXEL_BITS = 61, 50

# Fixed point wants most of the pixels not to be crowded together: the farthest one is at most so
# many times as far from their middle as most are. And their squares stay far within float64, as
# those of all grey levels do that are between 1 / LARGE and LARGE.
CROWDED, LARGE = 2.0**10, 2.0**100

# Thresholds and pixels that differ by less than this share of half the image's range are equal.
CLOSE = 2.0**-40

# Beyond this magnitude, squares of float64 pixels overflow; below that one, their inverses do.
HUGE, TINY = 2.0**500, 2.0**-1000

# Pixels that tell what the grey levels of a float image are like.
SAMPLE = 4096


@dataclass(frozen=True)
class Extent:
    """Which grey levels a plane has; those of its parts merge.

    Attributes
    ----------
    lo, hi : int or float
        The least and the greatest of the pixels that count.
    some : ndarray
        A sample of them, in any order: see `sampled`.
    """

    lo: Any
    hi: Any
    some: Array

    def __or__(self, other: Extent) -> Extent:
        some = np.concatenate([self.some, other.some])
        return Extent(min(self.lo, other.lo), max(self.hi, other.hi), some)


def extent_of(
    plane: Array, valid: Array | None, places: Any = None, levels: Levels | None = None
) -> Extent:
    """Look at the levels of a plane, which has a pixel that counts.

    Parameters
    ----------
    plane : ndarray
        In the kernels' form.
    valid : ndarray of bool of plane's shape, or None
        The pixels that count.
    places : tuple of ndarray of int, default=None
        Where the sample is taken, if the plane is a part of a larger one. None: see `sampled`.
    levels : Levels, default=None
        What is known of the pixels that count.
    """
    if valid is not None and levels is None:
        least, greatest = _limits(plane.dtype)
        lo = plane.min(where=valid, initial=greatest).item()
        hi = plane.max(where=valid, initial=least).item()
    elif levels is None and plane.dtype.kind in "iu":
        lo, hi = plane.min().item(), plane.max().item()
    else:
        lo, hi, _ = levels or float_levels(plane.reshape(-1))
    at = sampled(plane.shape) if places is None else places
    some = plane[at] if valid is None else plane[at][valid[at]]
    return Extent(lo, hi, some)


def _limits(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    if dtype.kind == "f":
        return -np.inf, np.inf
    info = np.iinfo(dtype)
    return info.min, info.max


def sampled(shape: tuple[int, ...]) -> tuple[Array, ...]:
    """Give the places of a plane that are looked at, evenly spread, for each axis.

    Examples
    --------
    >>> sampled((2, 2))
    (array([0, 0, 1, 1]), array([0, 1, 0, 1]))
    """
    size = math.prod(shape)
    return np.unravel_index(np.arange(0, size, 1 + size // SAMPLE), shape)


@dataclass(frozen=True)
class Scaling:
    """How the pixels of a plane are summed.

    Attributes
    ----------
    kind : {"packed", "narrow", "exact", "rounded"}
        What `skthresh.kernels.moments` makes of the sums: bytes, summed with their squares in one
        integer; integers whose sums and squares are exact, and their products, too, as floats or as
        integers; or neither.
    v : ndarray
        What is summed: the plane, or its levels from `shift` on.
    shift : float
        The level that is 0 in `v`.
    fixed : bool
        Whether sums are integers.
    look : tuple of 3 numbers
        The level of `v` that pixels are measured from; the factors of the distance, and of its
        square.
    scale : tuple of 6 float
        For `skthresh.kernels.moments.rounded`: what turns sums back into grey levels.
    range : tuple of 2 float
        The least and the greatest of the valid pixels, or bounds on them.
    close, share : float
        Thresholds and pixels that differ by no more, in grey levels or as a share of both, are
        equal.
    extreme : bool
        Whether squares of what differs by more may leave the range of float64.
    """

    kind: str
    v: Any
    shift: float
    fixed: bool
    look: tuple[Any, Any, Any]
    scale: tuple[float, float, float, float, float, float]
    range: tuple[float, float]
    close: float
    share: float
    extreme: bool = False

    def extreme_with(self, parameters: tuple[float, ...]) -> bool:
        """Tell whether squares may leave the range of float64 if a formula has these parameters."""
        return self.extreme or any(p and not 1 / LARGE < abs(p) < LARGE for p in parameters)


def scaling(
    plane: Array,
    valid: Array | None,
    sizes: tuple[int, ...],
    *,
    plain: bool,
    extent: Extent | None = None,
) -> Scaling:
    """Choose how the pixels of a plane are summed.

    Parameters
    ----------
    plane : ndarray
        In the kernels' form.
    valid : ndarray of bool of plane's shape, or None
        The pixels that count.
    sizes : tuple of int
        Of the windows.
    plain : bool
        Whether sums can slide as integers whatever the dtype.
    extent : Extent, default=None
        The levels of the larger plane that this one is a part of.
    """
    if plane.dtype in (np.uint8, np.uint16):  # narrow enough, whatever their range
        limits = (0, BYTE if plane.dtype == np.uint8 else WORD)
        return of_integers(plane, plane.dtype, *limits, sizes, plain=plain)
    extent = extent or extent_of(plane, valid)
    if plane.dtype.kind in "iu" and extent.hi - extent.lo < EXACT_LEVELS:
        lo, wide = extent.lo, np.uint64 if plane.dtype == np.uint64 else np.int64
        v = (plane.astype(wide, copy=False) - wide(lo)).astype(np.uint16)  # wraps where not valid
        return of_integers(v, plane.dtype, lo, extent.hi, sizes, plain=plain)
    v = plane if plane.dtype == np.float32 else plane.astype(np.float64, copy=False)
    return of_floats(v, extent, sizes, plain=plain)


def of_integers(
    v: Any, dtype: np.dtype[Any], lo: int, hi: int, sizes: tuple[int, ...], *, plain: bool
) -> Scaling:
    """Sum integers that span few levels; as `scaling` otherwise.

    Parameters
    ----------
    v : array
        The pixels; of other dtypes than uint8 and uint16, less `lo`.
    dtype : dtype
        Of the image.
    lo, hi : int
        The least and the greatest level; 0 and white for uint8 and uint16.
    """
    n, shift = math.prod(sizes), lo
    top = hi - shift
    middle = 0 if dtype == np.uint8 else top // 2  # as if packed: masks change no digit
    one = np.int64(1)
    if plain and dtype == np.uint8 and n * top**2 < 2**PACKED_BITS:
        kind = "packed"
    else:
        bits = (((top - middle) * n) ** 2).bit_length()  # of products of sums
        kind = "narrow" if bits <= 53 else ("exact" if bits <= 63 else "rounded")
    return Scaling(
        kind,
        v,
        float(shift),
        fixed=True,
        look=(np.int64(middle), one, one),
        scale=(float(shift + middle), 1.0, 1.0, 1.0, 4 * EPSILON, 0.0),
        range=(float(lo), float(hi)),
        close=CLOSE * (hi - lo) / 2,
        share=0.0,
    )


def of_floats(v: Any, extent: Extent, sizes: tuple[int, ...], *, plain: bool) -> Scaling:
    """Sum floats, or integers that span many levels; as `scaling` otherwise.

    Parameters
    ----------
    v : array
        The pixels.
    extent : Extent
        Their levels.
    """
    lo, hi = extent.lo, extent.hi
    centre, unit = float(lo / 2 + hi / 2), float(hi / 2 - lo / 2)
    if max(abs(lo), abs(hi)) < HUGE and extent.some.size:
        # Measured from most of the pixels, so that a few extreme ones take no digits away.
        some = extent.some.astype(np.float64)
        low, centre, high = _quantiles(some, (0.05, 0.5, 0.95))
        unit = (high - low) / 2 or unit
    extreme = max(abs(lo), abs(hi)) >= LARGE or 0 < unit <= 1 / LARGE
    unit = 1 / (1 / max(unit, TINY))
    reach = max(hi - centre, centre - lo)
    if plain and not extreme and 0 < reach < CROWDED * unit:
        return _fixed_point(v, centre, unit, reach, (lo, hi), math.prod(sizes))
    factor = np.float64(1 / unit)
    return Scaling(
        "rounded",
        v,
        0.0,
        fixed=False,
        look=(np.float64(centre), factor, np.float64(1)),
        scale=(centre, unit, 1.0, 1.0, 4 * EPSILON * (sum(sizes) + 4), 0.0),
        range=(float(lo), float(hi)),
        close=CLOSE * unit,
        share=4 * EPSILON,
        extreme=extreme,
    )


def _quantiles(some: Array, shares: tuple[float, ...]) -> list[float]:
    """Do as `np.quantile` does, in less time than a small image takes.

    Examples
    --------
    >>> _quantiles(np.array([3.0, 1.0, 2.0]), (0.25, 0.5))
    [1.5, 2.0]
    """
    last = some.size - 1
    places = [last * share for share in shares]
    near = {min(math.floor(p) + k, last) for p in places for k in (0, 1)}
    ordered = np.partition(some, sorted(near))
    found = []
    for place in places:
        i = math.floor(place)
        a, b, part = float(ordered[i]), float(ordered[min(i + 1, last)]), place - i
        # from the nearer end, so that nothing is lost
        found.append(b - (b - a) * (1 - part) if part >= 0.5 else a + (b - a) * part)
    return found


def _fixed_point(
    v: Any, centre: float, unit: float, reach: float, limits: tuple[float, float], n: int
) -> Scaling:
    """Sum floats as integers: what enters a window leaves it again without a trace.

    Factors are powers of two, so that a float that has few digits loses none.
    """
    bits = min(FIXED_BITS - math.log2(n), PIXEL_BITS)
    first, second = (
        np.float64(2.0 ** math.floor(bits - math.log2(r))) for r in (reach, reach * reach)
    )
    return Scaling(
        "rounded",
        v,
        0.0,
        fixed=True,
        look=(np.float64(centre), first, second),
        # what rounding to whole numbers can make of the variance of equal pixels
        scale=(centre, 1.0, 1 / first, 1 / second, 4 * EPSILON, 2 / second + 2 * reach / first),
        range=(float(limits[0]), float(limits[1])),
        close=max(CLOSE * unit, 1 / first),
        share=4 * EPSILON,
    )
