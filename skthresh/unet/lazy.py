"""Prediction of dask arrays: a block computes the tiles of its image's own grid that touch it.

The tiles, and their weights, are those of the whole image, so that blocks leave no seam. A worker
builds the network once; its backend has threads of its own, and is called by one task at a time.
"""

from __future__ import annotations

import math
import operator
import pickle
import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import Any

import dask.array as da
import numpy as np

from skthresh.batch import Array, Batch
from skthresh.lazy_batch import LazyBatch
from skthresh.unet.background import REACH, Background, Measured, measure
from skthresh.unet.scaling import Moments, Scaling

__all__ = ["predict_lazily"]

LOCK = threading.RLock()

# Networks that a worker keeps.
KEPT = 2


def predict_lazily(estimator: Any, batch: LazyBatch, *, probabilities: bool) -> Any:
    r"""Give labels, or probabilities, as a dask array.

    Parameters
    ----------
    estimator : UNetSegmenter
        Fitted. What is set in it later has no effect.
    batch : LazyBatch
        The images.
    probabilities : bool
        Whether the result has shape (n, \*size, n_classes), and not (n, \*size).
    """
    axis = batch.channel_axis
    x = batch.data[..., np.newaxis] if axis is None else da.moveaxis(batch.data, axis + 1, -1)
    images = LazyBatch(x, None, x.ndim - 2)
    predictor = estimator._predictor()
    tiling = predictor.tiling(images.plane_shape)
    reach = None if tiling.n_tiles == 1 else tuple(side - 1 for side in tiling.tile)
    known = _scales(images, predictor.scaling, Carried(_twin(estimator), uuid.uuid4().hex))
    width, dtype = 1, estimator.classes_.dtype
    if probabilities:
        width, dtype = len(estimator.classes_), np.dtype(np.float32)
    function = partial(_of_block, probabilities=probabilities)
    out = images.lazily(function, dtype, reach=reach, known=known, width=width)
    return out if probabilities else out[..., 0]


def _twin(estimator: Any) -> Any:
    """Copy an estimator with its parameters; the network is the same."""
    twin = object.__new__(type(estimator))
    twin.__dict__.update(estimator.__dict__)
    return twin


@dataclass(frozen=True)
class Carried:
    """A fitted estimator on its way: it is unpacked once by each worker."""

    estimator: Any
    token: str

    def __reduce__(self) -> tuple[Any, ...]:
        with LOCK:
            return _unpacked, (self.token, pickle.dumps(self.estimator))


_arrived: OrderedDict[str, Carried] = OrderedDict()


def _unpacked(token: str, packed: bytes) -> Carried:
    with LOCK:
        if token not in _arrived:
            _arrived[token] = Carried(pickle.loads(packed), token)  # noqa: S301  it is our own
        _arrived.move_to_end(token)
        while len(_arrived) > KEPT:
            _arrived.popitem(last=False)
        return _arrived[token]


def _of_block(batch: Batch, *, probabilities: bool) -> Array:
    assert batch.part is not None
    assert not isinstance(batch.data, list)
    found = []
    for i in range(len(batch)):
        carried, by = batch.known(i)
        with LOCK:
            p = carried.estimator._predictor().of_part(batch.data[i], by, batch.part)
            if not probabilities:
                p = carried.estimator._labels(p)[..., np.newaxis]
        found.append(p)
    return np.stack(found)


def _scales(images: LazyBatch, scaling: Scaling, carried: Carried) -> Any:
    """Find the scale of each image: two passes over it, and one more for its background."""
    if scaling.kind not in ("local", "image"):
        return images.everywhere((carried, scaling.of(Moments(0, 0, 0, 0))))
    sums = images.anew().each(_sums, _Sums.merged)
    found = [images.anew().each(_squares, _Sums.merged, known=sums)]
    if scaling.is_local:
        reach = (REACH,) * images.spatial_ndim
        found.append(images.anew().each(_measured, operator.add, reach=reach))
    finish = partial(_finished, size=images.plane_shape, scaling=scaling, carried=carried)
    return da.map_blocks(finish, *found, dtype=object, meta=np.empty(0, object))


@dataclass(frozen=True)
class _Sums:
    low: float
    high: float
    total: float
    n: int
    squares: float = 0.0

    @property
    def mean(self) -> float:
        return self.total / self.n if self.n else math.nan

    def merged(self, other: _Sums) -> _Sums:
        low = float(np.fmin(self.low, other.low))
        high = float(np.fmax(self.high, other.high))
        squares = self.squares + other.squares
        return _Sums(low, high, self.total + other.total, self.n + other.n, squares)


def _sums(batch: Batch) -> list[_Sums]:
    found = []
    for x in batch.data:
        low, high = (float(f.reduce(x, axis=None)) for f in (np.fmin, np.fmax))
        n = x.size if x.dtype.kind != "f" else int(np.count_nonzero(~np.isnan(x)))
        found.append(_Sums(low, high, float(np.nansum(x, dtype=np.float64)), n))
    return found


def _squares(batch: Batch) -> list[_Sums]:
    found = []
    for own, (i, x) in zip(_sums(batch), enumerate(batch.data), strict=True):
        squares = float(np.nansum(np.square(x.astype(np.float64) - batch.known(i).mean)))
        found.append(_Sums(own.low, own.high, own.total, own.n, squares))
    return found


def _measured(batch: Batch) -> list[list[Measured]]:
    assert batch.part is not None
    return [[measure(x, batch.part)] for x in batch.data]


def _finished(
    sums: Array,
    measured: Array | None = None,
    *,
    size: tuple[int, ...],
    scaling: Scaling,
    carried: Carried,
) -> Array:
    out = np.empty(len(sums), object)
    for i, s in enumerate(sums):
        std = math.sqrt(s.squares / s.n) if s.n else math.nan
        scale = scaling.of(Moments(s.low, s.high, s.mean, std))
        if measured is not None:
            scale = scaling.beside(scale, Background.of_blocks(measured[i], size, s.low))
        out[i] = carried, scale
    return out
