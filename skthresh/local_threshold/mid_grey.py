"""The middle between the darkest and the brightest pixel of the window."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval

__all__ = ["MidGreyThreshold", "mid_grey"]


def mid_grey(minimum: Array, maximum: Array, offset: float = 0.0) -> Array:
    """Give the middle less an offset, ``(min + max) / 2 - offset``.

    Parameters
    ----------
    minimum, maximum : array
        Of each window, in grey levels.
    offset : float, default=0.0
        In grey levels.

    Examples
    --------
    >>> import numpy as np
    >>> mid_grey(np.array([10.0]), np.array([41.0]))
    array([25.5])
    """
    return minimum * 0.5 + maximum * 0.5 - offset


class MidGreyThreshold(WindowThreshold):
    """Threshold each pixel at the middle between the extremes of its window, less an offset.

    For objects that every window meets the edge of; windows within one class are split by noise, if
    the offset does not prevent it.

    Parameters
    ----------
    offset : float, default=0
        Subtracted from the middle, in grey levels.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    BernsenThreshold : Knows windows of one class by their low contrast.

    Notes
    -----
    The middle of integers is not rounded.

    References
    ----------
    .. [1] R. Fisher, S. Perkins, A. Walker and E. Wolfart, "Hypermedia Image Processing Reference:
       adaptive thresholding", Wiley, 1996.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MidGreyThreshold
    >>> line = np.array([[10, 12, 90, 14, 50, 52, 130, 53]], dtype=np.uint8)
    >>> MidGreyThreshold(window_size=3, offset=-10).fit(line).predict(line)
    array([[False, False,  True, False,  True, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "offset": [Interval(Real, None, None, closed="neither")],
    }

    _formula = staticmethod(mid_grey)

    def __init__(
        self,
        *,
        offset: float = 0,
        window_size: int | tuple[int, ...] = 41,
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
            window_shape=window_shape,
            mode=mode,
            max_value=max_value,
            channel_axis=channel_axis,
            image_shape=image_shape,
            n_jobs=n_jobs,
        )
        self.offset = offset

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:  # noqa: ARG002
        return (self.offset,)
