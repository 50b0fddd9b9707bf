"""Bradley and Roth's threshold: so many per cent below the mean of the window."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval

__all__ = ["BradleyThreshold", "bradley"]


def bradley(mean: Array, t: float) -> Array:
    """Give Bradley and Roth's threshold, ``mean * (1 - t)``.

    Parameters
    ----------
    mean : array
        Of each window, in grey levels.
    t : float
        How far below the mean, as a share of it.

    Examples
    --------
    >>> import numpy as np
    >>> bradley(np.array([100.0]), 0.15)
    array([85.])
    """
    return mean * (1 - t)


class BradleyThreshold(WindowThreshold):
    """Threshold each pixel a share below the mean of its window.

    Fast, and made for video: strong changes of light along the image do not matter.

    Parameters
    ----------
    t : float, default=0.15
        How far below the mean the threshold is, as a share of it.
    window_size : int, tuple of int or None, default=None
        Odd, up to 65537, in pixels; one number, or one for each axis of a sample. None: an eighth
        of the image's width, as in the paper.
    border : {"replicate", "reflect", "clip"}, default="clip"
        What stands beyond the border: the pixel at it, the pixels inside it mirrored, or nothing,
        so that windows end there, as in the paper.
    window_shape : {"square", "disk"}, default="square"
        The window: the whole box, or the disk (the ellipse, the ellipsoid) in it.
    {mode_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    AdaptiveThreshold : So many grey levels below the mean.

    Notes
    -----
    A pixel that is just the share below the mean is dark, as in the paper.

    References
    ----------
    .. [1] D. Bradley and G. Roth, "Adaptive thresholding using the integral image", Journal of
       Graphics Tools 12(2), 2007, pp. 13-21. :doi:`10.1080/2151237X.2007.10129236`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import BradleyThreshold
    >>> line = np.array([[200, 203, 90, 199, 150, 150, 60, 153]], dtype=np.uint8)
    >>> BradleyThreshold(window_size=3, mode="binary_inv").fit(line).predict(line)
    array([[False, False,  True, False, False, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "t": [Interval(Real, None, None, closed="neither")],
        "window_size": [*WindowThreshold._parameter_constraints["window_size"], None],
    }

    _formula = staticmethod(bradley)

    def __init__(
        self,
        *,
        t: float = 0.15,
        window_size: int | tuple[int, ...] | None = None,
        border: str = "clip",
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
        self.t = t

    def _window(self, ndim: int) -> tuple[int, ...]:
        return (1,) * ndim if self.window_size is None else super()._window(ndim)

    def _window_of(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if self.window_size is not None:
            return self._window(len(shape))
        return (shape[-1] // 8 | 1,) * len(shape)

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:  # noqa: ARG002
        return (self.t,)
