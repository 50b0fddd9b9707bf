"""Any global technique on overlapping blocks, its thresholds interpolated."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import clone

from skthresh.batch import Array, kernel_form
from skthresh.exceptions import ThresholdNotFoundError
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.otsu import OtsuThreshold
from skthresh.histogram import FINE, count
from skthresh.local_threshold.band import row_bands
from skthresh.local_threshold.base import LocalThreshold, Plane
from skthresh.local_threshold.grids import interpolate
from skthresh.modes import Output
from skthresh.utils._params import PER_AXIS, per_axis
from skthresh.utils._sklearn import Interval

__all__ = ["BlockwiseThreshold", "blocks"]


def blocks(length: int, size: int, overlap: float) -> list[tuple[int, int]]:
    """Divide an axis into blocks of one size, evenly spread, that overlap at least so much.

    Parameters
    ----------
    length, size : int
        Of the axis and of a block, in pixels.
    overlap : float
        The least share of a block that the next one covers, too.

    Examples
    --------
    >>> blocks(100, 40, 0.5)
    [(0, 40), (20, 60), (40, 80), (60, 100)]
    >>> blocks(30, 40, 0.5)
    [(0, 30)]
    """
    if size >= length:
        return [(0, length)]
    n = int(np.ceil((length - size) / max(size * (1 - overlap), 1) - 1e-9)) + 1
    starts = np.rint(np.linspace(0, length - size, n)).astype(int).tolist()
    return [(a, a + size) for a in starts]


class BlockwiseThreshold(LocalThreshold):
    """Threshold by a global technique on overlapping blocks, with thresholds interpolated.

    For uneven light where each part of the image has foreground and background. Between the middles
    of the blocks the thresholds are interpolated linearly; beyond the outermost they stay the same.

    Parameters
    ----------
    estimator : GlobalThreshold or None, default=None
        The technique. None: `OtsuThreshold`. It is used on each block; it need not be fitted.
    block_size : int or tuple of int, default=64
        In pixels; one number, or one for each axis of a sample. Images no larger are one block.
    overlap : float, default=0.5
        The least share of a block that the next one covers, too; from 0 to less than 1.
    min_contrast : float or None, default=None
        Blocks whose grey levels span less than this have no threshold of their own, and take that
        of the whole plane; in grey levels. None: 15/255 of the dtype's white, 15 for uint8.
    {mode_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    LocalThreshold : One window around each pixel instead of blocks.

    Notes
    -----
    In [1]_ a block counts if its histogram has two modes. Here it counts if its levels span
    `min_contrast`, and if the technique finds a threshold in it.

    References
    ----------
    .. [1] C. K. Chow and T. Kaneko, "Automatic boundary detection of the left ventricle from
       cineangiograms", Computers and Biomedical Research 5(4), 1972, pp. 388-410.
       :doi:`10.1016/0010-4809(72)90070-5`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import BlockwiseThreshold
    >>> ramp = np.repeat(np.arange(0, 160, 10, dtype=np.uint8), 4)[np.newaxis]
    >>> ramp[:, ::4] += 40
    >>> BlockwiseThreshold(block_size=16).fit(ramp).predict(ramp).mean()
    np.float64(0.25)
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **{
            name: constraint
            for name, constraint in LocalThreshold._parameter_constraints.items()
            if name not in {"window_size", "border"}
        },
        "estimator": [GlobalThreshold, None],
        "block_size": PER_AXIS,
        "overlap": [Interval(Real, 0, 1, closed="left")],
        "min_contrast": [Interval(Real, 0, None, closed="left"), None],
    }

    def __init__(
        self,
        estimator: GlobalThreshold | None = None,
        *,
        block_size: int | tuple[int, ...] = 64,
        overlap: float = 0.5,
        min_contrast: float | None = None,
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.block_size = block_size
        self.overlap = overlap
        self.min_contrast = min_contrast
        self.mode = mode
        self.max_value = max_value
        self.channel_axis = channel_axis
        self.image_shape = image_shape
        self.n_jobs = n_jobs

    def _window(self, ndim: int) -> tuple[int, ...]:
        return per_axis("block_size", self.block_size, ndim)

    def _threshold_plane(
        self,
        plane: Plane,
        out: Array,
        how: Output,
        *,
        inverse: bool,  # noqa: ARG002
        n_jobs: int,  # noqa: ARG002
    ) -> None:
        technique = OtsuThreshold() if self.estimator is None else clone(self.estimator)
        sizes = self._window(plane.v.ndim)
        axes = [blocks(n, size, self.overlap) for n, size in zip(plane.v.shape, sizes, strict=True)]
        whole = self._threshold(technique, plane.pixels, plane, None)
        grid = np.empty([len(axis) for axis in axes])
        for index in np.ndindex(grid.shape):
            box = tuple(slice(*axis[i]) for axis, i in zip(axes, index, strict=True))
            part = plane.v[box] if plane.valid is None else plane.v[box][plane.valid[box]]
            contrast = plane.full_scale * 15 / 255
            if self.min_contrast is not None:
                contrast = self.min_contrast
            own = self._threshold(technique, part.reshape(-1), plane, contrast)
            grid[index] = whole if np.isnan(own) else own
        points = [np.array([(first + last - 1) / 2 for first, last in axis]) for axis in axes]
        ones = 3 - plane.v.ndim
        grid = grid.reshape((1,) * ones + grid.shape)
        points = [np.zeros(1)] * ones + points
        v, target = (a.reshape((1,) * ones + a.shape) for a in (plane.v, out))
        for rows in row_bands(v.shape):
            t = interpolate(grid, points, (*rows, slice(0, v.shape[2])))
            how.write(v[rows], t, target[rows])

    @staticmethod
    def _threshold(
        technique: GlobalThreshold, pixels: Array, plane: Plane, contrast: float | None
    ) -> float:
        """Find the threshold of some pixels; NaN if they are too much alike for one.

        Without a limit on the contrast they are the whole plane, and must have one.
        """
        if contrast is not None:
            half = 0.0 if pixels.size == 0 else float(pixels.max()) / 2 - float(pixels.min()) / 2
            if pixels.size == 0 or half < contrast / 2:
                return np.nan
        n_bins = FINE if technique.log_scale else technique.n_bins
        histogram = count([(kernel_form(pixels), None)], plane.dtype, n_bins, technique._range)
        try:
            return float(technique._threshold_of(histogram, plane.dtype))
        except ThresholdNotFoundError:
            if contrast is None:
                raise
            return np.nan
