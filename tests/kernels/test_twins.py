"""Every kernel against a plain NumPy twin, called as the estimators call it."""

import numpy as np
import pytest

from skthresh.batch import kernel_form
from skthresh.kernels import apply
from skthresh.kernels.blur import blur_fixed_point
from skthresh.kernels.border import border_index
from skthresh.kernels.box import box_threshold
from skthresh.kernels.count import (
    count_bins,
    count_bytes,
    count_levels,
    count_words,
    finite_range,
    float_levels,
    level_range,
)
from skthresh.kernels.gaussian import fixed_point_weights, gaussian_weights
from skthresh.kernels.gray import bt601_fixed_point
from skthresh.kernels.symmetric import error_of_means, weighted_select
from skthresh.kernels.weighted import weighted_planes, weighted_threshold
from skthresh.modes import Output

RNG = np.random.default_rng(0)

MODES = ["binary", "binary_inv", "trunc", "tozero", "tozero_inv"]  # in the order of their codes

TWINS = {
    apply.BINARY: lambda v, t, white: np.where(v > t, white, 0),
    apply.BINARY_INV: lambda v, t, white: np.where(v <= t, white, 0),
    apply.TRUNC: lambda v, t, white: np.where(v > t, t, v),
    apply.TOZERO: lambda v, t, white: np.where(v > t, v, 0),
    apply.TOZERO_INV: lambda v, t, white: np.where(v <= t, v, 0),
}


def values(dtype, shape=(9, 33)):
    if np.dtype(dtype).kind == "f":
        v = RNG.normal(size=shape).astype(dtype)
        v[RNG.random(shape) < 0.1] = np.nan
        return v
    info = np.iinfo(dtype)
    return RNG.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)


@pytest.mark.parametrize("rule", TWINS)
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
def test_apply_scalar(dtype, rule):
    v = kernel_form(values(dtype))
    for t in (v[3, 4], v.dtype.type(0), v[0, 0]):
        out = np.empty_like(v)
        white = v.dtype.type(7)
        apply.apply_scalar(v, t, rule, white, out)
        np.testing.assert_array_equal(out, TWINS[rule](v, t, white).astype(dtype))


@pytest.mark.parametrize("rule", TWINS)
@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8"])
def test_settle(dtype, rule):
    v = kernel_form(values(dtype))
    t = RNG.normal(size=v.shape) * (100 if v.dtype.kind in "iu" else 1)
    t[0] = np.nan
    out = np.empty_like(v)
    Output(MODES[rule], 7).write(v, t, out)
    known = ~np.isnan(t)
    if v.dtype.kind in "iu" and rule == apply.TRUNC:
        info = np.iinfo(v.dtype)
        t = np.clip(np.floor(t), info.min, info.max)
    with np.errstate(invalid="ignore"):
        twin = TWINS[rule](v, t, 7)[known].astype(dtype)
    np.testing.assert_array_equal(out[known], twin)
    if rule != apply.TRUNC:
        assert (out[~known] == 0).all()


@pytest.mark.parametrize("dtype", ["u1", "i4", "f8"])
def test_what_is_close_is_equal(dtype):
    """A threshold just below its pixel is the pixel: it is not above."""
    v = kernel_form(np.arange(1, 9).astype(dtype))
    for t in (v - 1e-12, v + 1e-12):
        for share in (0.0, 1e-13):
            expected = {"binary": 0 * v, "binary_inv": 0 * v + 7, "trunc": v, "tozero": 0 * v}
            for mode, result in expected.items():
                out = np.empty_like(v)
                Output(mode, 7).write(v, t, out, close=1e-9, share=share)
                np.testing.assert_array_equal(out, result)
            settled = np.empty(v.shape)
            Output(None).write(v, t, settled, close=1e-9, share=share)
            np.testing.assert_array_equal(settled, v)
    out = np.empty_like(v)
    Output("binary", 7).write(v, v - 1e-12, out)
    np.testing.assert_array_equal(out, 0 * v + 7)


@pytest.mark.parametrize("size", [1, 8, 9, 4099, 2**19 + 5])
def test_counts(size):
    v = values("u1", size)
    np.testing.assert_array_equal(count_bytes(kernel_form(v)), np.bincount(v, minlength=256))
    w = RNG.integers(-40, 70, size).astype("i2")
    assert level_range(kernel_form(w)) == (w.min(), w.max())
    np.testing.assert_array_equal(
        count_levels(kernel_form(w), w.min(), 120), np.bincount(w - w.min(), minlength=120)
    )


@pytest.mark.parametrize("size", [1, 3, 4, 4099])
def test_counts_of_words(size):
    v = values("u2", size)
    v[: size // 2] = 65535
    np.testing.assert_array_equal(count_words(kernel_form(v)), np.bincount(v, minlength=65536))


def test_pixels_at_an_edge_are_above_it():
    """The quotient rounds to either side of a whole number; the edges decide."""
    for _ in range(300):
        lo, hi = np.sort(RNG.normal(size=2) * 10.0 ** RNG.integers(-3, 4))
        edges = np.linspace(lo, hi, RNG.integers(2, 300) + 1)
        expected = np.ones(len(edges) - 1, int)
        expected[-1] = 2
        np.testing.assert_array_equal(count_bins(kernel_form(edges), edges), expected)
        below = np.nextafter(edges[1:], -np.inf)
        np.testing.assert_array_equal(count_bins(kernel_form(below), edges), 1)


@pytest.mark.parametrize("paired", [0, 2**19])
def test_counts_of_pixels_that_begin_anywhere_in_memory(monkeypatch, paired):
    monkeypatch.setattr("skthresh.kernels.count.PAIRED", paired)
    v, w = kernel_form(values("u1", 100)), kernel_form(values("u2", 100))
    for first in range(10):
        for n in range(30):
            part = v[first : first + n]
            np.testing.assert_array_equal(count_bytes(part), np.bincount(part, minlength=256))
        part = w[first : first + 11]
        np.testing.assert_array_equal(count_words(part), np.bincount(part, minlength=65536))


@pytest.mark.parametrize("paired", [0, 2**19])
def test_counts_of_more_than_32_bits_hold(monkeypatch, paired):
    monkeypatch.setattr("skthresh.kernels.count.PAIRED", paired)
    monkeypatch.setattr("skthresh.kernels.count.BLOCK", 3)
    v, w = values("u1", 100), values("u2", 100)
    np.testing.assert_array_equal(count_bytes(kernel_form(v)), np.bincount(v, minlength=256))
    np.testing.assert_array_equal(count_words(kernel_form(w)), np.bincount(w, minlength=65536))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_float_levels(dtype):
    for odd in (1.0, 0.0, -0.0, np.inf, -np.inf, np.nan, -np.nan):
        for _ in range(50):
            size = RNG.integers(1, 30)
            v = (RNG.normal(size=size) * 10.0 ** RNG.integers(-45, 35)).astype(dtype)
            v[RNG.integers(size)] = odd
            expected = (np.inf, -np.inf)
            if not np.isnan(v).all():
                expected = np.fmin.reduce(v), np.fmax.reduce(v)
            assert float_levels(kernel_form(v)) == (*expected, np.isnan(v).any())
    assert float_levels(np.empty(0, dtype)) == (np.inf, -np.inf, False)


def test_float_ranges_and_bins():
    v = values("f8", 5000)
    lo, hi = finite_range(kernel_form(v))
    assert (lo, hi) == (np.nanmin(v), np.nanmax(v))
    edges = np.linspace(lo / 2, hi / 2, 33)  # narrower than the data
    np.testing.assert_array_equal(
        count_bins(kernel_form(v), edges), np.histogram(v[~np.isnan(v)], edges)[0]
    )


@pytest.mark.parametrize(("lo", "hi"), [(1e-44, 3e-44), (-1e-38, 1e-38), (0, 1), (0, 1e39)])
def test_bins_of_float32_over_ranges_that_float32_cannot_tell(lo, hi):
    """One over their width is beyond the numbers of float32, or their ends are."""
    v = np.linspace(lo, min(hi, 1e38), 100, dtype=np.float32)
    edges = np.linspace(lo, hi, 257)
    expected = np.histogram(v.astype(float), edges)[0]
    np.testing.assert_array_equal(count_bins(kernel_form(v), edges), expected)


@pytest.mark.parametrize(("border", "mode"), [("replicate", "edge"), ("reflect", "reflect")])
@pytest.mark.parametrize("size", [1, 3, 7, 21])
@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_border_index(n, size, border, mode):
    index = border_index(n, size, border)
    np.testing.assert_array_equal(index, np.pad(np.arange(n), size // 2, mode=mode))


def windows(padded, kh, kw):
    return np.lib.stride_tricks.sliding_window_view(padded, (kh, kw))


@pytest.mark.parametrize("work", [np.int32, np.int64])
@pytest.mark.parametrize("offset", [0, 5, -70_000])
@pytest.mark.parametrize(("kh", "kw"), [(1, 1), (3, 5), (9, 1), (21, 33)])
def test_box(kh, kw, offset, work):
    v = values("u2", (13, 17)) // (1 if work == np.int64 else 64)
    offset = offset if work == np.int64 else offset // 64
    index = border_index(13, kh), border_index(17, kw)
    sums = windows(v[np.ix_(*index)].astype(np.int64), kh, kw).sum(axis=(2, 3))
    means = np.floor(sums / (kh * kw) + 0.5)
    form = kernel_form(v)[np.newaxis]
    scratch = np.empty((2, 17 + kw - 1), work)
    for mode, expected in (
        (None, means - offset),
        ("binary", np.where(v > means - offset, 9, 0)),
        ("tozero", np.where(v > means - offset, v, 0)),
    ):
        out = np.empty(form.shape, np.float64 if mode is None else np.uint16)
        rule = Output(mode, 9).rule(v.dtype, out.dtype)
        for part in ((0, 1, 0, 6), (0, 1, 6, 13)):
            box_threshold(form, form, *index, part, kh * kw, offset, rule, scratch, out)
        np.testing.assert_array_equal(out[0], expected)


@pytest.mark.parametrize("rounded", [True, False])
def test_weighted(rounded):
    v = values("u1", (13, 17))
    wy, wx = RNG.random(3), RNG.random(5)
    wx += wx[::-1]
    index = border_index(13, 3), border_index(17, 5)
    kernel = np.outer(wy, wx)
    means = (windows(v[np.ix_(*index)].astype(float), 3, 5) * kernel).sum(axis=(2, 3)) * 0.25
    means = np.rint(means) if rounded else means
    form, parts = kernel_form(v)[np.newaxis], ((0, 1, 0, 6), (0, 1, 6, 13))
    t, out = np.empty(form.shape), np.empty(form.shape, np.uint8)
    for part in parts:
        for o, mode in ((t, None), (out, "binary")):
            rule = Output(mode, 9).rule(v.dtype, o.dtype)
            weighted_threshold(form, form, *index, part, wy, wx, 0.25, rounded, 1.5, 0.0, rule, o)
    np.testing.assert_allclose(t[0], means - 1.5)
    np.testing.assert_array_equal(out, np.where(form > t, 9, 0))


@pytest.mark.parametrize("size", [3, 5, 9, 13, 31])
@pytest.mark.parametrize("dtype", ["u2", "f4", "f8"])
def test_a_weighted_mean_is_the_same_to_the_bit_wherever_rows_begin(dtype, size):
    v = np.nan_to_num(values(dtype, (40, 50)))
    weights, index = gaussian_weights(size), (border_index(40, size), border_index(50, size))
    form, rule = kernel_form(v)[np.newaxis], Output(None).rule(v.dtype, np.dtype(float))

    def means(*parts):
        out = np.empty(form.shape)
        for part in parts:
            weighted_threshold(
                form, form, *index, (0, 1, *part), weights, weights, 1.0, False, 0.0, 0.0, rule, out
            )
        return out

    whole = means((0, 40))
    for first in range(1, 9):
        np.testing.assert_array_equal(means((0, first), (first, 40)), whole)


@pytest.mark.parametrize("size", [1, 3, 5, 9, 13, 31])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_weighted_select_is_what_float64_says(dtype, size):
    """Narrow levels, so that many means are near the limit of their pixel."""
    v = RNG.integers(100, 104, (40, 50)).astype(dtype)
    weights = gaussian_weights(size)
    index = border_index(40, size), border_index(50, size)
    form, n_decided = kernel_form(v)[np.newaxis], 0
    means = np.empty(form.shape)
    bare = Output(None).rule(v.dtype, means.dtype)
    look = (*index, (0, 1, 0, 40), weights, weights)
    weighted_threshold(form, form, *look, 1.0, False, 0.0, 0.0, bare, means)
    for offset in (-1.0, 0.0, 1.0):
        for error in (1e-3, 0.1, 10.0):  # however many are looked at again
            out = np.empty(form.shape, np.uint8)
            pair = np.uint8(9), np.uint8(1)
            weighted_select(form, *look, 1.0, offset, error, *pair, out)
            expected = np.where(form > np.rint(means) - offset, 9, 1)
            np.testing.assert_array_equal(out, expected)
            n_decided += len(np.unique(out)) > 1
    assert n_decided or size == 1  # whose mean is the pixel


@pytest.mark.parametrize("size", [3, 5, 7, 9, 11, 13, 15, 19, 31, 51, 101])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_no_mean_in_float32_is_farther_off_than_its_bound(dtype, size):
    """Of two levels as large as can be, whose means lie around the limit of the upper one."""
    largest = int(np.iinfo(dtype).max)
    v = (largest - RNG.integers(0, 2, (150, 160))).astype(dtype)
    weights = gaussian_weights(size)
    index = border_index(150, size), border_index(160, size)
    padded = v[np.ix_(*index)].astype(float)
    means = weigh(weigh(padded, weights, 0), weights, 1)
    out = np.empty((1, *v.shape), np.uint8)
    error = error_of_means(size, size, largest)
    look = (*index, (0, 1, 0, 150), weights, weights)
    weighted_select(
        kernel_form(v)[np.newaxis], *look, 1.0, 0.0, error, np.uint8(1), np.uint8(0), out
    )
    np.testing.assert_array_equal(out[0], v > np.rint(means))


def weigh(x, weights, axis):
    n = x.shape[axis] - len(weights) + 1
    return sum(w * x.take(range(j, j + n), axis) for j, w in enumerate(weights))


def test_planes():
    volume = values("u1", (4, 5, 6))
    index = border_index(4, 3)
    total = np.empty((5, 6), np.int64)
    weights = np.array([1, 2, 3])
    weighted_planes(kernel_form(volume), index[:3], weights, total)
    padded = volume[index[:3]].astype(np.int64)
    np.testing.assert_array_equal(total, np.tensordot(weights, padded, 1))


@pytest.mark.parametrize("kh", [1, 3, 5, 9, 21])
@pytest.mark.parametrize("kw", [1, 7, 13])
def test_blur(kh, kw):
    v = values("u1", (13, 17))
    v[:3] = 255
    index = border_index(13, kh, "reflect"), border_index(17, kw, "reflect")
    down, along = (fixed_point_weights(gaussian_weights(size)) for size in (kh, kw))
    out = np.empty_like(v)
    blur_fixed_point(kernel_form(v), *index, down, along, out)
    around = windows(v[np.ix_(*index)].astype(np.int64), kh, kw)
    sums = (around * np.outer(down, along)).sum(axis=(2, 3))
    np.testing.assert_array_equal(out, (sums + 2**15) >> 16)


@pytest.mark.parametrize("n_channels", [3, 4])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_gray(dtype, n_channels):
    colour = values(dtype, (50, n_channels))
    colour[0] = np.iinfo(dtype).max
    out = np.empty(50, dtype)
    bt601_fixed_point(kernel_form(colour).reshape(-1), n_channels, out)
    exact = colour[:, :3].astype(np.int64) @ np.array([9798, 19235, 3735])
    np.testing.assert_array_equal(out, (exact + 2**14) >> 15)
    assert 9798 + 19235 + 3735 == 2**15


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("n_bins", [1, 2, 7, 256, 4000, 70000])
def test_bins_of_any_range(monkeypatch, n_bins, dtype, large):
    """Far from 0 and narrow, beside the ends and at the edges themselves: searchsorted decides."""
    if large:  # as if they were: counted in pairs and words, and some at a time
        monkeypatch.setattr("skthresh.kernels.count.PAIRED", 0)
        monkeypatch.setattr("skthresh.kernels.count.KEPT", 300)
    for k in range(100):
        scale, shift = 10.0 ** RNG.integers(-30, 30, 2)
        v = (RNG.normal(size=RNG.integers(2, 700)) * scale + shift * RNG.integers(-1, 2)).astype(
            dtype
        )
        ends = (v.min(), v.max()) if k % 2 else RNG.choice(v, 2) * RNG.choice([1, 1.0000001, 0.7])
        lo, hi = np.sort(np.asarray(ends, float))
        edges = np.linspace(lo, hi, n_bins + 1)
        if not (edges[1:] > edges[:-1]).all():
            continue
        some = RNG.integers(0, v.size, v.size // 3)
        v[some] = RNG.choice(edges, len(some)).astype(dtype)
        v[RNG.integers(v.size)] = RNG.choice([np.nan, lo, hi])
        inside = v[(v >= lo) & (v <= hi)].astype(float)
        places = np.minimum(np.searchsorted(edges, inside, side="right") - 1, n_bins - 1)
        expected = np.bincount(places, minlength=n_bins)
        np.testing.assert_array_equal(count_bins(kernel_form(v), edges), expected)


def test_bins_of_the_least_numbers():
    tiny = np.finfo(np.float64).smallest_subnormal
    edges = np.linspace(0, 40 * tiny, 5)
    v = np.arange(41) * tiny
    counts = count_bins(kernel_form(v), edges)
    np.testing.assert_array_equal(counts, np.histogram(v, edges)[0])
    np.testing.assert_array_equal(counts, [10, 10, 10, 11])


def test_a_pixel_at_its_threshold_is_below_it_also_where_both_are_zero():
    zeros, out = np.zeros(3), np.empty(3, np.uint8)
    rule = apply.BINARY_INV, 0.0, 1e-12, np.uint8(255), np.uint8(0), (0.0, 255.0, True)
    apply.settle_binary(zeros, zeros, rule, out)
    np.testing.assert_array_equal(out, 255)
