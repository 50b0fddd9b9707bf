"""What an array is, and where: its namespace, its device, and the NumPy dtype of the same name."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import config_context, get_config

from skthresh.utils._sklearn import convert_to_numpy, get_namespace_and_device, widest_float

__all__ = ["Home", "Space", "as_host", "check_home", "is_dispatched", "is_elsewhere"]

# The dtypes that images may have, by name. The standard has no float16; torch and CuPy do.
NAMES = (
    *("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"),
    *("float16", "float32", "float64"),
)

# What is computed with in place of dtypes that some libraries can store and not compute with.
COMPUTED = {
    "bool": "uint8",
    "uint16": "int32",
    "uint32": "int64",
    "uint64": "int64",
    "float16": "float32",
}


def is_elsewhere(x: Any) -> bool:
    """Tell whether x is an array, but not one of NumPy's.

    Examples
    --------
    >>> is_elsewhere(np.zeros(3)), is_elsewhere([1, 2])
    (False, False)
    """
    return not isinstance(x, np.ndarray | np.generic) and hasattr(x, "__dlpack__")


def is_dispatched(X: Any) -> bool:
    """Tell whether X is, or lists, arrays that scikit-learn was told to dispatch on."""
    if not get_config()["array_api_dispatch"]:
        return False
    return any(map(is_elsewhere, X)) if isinstance(X, list | tuple) else is_elsewhere(X)


def as_host(x: Any) -> Any:
    """Bring an array, or a list of them, to NumPy; give anything else as it is.

    Examples
    --------
    >>> as_host([1, 2])
    [1, 2]
    """
    if isinstance(x, list | tuple):
        return [as_host(item) for item in x] if any(map(is_elsewhere, x)) else x
    if not is_elsewhere(x):
        return x
    with config_context(array_api_dispatch=True):  # it may be a fitted attribute
        return convert_to_numpy(x, get_namespace_and_device(x)[0])


@dataclass(frozen=True)
class Space:
    """A namespace of the array API standard, and a device.

    Attributes
    ----------
    xp : module
        The namespace.
    device : object
        What the namespace calls a device.
    """

    xp: Any
    device: Any

    @classmethod
    def of(cls, *arrays: Any) -> Space:
        """Find where arrays are; all must be in one place."""
        xp, _, device = get_namespace_and_device(*arrays)
        return cls(xp, device)

    def numpy_dtype(self, dtype: Any) -> np.dtype[Any] | None:
        """Give the NumPy dtype of the same name; None if images cannot have it."""
        for name in NAMES:
            if getattr(self.xp, name, None) == dtype:
                return np.dtype(name)
        return None

    def dtype(self, dtype: Any) -> Any:
        """Give the namespace's dtype of a NumPy dtype; its widest float for float64."""
        name = np.dtype(dtype).name
        return self.float if name == "float64" else getattr(self.xp, name)

    @property
    def float(self) -> Any:
        """The widest float that the device has: float64, or float32 on Apple's MPS."""
        return widest_float(self.xp, self.device)

    def computed(self, dtype: np.dtype[Any]) -> Any:
        """Give the dtype that pixels of a NumPy dtype are computed in."""
        return self.dtype(COMPUTED.get(dtype.name, dtype.name))

    def array(self, x: Any, dtype: Any = None) -> Any:
        """Bring an array-like here."""
        if not is_elsewhere(x):
            x = np.asarray(x)
        elif Space.of(x) != self:
            x = as_host(x)
        if isinstance(x, np.ndarray):
            x = np.require(x, dtype=x.dtype.newbyteorder("="), requirements=["C", "W"])
            if self.float == self.xp.float32 and x.dtype == np.float64:
                x = x.astype(np.float32)
        return self.xp.asarray(x, dtype=dtype, device=self.device)

    def full(self, shape: tuple[int, ...], value: Any, dtype: Any) -> Any:
        """Make an array of equal values."""
        return self.xp.full(shape, value, dtype=dtype, device=self.device)

    def floats(self, x: Any) -> Any:
        """Cast an array to the widest float."""
        return self.xp.astype(x, self.float)

    def scalar(self, value: Any, dtype: Any) -> Any:
        """Make an array without axes."""
        return self.xp.asarray(value, dtype=dtype, device=self.device)


@dataclass(frozen=True)
class Home:
    """Where the arrays were that an estimator was fitted on, in words: it travels with a pickle."""

    namespace: str
    device: str

    @classmethod
    def of(cls, array: Any) -> Home | None:
        """Find the home of an array; None for NumPy's, and for what is no array."""
        if not is_dispatched(array):
            return None
        space = Space.of(array)
        return cls(space.xp.__name__.rpartition(".")[2], str(space.device))

    def __str__(self) -> str:
        return f"{self.namespace} on {self.device}"

    def __sklearn_array_api_convert__(self, converter: Any) -> Home | None:
        """Move, when scikit-learn's ``move_estimator_to`` moves an estimator."""
        with config_context(array_api_dispatch=True):
            return Home.of(converter(np.zeros(0, np.float32)))


def check_home(estimator: Any, X: Any, *, reset: bool) -> None:
    """Remember where an estimator was fitted; refuse X that is elsewhere, as scikit-learn does.

    What was fitted on NumPy arrays, or with dispatch disabled, takes arrays of every kind.
    """
    fitted: Home | None = getattr(estimator, "_home", None)
    if not reset and (fitted is None or not get_config()["array_api_dispatch"]):
        return
    home = Home.of(X[0] if isinstance(X, list | tuple) and len(X) else X)
    if reset:
        estimator.__dict__.pop("_home", None)
        if home is not None:
            estimator._home = home
    elif home != fitted:
        raise ValueError(
            f"Inputs passed to {type(estimator).__name__}.{_verb()}() must use the same namespace "
            f"and the same device as those passed to fit(): it was fitted on {fitted}, and X is "
            f"{home or 'a NumPy array'}. Fit it on NumPy arrays, whose thresholds serve "
            "everywhere, or move it with sklearn.utils._array_api.move_estimator_to."
        )


def _verb() -> str:
    """Name the public method that was called."""
    frame: Any = sys._getframe(1)
    # private methods and functions lie between
    while frame.f_back is not None and (
        frame.f_code.co_name.startswith("_") or "self" not in frame.f_locals
    ):
        frame = frame.f_back
    return str(frame.f_code.co_name)
