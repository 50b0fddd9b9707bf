"""Thresholds that are lines in the deviation, compared without a root, against plain arithmetic."""

import numpy as np
import pytest

from skthresh.kernels.line import Line, sides, value

RNG = np.random.default_rng(0)


def some(n, beside):
    """Give lines, and deviations."""
    line = Line(
        RNG.normal(100, 30, n), RNG.normal(0, 2, n), RNG.normal(0, 9, n) if beside else None
    )
    return line, RNG.choice([0.0, 1e-5, 1.0, 20.0], n)


def test_value():
    t, std = some(1000, False)
    np.testing.assert_array_equal(value(t, std), t.base + t.slope * std)
    t, std = some(1000, True)
    expected = t.base + t.slope * np.sqrt(std**2 + t.beside**2)
    np.testing.assert_allclose(value(t, std), expected, rtol=1e-13)
    assert value(7.5, 1.0) == 7.5


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("margin", [0.0, 0.25])
def test_a_pixel_is_above_what_it_is_above_with_the_root(margin, beside):
    line, std = some(10_000, beside)
    p = value(line, std) + RNG.choice([-50.0, -0.3, -1e-6, 1e-6, 0.2, 0.3, 50.0], 10_000)
    for t in (line, value(line, std)):
        left, right = sides(p, t, std**2, margin)
        np.testing.assert_array_equal(left > right, p - value(line, std) > margin)


def test_where_nothing_varies_equal_is_not_above():
    t = Line(np.full(3, 90.0), np.array([-0.2, 0.0, 0.2]))
    left, right = sides(np.full(3, 90.0), t, np.zeros(3), 0.0)
    assert not (left > right).any()
    assert (left <= right).all()


@pytest.mark.parametrize("which", ["base", "slope", "beside", "variance"])
def test_nan_is_neither_above_nor_not(which):
    t, variance = Line(90.0, 0.2, 1.0), 4.0
    if which == "variance":
        variance = np.nan
    else:
        t = t._replace(**{which: np.nan})
    left, right = sides(100.0, t, variance, 0.0)
    assert not left > right
    assert not left <= right


@pytest.mark.parametrize("beside", [False, True])
def test_compiled_as_plain(beside):
    from numba import njit

    if beside:

        @njit(error_model="numpy")
        def line(base, slope, beside, x):
            return Line(base[x], slope[x], beside[x])

    else:

        @njit(error_model="numpy")
        def line(base, slope, beside, x):
            return Line(base[x], slope[x])

    @njit(error_model="numpy")
    def loop(p, base, slope, beside, std, out):
        for i in range(p.size):
            t = line(base, slope, beside, i)
            out[0, i] = value(t, std[i])
            out[1, i], out[2, i] = sides(p[i], t, std[i] ** 2, 0.5)
            out[3, i], out[4, i] = sides(p[i], base[i], 0.0, 0.5)

    t, std = some(1000, beside)
    p, out = RNG.normal(100, 30, 1000), np.empty((5, 1000))
    loop(p, t.base, t.slope, t.base if t.beside is None else t.beside, std, out)
    expected = value(t, std), *sides(p, t, std**2, 0.5), p - t.base, np.full(1000, 0.5)
    np.testing.assert_allclose(out, np.array(expected), rtol=1e-13)
