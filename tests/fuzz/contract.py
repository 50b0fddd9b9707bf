"""What must hold of every case: a right answer, or an error that says what is wrong."""

import contextlib
import faulthandler
import inspect
import re
import sys
import time
import warnings
from collections import Counter

import numpy as np
import plain
from parameters import is_small
from sklearn.exceptions import DataConversionWarning, NotFittedError

from skthresh import BatchShapeWarning
from skthresh.base import Thresholder
from skthresh.exceptions import ThresholdNotFoundError
from skthresh.global_threshold.learning import HistogramLearner
from skthresh.global_threshold.scalar import ScalarThreshold
from skthresh.utils._sklearn import InvalidParameterError

# The errors that are documented; what inherits from them (Unicode, AxisError) is none of them.
DOCUMENTED = {
    ValueError,
    TypeError,
    InvalidParameterError,
    NotFittedError,
    ThresholdNotFoundError,
}

# What a message may name beside parameters: the arrays, as scikit-learn's messages call them, too.
ARRAYS = (
    r"X|y|mask|masks|sample_weight|[Ss]ample weights?|[Ii]nput|array|image|images|[Ss]amples?|data"
    r"|dtype"
)

VERBS = ("thresholds", "predict", "transform", "decision_function")

# Pixels up to which there are references and comparisons one by one.
SMALL = 400


class HangError(AssertionError):
    """A case took far too long."""


@contextlib.contextmanager
def watched(seconds, at_most):
    """Raise `HangError` if it took more time of the processor; to wait for it is no hang.

    What never ends, in compiled code above all, cannot be interrupted: after `at_most` seconds by
    the clock the process says where it is, and ends.
    """
    faulthandler.dump_traceback_later(at_most, exit=True, file=sys.__stderr__)
    start = time.process_time()
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
    if (took := time.process_time() - start) > seconds:
        raise HangError(f"took {took:.0f} s of the processor")


def contents(value):
    """Give the bytes of what was passed, as far as it has any."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.tobytes() if value.dtype.kind != "O" else id(value)
    if isinstance(value, list | tuple):
        return type(value), [contents(v) for v in value]
    return id(value)


@contextlib.contextmanager
def unchanged(*values):
    """Assert that nothing writes to these."""
    before = [contents(v) for v in values]
    yield
    assert [contents(v) for v in values] == before, "the input was written to"


@contextlib.contextmanager
def strict():
    """Take warnings for errors, but those that are documented."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", BatchShapeWarning)
        warnings.simplefilter("ignore", DataConversionWarning)
        yield


def assert_documented(error, estimator):
    """Assert that an error is of a documented kind, and names what is wrong."""
    asked = "shape" in estimator.get_params(deep=False)  # for an answer of any size, as Resize
    if asked and isinstance(error, MemoryError) and "Unable to allocate" in str(error):
        return  # NumPy's, which says how large the answer would be
    if type(error) not in DOCUMENTED:
        raise AssertionError(f"{type(error).__name__} is not documented: {error}") from error
    given = estimator.get_params(deep=False)
    inner = [type(value).__name__ for value in given.values() if hasattr(value, "get_params")]
    names = "|".join(map(re.escape, [type(estimator).__name__, *inner, *given]))
    known = rf"(?<!\w)({names}|{ARRAYS})(?!\w)"
    if not re.search(known, str(error)):
        raise AssertionError(f"the message names nothing: {error}") from error


def takes(method, name):
    return name in inspect.signature(method).parameters


def fitted(estimator, X, y=None, mask=None, weight=None):
    """Fit with what there is and the estimator takes."""
    more = {"mask": mask, "sample_weight": weight}
    kept = {k: v for k, v in more.items() if v is not None and takes(estimator.fit, k)}
    return estimator.fit(X, y, **kept)


def say(estimator, verb, X, mask=None):
    method = getattr(estimator, verb)
    return method(X, mask=mask) if mask is not None and takes(method, "mask") else method(X)


def verbs_of(estimator):
    return [v for v in VERBS if hasattr(estimator, v)]


def equal(a, b):
    """Assert that two answers are the same to the bit, whether stacks or lists."""
    if isinstance(a, list) or isinstance(b, list):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            equal(x, y)
        return
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    assert a.dtype.newbyteorder("=") == b.dtype.newbyteorder("=")
    np.testing.assert_array_equal(a, b)


def check_anything(estimator, X, y, mask, weight):
    """Check a case of which nothing is known. Give "answer" or "refused"."""
    with unchanged(X, y, mask, weight), strict():
        try:
            fitted(estimator, X, y, mask, weight)
            answers = {v: say(estimator, v, X, mask) for v in verbs_of(estimator)}
        except Exception as error:  # noqa: BLE001  which of them are right is the question
            assert_documented(error, estimator)
            return "refused"
    if isinstance(X, np.ndarray) and X.dtype.kind in "biuf":
        check_kinds(estimator, X, answers)
    return "answer"


def check_kinds(estimator, X, answers):
    """Check dtypes and shapes of the answers to an array."""
    if hasattr(estimator, "predict_proba"):
        check_probabilities(estimator, X, answers)
        return
    if "predict" in answers:
        assert answers["predict"].shape == X.shape
        boolean = isinstance(estimator, Thresholder) or not hasattr(estimator, "thresholds")
        assert answers["predict"].dtype.kind == ("b" if boolean else "u")
        assert answers["transform"].shape == X.shape
    if "decision_function" in answers:
        assert answers["decision_function"].shape == X.shape
        assert answers["decision_function"].dtype == np.float64
    transform = np.asarray(answers["transform"])
    assert len(transform) == len(X)
    if estimator.__sklearn_tags__().transformer_tags.preserves_dtype:
        keeps = getattr(estimator, "standard", "bt601") == "bt601"
        assert not keeps or transform.dtype == X.dtype


def check_probabilities(estimator, X, answers):
    """Check labels, and what is said of each."""
    shape = list(X.shape)
    if estimator.channel_axis is not None:
        shape.pop(estimator.channel_axis + (estimator.channel_axis >= 0))
    assert answers["predict"].shape == tuple(shape)
    assert answers["predict"].dtype == estimator.classes_.dtype
    assert np.isin(answers["predict"], estimator.classes_).all()
    shares = answers["transform"]
    assert shares.shape == (*shape, len(estimator.classes_))
    assert shares.dtype == np.float32
    np.testing.assert_allclose(shares.sum(axis=-1), 1, atol=1e-3)


def check_images(estimator, make, x, X, y, mask, weight):
    """Check images as they should be, with parameters that are allowed.

    `x` is the plain stack, `X` the same in some layout; `make` gives the estimator unfitted again.
    """
    with unchanged(x, X, y, mask, weight), strict():
        try:
            fitted(estimator, X, y, mask, weight)
            answers = {v: say(estimator, v, X, mask) for v in verbs_of(estimator)}
        except Exception as error:  # noqa: BLE001  as above
            assert_documented(error, estimator)
            with_error(make(), x, y, mask, weight, type(error))
            return "refused"
        other = fitted(make(), x, y, mask, weight)
        expected = {v: say(other, v, x, mask) for v in verbs_of(other)}
        for verb, answer in answers.items():
            equal(answer, expected[verb])
        if isinstance(x, np.ndarray):
            check_kinds(estimator, x, expected)
            one_by_one(other, x, mask, expected)
    if isinstance(estimator, Thresholder) and estimator.channel_axis is None:
        shape = estimator.image_shape
        check_pixels(other, fold(x, shape), None if mask is None else fold(mask, shape), expected)
    return "answer"


def with_error(estimator, x, y, mask, weight, kind):
    """Assert that what is refused in one layout is refused in another."""
    try:
        fitted(estimator, x, y, mask, weight)
        for verb in verbs_of(estimator):
            say(estimator, verb, x, mask)
    except kind:
        return
    raise AssertionError(f"{kind.__name__} in one memory layout, and not in another")


def fold(x, image_shape):
    """Give flat rows the shape of their images; whatever else is there stays as it is."""
    if image_shape is None or isinstance(x, list) or x.ndim != 2:
        return x
    return x.reshape(len(x), *np.atleast_1d(image_shape))


def one_by_one(estimator, x, mask, expected):
    """Assert that an image has the same answer by itself."""
    if x.size > SMALL or len(x) < 2:
        return
    if hasattr(estimator, "predict_proba"):
        each = [estimator.predict_proba(x[i : i + 1])[0] for i in range(len(x))]
        np.testing.assert_allclose(each, expected["transform"], atol=1e-3)
        return
    for i in range(len(x)):
        own = None if mask is None else mask[i : i + 1]
        for verb in set(expected) - {"thresholds"}:
            equal(say(estimator, verb, x[i : i + 1], own)[0], expected[verb][i])


def check_pixels(estimator, x, mask, answers):
    """Check every pixel of every image against the plain references."""
    if sum(np.size(image) for image in x) > SMALL:
        return
    insides = [np.ones(np.shape(v), bool) for v in x] if mask is None else list(mask)
    t, dtype = answers["thresholds"], x[0].dtype
    each = isinstance(estimator, ScalarThreshold)
    if isinstance(estimator, HistogramLearner):
        check_learned(estimator, x, insides)
    per_image = each and getattr(estimator, "per_image", False)
    for i, image in enumerate(x):
        own = (t[i].item() if per_image else t) if each else np.reshape(t[i], image.shape)
        predicted = np.reshape(answers["predict"][i], image.shape)
        made = np.reshape(answers["transform"][i], image.shape)
        inside = insides[i]
        if each:
            found = plain.foreground(image, own, estimator.mode, inside)
            np.testing.assert_array_equal(predicted, found)
        else:
            check_near(image, own, predicted, estimator.mode, inside)
            check_formula(estimator, image, inside, own)
        expected = plain.transformed(
            image, predicted, own, estimator.mode, estimator.max_value, inside
        )
        if expected is not None:
            np.testing.assert_array_equal(made, expected)
    assert dtype == np.asarray(answers["transform"][0]).dtype


def check_near(image, t, predicted, mode, inside):
    """Compare with thresholds that differ by pixel; those as good as equal to it may be either."""
    v = image.astype(np.float64)
    with np.errstate(all="ignore"):
        found = (v <= t) if mode.endswith("_inv") else (v > t)
        close = np.abs(v / 2 - t / 2) <= tolerance(image.dtype) * np.fmax(np.abs(v), np.abs(t))
    known = inside & ~np.isnan(v)
    assert not predicted[~known].any()
    sure = known & ~close & ~np.isnan(t)
    np.testing.assert_array_equal(predicted[sure], found[sure])


def tolerance(dtype):
    return {"float16": 1e-3, "float32": 1e-5}.get(dtype.name, 1e-8)


def check_formula(estimator, image, inside, t):
    if not is_small([v for v in vars(estimator).values() if isinstance(v, int | float | tuple)]):
        return
    expected = plain.local_thresholds(estimator, image, inside)
    if expected is None:
        return
    scale = np.nanmax(np.abs(np.where(inside, image, 0).astype(np.float64)))
    known = inside & np.isfinite(expected) & ~np.isnan(image.astype(np.float64))
    np.testing.assert_allclose(
        t[known], expected[known], rtol=1e-6, atol=max(tolerance(image.dtype), 1e-7) * scale
    )


def check_learned(estimator, x, insides):
    """Check the histogram, and the thresholds of it."""
    if estimator.per_image or estimator.log_scale:
        return
    levels = plain.histogram(x, insides, estimator.n_bins, estimator.value_range)
    if levels is None or isinstance(estimator.histogram_, list):
        return
    h = estimator.histogram_
    found = Counter()
    for c, n in zip(h.centers, h.counts, strict=True):
        if n:
            found[c.item()] += n.item()  # bins one unit in the last place wide may share a centre
    if x[0].dtype.kind == "f":
        np.testing.assert_allclose(list(found), list(levels), rtol=1e-12, atol=1e-300)
    else:
        assert list(found) == list(levels)
    assert list(found.values()) == list(levels.values())
    if x[0].dtype.kind == "f" or estimator.correction != 1 or estimator.bounds is not None:
        return
    best = plain.learned(estimator, levels)
    if best is not None:
        assert np.ravel(getattr(estimator, estimator._answer)).tolist() == best
