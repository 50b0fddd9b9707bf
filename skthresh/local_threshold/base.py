"""A local technique: one threshold per pixel, from the window around it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from skthresh.array_api.namespace import is_elsewhere
from skthresh.array_api.windows import array_plane
from skthresh.base import ATTRIBUTES, MODE_PARAMETERS, Thresholder, blank
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.local_threshold.parts import NARROW, Survey, greatest_of, levels_of, surveyed
from skthresh.local_threshold.plane import Plane
from skthresh.local_threshold.windows import Windows
from skthresh.modes import Output, is_inverse, white
from skthresh.utils._params import PER_AXIS, per_axis
from skthresh.utils._sklearn import StrOptions
from skthresh.utils._threads import n_threads

__all__ = ["LocalThreshold", "Plane", "WindowThreshold"]

# Of a sample, without its channels.
RANKS = (1, 3)

PARAMETERS = """
window_size : int or tuple of int, default={window_size}
    Odd, up to 65537, in pixels; one number, or one for each axis of a sample.
border : {"replicate", "reflect", "clip"}, default={border}
    What stands beyond the border: the pixel at it, the pixels inside it mirrored, or nothing, so
    that windows end there.
"""

SHAPE = """
window_shape : {"square", "disk"}, default={window_shape}
    The window: the whole box, or the disk (the ellipse, the ellipsoid) in it. Disks cost more:
    in proportion to the window's height.
"""


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
        window_size: Any = 41,
        border: str = "replicate",
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.window_size = window_size
        self.border = border
        self.mode = mode
        self.max_value = max_value
        self.channel_axis = channel_axis
        self.image_shape = image_shape
        self.n_jobs = n_jobs

    def _window(self, ndim: int) -> tuple[int, ...]:
        """Give the window's size for each axis of a plane."""
        return per_axis("window_size", self.window_size, ndim, odd=True)

    @abstractmethod
    def _threshold_plane(
        self, plane: Plane, out: Array, how: Output, *, inverse: bool, n_jobs: int
    ) -> None:
        """Write the output for one plane.

        `inverse` tells that the dark side is the foreground; `n_jobs` is how many threads there
        are for this plane. What is not valid is blanked later.
        """

    def _takes_stacks(self, batch: Batch) -> bool:  # noqa: ARG002
        """Whether `_threshold_plane` may get all samples at once; a hook."""
        return False

    def _survey(self, batch: Batch) -> Any:
        """Look at the levels of whole planes, where the arithmetic of windows depends on them."""
        lazy: Any = batch
        if batch.dtype in NARROW or self._reach(lazy.plane_shape, batch.dtype) is None:
            return None
        return lazy.anew().each(surveyed, levels_of)

    def _check_batch(self, batch: Batch) -> None:
        least, greatest = RANKS
        if not least <= batch.spatial_ndim <= greatest:
            raise ValueError(
                f"{type(self).__name__} takes samples of {least} to {greatest} dimensions, but X "
                f"has samples of shape {batch.sample(0).shape}. If one axis is colour, pass "
                "channel_axis."
            )
        self._window(batch.spatial_ndim)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.ranks = RANKS
        return tags

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
            One number for each pixel; NaN where a window holds no data, or one level so far from
            most of the image's that its square, in units of their range, leaves float64.
        """
        batch = self._read(X, reset=False, mask=mask)
        return self._over(batch, "_thresholds", np.float64)

    def _thresholds(self, batch: Batch) -> Any:
        inverse = is_inverse(self.mode)
        return self._map(batch, Output(None), np.float64, inverse=inverse, empty=np.nan)

    def _apply(self, batch: Batch, mode: str, *, mask: bool) -> Any:
        foreground = 1 if mask else white(batch.dtype, self.max_value)
        how = Output(mode, foreground)
        return self._map(batch, how, bool if mask else None, inverse=is_inverse(mode), empty=0)

    def _map_thresholds(self, batch: Batch, function: Any, dtype: Any) -> Any:
        return self._map(
            batch,
            Output(None),
            dtype,
            inverse=is_inverse(self.mode),
            empty=np.nan,
            after=function,
        )

    def _map(
        self,
        batch: Batch,
        how: Output,
        dtype: Any,
        *,
        inverse: bool,
        empty: float,
        after: Callable[[Array, Array], Array] | None = None,
    ) -> Any:
        """Write the output for every plane; `empty` where nothing is known."""
        n_jobs = n_threads(self.n_jobs)
        if self._takes_stacks(batch):

            def together(stack: Array, out: Array) -> None:
                plane = Plane(stack, None, batch.dtype, is_stack=True, part=batch.part)
                self._threshold_plane(plane, out, how, inverse=inverse, n_jobs=n_jobs)
                if after is not None:
                    out[...] = after(stack, out)

            return batch.map_block(together, dtype)

        def fill(pixels: Array, out: Array, i: int, c: int) -> None:
            plane = plane_of(batch, pixels, i, c)
            if plane is None:
                out[...] = empty
                return
            self._threshold_plane(plane, out, how, inverse=inverse, n_jobs=inner)
            if after is not None:
                out[...] = after(pixels, out)
            if (
                after is not None or how.mode is not None
            ):  # what does not count has a threshold, too
                blank(out, plane.valid, empty)

        inner = max(1, n_jobs // (len(batch) * (batch.n_channels or 1)))
        return batch.map(fill, dtype, n_jobs=n_jobs)


def plane_of(batch: Batch, pixels: Array, i: int, c: int) -> Plane | None:
    """Take NaN for what it means, no data; None if there is nothing else."""
    valid, known = batch.valid(i, c), batch.known(i)
    if is_elsewhere(pixels):
        return array_plane(pixels, valid, batch.dtype)
    survey: Survey | None = None if known is None else known[c]
    levels = batch.levels(i)
    if levels is None:
        gaps = pixels.dtype.kind == "f" and bool(np.isnan(np.min(pixels)))
    else:
        gaps = levels.has_gaps
    if gaps or (survey is not None and survey.has_gaps):
        data = ~np.isnan(pixels)
        valid = data if valid is None else data & valid
        if gaps:
            least = np.fmin.reduce(pixels, axis=None) if survey is None else survey.least
            pixels = np.where(data, pixels, least if data.any() else 0)
    if valid is not None and not valid.any():
        return None
    whole = None if gaps else levels
    return Plane(pixels, valid, batch.data[i].dtype, part=batch.part, survey=survey, levels=whole)


class WindowThreshold(LocalThreshold):
    """A threshold that is a formula of window statistics.

    A subclass gives `_formula`, and `_parameters` if the formula has any.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **LocalThreshold._parameter_constraints,
        "window_shape": [StrOptions({"square", "disk"})],
    }

    _passages = {
        **LocalThreshold._passages,
        "window_parameters": PARAMETERS.strip() + SHAPE.rstrip() + MODE_PARAMETERS,
    }

    # A static method whose first parameters are any of `skthresh.kernels.formula.STATISTICS`.
    # Plain arithmetic: it is compiled.
    _formula: Callable[..., Any]

    def __init__(
        self,
        *,
        window_size: Any = 41,
        border: str = "replicate",
        window_shape: str = "square",
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(
            window_size=window_size,
            border=border,
            mode=mode,
            max_value=max_value,
            channel_axis=channel_axis,
            image_shape=image_shape,
            n_jobs=n_jobs,
        )
        self.window_shape = window_shape

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:  # noqa: ARG002
        """Give what the formula takes beside statistics, in its order."""
        return ()

    # Whether `_parameters` depend on the pixels of the plane, and not on its dtype alone.
    _looks_at_plane = False

    def _takes_stacks(self, batch: Batch) -> bool:
        narrow = batch.dtype in (np.uint8, np.uint16)  # sums of others depend on the plane's range
        return (
            narrow
            and not self._looks_at_plane
            and batch.is_one_block
            and batch.spatial_ndim <= 2
            and self.window_shape == "square"
        )

    def _window_of(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Give the window's size for each axis of a plane of some shape."""
        return self._window(len(shape))

    def _windows(self, plane: Plane) -> Windows:
        return plane.windows(self._window_of(plane.shape), self.border, self.window_shape)

    def _greatest(
        self,
        plane: Plane,  # noqa: ARG002
        windows: Windows,  # noqa: ARG002
        inside: tuple[slice, ...] = (),  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Give numbers of which the greatest over all parts of a plane are wanted; a hook.

        For `_parameters` that depend on the pixels of the whole plane. `inside` is where the
        windows of a part are whole. Here there are none.
        """
        return ()

    @property
    def _asks_for_greatest(self) -> bool:
        return type(self)._greatest is not WindowThreshold._greatest

    def _reach(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...] | None:  # noqa: ARG002
        plain = type(self)._threshold_plane is WindowThreshold._threshold_plane
        if not plain or (self._looks_at_plane and not self._asks_for_greatest):
            return None
        return tuple(n // 2 for n in self._window_of(shape))

    def _survey(self, batch: Batch) -> Any:
        lazy: Any = batch
        found, reach = super()._survey(batch), self._reach(lazy.plane_shape, batch.dtype)
        if reach is None or not self._asks_for_greatest:
            return found
        look = self._light()._look_at_parts
        return lazy.anew().each(look, greatest_of, reach=reach, known=found)

    def _look_at_parts(self, batch: Batch) -> list[list[Survey]]:
        """Add the greatest numbers of these parts to what is known of their planes."""
        assert batch.part is not None
        found: list[list[Survey]] = [[] for _ in range(len(batch))]
        for pixels, i, c in batch.planes():
            plane, known = plane_of(batch, pixels, i, c), batch.known(i)
            survey = Survey() if known is None else known[c]
            if plane is not None:
                windows = self._windows(plane)
                greatest = self._greatest(plane, windows, batch.part.inside)
                survey = replace(survey, greatest=greatest)
            found[i].append(survey)
        return found

    def _threshold_plane(
        self,
        plane: Plane,
        out: Array,
        how: Output,
        *,
        inverse: bool,  # noqa: ARG002
        n_jobs: int,
    ) -> None:
        windows = self._windows(plane)
        parameters = tuple(float(p) for p in self._parameters(plane, windows))
        windows.threshold(self._formula, parameters, how, out, n_jobs)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # what is a formula and nothing else is computed where arrays live
        alone = type(self)._threshold_plane is WindowThreshold._threshold_plane
        tags.array_api_support = alone
        return tags
