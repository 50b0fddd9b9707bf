"""Nick's threshold: Niblack's, with the deviation from black."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.kernels.line import Line
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval

__all__ = ["NickThreshold", "nick"]


def nick(mean: Array, n: Array | int, k: float) -> Line:
    """Give the threshold ``mean + k * sqrt((sum(p ** 2) - mean ** 2) / n)``, as a line.

    What is under the root is ``std ** 2 + mean ** 2 * (1 - 1 / n)``.

    Parameters
    ----------
    mean : array
        Of each window, in grey levels.
    n : array or int
        Pixels in each window.
    k : float
        Negative: how far below the mean.

    Examples
    --------
    >>> import numpy as np
    >>> nick(np.array([100.0]), 225, -0.1).at(np.array([0.0])).round(3)
    array([90.022])
    """
    return Line(mean, k, mean * np.sqrt(1 - 1 / n))


class NickThreshold(WindowThreshold):
    """Threshold each pixel below the mean of its window by a share of its energy.

    For old documents: light pages are not taken for ink as Niblack's technique does, for the
    threshold is well below the mean where the page is bright and even.

    Parameters
    ----------
    k : float, default=-0.2
        Negative: how far below the mean. -0.1 keeps faint strokes, -0.2 leaves out noise.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    NiblackThreshold : The technique that this one mends.

    Notes
    -----
    The formula is that of the paper, in which the mean's square is subtracted once from the sum of
    all squares: ``(sum(p ** 2) - mean ** 2) / n``. Doxa leaves the subtrahend out, which moves the
    threshold by less than ``k * mean / n``; OpenCV's ``niBlackThreshold`` adds the variance to
    the mean of the squares, which counts it twice.

    References
    ----------
    .. [1] K. Khurshid, I. Siddiqi, C. Faure and N. Vincent, "Comparison of Niblack inspired
       binarization methods for ancient documents", Document Recognition and Retrieval XVI, SPIE
       7247, 2009. :doi:`10.1117/12.805827`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import NickThreshold
    >>> line = np.array([[200, 203, 90, 199, 150, 150, 60, 153]], dtype=np.uint8)
    >>> NickThreshold(window_size=3, mode="binary_inv").fit(line).predict(line)
    array([[False, False,  True, False, False, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "k": [Interval(Real, None, None, closed="neither")],
    }

    _formula = staticmethod(nick)

    def __init__(
        self,
        *,
        k: float = -0.2,
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
        self.k = k

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:  # noqa: ARG002
        return (self.k,)
