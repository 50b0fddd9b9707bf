"""What every estimator of this package has in common: it reads X as a batch of images."""

from __future__ import annotations

import copy
from contextlib import suppress
from functools import partial
from numbers import Integral
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skthresh.batch import Batch, ImagesLike
from skthresh.reading import read_batch
from skthresh.utils._pickles import Versioned
from skthresh.utils._sklearn import fit_context, output_container
from skthresh.utils.image_tags import image_tags

__all__ = ["DTYPES", "BatchTransformer"]

DTYPES = [
    *("float64", "float32", "float16", "bool"),
    *("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"),
]


class BatchTransformer(Versioned, OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Read X as a batch of images: what thresholders and the steps around them share."""

    _parameter_constraints: dict[str, list[Any]] = {
        "channel_axis": [Integral, None],
        "image_shape": [Integral, tuple, list, None],
    }

    channel_axis: int | None = None
    image_shape: int | tuple[int, ...] | None = None

    # From this side length on, 2-D X looks like one image whose rows would be taken for samples,
    # and is warned about; None where that makes no difference.
    _image_like_side: int | None = 16
    # Whether a ragged list may hold images of different ranks, colour among grey.
    _mixed_ranks = False
    # Whether the output is a table whatever X is.
    _gives_table = False
    # Whether dask arrays are welcome: worked on block by block, or image by image.
    _takes_dask = False
    # Attributes that are not needed to apply what was learned, and stay behind when an estimator
    # travels to where the pixels are.
    _left_at_home: tuple[str, ...] = ()

    def _read(self, X: ImagesLike, *, reset: bool, mask: Any = None) -> Batch:
        if not reset and not self.__sklearn_is_fitted__():
            check_is_fitted(self)  # raises; it is slow where there is nothing to say
        batch = read_batch(
            self,
            X,
            reset=reset,
            channel_axis=None if self._mixed_ranks else self.channel_axis,
            image_shape=self.image_shape,
            image_like_side=self._image_like_side,
            mixed_ranks=self._mixed_ranks,
            mask=mask,
        )
        if batch.is_lazy:
            self._check_lazy()
        container = output_container(self)
        if container != "default" and not (batch.is_flat or self._gives_table):
            raise ValueError(
                f"set_output asks {type(self).__name__} for a table ({container}), "
                f"but X has samples of shape {tuple(batch.held(0).shape)}. Images do not fit a "
                "table: use set_output(transform='default'), or pass flat rows and image_shape."
            )
        self._check_batch(batch)
        return batch

    def _check_lazy(self) -> None:
        name = type(self).__name__
        if not self._takes_dask:
            raise TypeError(
                f"{name} does not work on dask arrays. Use X.map_blocks with a function of your "
                "own, or load the images with X.compute()."
            )
        if output_container(self) != "default":
            raise ValueError(
                f"set_output asks {name} for a table ({output_container(self)}), but X is a dask "
                "array, and so is the result: use set_output(transform='default')."
            )

    def _check_batch(self, batch: Batch) -> None:
        """Refuse what this estimator cannot do; a hook."""

    def _reach(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...] | None:  # noqa: ARG002
        """Tell how far a pixel's answer looks along each axis of a plane of some shape; a hook.

        None: it depends on the whole plane.
        """
        return None

    @property
    def _is_local(self) -> bool:
        """Whether some reach is enough, in bytes at least: for the table of capabilities."""
        for ndim in (1, 2, 3):
            with suppress(TypeError, ValueError):  # parameters that `fit` would refuse
                if self._reach((64,) * ndim, np.dtype(np.uint8)) is not None:
                    return True
        return False

    def _survey(self, batch: Batch) -> Any:  # noqa: ARG002
        """Find out what has to be known of whole images before their parts are worked on; a hook.

        See `skthresh.lazy_batch.LazyBatch.each`. None: nothing.
        """
        return None

    def _light(self) -> Self:
        """Give a copy that travels: what applies to pixels, on one thread."""
        light = copy.copy(self)
        for name in self._left_at_home:
            light.__dict__.pop(name, None)
        if getattr(light, "n_jobs", None) is not None:
            light.n_jobs = 1  # dask has threads of its own
        return light

    def _over(self, batch: Batch, method: str, to: Any, /, **kwargs: Any) -> Any:
        """Call a method that turns a batch into an output of its shape: now, or block by block.

        `to` is the dtype of the output; None: that of X.
        """
        if not batch.is_lazy:
            return getattr(self, method)(batch, **kwargs)
        lazy: Any = batch
        return lazy.lazily(
            partial(getattr(self._light(), method), **kwargs),
            to,
            reach=self._reach(lazy.plane_shape, batch.dtype),
            known=self._survey(batch),
        )

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any = None) -> Self:  # noqa: ARG002
        """Check the parameters and remember what kind of images X holds.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y : Ignored
            Present for scikit-learn's conventions.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._read(X, reset=True)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "sample_ndim_")

    def __sklearn_tags__(self) -> Any:
        tags = image_tags(super().__sklearn_tags__(), dtypes=tuple(DTYPES))
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        tags.dask = self._takes_dask and self._is_local
        tags.transformer_tags.preserves_dtype = DTYPES
        return tags
