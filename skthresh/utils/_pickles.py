"""Pickles that know which release wrote them.

Those of a release are kept with the tests, and read by the next ones: see ``tests/kept``.
"""

from __future__ import annotations

from typing import Any

__all__ = ["FORMAT", "Versioned"]

# Of the attributes of fitted estimators. Raise it when they change so that older pickles cannot be
# used as they are, and turn the older ones into the new form in `Versioned.__setstate__`.
FORMAT = 1

KEY = "_skthresh_pickle"


class Versioned:
    """Say in a pickle which release wrote it, and refuse one that this release cannot read.

    Scikit-learn does the first for its own estimators alone.
    """

    def __getstate__(self) -> dict[str, Any]:
        from skthresh import __version__  # noqa: PLC0415  the package imports this module

        state: Any = super().__getstate__()
        return {**state, KEY: (FORMAT, __version__)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        from skthresh import __version__  # noqa: PLC0415  as above

        attributes = dict(state)
        found, version = attributes.pop(KEY, (0, "before 0.1.0"))
        if found != FORMAT:
            advice = "upgrade skthresh to read it" if found > FORMAT else "fit it again"
            raise ValueError(
                f"This {type(self).__name__} was pickled by skthresh {version} in format {found}. "
                f"The skthresh that is installed, {__version__}, reads format {FORMAT} alone: "
                f"{advice}."
            )
        parent: Any = super()
        parent.__setstate__(attributes)
