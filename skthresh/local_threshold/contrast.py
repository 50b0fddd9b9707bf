"""The nearer of the darkest and the brightest pixel of the window."""

from __future__ import annotations

from skthresh.batch import Array
from skthresh.local_threshold.base import WindowThreshold

__all__ = ["ContrastThreshold", "contrast"]


def contrast(minimum: Array, maximum: Array) -> Array:
    """Give the level that is as far from the minimum as from the maximum.

    Parameters
    ----------
    minimum, maximum : array
        Minimum and maximum of each window, in grey levels.

    Examples
    --------
    >>> import numpy as np
    >>> contrast(np.array([10.0]), np.array([41.0]))
    array([25.5])
    """
    return minimum * 0.5 + maximum * 0.5


class ContrastThreshold(WindowThreshold):
    """Take each pixel for what it is nearer to: the brightest pixel of its window, or the darkest.

    The toggle contrast of mathematical morphology, kept as a mask: it sharpens edges, and follows
    noise where there are none.

    Parameters
    ----------
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    MidGreyThreshold : The same with an offset.

    Notes
    -----
    A pixel that is as near to one as to the other is background, and so is a flat window; ImageJ
    makes both foreground.

    References
    ----------
    .. [1] P. Soille, "Morphological Image Analysis: Principles and Applications", 2nd ed.,
       Springer, 2004, p. 259. :doi:`10.1007/978-3-662-05088-0`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import ContrastThreshold
    >>> line = np.array([[10, 10, 40, 90, 90]], dtype=np.uint8)
    >>> ContrastThreshold(window_size=3).fit(line).predict(line)
    array([[False, False, False,  True, False]])
    """

    _formula = staticmethod(contrast)
