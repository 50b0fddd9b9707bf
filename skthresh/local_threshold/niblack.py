"""Niblack's threshold: some deviations from the mean of the window."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.kernels.line import Line
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval

__all__ = ["NiblackThreshold", "niblack"]


def niblack(mean: Array, k: float) -> Line:
    """Give Niblack's threshold, ``mean + k * std``, as a line in ``std``.

    Parameters
    ----------
    mean : array
        Of each window, in grey levels.
    k : float
        How many standard deviations above the mean; negative for below.

    Examples
    --------
    >>> import numpy as np
    >>> niblack(np.array([100.0]), -0.2).at(np.array([20.0]))
    array([96.])
    """
    return Line(mean, k)


class NiblackThreshold(WindowThreshold):
    """Threshold some standard deviations from the mean of the window.

    The first of the techniques for documents, from which Sauvola's and others descend. It finds all
    writing, and with it the texture of the paper where nothing is written.

    Parameters
    ----------
    k : float, default=-0.2
        How many standard deviations above the mean; negative for below.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    SauvolaThreshold : Leaves the texture of the paper out.

    Notes
    -----
    The sign of `k` is Niblack's. scikit-image's ``threshold_niblack`` subtracts ``k * std``, and
    has 0.2 as its default: the same. Doxa adds it, as here, with a default of +0.2.

    References
    ----------
    .. [1] W. Niblack, "An Introduction to Digital Image Processing", Prentice-Hall, 1986.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import NiblackThreshold
    >>> line = np.array([[200, 203, 90, 199, 150, 150, 60, 153]], dtype=np.uint8)
    >>> NiblackThreshold(window_size=3, k=-0.5, mode="binary_inv").fit(line).predict(line)
    array([[ True, False,  True, False,  True, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "k": [Interval(Real, None, None, closed="neither")],
    }

    _formula = staticmethod(niblack)

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
