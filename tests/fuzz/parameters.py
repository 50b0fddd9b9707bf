"""Parameters of estimators, drawn from their own constraints: inside, at their ends, outside.

Nothing is listed here by estimator: a new one is drawn from as it says itself what it takes.
"""

import inspect
import math
from decimal import Decimal
from numbers import Integral, Real

import numpy as np
from hypothesis import strategies as st
from images import Named
from sklearn.utils._param_validation import Interval, StrOptions

from skthresh import MeanThreshold, MinimumThreshold, OtsuThreshold
from skthresh.global_threshold.base import GlobalThreshold

# What no parameter takes, or few do. (Fractions scikit-learn itself cannot compare.)
JUNK = [
    *("no such", "", b"binary", -1, 0, 1.5, -0.5, math.nan, math.inf, -math.inf, 10**30, -(10**30)),
    *(None, [], (), {}, set(), object, 1j, True, (None,), ("a", "b"), (math.nan, 1), (1, math.inf)),
    *((-1, -1), (3, 3, 3, 3), (2, 2), (0, 0), [5, 3], Decimal("1.5"), range(3)),
    *(np.float32(0.5), np.float16("nan"), np.int8(101), np.uint8(3), np.bool_(True), np.str_("x")),
    *(np.array(3), np.array([3, 3]), np.array(["binary"]), np.zeros((2, 2)), OtsuThreshold, print),
    *(2**31, 2**31 + 1, 2**62 + 1, 2**63, 1e308, -1e308, 5e-324),
]

# Of these much takes hours, which is no hang: the most that is tried. They are the U-Net's.
COSTLY = dict.fromkeys(["depth", "base_filters", "epochs", "steps_per_epoch", "patience"], 3)
COSTLY |= dict.fromkeys(["batch_size", "patch_size", "tile_size"], 21)


def keep(image, mask, weight, rng):
    """Augment nothing."""
    return image, mask, weight


def squares(truth, found):
    """Give a loss."""
    return (truth - found) ** 2


# Functions that a parameter may be.
FUNCTIONS = {
    "augment": [keep],
    "loss": [squares],
    "func": [abs, np.isnan, np.copy],  # which take anything: what others raise is their own
}

# Estimators that a parameter may be.
INNER = [OtsuThreshold(), MeanThreshold(), MinimumThreshold(), MeanThreshold(correction=0.5)]

# Names whose tuples say more than their constraint: how long they are, and of what.
PAIRS = st.sampled_from([(0.1, 0.9), (0, 255), (-1.0, 1.0), (3, 3), (5, 1), (None, 7), (0, None)])
SIZES = st.one_of(
    st.sampled_from([(3, 5), (5, 3), (1, 1), [3, 3], (3, 3, 3), (3,), (5,), (2, 3), (1, 2, 3)]),
    st.tuples(st.sampled_from([1, 3, 7, 101]), st.sampled_from([1, 3, 5])),
)


def is_affordable(name, value):
    """Tell whether a case with this value of a parameter is over soon."""
    values = value if isinstance(value, tuple | list | np.ndarray) else [value]
    most = COSTLY.get(name, math.inf)
    return all(not isinstance(v, Real) or not v > most for v in np.ravel(values).tolist())


def within(interval, name, default):
    """Draw from an interval: its ends, near the default, and far away."""
    whole = issubclass(interval.type, Integral)
    lo, hi = interval.left, interval.right
    step = 1 if whole else 1e-9
    ends = [lo, lo + step] if lo is not None and math.isfinite(lo) else []
    ends += [hi, hi - step] if hi is not None and math.isfinite(hi) else []
    near = [1, 2, 3, 5, 7, 11, 21] if whole else [0, 0.1, 0.5, 1, 2.5, -0.3, 100.25, 1000]
    far = [1001, 10**5 + 1, 2**31 - 1, 10**9 + 1] if whole else [-1e5, 1e30, 1e-30, 1e300]
    typed = [np.int8(3), np.uint8(21), np.int64(5)] if whole else [np.float32(0.25), 3]
    values = [
        v
        for v in [default] * 3 + near * 2 + ends + far + typed
        if isinstance(v, Real) and v in interval and is_affordable(name, v)
    ]
    return st.sampled_from(values)


def inside(constraint, name, default):
    """Draw what one entry of a parameter's constraints allows; None if it cannot be drawn."""
    if isinstance(constraint, Interval):
        return within(constraint, name, default)
    if isinstance(constraint, StrOptions):
        return st.sampled_from(sorted(constraint.options))
    if constraint is None:
        return st.none()
    if isinstance(constraint, str):
        return {"boolean": st.booleans(), "verbose": st.just(0), "random_state": st.just(0)}.get(
            constraint
        )
    if constraint is Integral:
        wide = name in {"image_shape", "n_jobs", "channel_axis"}
        return st.sampled_from([-1, 1, 2, 0, 3, -2, 9] if wide else [0, 1, 5])
    if constraint in (tuple, list):
        pairs = name in {"value_range", "bounds"}
        sizes = SIZES.filter(lambda v: is_affordable(name, v))
        return (PAIRS if pairs else sizes).map(constraint)
    if constraint is GlobalThreshold:
        return st.sampled_from(INNER)
    if constraint is dict:
        return st.sampled_from([{}, {0: 1.0, 1: 2.0}])
    if constraint is callable and name in FUNCTIONS:
        return st.sampled_from(FUNCTIONS[name])
    return None


# These change how X is read: drawn seldom, or nearly nothing would be an answer.
LAYOUT = ("channel_axis", "image_shape")


@st.composite
def parameters(draw, estimator, outside=False):
    """Draw some parameters; with `outside` at least one of them from `JUNK`."""
    constraints = type(estimator)._parameter_constraints
    given = estimator.get_params(deep=False)
    names = [n for n in inspect.signature(type(estimator)).parameters if n in constraints]
    ordinary = [n for n in names if n not in LAYOUT]
    found = {}
    if ordinary:
        for name in draw(st.lists(st.sampled_from(ordinary), max_size=4, unique=True)):
            kinds = [inside(c, name, given[name]) for c in constraints[name]]
            found[name] = draw(st.one_of([k for k in kinds if k is not None]))
    for name in [n for n in LAYOUT if n in names]:
        if draw(st.integers(0, 11)) == 11:
            found[name] = draw(st.one_of([inside(c, name, None) for c in constraints[name]]))
    if outside and names:
        name = draw(st.sampled_from(names))
        found[name] = draw(st.sampled_from([v for v in JUNK if is_affordable(name, v)]))
    return found


def is_small(value):
    """Tell whether numbers in a parameter are such that a plain reference can keep up."""
    values = value if isinstance(value, tuple | list) else [value]
    return all(not isinstance(v, Real) or abs(v) < 2000 for v in values)


def named(value):
    return value.value if isinstance(value, Named) else value
