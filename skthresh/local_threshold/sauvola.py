"""Sauvola's threshold: Niblack's, with the deviation measured against what it can be."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.kernels.line import Line
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval

__all__ = ["SauvolaThreshold", "sauvola"]


def sauvola(mean: Array, k: float, r: float) -> Line:
    """Give Sauvola's threshold, ``mean * (1 + k * (std / r - 1))``, as a line in ``std``.

    Parameters
    ----------
    mean : array
        Of each window, in grey levels.
    k : float
        How far below the mean the threshold is where nothing varies, as a share of the mean.
    r : float
        The greatest standard deviation that is to be expected, in grey levels.

    Examples
    --------
    >>> import numpy as np
    >>> sauvola(np.array([100.0, 100.0]), 0.2, 128).at(np.array([0.0, 128.0]))
    array([ 80., 100.])
    """
    return Line(mean * (1 - k), mean * (k / r))


class SauvolaThreshold(WindowThreshold):
    """Threshold each pixel below the mean of its window, the less the window varies.

    For text on paper, stained or unevenly lit: where nothing is written the standard deviation is
    small, and the threshold falls well below the paper's grey, so that its texture is not taken
    for ink. Use it with ``mode="binary_inv"``, and a window somewhat larger than a letter.

    Parameters
    ----------
    k : float, default=0.2
        How far below the mean the threshold is where nothing varies, as a share of the mean.
        Larger means less ink.
    r : float or None, default=None
        The greatest standard deviation to be expected, in grey levels. None: 128/255 of the
        dtype's white, which is 128 for uint8, as in the paper, and about 0.5 for floats in
        [0, 1]; an image and its float copy have the same mask.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    NiblackThreshold : The formula that this one improves on.

    Notes
    -----
    scikit-image's ``threshold_sauvola`` has half the dtype's range as `r`: 127.5 for uint8, and 1
    for floats, so that an image and its float copy differ. Its border is ``"reflect"``; Doxa's is
    ``"clip"``.

    References
    ----------
    .. [1] J. Sauvola and M. Pietikainen, "Adaptive document image binarization", Pattern
       Recognition 33(2), 2000, pp. 225-236. :doi:`10.1016/S0031-3203(99)00055-2`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import SauvolaThreshold
    >>> line = np.array([[200, 203, 90, 199, 150, 150, 60, 153]], dtype=np.uint8)
    >>> SauvolaThreshold(window_size=3, mode="binary_inv").fit(line).predict(line)
    array([[False, False,  True, False, False, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "k": [Interval(Real, None, None, closed="neither")],
        "r": [Interval(Real, 0, None, closed="neither"), None],
    }

    _formula = staticmethod(sauvola)

    def __init__(
        self,
        *,
        k: float = 0.2,
        r: float | None = None,
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
        self.r = r

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:  # noqa: ARG002
        return self.k, plane.full_scale * 128 / 255 if self.r is None else self.r
