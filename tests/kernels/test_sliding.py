"""Sliding sums and extremes, and the formulas compiled into them, against plain twins."""

import numpy as np
import pytest

from skthresh.batch import kernel_form
from skthresh.global_threshold.otsu import otsu
from skthresh.kernels import arithmetic
from skthresh.kernels.arithmetic import LOWER
from skthresh.kernels.border import border_index
from skthresh.kernels.extremes import slide_extremes
from skthresh.kernels.formula import asked_by, compiled, statistics_of
from skthresh.kernels.line import Line
from skthresh.kernels.moments import greatest_variance, packed_sums, wide_sums
from skthresh.kernels.slide import slide_along
from skthresh.kernels.stack import otsu_of_each
from skthresh.modes import Output

RNG = np.random.default_rng(0)
SHAPES = [((3, 13, 17), (5, 7)), ((1, 1, 30), (1, 9)), ((2, 6, 5), (21, 33)), ((1, 9, 9), (1, 1))]


def sums_of_windows(v, kh, kw, border):
    """Sum each window of each image, square by square."""
    rows, columns = border_index(v.shape[1], kh, border), border_index(v.shape[2], kw, border)
    padded = v[:, rows][:, :, columns].copy()
    padded[:, rows < 0] = 0
    padded[:, :, columns < 0] = 0
    return np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(1, 2)).sum((-1, -2))


def slide(function, v, sizes, border, depth, look, cut):
    """Slide in two bands, the second of which goes on where the first one ended."""
    n, height, width = v.shape
    kh, kw = sizes
    index = border_index(height, kh, border), border_index(width, kw, border)
    out = np.empty((depth, n, height, width), np.int64)
    for i in range(n):
        state = np.empty((depth, width + kw), np.int64)
        for y0, y1 in ((0, cut), (cut, height)):
            band = np.empty((depth, (y1 - y0) * width), np.int64)
            function(kernel_form(v), *index, (i, i + 1, y0, y1, 0), look, state, band)
            out[:, i, y0:y1] = band.reshape(depth, y1 - y0, width)
    return out


@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
@pytest.mark.parametrize(("shape", "sizes"), SHAPES)
def test_packed_sums(shape, sizes, border):
    v = RNG.integers(0, 256, shape, dtype=np.uint8)
    (found,) = slide(packed_sums, v, sizes, border, 1, (), shape[1] // 2)
    wide = v.astype(np.int64)
    np.testing.assert_array_equal(found & LOWER, sums_of_windows(wide, *sizes, border))
    np.testing.assert_array_equal((found >> 32) & LOWER, sums_of_windows(wide**2, *sizes, border))


def test_packed_sums_fill_their_bits():
    v = np.full((1, 3, 300), 255, np.uint8)
    (found,) = slide(packed_sums, v, (257, 257), "replicate", 1, (), 1)
    assert (found & LOWER == 257**2 * 255).all()
    assert ((found >> 32) & LOWER == 257**2 * 255**2).all()


@pytest.mark.parametrize("border", ["replicate", "reflect", "clip"])
@pytest.mark.parametrize(("shape", "sizes"), SHAPES)
def test_wide_sums_of_integers(shape, sizes, border):
    v = RNG.integers(0, 65536, shape).astype(np.uint16)
    one, middle = np.int64(1), np.int64(32767)
    both = slide(wide_sums, v, sizes, border, 2, (middle, one, one), shape[1] // 2)
    d = v.astype(np.int64) - 32767
    np.testing.assert_array_equal(both[0], sums_of_windows(d, *sizes, border))
    np.testing.assert_array_equal(both[1], sums_of_windows(d * d, *sizes, border))
    (alone,) = slide(wide_sums, v, sizes, border, 1, (middle, one, one), shape[1] // 2)
    np.testing.assert_array_equal(alone, both[0])


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_wide_sums_of_floats_are_those_of_rounded_ones(dtype):
    v = RNG.normal(size=(2, 13, 17)).astype(dtype)
    look = np.float64(0.25), np.float64(2.0**30), np.float64(2.0**20)
    a, b = slide(wide_sums, v, (5, 7), "reflect", 2, look, 6)
    d = v.astype(np.float64) - 0.25
    first, second = np.rint(d * 2.0**30).astype(int), np.rint(d * d * 2.0**20).astype(int)
    np.testing.assert_array_equal(a, sums_of_windows(first, 5, 7, "reflect"))
    np.testing.assert_array_equal(b, sums_of_windows(second, 5, 7, "reflect"))


@pytest.mark.parametrize("begin", [0, 4])
@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
@pytest.mark.parametrize(("kh", "kw"), [(1, 1), (3, 5), (9, 1), (5, 16 + 9), (31, 63)])
def test_extremes(kh, kw, dtype, begin):
    v = (RNG.random((2, 13, 17)) * 200).astype(dtype)
    index = border_index(13, kh), border_index(17, kw)
    windows = np.lib.stride_tricks.sliding_window_view(
        v[:, index[0]][:, :, index[1]], (kh, kw), axis=(1, 2)
    )
    for i in range(2):
        ends, begun = np.empty((2, kh, 17), dtype), np.empty((2, 2, 17), dtype)
        lines = np.empty((2, 2, 17 + kw - 1), dtype)
        for y0, y1 in ((begin, 8), (8, 13)):
            low, high = np.empty((2, (y1 - y0) * 17), dtype)
            part = (i, i + 1, y0, y1, begin)
            slide_extremes(kernel_form(v), *index, part, ends, begun, lines, low, high)
            expected = windows[i, y0:y1]
            np.testing.assert_array_equal(low, expected.min((-1, -2)).ravel())
            np.testing.assert_array_equal(high, expected.max((-1, -2)).ravel())


def every_statistic(v, mean, std, variance, minimum, maximum, n, a, b):
    return v * 0.1 + mean + a * std + b * variance + minimum * 0.01 - maximum * 0.02 + n * 0.001


def every_statistic_as_line(v, mean, variance, minimum, maximum, n, a, b):
    base = v * 0.1 + mean + b * variance + minimum * 0.01 - maximum * 0.02 + n * 0.001
    return Line(base, a)


def test_statistics_of_a_formula():
    assert statistics_of(every_statistic)[-1] == "n"
    assert statistics_of(lambda k, mean: mean) == ()
    assert statistics_of(half) == ("mean", "std")
    assert asked_by(half) == ("mean",)


@pytest.mark.parametrize("mode", [None, "binary", "binary_inv", "trunc", "tozero", "tozero_inv"])
@pytest.mark.parametrize("kind", ["packed", "narrow", "exact", "rounded"])
@pytest.mark.parametrize("counts", ["number", "array", "cut"])
def test_compiled_formula(counts, kind, mode):
    width, height = 1500, 2  # more than is done at a time
    m = width * height
    v = RNG.integers(0, 256, m).astype(np.uint8)
    n_rows, n_columns = np.array([5, 4]), np.r_[3, 4, np.full(width - 4, 5), 4, 3]
    n = np.outer(n_rows, n_columns).ravel() if counts != "number" else 25
    a = RNG.integers(0, 255, m) * n
    b = a * a // n + RNG.integers(0, 10_000, m)
    low, high = RNG.integers(0, 50, m).astype(np.uint8), RNG.integers(200, 255, m).astype(np.uint8)
    scale, centre, unit = (0.0, 1.0, 1.0, 1.0, 1e-15, 0.0), 0.0, 1.0
    if kind != "packed":
        centre, unit = 10.0, 1.0
        scale = (centre, unit, 1.0, 1.0, 1e-15, 0.0)
    mean, variance = centre + a / n, b / n - (a / n) ** 2
    parameters = (0.5, 0.002)
    t = every_statistic(v, mean, np.sqrt(variance), variance, low, high, n, *parameters)
    out = np.empty(m, np.float64 if mode is None else np.uint8)
    rule = Output(mode, 255).rule(v.dtype, out.dtype, 1e-9)
    given = a | (b << 32) if kind == "packed" else a
    many = n if counts != "cut" else (n_rows, n_columns, 2, width - 2)
    binary = mode in {"binary", "binary_inv"}
    for formula in (every_statistic, every_statistic_as_line) if binary else (every_statistic,):
        loop = compiled(formula, kind, cut=counts == "cut", binary=binary)
        loop(kernel_form(v), given, b, low, high, many, scale, parameters, rule, out)
        assert_as_expected(v, t, mode, out)


def assert_as_expected(v, t, mode, out):
    expected = {
        None: t,
        "binary": np.where(v > t, 255, 0),
        "binary_inv": np.where(v > t, 0, 255),
        "trunc": np.where(v > t, np.clip(np.floor(t), 0, 255), v),
        "tozero": np.where(v > t, v, 0),
        "tozero_inv": np.where(v > t, 0, v),
    }[mode]
    assert (np.abs(v - t) > 1e-6).all(), "ties decide nothing here"
    np.testing.assert_allclose(out, expected, rtol=1e-9)


def test_a_deviation_that_rounding_makes_is_none():
    a, b = np.array([1000, 1000]), np.array([10**6 + 1, 10**6 + 10])
    scale = (0.0, 1.0, 1.0, 1.0, 0.0, 5.0)
    t, rule = np.empty(2), Output(None).rule(np.dtype("u1"), np.dtype("f8"))
    loop = compiled(deviation, "rounded")
    loop(kernel_form(np.array([50, 50], np.uint8)), a, b, 0, 0, 1, scale, (), rule, t)
    np.testing.assert_allclose(t, [0, np.sqrt(10)])


def deviation(std):
    return std


@pytest.mark.parametrize("packed", [True, False])
def test_greatest_variance(packed):
    n_rows, n_columns = np.array([3, 2]), np.r_[2, 3, 3, 3, 2]
    n = np.outer(n_rows, n_columns).ravel()
    for k in range(10):  # each of them is the greatest once
        pixels = [RNG.integers(100, 110, i) for i in n]
        pixels[k][0] = 255
        a, b = (np.array([(p**e).sum() for p in pixels]) for e in (1, 2))
        given = a | (b << 32) if packed else a
        found = greatest_variance(given, b, packed, n_rows, n_columns, 1, 4)
        assert found == pytest.approx(max(p.var() for p in pixels))


def half(mean):
    return Line(mean, 0.5)


def test_otsu_of_each():
    for size in (1, 2, 3, 50, 784):
        stack = RNG.integers(0, RNG.integers(1, 256), (200, size)).astype(np.uint8)
        out = np.empty(200, np.int64)
        otsu_of_each(kernel_form(stack), out)
        levels = np.arange(256)
        expected = [otsu(np.bincount(image, minlength=256), levels) for image in stack]
        np.testing.assert_array_equal(out, expected)


def scalar(function, n_arguments):
    """Compile a function of numbers, and apply it to arrays."""
    from numba import njit

    if n_arguments == 1:

        @njit(error_model="numpy")
        def loop(a, out):
            for i in range(out.size):
                out[i] = function(a[i])

    else:

        @njit(error_model="numpy")
        def loop(a, b, out):
            for i in range(out.size):
                out[i] = function(a[i], b[i])

    return loop


def test_exp():
    x = np.r_[RNG.uniform(-700, 700, 5000), RNG.uniform(-1, 1, 5000), 0, -1e-300]
    out = np.empty_like(x)
    scalar(arithmetic.exp, 1)(x, out)
    np.testing.assert_allclose(out, np.exp(x), rtol=1e-13)
    x = np.array([np.nan, np.inf, -np.inf, 710.0, -746.0])
    out = np.empty_like(x)
    scalar(arithmetic.exp, 1)(x, out)
    np.testing.assert_array_equal(out, [np.nan, np.inf, 0, np.inf, 0])


def test_integers_become_floats():
    whole = np.r_[0, 1, -1, 2**31, 2**32 - 1, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
    x = np.r_[whole, RNG.integers(-(2**63), 2**63 - 1, 10_000), RNG.integers(-9, 9, 100)]
    out = np.empty(x.size)
    scalar(arithmetic.as_float, 1)(x, out)
    np.testing.assert_array_equal(out, x.astype(np.float64))
    scalar(arithmetic.as_float, 1)(out / 3, out)
    np.testing.assert_array_equal(out, x.astype(np.float64) / 3)


def test_floats_become_integers():
    x = np.r_[0.0, 0.5, 1.5, -0.5, -1.5, 2.0**50, -(2.0**50), RNG.uniform(-1e6, 1e6, 10_000)]
    out = np.empty(x.size, np.int64)
    scalar(arithmetic.nearest, 1)(x, out)
    np.testing.assert_array_equal(out, np.rint(x))


@pytest.mark.parametrize("dtype", ["f4", "f8", "u1", "u2"])
@pytest.mark.parametrize("function", [arithmetic.fixed, arithmetic.fixed_square])
def test_pixels_in_fixed_point(function, dtype):
    from numba import njit

    x = (RNG.normal(size=1000) * 100).astype(dtype)
    look = (np.float64(0.3), np.float64(2.0**20)) if x.dtype.kind == "f" else (np.int64(77), 1)

    @njit(error_model="numpy")
    def loop(a, middle, factor, out):
        for i in range(out.size):
            out[i] = function(a[i], middle, factor)

    out = np.empty(x.size, np.int64)
    loop(x, *look, out)
    power = 1 if function is arithmetic.fixed else 2
    np.testing.assert_array_equal(out, np.rint((x.astype(np.float64) - look[0]) ** power * look[1]))


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_running_totals(dtype):
    from numba import njit

    @njit
    def loop(line, size, s, sums):
        slide_along(line, size, s, sums)

    for n in [*range(1, 20), 1000]:
        for size in (1, 2, 7):
            line, out = RNG.integers(-(10**6), 10**6, n + size).astype(dtype), np.empty(n, dtype)
            loop(line, size, 5, out)
            np.testing.assert_array_equal(out, 5 + np.cumsum(line[size:] - line[:-size]))


def test_hypot():
    a = RNG.normal(size=1000) * 10.0 ** RNG.integers(-300, 300, 1000)
    b = RNG.normal(size=1000) * 10.0 ** RNG.integers(-300, 300, 1000)
    a[0], b[0] = 0, 0
    out = np.empty_like(a)
    scalar(arithmetic.hypot, 2)(a, b, out)
    np.testing.assert_allclose(out, np.hypot(a, b), rtol=1e-14)
