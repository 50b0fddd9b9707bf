"""Docstrings that share what many techniques share.

A class docstring names a shared passage in braces, on a line of its own: ``{global_parameters}``.
The base class whose parameters they are holds the text, once.
"""

from __future__ import annotations

import inspect

__all__ = ["fill_docstring"]


def fill_docstring(cls: type) -> None:
    """Put the shared passages, ``cls._passages``, into the docstring of a class.

    Examples
    --------
    >>> class Mean:
    ...     "Threshold at the mean. {shared}"
    ...
    ...     _passages = {"shared": "mode : str"}
    >>> fill_docstring(Mean)
    >>> Mean.__doc__
    'Threshold at the mean. mode : str'
    """
    doc = cls.__dict__.get("__doc__")
    if doc is None:  # python -OO
        return
    text = inspect.cleandoc(doc)
    for name, passage in cls._passages.items():  # type: ignore[attr-defined]
        text = text.replace(f"{{{name}}}", inspect.cleandoc(passage))
    cls.__doc__ = text
