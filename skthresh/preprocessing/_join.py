"""Results of several transformers as channels of one image, or columns of one table."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.batch import Array, Batch

__all__ = ["join"]


def join(batch: Batch, results: dict[str, Any]) -> Any:
    """Make channels of the results; columns, if they are tables.

    Parameters
    ----------
    batch : Batch
        What the transformers were given.
    results : dict of str to (ndarray or list of ndarray)
        What they made of it, by their names.

    Returns
    -------
    images : ndarray or list of ndarray
        Of the batch's kind. Channels are on the last axis.
    """
    if batch.is_flat and batch.image_shape is None:
        return _side_by_side({name: np.asarray(r) for name, r in results.items()})
    axis = -1 if batch.channel_axis is None else batch.channel_axis
    if all(isinstance(r, np.ndarray) and r.dtype != object for r in results.values()):
        out = _as_channels(results, batch.spatial_ndim + 1, axis + 1 if axis >= 0 else axis)
        return out.reshape(len(batch), -1) if batch.is_flat else out
    if batch.is_flat:
        raise ValueError(
            "Flat rows must become rows of one width, but a transformer gave images of different "
            "shapes. Pass images as a stack or a list."
        )
    return [
        _as_channels(
            {name: np.asarray(r[i]) for name, r in results.items()}, batch.spatial_ndim, axis
        )
        for i in range(len(batch))
    ]


def _side_by_side(tables: dict[str, Array]) -> Array:
    for name, table in tables.items():
        if table.ndim != 2:
            raise ValueError(
                f"The transformer {name!r} gave shape {table.shape} for a table. If the rows of X "
                "are images, pass image_shape."
            )
    return np.concatenate(list(tables.values()), axis=1)


def _as_channels(results: dict[str, Array], ndim: int, axis: int) -> Array:
    """Concatenate on the last axis, which results of only `ndim` axes have to get first."""
    planes = []
    for name, r in results.items():
        if r.ndim not in (ndim, ndim + 1):
            raise ValueError(
                f"The transformer {name!r} gave an array of shape {r.shape}, where one of {ndim} "
                f"axes, or of {ndim + 1} with channels, belongs. If an axis of X is colour, say so "
                "with channel_axis."
            )
        planes.append(r[..., np.newaxis] if r.ndim == ndim else np.moveaxis(r, axis, -1))
    if len({p.shape[:-1] for p in planes}) > 1:
        shapes = {name: r.shape for name, r in results.items()}
        raise ValueError(
            f"The results must have the same pixels to be channels of one image; got {shapes}."
        )
    return np.concatenate(planes, axis=-1)
