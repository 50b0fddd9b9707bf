"""Docstrings that share what many techniques share.

A class docstring names a shared passage in braces, on a line of its own: ``{global_parameters}``.
The base class whose parameters they are holds the text, once; in it, ``{window_size}`` stands for
the default that the class gives to this parameter.
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
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    for name, passage in cls._passages.items():  # type: ignore[attr-defined]
        filled = inspect.cleandoc(passage)
        for p in parameters:
            filled = filled.replace(f"default={{{p.name}}}", f"default={p.default!r}")
        text = text.replace(f"{{{name}}}", filled)
    cls.__doc__ = text
