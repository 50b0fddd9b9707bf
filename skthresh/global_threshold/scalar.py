"""One number for a plane: how it is compared with pixels, wherever it comes from."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skthresh.array_api.namespace import as_host
from skthresh.base import Thresholder, blank
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.modes import apply_each, apply_threshold, representable, white
from skthresh.utils._threads import cuts, n_threads, run_threads

__all__ = ["ScalarThreshold"]


class ScalarThreshold(Thresholder):
    """One number per plane: learned once for all of them, or found in each.

    A subclass sets `threshold_` in `fit`, or overrides `_per_plane`.
    """

    threshold_: Any

    def _reach(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...] | None:  # noqa: ARG002
        return (0,) * len(shape)

    def thresholds(self, X: ImagesLike, mask: Any = None) -> Any:
        """Give the threshold that holds for X.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        mask : Ignored
            Present as the other verbs have it: one threshold holds for all pixels.

        Returns
        -------
        threshold : float, or ndarray of shape (n_channels,)
            As it is compared with pixels of X's dtype: a whole number for integers.
        """
        batch = self._read(X, reset=False, mask=mask)
        row = self._per_plane(batch)[0]
        return batch.like(row) if np.ndim(self.threshold_) else row[0].item()

    def _per_plane(self, batch: Batch) -> Array:
        """Give the threshold of each plane, as an array of shape (n_samples, n_channels or 1)."""
        if not hasattr(self, "threshold_"):
            check_is_fitted(self, "threshold_")
        learned = np.ravel(as_host(self.threshold_)).tolist()
        row = np.array([representable(t, batch.dtype) for t in learned])
        if row.dtype == object:  # beyond 64 bits
            row = row.astype(np.float64)
        shape = len(batch), batch.n_channels or 1
        return row.reshape(shape) if shape == (1, len(row)) else np.broadcast_to(row, shape)

    @property
    def _pointwise(self) -> bool:
        """Whether one threshold holds for the whole batch, so that a stack is one long row."""
        return np.ndim(self.threshold_) == 0

    def _apply(self, batch: Batch, mode: str, *, mask: bool) -> Any:
        table = self._per_plane(batch)
        n_jobs = n_threads(self.n_jobs)
        foreground = 1 if mask else white(batch.dtype, self.max_value)
        if (
            not self._pointwise
            and self._is_within(table, batch)
            and mode in {"binary", "binary_inv"}
        ):

            def rows(stack: Array, out: Array) -> None:
                shape = len(batch), -1
                v, t, o = stack.reshape(shape), table[:, 0], out.reshape(shape)
                run_threads(
                    lambda p: apply_each(v[p], t[p], mode, foreground, o[p]),
                    cuts(len(batch), n_jobs),
                    n_jobs,
                )

            return batch.map_block(rows, bool if mask else None)

        def function(plane: Array, out: Array, i: int, c: int) -> None:
            apply_threshold(plane, table[i, c].item(), mode, foreground, out, batch.dtype)
            blank(out, batch.valid(i, c), 0)

        return batch.map(function, bool if mask else None, pointwise=self._pointwise, n_jobs=n_jobs)

    @staticmethod
    def _is_within(table: Array, batch: Batch) -> bool:
        """Whether all thresholds of a block of integer images are among their levels."""
        if batch.dtype.kind not in "iu" or not batch.is_one_block or len(batch) == 1:
            return False
        info = np.iinfo(batch.dtype)
        return bool((table >= info.min).all() and (table <= info.max).all())

    def _map_thresholds(self, batch: Batch, function: Any, dtype: Any) -> Any:
        table = self._per_plane(batch)

        def fill(plane: Array, out: Array, i: int, c: int) -> None:
            out[...] = function(plane, float(table[i, c]))
            blank(out, batch.valid(i, c), np.nan)

        return batch.map(fill, dtype, pointwise=self._pointwise)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.array_api_support = True
        return tags
