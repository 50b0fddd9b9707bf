"""Images as rows of a table."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin

from skthresh.batch import Array, Batch, ImagesLike
from skthresh.batch_transformer import BatchTransformer
from skthresh.utils._sklearn import fit_context

__all__ = ["Flatten"]


class Flatten(ClassNamePrefixFeaturesOutMixin, BatchTransformer):
    """Turn each image into one row, as classical estimators want it.

    Attributes
    ----------
    sample_shape_ : tuple of int
        Shape of one sample as seen in `fit`.
    sample_ndim_ : int
        Number of dimensions of one sample as seen in `fit`.
    n_features_in_ : int
        Number of pixels of a flat row; set only if X was 2-D in `fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import Flatten
    >>> flatten = Flatten()
    >>> rows = flatten.fit_transform(np.zeros((10, 8, 8)))
    >>> rows.shape
    (10, 64)
    >>> flatten.inverse_transform(rows).shape
    (10, 8, 8)
    """

    _parameter_constraints: dict[str, list[Any]] = {}

    _image_like_side = None
    _gives_table = True

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any = None) -> Self:  # noqa: ARG002
        """Remember the shape of one image.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            Images of one shape.
        y : Ignored
            Present for scikit-learn's conventions.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        batch = self._read(X, reset=True)
        self.sample_shape_ = batch.data[0].shape
        self._n_features_out = math.prod(self.sample_shape_)
        self._check_shapes(batch)
        return self

    def _check_shapes(self, batch: Batch) -> None:
        for i, x in enumerate(batch.data):
            if x.shape != self.sample_shape_:
                raise ValueError(
                    f"X[{i}] has shape {x.shape}, but Flatten was fitted on samples of shape "
                    f"{self.sample_shape_}. A table needs images of one size: put "
                    "skthresh.Resize(shape) first."
                )
            if not batch.is_ragged:
                break

    def transform(self, X: ImagesLike) -> Array:
        """Flatten images.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            Images of the shape seen in `fit`.

        Returns
        -------
        rows : ndarray of shape (n_samples, n_pixels)
            In X's dtype.
        """
        batch = self._read(X, reset=False)
        self._check_shapes(batch)
        data = np.stack(batch.data) if isinstance(batch.data, list) else batch.data
        return data.reshape(len(data), -1)

    def inverse_transform(self, X: ImagesLike) -> Array:
        """Give rows the shape of images again.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            Rows.

        Returns
        -------
        images : ndarray of shape (n_samples, ...)
            Images of the shape seen in `fit`.
        """
        rows = np.asarray(X)
        return rows.reshape(len(rows), *self.sample_shape_)
