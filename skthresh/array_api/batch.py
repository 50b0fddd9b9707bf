"""The twin of `skthresh.batch.Batch` for arrays that live elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from sklearn.utils import get_tags

from skthresh.array_api.namespace import Space
from skthresh.batch import Batch

__all__ = ["ArrayBatch", "array_batch", "check_array_dtype", "refuse_unsupported"]


@dataclass(frozen=True)
class ArrayBatch(Batch):
    """Validated images that live elsewhere.

    Planes are handed over in dtypes that every library computes with; see `Space.computed`.

    Attributes
    ----------
    space : Space
        Where they are.
    """

    space: Any = None

    def __len__(self) -> int:
        return len(self.data) if isinstance(self.data, list) else int(self.data.shape[0])

    @property
    def xp(self) -> Any:
        """The namespace of the images."""
        return self.space.xp

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype of the same name."""
        dtype: np.dtype[Any] = self.space.numpy_dtype(self.held(0).dtype)
        return dtype

    def held(self, i: int) -> Any:
        """Give sample ``i`` as X holds it."""
        return self.data[i] if isinstance(self.data, list) else self.data[i, ...]

    def like(self, x: Any) -> Any:
        """Bring an array-like to where the images are."""
        return self.space.array(x)

    def valid(self, i: int, c: int) -> Any:
        """Give the pixels of a plane that the mask leaves in; None if there is no mask."""
        if self.mask is None:
            return None
        mask: Any = self.mask[i] if isinstance(self.mask, list) else self.mask[i, ...]
        shape, axis = tuple(self.sample(i).shape), self.channel_axis
        if axis is None or math.prod(mask.shape) == math.prod(shape):
            mask = self.xp.reshape(mask, shape)
            return mask if axis is None else mask[self._at(c)]
        return self.xp.reshape(mask, shape[:axis] + shape[axis + 1 :])

    def planes(self, channel: int | None = None) -> Iterator[tuple[Any, int, int]]:
        """Visit every (plane, sample index, channel index), of one channel only if it is given."""
        for i in range(len(self)):
            for c in range(self.n_channels or 1):
                if channel is None or c == channel:
                    yield self._computed(self.sample(i)[self._at(c)]), i, c

    def whole(self) -> Any:
        """Give all pixels as one plane; None if they are not one block, or some do not count."""
        if isinstance(self.data, list) or self.channel_axis is not None or self.mask is not None:
            return None
        return self._computed(self.data)

    def _counted(self, plane: Any, i: int, c: int) -> Any:
        valid = self.valid(i, c)
        return plane if valid is None else plane[valid]

    def map(
        self,
        function: Callable[[Any, Any, int, int], None],
        dtype: DTypeLike | None = None,
        *,
        pointwise: bool = False,
        n_jobs: int = 1,  # noqa: ARG002  a device has threads of its own
    ) -> Any:
        """Fill an output of X's kind and shape, plane by plane; `out` is of any dtype."""
        whole = self.whole() if pointwise else None
        if whole is not None:
            out = self._empty(whole.shape, dtype)
            function(whole, out, 0, 0)
            return out
        outs = [self._empty(x.shape, dtype) for x in self.samples()]
        for plane, i, c in self.planes():
            target = self._empty(plane.shape, dtype)
            function(plane, target, i, c)
            outs[i][self._at(c)] = target
        return self.rebuild(outs)

    @property
    def is_one_block(self) -> bool:
        """Whether kernels may have the samples as one block of memory: never."""
        return False

    def rebuild(self, samples: list[Any]) -> Any:
        """Give new samples back as X came: a list, flat rows, or a stack."""
        if self.is_flat:
            samples = [self.xp.reshape(s, (-1,)) for s in samples]
        return samples if self.is_ragged else self.xp.stack(samples)

    def is_boolean(self, x: Any) -> bool:
        """Tell whether an array of the images' kind is boolean."""
        return bool(x.dtype == self.xp.bool)

    def nonzero(self, x: Any) -> Any:
        """Tell which pixels of a true mask are foreground."""
        return x if self.is_boolean(x) else x != 0

    def _fold(self, x: Any) -> Any:
        return x if self.image_shape is None else self.xp.reshape(x, self.image_shape)

    def _at(self, c: int) -> tuple[Any, ...]:
        """Index channel c of a sample."""
        if self.channel_axis is None:
            return (...,)
        return (*[slice(None)] * self.channel_axis, c, ...)

    def _computed(self, x: Any) -> Any:
        return self.xp.astype(x, self.space.computed(self.dtype), copy=False)

    def _empty(self, shape: tuple[int, ...], dtype: DTypeLike | None) -> Any:
        made = self.space.dtype(self.dtype if dtype is None else dtype)
        return self.xp.empty(tuple(shape), dtype=made, device=self.space.device)


def array_batch(data: Any) -> ArrayBatch:
    """Make a batch of validated arrays, or of a list of them."""
    return ArrayBatch(data, space=Space.of(*(data if isinstance(data, list) else [data])))


def refuse_unsupported(estimator: Any) -> None:
    """Raise if an estimator computes on NumPy arrays alone."""
    if not get_tags(estimator).array_api_support:
        raise TypeError(
            f"{estimator!r} computes on NumPy arrays alone, and X is not one: convert it, with "
            "np.asarray(X), or np.asarray(X.cpu()) and X.get() from a GPU. Techniques that "
            "compute where arrays live have 'yes' under gpu in skthresh.utils.capabilities()."
        )


def check_array_dtype(x: Any, name: str, allowed: str) -> Any:
    """Refuse dtypes that images cannot have, and values that they cannot have."""
    space = Space.of(x)
    xp, dtype = space.xp, space.numpy_dtype(x.dtype)
    if dtype is None:
        raise ValueError(f"{name} has dtype {x.dtype}, which is not supported. Use {allowed}.")
    if math.prod(x.shape) == 0:
        return x
    if dtype.kind == "f" and bool(xp.any(xp.isinf(x))):
        raise ValueError(
            f"Input {name} contains infinity or a value too large for {x.dtype!r}. NaN may stand "
            "for missing pixels."
        )
    if dtype == np.uint64 and bool(xp.any(xp.astype(x, xp.int64) < 0)):
        raise ValueError(
            f"{name} has values of 2**63 and more, which array libraries do not compute with. "
            "Convert it to NumPy, or scale it."
        )
    return x
