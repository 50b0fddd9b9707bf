"""Several steps side by side, their results as channels."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any, Self

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, clone
from sklearn.utils import Bunch
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from skthresh.batch import Batch, ImagesLike
from skthresh.batch_transformer import BatchTransformer
from skthresh.preprocessing._join import join
from skthresh.utils._sklearn import (
    BaseComposition,
    InvalidParameterError,
    fit_context,
    name_estimators,
)

__all__ = ["ImageUnion", "make_image_union"]

# Who it is for, what is called, with which arguments and which metadata.
Call = tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class _Passthrough(BaseEstimator):
    """What "passthrough" stands for."""

    def fit(self, X: ImagesLike, y: Any = None) -> Self:  # noqa: ARG002
        self.fitted_ = True
        return self

    def transform(self, X: ImagesLike) -> Any:
        return X


class ImageUnion(BatchTransformer, BaseComposition):
    """Apply several transformers to the same images, and make channels of the results.

    What `sklearn.pipeline.FeatureUnion` is for tables: that refuses images, or puts the results
    below each other. Thresholds of several techniques, beside the image itself, may be what a
    classifier of pixels looks at.

    Parameters
    ----------
    transformer_list : list of (str, transformer)
        Names and transformers, in the order of the channels. ``"passthrough"`` stands for the
        images as they are, ``"drop"`` for nothing. A transformer is replaced by
        ``set_params(name=...)``, and its parameters are set as ``name__parameter``.
    n_jobs : int or None, default=None
        Number of transformers that work at a time, in threads; -1 means one for each processor.
    channel_axis : int or None, default=None
        Axis of one sample that indexes channels, in X and in those results that have one. None:
        the samples of X are pixels on all axes, and results have channels, if any, on the last.
    image_shape : int, tuple of int or None, default=None
        Shape of the image that a flat row (2-D X) holds. The transformers then see images, and
        rows come back flat, the channels of a pixel side by side. Without it, X is a table, and
        the results are put side by side, as FeatureUnion does.

    Attributes
    ----------
    transformers_ : list of (str, transformer)
        The fitted transformers; those that were dropped are left out.
    named_transformers_ : Bunch
        The same, by name.
    sample_ndim_ : int
        Number of dimensions of one sample as seen in `fit`, channels included.
    n_channels_ : int or None
        Number of channels of X as seen in `fit`.
    n_features_in_ : int
        Number of values of a flat row; set only if X was 2-D in `fit`.

    See Also
    --------
    make_image_union : The same, with names made from the types.
    skthresh.ImageFunction : Any function of one image as a step.

    Notes
    -----
    `fit` leaves the transformers in `transformer_list` as they are, and fits clones of them; y
    goes to all. Other metadata, such as ``sample_weight`` or ``mask``, goes to the transformers
    whose `fit` or `transform` names it; with ``sklearn.set_config(enable_metadata_routing=True)``
    to those that request it.

    The results must have the same pixels, that is the same shape but for channels. Their common
    dtype is NumPy's: masks beside uint8 images are uint8, of 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import AdaptiveThreshold, ImageUnion, OtsuThreshold
    >>> images = np.random.default_rng(0).integers(0, 256, (4, 32, 32), dtype=np.uint8)
    >>> union = ImageUnion([
    ...     ("image", "passthrough"), ("otsu", OtsuThreshold()), ("local", AdaptiveThreshold()),
    ... ])
    >>> union.fit_transform(images).shape
    (4, 32, 32, 3)
    >>> union.set_params(otsu="drop", local__window_size=5).fit_transform(images).shape
    (4, 32, 32, 2)
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **BatchTransformer._parameter_constraints,
        "transformer_list": [list, tuple],
        "n_jobs": [Integral, None],
    }

    _image_like_side = None  # the transformers warn, where it matters to them

    def __init__(
        self,
        transformer_list: Sequence[tuple[str, Any]],
        *,
        n_jobs: int | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        self.transformer_list = transformer_list
        self.n_jobs = n_jobs
        self.channel_axis = channel_axis
        self.image_shape = image_shape

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters.

        Parameters
        ----------
        deep : bool, default=True
            Whether the transformers and their parameters are parameters, too.

        Returns
        -------
        params : dict of str to object
            Names and values.
        """
        params: dict[str, Any] = self._get_params("transformer_list", deep=deep)
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters.

        Parameters
        ----------
        **params : dict
            Names and values: of this estimator's own parameters, of a transformer by its name,
            or of a transformer's parameter as ``name__parameter``.

        Returns
        -------
        self : object
            The estimator.
        """
        self._set_params("transformer_list", **params)
        return self

    @property
    def named_transformers_(self) -> Any:
        """The fitted transformers by name."""
        return Bunch(**dict(self.transformers_))

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ImagesLike, y: Any = None, **params: Any) -> Self:
        """Fit a clone of every transformer.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y : array-like, default=None
            Goes to every transformer.
        **params : dict
            Metadata, such as ``sample_weight``, for the transformers that want it.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        return self._fit(X, y, self._route("fit", ("fit",), params))

    @fit_context(prefer_skip_nested_validation=False)
    def fit_transform(self, X: ImagesLike, y: Any = None, **params: Any) -> Any:
        """Fit every transformer, and transform the same images.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y : array-like, default=None
            Goes to every transformer.
        **params : dict
            Metadata, such as ``sample_weight`` or ``mask``, for the transformers that want it.

        Returns
        -------
        images : ndarray of shape (n_samples, ..., n_channels), or list of ndarray
            As `transform` gives them.
        """
        routed = self._route("fit_transform", ("fit", "transform"), params)
        return self._fit(X, y, routed)._transform(X, routed)

    def transform(self, X: ImagesLike, **params: Any) -> Any:
        """Apply every transformer.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        **params : dict
            Metadata, such as ``mask``, for the transformers that want it.

        Returns
        -------
        images : ndarray of shape (n_samples, ..., n_channels), or list of ndarray
            Channels are on the last axis. Flat rows come back flat.
        """
        check_is_fitted(self)
        return self._transform(X, self._route("transform", ("transform",), params))

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Name the columns of the output of flat rows.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the columns of X; None for those seen in `fit`.

        Returns
        -------
        names : ndarray of str objects
            ``transformer__feature``; of rows that were read with `image_shape`,
            ``imageunion0`` and so on.
        """
        check_is_fitted(self)
        if not hasattr(self, "n_features_in_"):
            raise ValueError("ImageUnion was fitted on images: only flat rows have feature names.")
        own = super().get_feature_names_out(input_features)
        if hasattr(self, "_n_features_out"):
            prefix = type(self).__name__.lower()
            return np.array([f"{prefix}{i}" for i in range(self._n_features_out)], dtype=object)
        names: list[str] = []
        for name, t in self.transformers_:
            if isinstance(t, _Passthrough):
                features = own
            elif hasattr(t, "get_feature_names_out"):
                features = t.get_feature_names_out(input_features)
            else:
                raise AttributeError(f"The transformer {name!r} ({t!r}) has no feature names.")
            names += [f"{name}__{feature}" for feature in features]
        return np.array(names, dtype=object)

    def get_metadata_routing(self) -> MetadataRouter:
        """Tell which metadata goes where.

        Returns
        -------
        routing : MetadataRouter
            For scikit-learn's metadata routing.
        """
        router = MetadataRouter(owner=self)
        for name, t in self._active():
            mapping = MethodMapping().add(caller="fit", callee="fit")
            mapping.add(caller="transform", callee="transform")
            mapping.add(caller="fit_transform", callee="fit")
            mapping.add(caller="fit_transform", callee="transform")
            router.add(**{name: t}, method_mapping=mapping)
        return router

    def _active(self) -> list[tuple[str, Any]]:
        """Check `transformer_list`; leave out what is dropped."""
        pairs = list(self.transformer_list)
        if not all(isinstance(p, tuple | list) and len(p) == 2 for p in pairs) or not all(
            isinstance(name, str) for name, _ in pairs
        ):
            raise InvalidParameterError(
                f"transformer_list={pairs!r} is not allowed: it must be a list of (name, "
                "transformer) pairs."
            )
        self._validate_names([name for name, _ in pairs])
        active = []
        for name, t in pairs:
            if isinstance(t, str) and t == "passthrough":
                active.append((name, _Passthrough()))
            elif hasattr(t, "fit") and hasattr(t, "transform") and not isinstance(t, type):
                active.append((name, t))
            elif not (isinstance(t, str) and t == "drop"):
                raise InvalidParameterError(
                    f"The transformer {name!r} is {t!r}: it must be an estimator that has fit "
                    "and transform, 'passthrough' or 'drop'."
                )
        if not active:
            raise InvalidParameterError(
                f"transformer_list={pairs!r} is not allowed: at least one transformer must not be "
                "'drop'."
            )
        return active

    def _route(self, method: str, callees: tuple[str, ...], params: dict[str, Any]) -> Any:
        """Give the metadata for each transformer and method."""
        if get_config()["enable_metadata_routing"]:
            return process_routing(self, method, **params)
        active = self.transformers_ if method == "transform" else self._active()
        routed = {name: Bunch(**{m: _wanted(t, m, params) for m in callees}) for name, t in active}
        taken = {key for one in routed.values() for given in one.values() for key in given}
        unknown = sorted(set(params) - taken)
        if unknown:
            raise TypeError(
                f"ImageUnion.{method} was given {unknown}, but no {' or '.join(callees)} of its "
                "transformers takes that."
            )
        return routed

    def _fit(self, X: ImagesLike, y: Any, routed: Any) -> Self:
        active = self._active()
        batch = self._read(X, reset=True)
        images = _images(X, batch)
        calls: list[Call] = [
            (name, clone(t).fit, (images, y), routed[name].fit) for name, t in active
        ]
        self.transformers_ = list(self._run(calls).items())
        self.__dict__.pop("_n_features_out", None)
        if batch.image_shape is not None:
            first = replace(batch, data=batch.data[:1])
            calls = [
                (name, t.transform, (_images(X, first),), {}) for name, t in self.transformers_
            ]
            self._n_features_out = join(first, self._run(calls)).shape[1]
        return self

    def _transform(self, X: ImagesLike, routed: Any) -> Any:
        batch = self._read(X, reset=False)
        images = _images(X, batch)
        calls = [(n, t.transform, (images,), routed[n].transform) for n, t in self.transformers_]
        return join(batch, self._run(calls))

    def _run(self, calls: list[Call]) -> dict[str, Any]:
        # Kernels release the interpreter lock, and threads share the images without copies.
        results = Parallel(n_jobs=self.n_jobs, prefer="threads")(delayed(_call)(*c) for c in calls)
        return {call[0]: result for call, result in zip(calls, results, strict=True)}

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "transformers_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # that is the transformers' affair
        return tags


def make_image_union(
    *transformers: Any,
    n_jobs: int | None = None,
    channel_axis: int | None = None,
    image_shape: int | tuple[int, ...] | None = None,
) -> ImageUnion:
    """Make an `ImageUnion`, with names made from the transformers' types.

    Parameters
    ----------
    *transformers : transformer or "passthrough"
        In the order of the channels.
    n_jobs : int or None, default=None
        Number of transformers that work at a time, in threads.
    channel_axis : int or None, default=None
        Axis of one sample that indexes channels.
    image_shape : int, tuple of int or None, default=None
        Shape of the image that a flat row (2-D X) holds.

    Returns
    -------
    union : ImageUnion
        Not fitted.

    Examples
    --------
    >>> from skthresh import OtsuThreshold, make_image_union
    >>> union = make_image_union("passthrough", OtsuThreshold(), OtsuThreshold(per_image=True))
    >>> [name for name, _ in union.transformer_list]
    ['passthrough', 'otsuthreshold-1', 'otsuthreshold-2']
    """
    return ImageUnion(
        name_estimators(transformers),
        n_jobs=n_jobs,
        channel_axis=channel_axis,
        image_shape=image_shape,
    )


def _wanted(t: Any, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Choose the metadata that a transformer's method names."""
    if isinstance(t, ImageUnion):
        inner = [_wanted(child, method, params) for _, child in t._active()]
        return {key: value for given in inner for key, value in given.items()}
    names = inspect.signature(getattr(t, method)).parameters
    return {key: value for key, value in params.items() if key in names}


def _call(
    name: str, function: Callable[..., Any], args: tuple[Any, ...], params: dict[str, Any]
) -> Any:
    try:
        return function(*args, **params)
    except Exception as error:
        error.add_note(f"Raised by the transformer {name!r} of ImageUnion.")
        raise


def _images(X: ImagesLike, batch: Batch) -> ImagesLike:
    """Give what the transformers see: tables with their column names, images as arrays."""
    if not batch.is_flat or isinstance(batch.data, list):
        return batch.data
    return X if batch.image_shape is None else batch.data.reshape(-1, *batch.image_shape)
