"""Singh's threshold: the mean of the window, and the pixel's own distance from it."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval

__all__ = ["SinghThreshold", "singh"]


def singh(v: Array, mean: Array, k: float, white: float = 1.0) -> Array:
    """Give Singh's threshold, ``mean * (1 + k * (d / (1 - d) - 1))`` with ``d = v - mean``.

    Parameters
    ----------
    v, mean : array
        The pixel, and the mean of its window.
    k : float
        How far below the mean the threshold is for a pixel that is equal to it.
    white : float, default=1.0
        What is 1 in the formula, in grey levels.

    Examples
    --------
    >>> import numpy as np
    >>> singh(np.array([0.5, 0.7]), np.array([0.5, 0.5]), 0.2)
    array([0.4  , 0.425])
    """
    deviation = (v - mean) * (1 / white)
    return mean * (1 + k * (deviation / (1 - deviation) - 1))


class SinghThreshold(WindowThreshold):
    """Threshold each pixel at the mean of its window, moved by the pixel's own deviation from it.

    About as good as Sauvola's technique on documents, without a standard deviation to compute.

    Parameters
    ----------
    k : float, default=0.06
        How far below the mean the threshold is for a pixel that is equal to it, as a share of the
        mean; between 0 and 1.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    SauvolaThreshold : Uses the standard deviation.

    Notes
    -----
    Grey levels are divided by the dtype's white, as the paper has them between 0 and 1.

    Doxa has the technique as TRSingh, with ``k=0.2``, and differs. Its version 0.9.2 divides the
    deviation by a number so large that nothing remains of it: the threshold is ``mean * (1 - k)``,
    which is `BradleyThreshold`'s. Later versions take the deviation's absolute value, which raises
    the threshold of dark pixels, too; the paper has its sign.

    References
    ----------
    .. [1] T. R. Singh, S. Roy, O. I. Singh, T. Sinam and K. M. Singh, "A new local adaptive
       thresholding technique in binarization", International Journal of Computer Science Issues
       8(6), 2011, pp. 271-277. :doi:`10.48550/arXiv.1201.5227`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import SinghThreshold
    >>> line = np.array([[200, 203, 90, 199, 150, 150, 60, 153]], dtype=np.uint8)
    >>> SinghThreshold(window_size=3, mode="binary_inv").fit(line).predict(line)
    array([[False, False,  True, False,  True, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "k": [Interval(Real, None, None, closed="neither")],
    }

    _formula = staticmethod(singh)

    def __init__(
        self,
        *,
        k: float = 0.06,
        window_size: int | tuple[int, ...] = 15,
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
        return self.k, plane.full_scale
