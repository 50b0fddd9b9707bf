"""How kernels are compiled: once per machine, without the GIL, with exact floating point."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from numba import njit

__all__ = ["fused_kernel", "inlined_kernel", "inner_kernel", "kernel", "specialised"]


def kernel(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Compile a function when it is first called, and keep the result on disk.

    It runs without the GIL. There is no fastmath: it may assume that NaN does not exist, and NaN
    is "no data" here. Division by zero gives infinity or NaN, as NumPy has it: Python's error
    would be a branch in every loop.

    Functions that work on one row are kernels, too: small, over slices that start at 0, so that
    LLVM vectorises them. A loop over the whole plane with offset indices runs several times slower.
    """
    # nothing calls kernels from C: not to compile that entrance saves time
    options = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, **options}
    function.__qualname__ = f"{function.__qualname__}-{_stamp()}"  # the name of the file on disk
    try:
        return _own_names(njit(cache=True, **options)(function))
    except RuntimeError:  # neither the package nor the user's cache folder can be written to
        return njit(**options)(function)


def _own_names(dispatcher: Any) -> Any:
    """Let no two files in the cache have one name, whoever writes them.

    Numba numbers them. Processes that fill a cache at once take the same number for different
    dtypes, and whoever comes next is given the wrong one's code.
    """
    file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    pattern = getattr(file, "_data_name_pattern", None)
    if file is not None and pattern is not None:
        file._data_name_pattern = _Unique(pattern.replace("{number", "{unique}.{number"))
    return dispatcher


class _Unique(str):
    """A pattern of names that gives none of them twice."""

    __slots__ = ()

    def format(self, **parts: Any) -> str:  # type: ignore[override]
        return super().format(unique=uuid.uuid4().hex[:12], **parts)


class _Inner:
    """Stands for a kernel where other kernels name it; Python cannot call it."""

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher = dispatcher

    @property
    def _numba_type_(self) -> Any:
        return self._dispatcher._numba_type_  # what Numba asks for

    def __call__(self, *args: Any) -> None:  # noqa: ARG002
        name = self._dispatcher.py_func.__name__
        raise TypeError(f"{name} can be called by kernels alone: it was compiled by inner_kernel.")


def inner_kernel(function: Callable[..., Any], **options: Any) -> Any:
    """Compile a kernel that other kernels alone call.

    To compile the entrance that Python would need takes as long as a fourth of all. Numba does not
    look whether it is there: its name says so, lest the same function, compiled for Python as well,
    be given this one's code from the disk.
    """
    function.__qualname__ = f"{function.__qualname__}-inner"
    inner = kernel(function, no_cpython_wrapper=True, **options)
    return _Inner(inner) if hasattr(inner, "_numba_type_") else inner


def inlined_kernel(function: Callable[..., Any]) -> Any:
    """Have a kernel copied into those that call it, before they are compiled.

    It is not compiled and optimised by itself first, which saves time. This is for arithmetic of
    numbers: where such a function looks into an array, LLVM does not vectorise the loop around it.
    And it is for what one place alone calls, if its loops are scalar, or in functions that it calls
    in its turn; to copy it into a second place takes as long as is saved.
    """
    return njit(inline="always", error_model="numpy")(function)


def fused_kernel(function: Callable[..., Any]) -> Any:
    """Compile an inner kernel whose ``a * b + c`` may be one instruction, rounded once.

    That is all that the one fastmath flag allows; NaN and infinity keep their meaning.
    """
    return inner_kernel(function, fastmath={"contract"})


def specialised(
    template: Callable[..., Any],
    name: str,
    source: str,
    compiler: Callable[..., Any] = kernel,
    **names: Any,
) -> Callable[..., Any]:
    """Compile a copy of a function in which some global names stand for other functions.

    Numba inlines a kernel that is named by a global, and keeps the result on disk; of a kernel that
    is handed over as an argument it would keep one more result for every process.

    Parameters
    ----------
    template : function
        Not compiled itself.
    name : str
        Tells the copies apart on disk.
    source : str
        The file whose change makes a copy on disk out of date.
    compiler : callable, default=kernel
        Or another one of this module.
    **names : kernel
        What the template's globals stand for.
    """
    code = template.__code__.replace(co_filename=source)
    copy = FunctionType(code, {**template.__globals__, **names}, template.__name__)
    copy.__qualname__ = f"{template.__name__}-{name}"
    return compiler(copy)


@cache
def _stamp() -> str:
    """Name the state of all kernels: they call each other, and Numba looks at one file alone."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    states = [(f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in files]
    return f"{zlib.crc32(str(states).encode()):08x}"
