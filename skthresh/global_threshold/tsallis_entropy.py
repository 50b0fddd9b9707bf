"""The greatest Tsallis entropy of two classes."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.renyi_entropy import renyi_entropy
from skthresh.utils._sklearn import Interval

__all__ = ["TsallisEntropyThreshold", "tsallis_entropy"]


def tsallis_entropy(counts: Array, centers: Array, q: float = 0.8) -> float:
    """Find the threshold of the greatest pseudo-additive entropy of both classes.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    q : float, default=0.8
        The order of the entropy; positive. 1 gives `max_entropy`.

    Returns
    -------
    threshold : int or float
        One of the occupied levels; the lowest of those that share the maximum.

    Notes
    -----
    With p the shares of the levels and P that of the class, a class has the entropy
    ``S = (1 - sum((p / P) ** q)) / (q - 1)``; the whole has ``S1 + S2 + (1 - q) S1 S2``.
    This is ``(1 - z1 z2) / (q - 1)``, z being the sums. It grows with ``ln(z1 z2) / (1 - q)``, the
    sum of Renyi's entropies, which keeps its digits where ``1 - z1 z2`` has none left.

    Examples
    --------
    >>> tsallis_entropy([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5])
    1
    """
    return renyi_entropy(counts, centers, q)


class TsallisEntropyThreshold(GlobalThreshold):
    """Threshold with the greatest Tsallis entropy of foreground and background.

    Kapur's technique with an entropy that is not additive: the order `q` says how much rare levels
    count, and can be searched for.

    Parameters
    ----------
    q : float, default=0.8
        The order of the entropy; positive. Small orders let rare levels count more. 1 is
        Kapur's technique.
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    MaxEntropyThreshold : The limit of ``q=1``.

    References
    ----------
    .. [1] M. Portes de Albuquerque, I. A. Esquef, A. R. Gesualdi Mello and M. Portes de
       Albuquerque, "Image thresholding using Tsallis entropy", Pattern Recognition Letters 25(9),
       2004, pp. 1059-1065. :doi:`10.1016/j.patrec.2004.03.003`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import TsallisEntropyThreshold
    >>> image = np.array([[[10, 12, 11, 60, 200]]], dtype=np.uint8)
    >>> TsallisEntropyThreshold(q=2).fit(image).threshold_
    11
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **GlobalThreshold._parameter_constraints,
        "q": [Interval(Real, 0, 100, closed="right")],
    }

    def __init__(
        self,
        *,
        q: float = 0.8,
        per_image: bool = False,
        n_bins: int = 256,
        value_range: tuple[float, float] | None = None,
        log_scale: bool = False,
        correction: float = 1.0,
        bounds: tuple[float | None, float | None] | None = None,
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(
            per_image=per_image,
            n_bins=n_bins,
            value_range=value_range,
            log_scale=log_scale,
            correction=correction,
            bounds=bounds,
            mode=mode,
            max_value=max_value,
            channel_axis=channel_axis,
            image_shape=image_shape,
            n_jobs=n_jobs,
        )
        self.q = q

    def _criterion(self, counts: Array, centers: Array) -> float:
        return tsallis_entropy(counts, centers, self.q)
