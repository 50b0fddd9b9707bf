"""What X may be for a network: images in memory, or read one at a time when they are needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from skthresh.batch import Array, Batch, ImagesLike
from skthresh.reading import is_ragged, read_batch

__all__ = ["Images", "blocks", "is_lazy", "pad_to", "padded_shape", "read_images", "read_stack"]

# Go through an image in blocks of so many values: statistics need no copy of it.
BLOCK = 2**18

PLANE, VOLUME = 2, 3


@dataclass(frozen=True)
class Images:
    """The images of X; each is given with its channels last.

    Attributes
    ----------
    owner : estimator
        Checks each image that is read late against what it was fitted on.
    batch : Batch or None
        The images in memory; None if they are read when they are asked for.
    source : object
        X itself, if it is read late.
    channel_axis : int or None
        The axis of one image that indexes channels.
    """

    owner: Any
    batch: Batch | None
    source: Any
    channel_axis: int | None

    @property
    def is_lazy(self) -> bool:
        """Whether an image is read anew each time that it is asked for."""
        return self.batch is None

    @property
    def data(self) -> Any:
        """What has one entry for each image."""
        return self.source if self.batch is None else self.batch.data

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, i: int) -> Array:
        r"""Give an image of shape (\*size, n_channels): a view, if it is in memory."""
        if self.batch is not None:
            return _channels_last(self.batch.sample(i), self.batch.channel_axis)
        x = np.asarray(self.source[i])
        try:
            batch = read_stack(self.owner, [x], self.channel_axis, reset=False)
        except (TypeError, ValueError) as error:
            raise type(error)(f"Image {i} of X, as X[{i}] gave it: {error}") from error
        return _channels_last(batch.sample(0), batch.channel_axis)

    def rebuild(self, samples: list[Array]) -> Any:
        """Give results back as X came: a stack, or a list."""
        return samples if self.batch is None else self.batch.rebuild(samples)


def is_lazy(X: ImagesLike) -> bool:
    """Tell whether X gives its images one at a time, and is nothing that NumPy holds."""
    known = isinstance(X, np.ndarray | list | tuple | str | bytes | dict | set)
    table = hasattr(X, "iloc") or hasattr(X, "__dataframe__")
    # Arrays of other libraries count as lazy, too: those on disk are why there is such a thing.
    return not known and not table and hasattr(X, "__len__") and hasattr(X, "__getitem__")


def read_images(estimator: Any, X: ImagesLike, *, reset: bool, channel_axis: int | None) -> Images:
    """Read X, and remember, or check, what kind of images an estimator was fitted on.

    Parameters
    ----------
    estimator : estimator
        Gets ``sample_ndim_`` and ``n_channels_`` when `reset`; is checked against them otherwise.
    X : array-like, list of array-like, or any object with ``len(X)`` and ``X[i]``
        The images.
    reset : bool
        Whether this is a fit.
    channel_axis : int or None
        The axis of one image that indexes channels.
    """
    if not is_lazy(X):
        return Images(
            estimator, read_stack(estimator, X, channel_axis, reset=reset), None, channel_axis
        )
    if len(X) == 0:
        raise ValueError("X has no images: len(X) is 0.")
    images = Images(estimator, None, X, channel_axis)
    if reset:  # what the first image is, all others must be
        read_stack(estimator, [np.asarray(X[0])], channel_axis, reset=True)
    return images


def read_stack(estimator: Any, X: ImagesLike, channel_axis: int | None, *, reset: bool) -> Batch:
    """Read images of which there are to be two or three axes of pixels."""
    _check_rank(X, channel_axis)
    return read_batch(estimator, X, reset=reset, channel_axis=channel_axis)


def _check_rank(X: ImagesLike, channel_axis: int | None) -> None:
    """Refuse what is not a batch of images, before it is read as something else."""
    if isinstance(X, list | tuple) and any(isinstance(x, str | os.PathLike) for x in X):
        return  # names of files: `read_batch` says what to do with them
    try:
        ndim = np.ndim(X[0]) if is_ragged(X) else np.ndim(X) - 1
    except ValueError:  # nested lists of unequal lengths: scikit-learn's validation says so better
        return
    rank = ndim - (channel_axis is not None)
    if rank in (PLANE, VOLUME):
        return
    if ndim < PLANE:
        hint = (
            "One image is passed as X[np.newaxis]; flat rows are folded by "
            "X.reshape(-1, height, width)."
        )
    elif channel_axis is None:
        hint = "If an axis is colour, pass it as channel_axis=-1."
    else:
        hint = (
            f"channel_axis={channel_axis} asks for images of three dimensions, or volumes of four, "
            "channels included; for grey images use channel_axis=None."
        )
    given = f"X has samples of shape {np.shape(X[0])}" if ndim > 0 else "X has no images"
    raise ValueError(
        f"{given}, but UNetSegmenter needs images or volumes: X of shape (n, height, width) or "
        "(n, depth, height, width), with channels beside them if there is a channel_axis, or a "
        f"list of such. {hint}"
    )


def _channels_last(x: Array, channel_axis: int | None) -> Array:
    return x[..., np.newaxis] if channel_axis is None else np.moveaxis(x, channel_axis, -1)


def blocks(x: Array) -> Iterator[Array]:
    """Visit an image a few rows at a time."""
    rows = max(1, BLOCK // max(1, x[:1].size))
    for start in range(0, len(x), rows):
        yield x[start : start + rows]


def padded_shape(shape: tuple[int, ...], multiple: int) -> tuple[int, ...]:
    """Round each side up to a multiple."""
    return tuple(-(-n // multiple) * multiple for n in shape)


def pad_to(
    image: Array, shape: tuple[int, ...], mode: Literal["reflect", "constant"] = "reflect"
) -> Array:
    """Pad the first axes at their ends, by reflection or with zeros ("constant")."""
    pads = [(0, n - have) for n, have in zip(shape, image.shape, strict=False)]
    if not any(after for _, after in pads):
        return image
    return np.pad(image, [*pads, *[(0, 0)] * (image.ndim - len(pads))], mode)
