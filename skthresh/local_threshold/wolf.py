"""Wolf and Jolion's threshold: Sauvola's, relative to what the image has."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.kernels.line import Line
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval
from skthresh.utils._threads import n_threads

__all__ = ["WolfThreshold", "wolf"]


def wolf(mean: Array, k: float, darkest: float, greatest_std: float) -> Line:
    """Give Wolf and Jolion's threshold, ``mean + k * (std / R - 1) * (mean - M)``, as a line.

    Parameters
    ----------
    mean : array
        Of each window, in grey levels.
    k : float
        How far from the mean towards the darkest pixel the threshold is where nothing varies.
    darkest : float
        M, the least grey level of the image.
    greatest_std : float
        R, the greatest of all windows' standard deviations.

    Examples
    --------
    >>> import numpy as np
    >>> wolf(np.array([100.0, 100.0]), 0.5, 20.0, 40.0).at(np.array([0.0, 40.0]))
    array([ 60., 100.])
    """
    per_level = k / greatest_std if greatest_std > 0 else 0.0
    above = mean - darkest
    return Line(mean - k * above, per_level * above)


class WolfThreshold(WindowThreshold):
    """Threshold each pixel between the mean of its window and the darkest pixel of the image.

    As Sauvola's technique, but measured against the contrast that the image has: for faint writing,
    and images that use a small part of the grey levels.

    Parameters
    ----------
    k : float, default=0.5
        How far from the mean towards the darkest pixel the threshold is where nothing varies.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    SauvolaThreshold : Measured against a fixed range.

    Notes
    -----
    One pixel of extreme level changes the whole image's threshold, as the formula has it. Pixels
    that a mask leaves out do not.

    References
    ----------
    .. [1] C. Wolf and J.-M. Jolion, "Extraction and recognition of artificial text in multimedia
       documents", Pattern Analysis and Applications 6, 2004, pp. 309-326.
       :doi:`10.1007/s10044-003-0197-7`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import WolfThreshold
    >>> line = np.array([[120, 121, 100, 119, 110, 110, 95, 111]], dtype=np.uint8)
    >>> WolfThreshold(window_size=3, mode="binary_inv").fit(line).predict(line)
    array([[False, False,  True, False, False, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "k": [Interval(Real, None, None, closed="neither")],
    }

    _formula = staticmethod(wolf)
    _looks_at_plane = True

    def __init__(
        self,
        *,
        k: float = 0.5,
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

    def _greatest(
        self, plane: Plane, windows: Windows, inside: tuple[slice, ...] = ()
    ) -> tuple[float, ...]:
        return -plane.darkest, windows.greatest_std(n_threads(self.n_jobs), inside)

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:
        known = self._greatest(plane, windows) if plane.survey is None else plane.survey.greatest
        return self.k, -known[0], known[1]
