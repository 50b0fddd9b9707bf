"""One channel of one image, as a local technique sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.batch import Array, Levels, Part
from skthresh.local_threshold.parts import Survey
from skthresh.local_threshold.scaling import extent_of
from skthresh.local_threshold.windows import Windows
from skthresh.modes import full_scale

__all__ = ["Plane"]


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
    is_stack : bool
        Whether it is not one plane but several, which know nothing of each other: axis 0 has no
        window.
    part : Part or None
        The larger plane that it is a part of; None: it is whole.
    survey : Survey or None
        What is known of the larger plane.
    levels : Levels or None
        What is known of all its pixels.
    """

    v: Array
    valid: Array | None
    dtype: np.dtype[Any]
    is_stack: bool = False
    part: Part | None = None
    survey: Survey | None = None
    levels: Levels | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the whole plane, or of each of the stack."""
        return tuple(self.v.shape[self.is_stack :]) if self.part is None else self.part.shape

    def windows(self, sizes: tuple[int, ...], border: str, shape: str = "square") -> Windows:
        """Give the windows around the pixels; `sizes` has no entry for the axis of a stack."""
        extent = None
        if self.survey is not None:
            extent = self.survey.extent
        elif self.levels is not None and self.valid is None:
            extent = extent_of(self.v, None, levels=self.levels)
        return Windows(
            self.v,
            (1, *sizes) if self.is_stack else sizes,
            self.valid,
            border,
            shape,
            extent=extent,
            origin=None if self.part is None else self.part.start,
        )

    @property
    def full_scale(self) -> float:
        """The dtype's white: 255 for uint8, 1 for floats."""
        return full_scale(self.dtype)

    @property
    def darkest(self) -> float:
        """The least grey level of the pixels that count."""
        if self.levels is not None and self.valid is None:
            return self.levels.lo
        return float(self.pixels.min())

    @property
    def pixels(self) -> Array:
        """The pixels that count, in a row."""
        return self.v.reshape(-1) if self.valid is None else self.v[self.valid]
