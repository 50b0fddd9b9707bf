"""Any function of one image as a step."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from numbers import Integral
from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin
from sklearn.utils.parallel import Parallel, delayed

from skthresh.batch import Array, ImagesLike
from skthresh.batch_transformer import BatchTransformer
from skthresh.utils._sklearn import InvalidParameterError, fit_context

__all__ = ["ImageFunction"]

PREFIX = "kw_args__"


class ImageFunction(ClassNamePrefixFeaturesOutMixin, BatchTransformer):
    """Apply a function to each image: scikit-image's above all.

    Parameters
    ----------
    func : callable
        ``func(image, **kw_args)`` gives an array of one dimension or more. It is called with each
        sample in its own shape, channels included: where colour matters, tell it by its own
        keyword, such as ``kw_args={"channel_axis": -1}``.
    kw_args : dict of str to object or None, default=None
        Keyword arguments of `func`. Each is a parameter by the name ``kw_args__<keyword>``, for
        `set_params` and for a grid search, whether or not it is in the dict already.
    n_jobs : int or None, default=None
        Number of images that are worked on at a time, in threads; -1 means one for each
        processor. A function that holds Python's interpreter lock gains nothing from threads:
        under ``joblib.parallel_config(backend="loky")`` processes are used instead.
    image_shape : int, tuple of int or None, default=None
        Shape of the image that a flat row (2-D X) holds. Without it a row is a 1-D signal. Flat
        rows come back flat.

    Attributes
    ----------
    n_features_in_ : int
        Number of values of a flat row; set only if X was 2-D in `fit`.

    See Also
    --------
    skthresh.MaskCleaner : The usual clean-up of masks.
    skthresh.ImageUnion : Several steps side by side, as channels.

    Notes
    -----
    Each image is handed over as a copy of its own, C-contiguous and of the machine's byte order,
    so that a function that works in place, or insists on a plain array, may have its way with it.
    An error that the function raises goes on as it is, with a note that names the image.

    The results of a stack are a stack if they have one shape, else a list; those of a list are a
    list. Images of a list may differ in rank, too.

    Nothing is learned. `fit` checks that `func` takes `kw_args`, as far as its signature tells;
    on flat rows it also calls `func` for the first of them, to know the width of the output.

    Examples
    --------
    >>> import numpy as np
    >>> from skimage.filters import gaussian
    >>> from skthresh import ImageFunction
    >>> images = np.zeros((2, 5, 5))
    >>> images[:, 2, 2] = 1
    >>> step = ImageFunction(gaussian, kw_args={"sigma": 1})
    >>> step.fit_transform(images).max().round(2)
    np.float64(0.16)

    The keywords can be searched:

    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.pipeline import make_pipeline
    >>> from skthresh import OtsuThreshold
    >>> rng = np.random.default_rng(0)
    >>> truth = np.zeros((4, 20, 20), bool)
    >>> truth[:, 5:15, 5:15] = True
    >>> noisy = truth + rng.normal(scale=0.5, size=truth.shape)
    >>> model = make_pipeline(ImageFunction(gaussian), OtsuThreshold())
    >>> grid = {"imagefunction__kw_args__sigma": [0.1, 1.5]}
    >>> GridSearchCV(model, grid, cv=2).fit(noisy, truth).best_params_
    {'imagefunction__kw_args__sigma': 1.5}
    """

    _parameter_constraints: dict[str, list[Any]] = {
        "func": [callable],
        "kw_args": [dict, None],
        "n_jobs": [Integral, None],
        "image_shape": BatchTransformer._parameter_constraints["image_shape"],
    }

    _mixed_ranks = True

    def __init__(
        self,
        func: Callable[..., Any],
        *,
        kw_args: dict[str, Any] | None = None,
        n_jobs: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        self.func = func
        self.kw_args = kw_args
        self.n_jobs = n_jobs
        self.image_shape = image_shape

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters.

        Parameters
        ----------
        deep : bool, default=True
            Whether each keyword argument comes as a parameter ``kw_args__<keyword>``, too.

        Returns
        -------
        params : dict of str to object
            Names and values.
        """
        params: dict[str, Any] = super().get_params(deep=deep)
        if deep and isinstance(self.kw_args, dict):
            params.update({f"{PREFIX}{name}": value for name, value in self.kw_args.items()})
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters.

        Parameters
        ----------
        **params : dict
            Names and values. ``kw_args__<keyword>`` sets one keyword argument, which need not be
            there before. The dict that was passed as `kw_args` is not changed.

        Returns
        -------
        self : object
            The estimator.
        """
        keywords = {n: params.pop(n) for n in list(params) if n.startswith(PREFIX)}
        super().set_params(**params)
        if keywords:
            new = {name.removeprefix(PREFIX): value for name, value in keywords.items()}
            self.kw_args = {**(self.kw_args or {}), **new}
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any = None) -> Self:  # noqa: ARG002
        """Check the parameters; nothing is learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            Images of the kind that `transform` will get.
        y : Ignored
            Present for scikit-learn's conventions.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        _check_keywords(self.func, self.kw_args or {})
        batch = self._read(X, reset=True)
        if batch.is_flat:
            self._n_features_out = _call(self.func, self.kw_args or {}, batch.sample(0), 0).size
        return self

    def transform(self, X: ImagesLike) -> Any:
        """Apply the function to each image.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.

        Returns
        -------
        images : ndarray of shape (n_samples, ...) or list of ndarray
            What the function gave. A list if X is one, or if shapes differ.
        """
        batch = self._read(X, reset=False)
        call, kw_args = delayed(_call), self.kw_args or {}
        out = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            call(self.func, kw_args, x, i) for i, x in enumerate(batch.samples())
        )
        odd = next((i for i, x in enumerate(out) if x.shape != out[0].shape), None)
        if odd is None:
            return batch.rebuild(out)
        if batch.is_flat:
            raise ValueError(
                f"{_name(self.func)} gave shape {out[0].shape} for X[0] and {out[odd].shape} for "
                f"X[{odd}]: flat rows must become rows of one width. Pass images as a stack or a "
                "list."
            )
        return out

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # that is the function's affair
        return tags


def _call(func: Callable[..., Any], kw_args: dict[str, Any], x: Array, i: int) -> Array:
    """Call the function with a copy of sample i, and check what it gives."""
    own = np.array(x, dtype=x.dtype.newbyteorder("="), order="C")
    try:
        result = func(own, **kw_args)
    except Exception as error:
        error.add_note(f"Raised by {_name(func)} on X[{i}] of shape {x.shape}.")
        raise
    out = np.asarray(result)
    if out.ndim == 0 or out.dtype.kind not in "biufc":
        raise TypeError(
            f"{_name(func)} gave {type(result).__name__} for X[{i}] of shape {x.shape}; it must "
            "give an image: a numeric array of one dimension or more."
        )
    return out


def _name(func: Callable[..., Any]) -> str:
    return getattr(func, "__name__", None) or repr(func)


def _check_keywords(func: Callable[..., Any], kw_args: dict[str, Any]) -> None:
    """Refuse keywords that the signature does not have, and a lack of those that it needs."""
    try:
        signature = inspect.signature(func)
    except (ValueError, TypeError):  # written in C without one: the call will tell
        return
    try:
        signature.bind(None, **kw_args)
    except TypeError as error:
        raise InvalidParameterError(
            f"kw_args={kw_args!r} does not fit {_name(func)}: {error}. It is called as "
            f"{_name(func)}{signature}, with the image first."
        ) from error
