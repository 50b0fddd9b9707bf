"""Arrays of every kind, drawn by Hypothesis: images as they should be, and what people pass.

What decides the structure (dtype, shape, contents, memory layout) is drawn piece by piece, so that
Hypothesis can shrink it; the pixels themselves come from one drawn seed, which is much quicker.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from skthresh.batch_transformer import DTYPES

seeds = st.integers(0, 2**16)

# Of a whole stack. Most are small, since the plain references go pixel by pixel.
SIDES = st.sampled_from([1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 9])
HUGE = [(1, 1, 70_000), (300, 1, 1), (1, 2000, 3), (1, 90, 110), (1, 40_000), (700, 2)]


@dataclass
class Named:
    """A value, and how to tell it in a report: a large array says nothing."""

    value: Any
    name: str

    def __repr__(self):
        return self.name


def limits(dtype):
    if dtype.kind == "b":
        return 0, 1
    info = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    return info.min, info.max


def noise(rng, shape, dtype):
    """Draw from the whole range of a dtype, bit by bit; floats that are not finite become 0."""
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    raw = rng.bytes(int(np.prod(shape)) * dtype.itemsize)
    x = np.frombuffer(raw, dtype).reshape(shape)
    return np.where(np.isfinite(x), x, np.zeros(1, dtype)) if dtype.kind == "f" else x.copy()


def modest(rng, shape, dtype):
    """Draw two blurred modes, as images have them: 0 to 255, or 0 to 1."""
    x = np.clip(rng.normal(np.where(rng.random(shape) < 0.3, 180, 70), 25), 0, 255).round()
    return (x > 127) if dtype.kind == "b" else (x / (255 if dtype.kind == "f" else 1)).astype(dtype)


def few(rng, shape, dtype):
    levels = noise(rng, (int(rng.integers(1, 5)),), dtype)
    return levels[rng.integers(0, len(levels), shape)]


def extremes(rng, shape, dtype):
    return np.array(limits(dtype), dtype)[rng.integers(0, 2, shape)]


def offset(rng, shape, dtype):
    """Draw small differences on a large ground, where sums of squares cancel."""
    if dtype.kind == "b":
        return noise(rng, shape, dtype)
    if dtype.kind == "f":
        return (1 + rng.integers(0, 5, shape) * np.finfo(dtype).eps).astype(dtype)
    return limits(dtype)[1] - rng.integers(0, 5, shape).astype(dtype)


def tiny(rng, shape, dtype):
    """Draw the least numbers that there are."""
    if dtype.kind != "f":
        return (rng.random(shape) < 0.1).astype(dtype)
    return (rng.integers(0, 4, shape) * np.finfo(dtype).smallest_subnormal).astype(dtype)


def ramp(rng, shape, dtype):
    return (
        (np.arange(np.prod(shape)) % (2 if dtype.kind == "b" else 100)).reshape(shape).astype(dtype)
    )


CONTENTS = [modest, modest, modest, noise, few, extremes, offset, tiny, ramp]


def swapped(x):
    return x.astype(x.dtype.newbyteorder())


def reversed_(x):
    flip = (slice(None, None, -1),) * x.ndim
    return x[flip].copy()[flip]


def every_third(x):
    return np.repeat(x, 3, axis=-1)[..., ::3]


def transposed(x):
    return np.ascontiguousarray(x.T).T


def unaligned(x):
    """Put the pixels at an odd address."""
    raw = np.empty(x.nbytes + 1, np.uint8)[1:]
    out = raw.view(x.dtype).reshape(x.shape)
    out[...] = x
    return out


class Sub(np.ndarray):
    """A subclass, as astropy's quantities and memory maps are."""


LAYOUTS = {
    "as it is": lambda x: x,
    "Fortran order": np.asfortranarray,
    "transposed": transposed,
    "reversed": reversed_,
    "every third": every_third,
    "swapped bytes": swapped,
    "unaligned": unaligned,
    "a subclass": lambda x: x.view(Sub),
    "a list of images": list,
    "a tuple of images": tuple,
    "a list of swapped, reversed images": lambda x: list(swapped(reversed_(x))),
}


@st.composite
def stacks(draw, dtypes=tuple(DTYPES), huge=True, shapes=None):
    """Draw (a plain, contiguous, native stack; the same in some layout)."""
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    if shapes is not None:
        shape = draw(shapes)
    elif huge and draw(st.integers(0, 60)) == 60:
        shape = draw(st.sampled_from(HUGE))
    else:
        ndim = draw(st.sampled_from([2, 3, 3, 3, 3, 4]))
        shape = (draw(st.sampled_from([1, 1, 2, 3])), *(draw(SIDES) for _ in range(ndim - 1)))
    contents, seed = draw(st.sampled_from(CONTENTS)), draw(seeds)
    rng = np.random.default_rng(seed)
    x = np.ascontiguousarray(contents(rng, shape, dtype)).astype(dtype, copy=False)
    gaps = dtype.kind == "f" and draw(st.sampled_from([0, 0, 0, 0.2, 1]))
    if gaps:
        x[rng.random(shape) < gaps] = np.nan
    layouts = [k for k in LAYOUTS if len(shape) > 2 or "images" not in k]
    layout = draw(st.sampled_from(layouts))
    what = f"{dtype} {shape}, {contents.__name__}, seed {seed}, {gaps:.0%} NaN"
    other = LAYOUTS[layout](x)
    if isinstance(other, np.ndarray):
        other.flags.writeable = False
    x.flags.writeable = False
    return Named(x, what), Named(other, f"{what}, {layout}")


@st.composite
def ragged(draw, dtypes=tuple(DTYPES)):
    """Draw images of one dtype and different sizes."""
    dtype, ndim = draw(st.sampled_from(dtypes)), draw(st.sampled_from([1, 2, 2, 3]))
    shapes = st.tuples(*[SIDES] * ndim)
    images = [
        draw(stacks((dtype,), shapes=shapes.map(lambda s: (1, *s))))[0]
        for _ in range(draw(st.integers(1, 3)))
    ]
    return Named([i.value[0] for i in images], f"a list of {images}")


def strange():
    """Draw what is no images: wrong kinds, ranks, dtypes, sizes."""
    f = np.arange(12.0).reshape(2, 2, 3)
    objects = np.array([f[0], None, "a"], dtype=object)
    infinite = np.where(f == 3, np.inf, f)
    values = {
        "None": None,
        "True": True,
        "0": 0,
        "1.5": 1.5,
        "1j": 1j,
        "'image.png'": "image.png",
        "''": "",
        "b'abc'": b"abc",
        "a Path": Path("image.png"),
        "[]": [],
        "()": (),
        "{}": {},
        "[[]]": [[]],
        "[[[]]]": [[[]]],
        "[None]": [None],
        "['a']": ["a"],
        "{1}": {1},
        "{'a': 1}": {"a": 1},
        "[[1, 2], [3]]": [[1, 2], [3]],
        "object()": object(),
        "list": list,
        "a list of paths": [Path("a.png")],
        "range(4)": range(4),
        "a generator": (i for i in [f]),
        "a 0-d array": np.array(5),
        "a scalar": np.float32(3),
        "a 0-d list": [np.array(1)] * 2,
        "no samples": np.zeros((0, 3, 3)),
        "no rows": np.zeros((2, 0, 3)),
        "no pixels": np.zeros(0),
        "an empty table": np.zeros((0, 0)),
        "a row": f[0, 0],
        "complex": f * 1j,
        "strings": f.astype(str),
        "bytes": f.astype("S3"),
        "dates": f.astype("M8[s]"),
        "spans": f.astype("m8[s]"),
        "longdouble": f.astype(np.longdouble),
        "objects": objects,
        "numbers as objects": f.astype(object),
        "infinity": infinite,
        "-infinity": -infinite,
        "float16 infinity": infinite.astype(np.float16),
        "infinity in a list": [f[0], infinite[0]],
        "a record": np.zeros((2, 3, 3), [("a", "u1"), ("b", "f4")]),
        "void": np.zeros(3, "V4"),
        "rank 6": np.zeros((1, 2, 1, 2, 1, 3), np.uint8),
        "rank 9": np.zeros((1,) * 9, np.uint8),
        "mixed ranks": [f[0], f],
        "mixed dtypes": [f[0], f[0].astype(np.uint8)],
        "an empty image": [f[0], f[0, :0]],
        "an image and None": [f[0], None],
        "an image and a number": [f[0], 3],
        "an image and a name": [f[0], "a.png"],
        "a list of lists of images": [[f[0]], [f[1]]],
        "a date": dt.date(2020, 1, 1),
        "an array of nothing": np.empty((2,), object),
        "a class": np.ndarray,
        "a masked array": np.ma.masked_equal(f, 3),
        "an unmasked one": np.ma.asarray(f),
        "a memoryview": memoryview(f.astype(np.uint8)),
        "a bytearray": bytearray(b"123456"),
        "a recursive list": [[[[[[[[[[1]]]]]]]]]],
        "a huge int": [[10**30, 1]],
        "stride 0": np.broadcast_to(np.uint8(7), (2, 3, 5)),
        "colour": np.zeros((20, 20, 3)),
        "one image": np.arange(20 * 20.0).reshape(20, 20),
    }
    return st.sampled_from([Named(value, name) for name, value in values.items()])


@st.composite
def masks(draw, like):
    """Draw what may stand for a mask of the images: fitting or not."""
    if like is None or draw(st.integers(0, 5)) == 0:
        return draw(strange())
    shape = [np.shape(x) for x in like]
    kind = draw(st.sampled_from(["right", "list", "all", "none", "ints", "short", "few", "tall"]))
    rng = np.random.default_rng(draw(seeds))
    found = [rng.random(s) < {"all": 2, "none": 0}.get(kind, 0.7) for s in shape]
    if kind == "ints":
        found = [m.astype(int) for m in found]
    elif kind == "short":
        found = [m[..., 1:] for m in found]
    elif kind == "few":
        found = found[1:]
    elif kind == "tall":
        found = [m[..., np.newaxis] for m in found]
    if kind != "list" and len(set(map(np.shape, found))) == 1:
        found = np.stack(found)
    return Named(found, f"a mask, {kind}")
