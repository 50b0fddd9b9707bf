"""Arrays and plain facts in one file, from which nothing is ever executed."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from skthresh.batch import Array

__all__ = ["read_file", "write_file"]

FACTS = "facts"


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
        # No pickles: they are programs.
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as content:
            facts = json.loads(content[FACTS].tobytes())
            arrays: dict[str, list[Array]] = {}
            for name in content.files:
                group, _, _ = name.rpartition(".")
                if group:
                    arrays.setdefault(group, []).append(content[name])
    except (ValueError, KeyError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        # Its own message may advise to open the file unsafely.
        raise ValueError(
            f"{os.fspath(path)!r} is not a file that UNetSegmenter wrote, or it is damaged."
        ) from error
    return facts, arrays
