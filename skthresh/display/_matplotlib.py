"""The only place that imports matplotlib: late, and saying what to install."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.batch import Array

__all__ = ["axes_array", "import_pyplot"]


def import_pyplot(caller: str) -> Any:
    """Import ``matplotlib.pyplot`` for `caller`, which an error names.

    Raises
    ------
    ImportError
        If matplotlib is missing; the message says what to install.
    """
    try:
        import matplotlib.pyplot as plt  # noqa: PLC0415  only when something is plotted
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise ImportError(
            f'{caller} needs matplotlib, which is not installed: pip install "skthresh[plot]"'
        ) from error
    return plt


def axes_array(axes: Any, shape: tuple[int, ...], caller: str) -> Array:
    """Check that the user's `axes` are as many as there are panels, and give them that shape."""
    array = np.asarray(axes, dtype=object)
    if array.size != np.prod(shape):
        raise ValueError(
            f"axes has {array.size} axes, but {caller} draws {np.prod(shape)} panels, of shape "
            f"{shape}."
        )
    return array.reshape(shape)
