"""One case of each estimator: drawn, run and judged."""

from collections import Counter

import numpy as np
from contract import check_anything, check_images, watched
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from images import Named, masks, ragged, seeds, stacks, strange
from parameters import parameters

from skthresh.batch_transformer import DTYPES

# Seconds of the processor for one case: the compiler may have to be called for it, several times.
LIMIT = 120


@st.composite
def cases(draw, estimator, dtypes=tuple(DTYPES), huge=True):
    """Draw ("images" or "anything", parameters, x, X, y, mask, weight)."""
    kind = draw(st.sampled_from(["images", "images", "images", "ragged", "anything"]))
    if kind == "anything":
        what = draw(st.sampled_from(["X", "parameters", "mask", "y", "weight", "X and parameters"]))
        X = draw(strange()) if "X" in what else draw(stacks(dtypes, huge=False))[1]
        like = X.value if isinstance(X.value, np.ndarray | list) and "X" not in what else None
        params = draw(parameters(estimator, outside="parameters" in what))
        mask = draw(masks(like)) if what == "mask" else Named(None, "None")
        y = draw(masks(like)) if what == "y" else truth(X.value if like is not None else None)
        weight = draw(weights(X.value)) if what == "weight" else Named(None, "None")
        return kind, params, X, X, y, mask, weight
    if kind == "ragged":
        x = X = draw(ragged(dtypes))
    else:
        x, X = draw(stacks(dtypes, huge))
    params = draw(parameters(estimator))
    mask = Named(None, "None")
    if draw(st.integers(0, 3)) == 3:
        rng = np.random.default_rng(draw(seeds))
        mask = [rng.random(np.shape(v)) < 0.8 for v in x.value]
        mask = Named(mask if kind == "ragged" else np.stack(mask), "a mask")
    return kind, params, x, X, truth(x.value), mask, Named(None, "None")


def truth(x):
    """Give true masks."""
    if x is None:
        return Named(np.array([[0, 1, 1], [1, 0, 1]]), "some y")
    with np.errstate(all="ignore"):
        found = [np.asarray(v) > 100 for v in x]
    same = len({m.shape for m in found}) == 1
    return Named(np.stack(found) if same else found, "true masks")


def weights(x):
    n = len(x) if hasattr(x, "__len__") else 2
    values = {
        "ones": np.ones(n),
        "zeros": np.zeros(n),
        "a list": [1.0] * n,
        "too many": np.ones(n + 1),
        "negative": -np.ones(n),
        "NaN": np.full(n, np.nan),
        "inf": np.full(n, np.inf),
        "strings": ["a"] * n,
        "a number": 3,
        "a table": np.ones((n, 1)),
        "None": None,
        "huge": np.full(n, 1e300),
        "tiny": np.full(n, 1e-300),
        "bool": np.ones(n, bool),
        "complex": np.ones(n) * 1j,
        "halves": np.full(n, 0.5, np.float32),
        "text": "balanced",
    }
    return st.sampled_from([Named(v, f"weights, {k}") for k, v in values.items()])


def run(estimator, case, count):
    """Run a case of an estimator."""
    kind, params, x, X, y, mask, weight = case

    def make():
        made = type(estimator)(**estimator.get_params(deep=False))
        for name, value in params.items():  # as they are, whatever they are
            setattr(made, name, value)
        return made

    values = [v.value for v in (X, y, mask, weight)]
    with watched(LIMIT, at_most=5 * LIMIT):
        if kind == "anything":
            count[check_anything(make(), *values)] += 1
        else:
            count[check_images(make(), make, x.value, *values)] += 1


def try_many(estimator, n, number, report=lambda _: None, shrink=True, **options):
    """Run n cases of an estimator; give how many were answered and how many refused."""
    count = Counter()

    @seed(number)
    @settings(
        max_examples=n,
        database=None,
        deadline=None,
        phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(cases(estimator, **options))
    def all_of_them(case):
        count["cases"] += 1
        report(case)
        run(estimator, case, count)

    all_of_them()
    return count
