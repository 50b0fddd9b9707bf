"""Arrays and plain facts in one file, from which nothing is ever executed."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from skthresh.batch import Array

__all__ = ["read_file", "write_file"]

FACTS = "facts"

# What NumPy, zipfile and json raise for files that are damaged, or made to do harm.
_READ_ERRORS = (
    ValueError,
    KeyError,
    EOFError,
    AttributeError,
    TypeError,
    OverflowError,
    MemoryError,
    RuntimeError,  # encrypted; too deeply nested
    zipfile.BadZipFile,
    zlib.error,
)


def write_file(path: str | os.PathLike[str], facts: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Write a file at once or not at all: a reader, or a crash, never sees half of it.

    Parameters
    ----------
    path : str or path-like
        Where to.
    facts : dict
        What JSON can hold.
    arrays : dict of str to list of ndarray
        The arrays.
    """
    path = Path(path)
    content: dict[str, Any] = {FACTS: np.frombuffer(json.dumps(facts).encode(), np.uint8)}
    for name, group in arrays.items():
        content |= {f"{name}.{k}": np.asarray(a) for k, a in enumerate(group)}
    # As ordinary files are created, not as private ones.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **content)
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def read_file(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, list[Array]]]:
    """Read what `write_file` wrote.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    facts : dict
        As they were written.
    arrays : dict of str to list of ndarray
        As they were written.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is another kind of file, or damaged.
    """
    try:
        with Path(path).open("rb") as file:
            _check_sizes(file)
            # No pickles: they are programs.
            with np.load(file, allow_pickle=False) as content:
                facts = json.loads(content[FACTS].tobytes())
                arrays: dict[str, list[Array]] = {}
                for name in content.files:
                    group, _, _ = name.rpartition(".")
                    if group:
                        arrays.setdefault(group, []).append(content[name])
        if not isinstance(facts, dict):
            raise TypeError("The facts are no dict.")
    except _READ_ERRORS as error:
        # Its own message may advise to open the file unsafely.
        raise ValueError(
            f"{os.fspath(path)!r} is not a file that UNetSegmenter wrote, or it is damaged."
        ) from error
    return facts, arrays


def _check_sizes(file: IO[bytes]) -> None:
    """Refuse what would take more memory than the file is long, before any of it is read.

    Nothing that was written here is compressed. A file made to do harm may be, a million times; its
    entries may overlap, or claim to be larger than they are.
    """
    size = file.seek(0, os.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > size:
            raise ValueError("It holds more than it is long.")
        for entry in entries:
            with archive.open(entry) as array:
                if np.lib.format.read_magic(array) != (1, 0):
                    raise ValueError("An array has a header of another version.")
                shape, _, dtype = np.lib.format.read_array_header_1_0(array)
                if math.prod(shape) * dtype.itemsize > entry.file_size:
                    raise ValueError("An array is larger than its entry.")
    file.seek(0)
