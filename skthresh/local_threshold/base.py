"""A local technique: one threshold per pixel, from the window around it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from skthresh.base import Thresholder
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.modes import MODES, apply_threshold, is_inverse, white
from skthresh.utils._params import PER_AXIS, per_axis

__all__ = ["LocalThreshold"]


class LocalThreshold(Thresholder):
    """One threshold per pixel, from the window around it.

    A subclass has a `window_size`, and gives `_threshold_plane`, which fills one plane.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **Thresholder._parameter_constraints,
        "window_size": PER_AXIS,
    }

    window_size: int | tuple[int, ...]

    def _window(self, ndim: int) -> tuple[int, ...]:
        """Give the window's size for each axis of a plane."""
        return per_axis("window_size", self.window_size, ndim, odd=True)

    @abstractmethod
    def _threshold_plane(
        self, plane: Array, out: Array, select: tuple[Any, Any] | None, *, inverse: bool
    ) -> None:
        """Fill `out` with thresholds, or with ``select = (above, below)`` by comparison.

        `inverse` tells that the dark side is the foreground.
        """

    def _check_batch(self, batch: Batch) -> None:
        if not 1 <= batch.spatial_ndim <= 3:
            raise ValueError(
                f"{type(self).__name__} takes samples of 1 to 3 dimensions, but X has samples of "
                f"shape {batch.sample(0).shape}. If one axis is colour, pass channel_axis."
            )
        self._window(batch.spatial_ndim)

    def thresholds(self, X: ImagesLike, mask: Any = None) -> Any:
        """Give the thresholds as numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.

        Returns
        -------
        thresholds : ndarray of float64 of X's shape, or list of such
            One number for each pixel; NaN where a window holds no data.
        """
        batch = self._read(X, reset=False, mask=mask)
        return self._map_thresholds(batch, lambda _, t: t, np.float64)

    def _apply(self, batch: Batch, mode: str, *, mask: bool) -> Any:
        def function(plane: Array, out: Array, i: int, c: int) -> None:  # noqa: ARG001
            dtype = batch.data[i].dtype
            foreground = 1 if mask else white(dtype, self.max_value)
            has_gaps = plane.dtype.kind == "f" and np.isnan(np.min(plane))
            if MODES[mode] <= MODES["binary_inv"] and not has_gaps:
                white_, black = out.dtype.type(foreground), out.dtype.type(0)
                pair = (black, white_) if is_inverse(mode) else (white_, black)
                self._threshold_plane(plane, out, pair, inverse=is_inverse(mode))
                return
            t = np.empty(plane.shape)
            self._threshold_plane(plane, t, None, inverse=is_inverse(mode))
            apply_threshold(plane, t, mode, foreground, out, dtype)

        return batch.map(function, bool if mask else None)

    def _map_thresholds(self, batch: Batch, function: Any, dtype: Any) -> Any:
        def fill(plane: Array, out: Array, i: int, c: int) -> None:  # noqa: ARG001
            t = np.empty(plane.shape)
            self._threshold_plane(plane, t, None, inverse=is_inverse(self.mode))
            out[...] = function(plane, t)

        return batch.map(fill, dtype)
