"""Warnings are errors in the gallery's scripts, and in them alone."""

from __future__ import annotations

import warnings
from contextlib import ExitStack
from typing import Any

DURING_A_SCRIPT = ExitStack()


def strict(gallery_conf: dict[str, Any], fname: str, when: str) -> None:  # noqa: ARG001
    """Raise warnings from before a script until after it."""
    DURING_A_SCRIPT.close()
    if when == "before":
        DURING_A_SCRIPT.enter_context(warnings.catch_warnings(action="error"))
