"""A local technique: one threshold per pixel, from the window around it."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.base import ATTRIBUTES, MODE_PARAMETERS, Thresholder, blank
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.local_threshold.windows import Band, Windows
from skthresh.modes import MODES, apply_threshold, full_scale, is_inverse, white
from skthresh.utils._params import PER_AXIS, per_axis
from skthresh.utils._sklearn import StrOptions

__all__ = ["LocalThreshold", "Plane", "Select", "WindowThreshold"]

# What to write where a pixel is above its threshold, and where it is not. None: the threshold.
Select = tuple[Any, Any] | None

PARAMETERS = """
window_size : int or tuple of int, default={window_size}
    Odd, in pixels; one number, or one for each axis of a sample.
border : {"replicate", "reflect", "clip"}, default={border}
    What stands beyond the border: the pixel at it, the pixels inside it mirrored, or nothing, so
    that windows end there.
"""

SHAPE = """
window_shape : {"square", "disk"}, default={window_shape}
    The window: the whole box, or the disk (the ellipse, the ellipsoid) in it. Disks cost more:
    in proportion to the window's height.
"""


@dataclass(frozen=True)
class Plane:
    """One channel of one image, as a technique sees it: no NaN.

    Attributes
    ----------
    v : ndarray of 1 to 3 dimensions
        In the kernels' form. Where it is not valid it has some value within the others' range,
        or, where a mask left it out, its own.
    valid : ndarray of bool of v's shape, or None
        The pixels that count; None: all. There is at least one.
    dtype : dtype
        Of the image.
    """

    v: Array
    valid: Array | None
    dtype: np.dtype[Any]

    @property
    def full_scale(self) -> float:
        """The dtype's white: 255 for uint8, 1 for floats."""
        return full_scale(self.dtype)

    @property
    def pixels(self) -> Array:
        """The pixels that count, in a row."""
        return self.v.reshape(-1) if self.valid is None else self.v[self.valid]


class LocalThreshold(Thresholder):
    """One threshold per pixel, from the window around it.

    A subclass gives `_threshold_plane`, which fills one plane.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **Thresholder._parameter_constraints,
        "window_size": PER_AXIS,
        "border": [StrOptions({"replicate", "reflect", "clip"})],
    }

    _passages = {
        **Thresholder._passages,
        "local_parameters": PARAMETERS.strip() + MODE_PARAMETERS,
        "local_attributes": ATTRIBUTES.strip(),
    }

    window_size: Any
    border: str

    def __init__(
        self,
        *,
        window_size: Any = 15,
        border: str = "replicate",
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        self.window_size = window_size
        self.border = border
        self.mode = mode
        self.max_value = max_value
        self.channel_axis = channel_axis
        self.image_shape = image_shape

    def _window(self, ndim: int) -> tuple[int, ...]:
        """Give the window's size for each axis of a plane."""
        return per_axis("window_size", self.window_size, ndim, odd=True)

    @abstractmethod
    def _threshold_plane(self, plane: Plane, out: Array, select: Select, *, inverse: bool) -> None:
        """Fill `out` with thresholds, or with ``select = (above, below)`` by comparison.

        `inverse` tells that the dark side is the foreground. What is not valid is blanked later.
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
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count; the others are not in any window.

        Returns
        -------
        thresholds : ndarray of float64 of X's shape, or list of such
            One number for each pixel; NaN where a window holds no data.
        """
        batch = self._read(X, reset=False, mask=mask)
        return self._map(batch, lambda _, t: t, np.float64)

    def _apply(self, batch: Batch, mode: str, *, mask: bool) -> Any:
        def function(pixels: Array, out: Array, i: int, c: int) -> None:
            dtype = batch.data[i].dtype
            foreground = 1 if mask else white(dtype, self.max_value)
            plane = _plane(pixels, batch.valid(i, c), dtype)
            if plane is None:
                out[...] = 0
                return
            if MODES[mode] <= MODES["binary_inv"]:
                white_, black = out.dtype.type(foreground), out.dtype.type(0)
                pair = (black, white_) if is_inverse(mode) else (white_, black)
                self._threshold_plane(plane, out, pair, inverse=is_inverse(mode))
            else:
                t = np.empty(pixels.shape)
                self._threshold_plane(plane, t, None, inverse=is_inverse(mode))
                apply_threshold(plane.v, t, mode, foreground, out, dtype)
            blank(out, plane.valid, 0)

        return batch.map(function, bool if mask else None)

    def _map_thresholds(self, batch: Batch, function: Any, dtype: Any) -> Any:
        return self._map(batch, function, dtype, blank_with=np.nan)

    def _map(self, batch: Batch, function: Any, dtype: Any, blank_with: float | None = None) -> Any:
        def fill(pixels: Array, out: Array, i: int, c: int) -> None:
            plane = _plane(pixels, batch.valid(i, c), batch.data[i].dtype)
            if plane is None:
                out[...] = np.nan
                return
            t = np.empty(pixels.shape)
            self._threshold_plane(plane, t, None, inverse=is_inverse(self.mode))
            out[...] = function(pixels, t)
            if blank_with is not None:
                blank(out, plane.valid, blank_with)

        return batch.map(fill, dtype)


def _plane(pixels: Array, valid: Array | None, dtype: np.dtype[Any]) -> Plane | None:
    """Take NaN for what it means, no data; None if there is nothing else."""
    if pixels.dtype.kind == "f" and np.isnan(np.min(pixels)):
        data = ~np.isnan(pixels)
        valid = data if valid is None else data & valid
        pixels = np.where(data, pixels, pixels[data].flat[0] if data.any() else 0)
    if valid is not None and not valid.any():
        return None
    return Plane(pixels, valid, dtype)


class WindowThreshold(LocalThreshold):
    """A threshold that is a formula of window statistics.

    A subclass names `_statistics`, and gives `_formula`.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **LocalThreshold._parameter_constraints,
        "window_shape": [StrOptions({"square", "disk"})],
    }

    _passages = {
        **LocalThreshold._passages,
        "window_parameters": PARAMETERS.strip() + SHAPE.rstrip() + MODE_PARAMETERS,
    }

    # Of each window: any of "mean", "std", "min", "max".
    _statistics: tuple[str, ...] = ("mean", "std")

    def __init__(
        self,
        *,
        window_size: Any = 15,
        border: str = "replicate",
        window_shape: str = "square",
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(
            window_size=window_size,
            border=border,
            mode=mode,
            max_value=max_value,
            channel_axis=channel_axis,
            image_shape=image_shape,
        )
        self.window_shape = window_shape

    @abstractmethod
    def _formula(self, band: Band, plane: Plane, survey: Any) -> Array:
        """Give the thresholds of a band from its statistics."""

    def _survey(self, plane: Plane, windows: Windows) -> Any:
        """Look at the whole plane first, if the formula wants to know more than its window."""

    def _windows(self, plane: Plane) -> Windows:
        sizes = self._window(plane.v.ndim)
        return Windows(plane.v, sizes, plane.valid, self.border, self.window_shape)

    def _threshold_plane(self, plane: Plane, out: Array, select: Select, *, inverse: bool) -> None:  # noqa: ARG002
        windows = self._windows(plane)
        target = windows.volume(out)
        # Of extreme floats a formula may leave their range; NaN is then as good as no threshold.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            survey = self._survey(plane, windows)
            for band in windows.bands(*self._statistics):
                t = windows.settle(self._formula(band, plane, survey), band.v)
                target[band.index] = t if select is None else np.where(band.v > t, *select)
