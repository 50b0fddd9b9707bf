"""A criterion, split by split: the plain twin of what is computed for all splits at once."""

import numpy as np


def assert_best(criterion, value, counts, centers, tolerance=1e-9):
    """Assert that a threshold is the split with the greatest ``value(low, high)``.

    `value` gets the (counts, levels) of both classes, levels measured from the lowest.
    """
    some = counts > 0
    n, v = counts[some].astype(float), centers[some].astype(float)
    x = v - v[0]
    values = np.array([value((n[:i], x[:i]), (n[i:], x[i:])) for i in range(1, len(n))])
    t = criterion(counts, centers)
    assert t in v
    chosen = values[list(v).index(t)]
    assert chosen >= values.max() - tolerance * max(1, abs(values.max()))
    first = np.flatnonzero(values >= values.max() - 1e-13 * abs(values.max()))[0]
    assert t <= v[first], "of equals, the lowest"
