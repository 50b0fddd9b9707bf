"""Checks of the image contract, beside scikit-learn's checks of flat rows.

scikit-learn's own suite (`sklearn.utils.estimator_checks`) feeds tables. These feed stacks,
lists, volumes and degenerate images. Run all of them on an estimator of your own with
`check_image_estimator`, or one test for each with `parametrize_with_image_checks`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skthresh.base import Thresholder
from skthresh.batch import Array
from skthresh.batch_transformer import DTYPES
from skthresh.exceptions import BatchShapeWarning
from skthresh.modes import is_inverse, white

__all__ = ["check_image_estimator", "image_checks", "parametrize_with_image_checks"]

Check = Callable[[Any], None]

HEIGHT, WIDTH = 12, 16  # no warning of suspicious shapes


def image_checks(estimator: Any) -> Iterator[Check]:
    """Give the checks that apply to an estimator, as functions of it.

    Parameters
    ----------
    estimator : estimator instance
        Thresholders get all checks, other estimators (steps, segmenters) those of the data model.
    """
    yield from (
        check_list_agrees_with_stack,
        check_batch_is_one_by_one,
        check_input_is_not_written_to,
        check_memory_layout_does_not_matter,
        check_dtypes,
        check_unsupported_dtypes_are_named,
        check_inf_and_empty_are_refused,
        check_unfitted,
        check_clone_and_pickle,
        check_set_output_on_images,
    )
    if "channel_axis" in estimator.get_params() and not getattr(estimator, "_mixed_ranks", False):
        yield check_layout_is_remembered
    if "image_shape" in estimator.get_params():
        yield check_flat_rows_agree_with_stack
    if hasattr(estimator, "thresholds"):
        two_levels = check_verbs_agree, check_verbs_are_not_overridden
        yield from two_levels if isinstance(estimator, Thresholder) else (check_classes_agree,)
        yield from (
            check_ranks,
            check_channels_are_thresholded_by_themselves,
            check_nan_is_background,
            check_masked_pixels_are_as_nan,
            check_masked_pixels_do_not_matter,
            check_masks_of_every_kind,
            check_degenerate_images,
            check_score,
        )
        if estimator._image_like_side is not None:
            yield check_one_image_is_warned_about


def check_image_estimator(estimator: Any) -> None:
    """Run every check that applies.

    Parameters
    ----------
    estimator : estimator instance
        Each check has a clone of it.

    Raises
    ------
    AssertionError
        By the first check that fails.

    Examples
    --------
    >>> from skthresh import OtsuThreshold
    >>> check_image_estimator(OtsuThreshold())
    """
    for check in image_checks(estimator):
        check(clone(estimator))


def parametrize_with_image_checks(estimators: Sequence[Any]) -> Any:
    """Make a pytest decorator that runs each check on each estimator as a test of its own.

    Parameters
    ----------
    estimators : sequence of estimator instances
        The test function takes ``estimator`` and ``check``.

    Returns
    -------
    decorator : pytest.MarkDecorator
        To be put on that function.

    Examples
    --------
    >>> from skthresh import OtsuThreshold
    >>> @parametrize_with_image_checks([OtsuThreshold()])
    ... def test_images(estimator, check):
    ...     check(estimator)
    """
    import pytest  # noqa: PLC0415  only for those who test

    cases = [
        pytest.param(clone(e), check, id=f"{e}-{check.__name__}")
        for e in estimators
        for check in image_checks(e)
    ]
    if not cases:
        raise ValueError("parametrize_with_image_checks was given no estimator.")
    return pytest.mark.parametrize(("estimator", "check"), cases)


def images(n: int = 3, dtype: Any = np.uint8, shape: tuple[int, ...] = (HEIGHT, WIDTH)) -> Array:
    """Make images whose grey levels have two modes, exactly representable in every dtype."""
    rng = np.random.default_rng(0)
    values = rng.integers(10, 40, (n, *shape)) + 60 * rng.integers(0, 2, (n, *shape))
    dtype = np.dtype(dtype)
    return np.asarray(values > 60 if dtype.kind == "b" else values.astype(dtype))


def masks(X: Array) -> Array:
    """Give the true masks of `images`: of each pixel by itself."""
    return np.asarray(X if X.dtype.kind == "b" else X > 55)


def fitted(estimator: Any, X: Any, **params: Any) -> Any:
    y = [masks(x) for x in X] if isinstance(X, list) else masks(X)
    return estimator.fit(X, y, **params)


def verb(estimator: Any) -> Callable[[Any], Any]:
    """Give the verb that tells most about an estimator's answer."""
    return estimator.predict if hasattr(estimator, "predict") else estimator.transform


def outputs(estimator: Any, X: Any) -> list[Any]:
    """Give what every verb says of X, each as a list with one array per image."""
    names = ("predict", "transform", "decision_function")
    return [list(getattr(estimator, name)(X)) for name in names if hasattr(estimator, name)]


def label_kind(estimator: Any) -> str:
    """Give the kind of dtype that `predict` has: masks, or the numbers of several classes."""
    return "b" if isinstance(estimator, Thresholder) else "u"


def in_modes(estimator: Any, *modes: str) -> Iterator[Any]:
    """Give unfitted copies, one in each mode; one as it is, if there is no such parameter."""
    if "mode" not in estimator.get_params():
        yield clone(estimator)
        return
    for mode in modes:
        yield clone(estimator).set_params(mode=mode)


def assert_same(left: list[Any], right: list[Any], what: str) -> None:
    for one, other in zip(left, right, strict=True):
        for a, b in zip(one, other, strict=True):
            if a.dtype.kind == "f":  # U-Net's probabilities depend on the batch's size by rounding
                np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5, err_msg=what)
            else:
                assert_array_equal(a, b, err_msg=what)


def assert_raises(error: Any, function: Callable[[], Any], *words: str) -> None:
    """Assert that an error is raised whose message has the words."""
    try:
        function()
    except error as e:
        missing = [w for w in words if w not in str(e)]
        assert not missing, f"the message does not name {missing}: {e}"
    else:
        raise AssertionError(f"no {error} was raised")


def check_list_agrees_with_stack(estimator: Any) -> None:
    X = images()
    from_stack = outputs(fitted(clone(estimator), X), X)
    if type(estimator).__name__ != "Flatten":
        answer = verb(fitted(clone(estimator), list(X)))(list(X))
        assert isinstance(answer, list), "a list must come back for a list"
    from_list = outputs(fitted(estimator, list(X)), list(X))
    assert_same(from_stack, from_list, "a list of images and their stack differ")
    objects = np.empty(len(X), dtype=object)
    objects[:] = list(X)
    assert_same(from_stack, outputs(estimator, objects), "an object array and a stack differ")


def check_batch_is_one_by_one(estimator: Any) -> None:
    X = images(4)
    fitted(estimator, X)
    together = outputs(estimator, X)
    single = [outputs(estimator, X[i : i + 1]) for i in range(len(X))]
    one_by_one = [[s[k][0] for s in single] for k in range(len(together))]
    assert_same(together, one_by_one, "a batch and its images one by one differ")


def check_input_is_not_written_to(estimator: Any) -> None:
    X = images()
    before, y = X.copy(), masks(X)
    X.flags.writeable = y.flags.writeable = False
    estimator.fit(X, y)
    outputs(estimator, X)
    assert_array_equal(X, before)


def check_memory_layout_does_not_matter(estimator: Any) -> None:
    for dtype in (np.uint16, np.float64):
        X = images(dtype=dtype)
        expected = outputs(fitted(clone(estimator), X), X)
        wide = np.repeat(X, 2, axis=-1)
        layouts = {
            "Fortran order": np.asfortranarray(X),
            "a negative stride": X[:, ::-1].copy()[:, ::-1],
            "every second column": wide[..., ::2],
            "swapped bytes": X.astype(X.dtype.newbyteorder()),
        }
        for what, view in layouts.items():
            assert_same(expected, outputs(fitted(clone(estimator), view), view), what)


def check_dtypes(estimator: Any) -> None:
    for dtype in DTYPES:
        X = images(dtype=dtype)
        e = fitted(clone(estimator), X)
        answer = verb(e)(X)
        assert len(answer) == len(X)
        if hasattr(estimator, "thresholds"):
            assert answer.dtype.kind == label_kind(estimator)
            assert answer.shape == X.shape
            assert e.transform(X).dtype == X.dtype


def check_unsupported_dtypes_are_named(estimator: Any) -> None:
    X = images()
    for dtype, word in ((complex, "omplex"), (np.longdouble, "longdouble")):
        bad = X.astype(dtype)
        word = str(np.dtype(dtype)) if dtype is np.longdouble else word  # noqa: PLW2901
        assert_raises(ValueError, partial(clone(estimator).fit, bad, masks(X)), word)


def check_inf_and_empty_are_refused(estimator: Any) -> None:
    X = images(dtype=np.float32)
    y = masks(X)
    X[0, 0, 0] = np.inf
    assert_raises(ValueError, lambda: clone(estimator).fit(X, y), "infinity")
    assert_raises(ValueError, lambda: clone(estimator).fit(X[:0], y[:0]), "0 sample")
    assert_raises(ValueError, lambda: clone(estimator).fit(X[:, :0], y[:, :0]), "(3, 0, 16)")
    assert_raises((ValueError, TypeError), lambda: clone(estimator).fit([], []))


def check_unfitted(estimator: Any) -> None:
    X = images()
    assert_raises(NotFittedError, lambda: verb(estimator)(X), type(estimator).__name__)


def check_clone_and_pickle(estimator: Any) -> None:
    X = images()
    fitted(estimator, X)
    copy = pickle.loads(pickle.dumps(estimator))  # noqa: S301  our own bytes
    assert_same(outputs(estimator, X), outputs(copy, X), "a pickled estimator differs")
    assert_raises(NotFittedError, lambda: verb(clone(estimator))(X))


def check_set_output_on_images(estimator: Any) -> None:
    X = images()
    fitted(estimator, X)
    estimator.set_output(transform="pandas")
    if getattr(estimator, "_gives_table", False):
        assert estimator.transform(X).shape[0] == len(X)
    else:
        assert_raises(ValueError, lambda: estimator.transform(X), "set_output")


def check_layout_is_remembered(estimator: Any) -> None:
    X = images()
    fitted(estimator, X)
    other_size = np.concatenate([X, X], axis=2)
    assert len(verb(estimator)(other_size)) == len(X), "other image sizes must be accepted"
    assert_raises(ValueError, lambda: verb(estimator)(X[0]), "X has samples of")
    colour = np.stack([X] * 2, axis=-1)
    estimator.set_params(channel_axis=-1).fit(colour, masks(X))
    three = np.stack([X] * 3, axis=-1)
    assert_raises(ValueError, lambda: verb(estimator)(three), "3 channels")


def check_flat_rows_agree_with_stack(estimator: Any) -> None:
    X = images()
    flat = X.reshape(len(X), -1)
    expected = outputs(fitted(clone(estimator), X), X)
    estimator.set_params(image_shape=(HEIGHT, WIDTH))
    answer = outputs(fitted(estimator, flat), flat)
    expected = [[a.reshape(-1) for a in one] for one in expected]
    assert_same(expected, answer, "flat rows with image_shape and a stack differ")
    assert_raises(ValueError, lambda: verb(estimator)(flat[:, 1:]), "features")
    estimator.set_params(image_shape=(HEIGHT, WIDTH + 1))
    assert_raises(ValueError, lambda: fitted(estimator, flat), "image_shape", str(WIDTH + 1))


def check_verbs_agree(estimator: Any) -> None:
    for dtype in ("bool", "uint8", "int16", "uint64", "float16", "float32", "float64"):
        X = images(dtype=dtype)
        for mode in ("binary", "binary_inv", "trunc", "tozero", "tozero_inv"):
            e = fitted(clone(estimator).set_params(mode=mode), X)
            mask, t = e.predict(X), e.thresholds(X)
            if np.ndim(t) == 1:
                t = np.reshape(t, (-1, 1, 1))
            above = X.astype(float) > np.asarray(t, float)
            assert_array_equal(mask, ~above if is_inverse(mode) else above)
            distance = e.decision_function(X)
            assert_array_equal(distance >= 0 if is_inverse(mode) else distance > 0, mask)
            if mode.startswith("binary"):
                expected = np.where(mask, white(X.dtype), np.zeros(1, X.dtype))
            elif mode == "trunc":
                continue
            else:
                expected = np.where(mask, X, np.zeros(1, X.dtype))
            assert_array_equal(e.transform(X), expected, err_msg=mode)


def check_classes_agree(estimator: Any) -> None:
    """Several classes: thresholds, labels and what becomes of them."""
    for dtype in ("bool", "uint8", "int16", "uint64", "float16", "float32", "float64"):
        X = images(dtype=dtype)
        e = fitted(clone(estimator), X)
        t = np.atleast_2d(np.asarray(e.thresholds(X), float))
        labels = e.predict(X)
        above = X.astype(float)[..., np.newaxis] > t[:, np.newaxis, np.newaxis]
        assert_array_equal(labels, above.sum(axis=-1))
        for image, out in zip(labels, e.transform(X).astype(float), strict=True):
            ranges = [(out[image == c].min(), out[image == c].max()) for c in np.unique(image)]
            assert all(lo == hi for lo, hi in ranges), "a class has more than one level"
            assert ranges == sorted(ranges), "the levels of the classes are not in their order"


def check_verbs_are_not_overridden(estimator: Any) -> None:
    for name in ("predict", "transform", "decision_function", "score"):
        own = getattr(type(estimator), name)
        message = f"{name} belongs to Thresholder: override a hook instead"
        assert own.__qualname__ == f"Thresholder.{name}", message


def check_ranks(estimator: Any) -> None:
    for shape in ((20,), (HEIGHT, WIDTH), (3, 5, 6)):
        X = images(2, shape=shape)
        if hasattr(estimator, "window_size"):
            estimator.set_params(window_size=3)
        mask = fitted(estimator, X).predict(X)
        assert mask.shape == X.shape
        assert mask.dtype.kind == label_kind(estimator)


def check_channels_are_thresholded_by_themselves(estimator: Any) -> None:
    X = images(2)
    colour = np.stack([X, X[:, ::-1] // 2, 255 - X], axis=-1)
    e = fitted(clone(estimator).set_params(channel_axis=-1), colour)
    answer = e.predict(colour)
    for c in range(3):
        plane = np.ascontiguousarray(colour[..., c])
        assert_array_equal(answer[..., c], fitted(clone(estimator), plane).predict(plane))
    first = np.moveaxis(colour, -1, 1)
    fitted(e.set_params(channel_axis=0), first)
    assert_array_equal(np.moveaxis(e.predict(first), 1, -1), answer)


def check_nan_is_background(estimator: Any) -> None:
    X = images(dtype=np.float32)
    holes = np.zeros(X.shape, bool)
    holes[:, 2:4, 3:6] = True
    X[holes] = np.nan
    for unfitted in in_modes(estimator, "binary", "binary_inv", "tozero", "tozero_inv"):
        e = fitted(unfitted, X)
        assert not e.predict(X)[holes].any()
        assert (e.transform(X)[holes] == 0).all()
        if hasattr(e, "decision_function"):
            assert np.isnan(e.decision_function(X)[holes]).all()
    nothing = np.full_like(X, np.nan)
    e = fitted(clone(estimator), nothing)
    assert not e.predict(nothing).any()


def check_masked_pixels_are_as_nan(estimator: Any) -> None:
    X = images(dtype=np.float64)
    inside = np.ones(X.shape, bool)
    inside[:, 2:4, 3:6] = False
    holes = np.where(inside, X, np.nan)
    for unfitted in in_modes(estimator, "binary", "binary_inv"):
        with_nan = fitted(clone(unfitted), holes)
        masked = fitted(unfitted, X, mask=inside)
        for name in ("thresholds", "predict", "transform", "decision_function"):
            if not hasattr(estimator, name):
                continue
            a, b = getattr(with_nan, name)(holes), getattr(masked, name)(X, mask=inside)
            if np.shape(a) == X.shape:  # the number at a pixel that does not count means nothing
                a, b = a[inside], b[inside]
            assert_same([np.atleast_1d(a)], [np.atleast_1d(b)], f"{name} of a mask and of NaN")
        y = masks(X)
        assert masked.score(X, y, mask=inside) == masked.score(X, y & inside, mask=inside)


def check_masked_pixels_do_not_matter(estimator: Any) -> None:
    for dtype in ("uint8", "int32", "float32"):
        X = images(dtype=dtype)
        inside = np.ones(X.shape, bool)
        inside[:, 2:4, 3:6] = False
        other = np.where(inside, X, np.array(101, dtype))
        answers = []
        for x in (X, other):
            e = fitted(clone(estimator), x, mask=inside)
            answers.append([getattr(e, v)(x, mask=inside) for v in ("predict", "transform")])
            assert not answers[-1][0][~inside].any()
            assert not answers[-1][1][~inside].any()
        assert_same(answers[0], answers[1], "what a mask leaves out matters")


def check_masks_of_every_kind(estimator: Any) -> None:
    X = images()
    inside = np.random.default_rng(0).random(X.shape) < 0.8
    expected = fitted(clone(estimator), X, mask=inside).predict(X, mask=inside)
    ragged = fitted(clone(estimator), list(X), mask=list(inside))
    assert_same([expected], [ragged.predict(list(X), mask=list(inside))], "a list of masks")
    colour = np.stack([X, X], axis=-1)
    e = fitted(clone(estimator).set_params(channel_axis=-1), colour, mask=inside)
    both = np.stack([expected, expected], axis=-1)
    assert_array_equal(e.predict(colour, mask=inside), both)
    assert_array_equal(e.predict(colour, mask=np.stack([inside, inside], axis=-1)), both)
    flat = X.reshape(len(X), -1), inside.reshape(len(X), -1)
    e = fitted(clone(estimator).set_params(image_shape=(HEIGHT, WIDTH)), flat[0], mask=flat[1])
    assert_array_equal(e.predict(flat[0], mask=flat[1]), expected.reshape(len(X), -1))
    again = clone(estimator)
    transformed = fitted(clone(estimator), X, mask=inside).transform(X, mask=inside)
    assert_array_equal(again.fit_transform(X, masks(X), mask=inside), transformed)
    assert_raises(ValueError, lambda: again.predict(X, mask=inside.astype(int)), "mask", "int64")
    assert_raises(ValueError, lambda: again.predict(X, mask=inside[:, 1:]), "mask", "(11, 16)")
    assert_raises(ValueError, lambda: again.predict(X, mask=inside[:2]), "mask", "3 images")
    nothing = np.zeros(X.shape, bool)
    assert not fitted(clone(estimator), X, mask=nothing).predict(X, mask=nothing).any()


def check_degenerate_images(estimator: Any) -> None:
    """Constant, two values, one pixel, extremes of the dtype: no error, no overflow."""
    for dtype in DTYPES:
        info: Any = np.finfo(dtype) if "float" in dtype else None
        if dtype == "bool":
            lo, hi = False, True
        else:
            info = info or np.iinfo(dtype)
            lo, hi = info.min, info.max
        cases = {
            "lowest": np.full((2, 4, 5), lo, dtype),
            "highest": np.full((2, 4, 5), hi, dtype),
            "one pixel": np.full((1, 1, 1), hi, dtype),
            "extremes": np.tile(np.array([lo, hi], dtype), (1, 4, 2)),
        }
        for what, X in cases.items():
            e = fitted(clone(estimator), X)
            mask = e.predict(X)
            assert mask.shape == X.shape, what
            assert e.transform(X).dtype == X.dtype, what
            if hasattr(estimator, "per_image"):
                expected = X == hi if what == "extremes" else np.zeros(X.shape, bool)
                assert_array_equal(mask != 0, expected, err_msg=f"{what}, {dtype}")


def check_score(estimator: Any) -> None:
    X = images()
    e = fitted(estimator, X)
    y = e.predict(X)
    y[:, 0, 0] = True
    assert e.score(X, e.predict(X)) == 1.0
    assert 0.0 <= e.score(X, ~y) <= 1.0
    assert e.score(list(X), list(y)) == e.score(X, y) if _accepts_list(e, X) else True
    assert_raises(ValueError, lambda: e.score(X, y[:, 1:]), "shape")


def _accepts_list(estimator: Any, X: Array) -> bool:
    fitted(estimator, list(X))
    return True


def check_one_image_is_warned_about(estimator: Any) -> None:
    import warnings  # noqa: PLC0415

    image = images(1, shape=(64, 48))[0]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(image)
    found = [w for w in caught if issubclass(w.category, BatchShapeWarning)]
    assert found, "one image where a batch belongs went unnoticed"
    assert "np.newaxis" in str(found[0].message)
