"""How one image becomes a panel: read, and shown as grey, colour or labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_array

from skthresh.batch import Array
from skthresh.reading import is_ragged

__all__ = ["as_images", "aspect", "hide_frame", "read_image", "show_image"]


def read_image(image: Any, name: str, channel_axis: int | None = None) -> Array:
    """Check one image, and put its channels last.

    Parameters
    ----------
    image : array-like of shape (height, width), or with channels
        The image.
    name : str
        What an error calls it.
    channel_axis : int, default=None
        The axis of `image` that indexes channels, if it has three; None is the last one.

    Returns
    -------
    ndarray of shape (height, width) or (height, width, n_channels)
    """
    array: Array = check_array(
        image,
        dtype="numeric",
        ensure_2d=False,
        allow_nd=True,
        ensure_min_samples=0,
        ensure_min_features=0,
        ensure_all_finite="allow-nan",
        input_name=name,
    )
    if array.ndim not in (2, 3) or array.size == 0:
        raise ValueError(
            f"{name} has shape {array.shape}; an image to be shown has shape (height, width) or "
            "(height, width, n_channels), and at least one pixel."
        )
    if array.ndim == 3 and channel_axis is not None:
        array = np.moveaxis(array, channel_axis, -1)
    return array


def as_images(
    values: Any, name: str, n: int, image_shape: tuple[int, ...] | None, channel_axis: int | None
) -> list[Array]:
    """Give the first images of a batch in their own shape, channels last."""
    if is_ragged(values) or np.ndim(values) != 2:
        return [read_image(x, f"{name}[{i}]", channel_axis) for i, x in enumerate(values[:n])]
    if image_shape is None:
        raise ValueError(
            f"{name} has flat rows (shape {np.shape(values)}): pass image_shape=(height, width) "
            f"to show them. If {name} is one image, pass {name}[np.newaxis]."
        )
    rows = np.asarray(values)[:n]
    if rows.shape[1] != np.prod(image_shape):
        raise ValueError(
            f"image_shape={image_shape} asks for {np.prod(image_shape)} pixels, but the rows of "
            f"{name} have {rows.shape[1]}."
        )
    shape = np.atleast_1d(image_shape).tolist()
    return [
        read_image(row.reshape(shape), f"{name}[{i}]", channel_axis) for i, row in enumerate(rows)
    ]


def aspect(image: Array) -> float:
    """Give the height of a panel per its width: the image's, within reason."""
    return float(np.clip(image.shape[0] / image.shape[1], 0.3, 2.0))


def hide_frame(ax: Any) -> None:
    """Leave a thin line around an image, so that white paper has an edge, and no ticks."""
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(color="0.7", linewidth=0.6)


def show_image(ax: Any, image: Array, title: str | None = None, **kwargs: Any) -> Any:
    """Show an image in grey, or in colour if it has 3 or 4 channels; of others, the first.

    8-bit images and masks are shown from black to white, others from their least to their
    greatest value. `kwargs` go to ``imshow`` and win.
    """
    if image.ndim == 3 and image.shape[2] not in (3, 4):
        image = image[..., 0]
    style: dict[str, Any] = {"cmap": "gray"}
    if image.ndim == 3:
        image, style = _colour(image), {}
    elif image.dtype == bool:
        image, style = image.astype(np.uint8), {**style, "vmin": 0, "vmax": 1}
    elif image.dtype == np.uint8:
        style |= {"vmin": 0, "vmax": 255}
    if "norm" in kwargs:  # matplotlib refuses limits beside it
        style = {k: v for k, v in style.items() if k == "cmap"}
    drawn = ax.imshow(image, **{**style, **kwargs})
    hide_frame(ax)
    if title is not None:
        ax.set_title(title, fontsize="medium")  # "Predicted mask, mean Dice 0.xxx" has to fit
    return drawn


def _colour(image: Array) -> Array:
    """Give a colour image as matplotlib takes it: uint8, or floats from 0 to 1."""
    if image.dtype == np.uint8:
        return image
    x = image.astype(np.float64)
    if np.isnan(x).all():
        return np.ones_like(x)
    low, high = np.nanmin(x), np.nanmax(x)
    if image.dtype.kind in "iu" or low < 0 or high > 1:
        x = (x - low) / (high - low if high > low else 1)
    return np.nan_to_num(x, nan=1.0)  # white, as a NaN pixel of a grey image is
