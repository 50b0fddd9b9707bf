"""The kinds of arrays that are tried, and what it means that two results are equal."""

import numpy as np
import pytest
from instances import instances
from sklearn import config_context
from sklearn.base import clone

from skthresh.array_api.namespace import as_host

KINDS = ["array_api_strict:device1", "torch"]


class Kind:
    """A library of arrays, and one of its devices."""

    def __init__(self, name):
        library, _, device = name.partition(":")
        self.name, self.xp = library, pytest.importorskip(library)
        self.device = self.xp.Device(device) if device else None

    def __call__(self, x):
        if isinstance(x, list):
            return [self(item) for item in x]
        if x is None or np.ndim(x) == 0:
            return x
        return self.xp.asarray(np.array(x), device=self.device)

    def has(self, dtype):
        return hasattr(self.xp, np.dtype(dtype).name)

    def assert_is(self, x):
        """Check that x, or all that it lists, is of this kind and on this device."""
        for item in x if isinstance(x, list) else [x]:
            assert type(item) is type(self(np.zeros(1)))
            assert item.device == self(np.zeros(1)).device


def assert_same(found, wanted, kind, *, exact=False):
    """Check that a result is the NumPy one, dtype included, of the kind of what was passed.

    Floats may differ by rounding: not every library's square root is the nearest number to it.
    """
    if isinstance(wanted, float | int | np.generic):
        assert isinstance(found, float | int)
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
        return
    kind.assert_is(found)
    pairs = zip(found, wanted, strict=True) if isinstance(wanted, list) else [(found, wanted)]
    for array, theirs in pairs:
        ours = as_host(array)
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        if exact or theirs.dtype.kind != "f":
            np.testing.assert_array_equal(ours, theirs)
        else:
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


VERBS = ("predict", "transform", "decision_function", "thresholds")


def compare(estimator, X, kind, *, y=None, fit=(), verbs=VERBS, exact=False, **metadata):
    """Fit and ask an estimator twice: on NumPy arrays, and on arrays of a kind."""
    fit = {**metadata, **dict(fit)}
    ours, theirs = clone(estimator), clone(estimator)
    theirs.fit(X, y, **fit)
    with config_context(array_api_dispatch=True):
        ours.fit(kind(X), kind(y), **{k: kind(v) for k, v in fit.items()})
        for verb in (v for v in verbs if hasattr(theirs, v)):
            wanted = getattr(theirs, verb)(X, **metadata)
            found = getattr(ours, verb)(kind(X), **{k: kind(v) for k, v in metadata.items()})
            assert_same(found, wanted, kind, exact=exact)
    return ours, theirs


def thinned(cases, every):
    """Leave one case in so many to the default run; the others are slow."""
    rows = [case if isinstance(case, tuple) else (case,) for case in cases]
    slow = pytest.mark.slow
    return [pytest.param(*c, marks=[slow] if i % every else []) for i, c in enumerate(rows)]


def supported():
    """One or more instances of every estimator that takes arrays of other kinds."""
    return [e for e in instances() if e.__sklearn_tags__().array_api_support]


def thresholders():
    return [e for e in supported() if hasattr(e, "predict")]


def images(dtype, shape=(3, 17, 21), seed=0, *, gaps=False):
    """Blobs and noise of a dtype; NaN in floats if asked for."""
    rng = np.random.default_rng(seed)
    smooth = rng.normal(size=shape).cumsum(-1).cumsum(-2)
    unit = (smooth - smooth.min()) / np.ptp(smooth)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return unit > 0.5
    if dtype.kind == "f":
        x = unit.astype(dtype)
        if gaps:
            x[rng.random(shape) < 0.1] = np.nan
        return x
    lo, hi = (0, 250) if dtype.itemsize == 1 else (0, 3000)
    shift = -100 if dtype.kind == "i" else 0
    return (unit * (hi - lo) + lo + shift).astype(dtype)
