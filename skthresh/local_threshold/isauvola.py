"""Hadjadj's improved Sauvola: what is ink by Sauvola, where there is an edge in it."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.kernels.apply import BINARY, BINARY_INV, apply_scalar
from skthresh.kernels.regions import reconstruct
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.contrast_image import below, high_contrast
from skthresh.local_threshold.sauvola import sauvola
from skthresh.local_threshold.windows import Windows
from skthresh.modes import Output
from skthresh.utils._sklearn import Interval

__all__ = ["ISauvolaThreshold"]


class ISauvolaThreshold(WindowThreshold):
    """Sauvola's threshold, without the ink that has no edge.

    For old documents: a letter has sharp edges, and a stain has none. Pixels of high contrast are
    found as `SuThreshold` finds them; of the connected regions that Sauvola's technique takes for
    ink those remain that hold one of them. Use it with ``mode="binary_inv"``, and a window somewhat
    larger than a letter. Since stains go, `k` can be smaller than Sauvola's for faint writing.

    Parameters
    ----------
    k : float, default=0.2
        How far below the mean Sauvola's threshold is where nothing varies, as a share of the mean.
        Larger means less ink.
    r : float or None, default=None
        The greatest standard deviation to be expected, in grey levels. None: 128/255 of the
        dtype's white.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    SauvolaThreshold : The ink, with or without edges.
    SuThreshold : Thresholds from the edges themselves.

    Notes
    -----
    The threshold is Sauvola's, but just below each pixel of a region that is left out: such a
    region is paper. Regions are connected at corners, too; in volumes, over all 26 neighbours.

    The paper also removes small spots from the high contrast image before. That is not done here,
    nor in Doxa: small letters have small edges.

    References
    ----------
    .. [1] Z. Hadjadj, A. Meziane, Y. Cherfa, M. Cheriet and I. Setitra, "ISauvola: improved
       Sauvola's algorithm for document image binarization", Image Analysis and Recognition, 2016,
       pp. 737-745. :doi:`10.1007/978-3-319-41501-7_82`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import ISauvolaThreshold, SauvolaThreshold
    >>> line = np.array([[200, 200, 90, 200, 200, 170, 140, 115, 110, 115, 140, 170, 200, 200]])
    >>> sauvola = SauvolaThreshold(window_size=9, r=128, k=0.1, mode="binary_inv")
    >>> sauvola.fit(line).predict(line).astype(int)  # a letter and a stain
    array([[0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0]])
    >>> isauvola = ISauvolaThreshold(window_size=9, r=128, k=0.1, mode="binary_inv")
    >>> isauvola.fit(line).predict(line).astype(int)
    array([[0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "k": [Interval(Real, None, None, closed="neither")],
        "r": [Interval(Real, 0, None, closed="neither"), None],
    }

    _formula = staticmethod(sauvola)
    # regions of one image are not those of another
    _looks_at_plane = True

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

    def _threshold_plane(
        self, plane: Plane, out: Array, how: Output, *, inverse: bool, n_jobs: int
    ) -> None:
        in_place = how.is_binary and out.dtype.itemsize == 1
        ink = out.view(np.uint8) if in_place else np.empty(plane.v.shape, np.uint8)
        dark = Output("binary_inv", 1)
        super()._threshold_plane(plane, ink, dark, inverse=inverse, n_jobs=n_jobs)
        ink = ink.view(bool)
        if plane.valid is not None:
            ink &= plane.valid
        kept = reconstruct(ink, high_contrast(plane), overwrite_mask=how.is_binary)
        if how.is_binary:
            rule = BINARY if how.mode == "binary_inv" else BINARY_INV
            apply_scalar(kept.view(np.uint8), np.uint8(0), rule, out.dtype.type(how.white), out)
            return
        t = np.empty(plane.v.shape)
        super()._threshold_plane(plane, t, Output(None), inverse=inverse, n_jobs=n_jobs)
        dropped = ink & ~kept
        t[dropped] = below(plane.v[dropped])
        how.write(plane.v, t, out)
