"""The list of all public names, in groups, as the reference's first page."""

from __future__ import annotations

import inspect

import skthresh
import skthresh.datasets
import skthresh.display
import skthresh.metrics
import skthresh.utils
from skthresh.utils import all_estimators
from skthresh.utils.discovery import technique_kind

KINDS = {
    "global": "Global techniques",
    "local": "Local techniques",
    "segmenter": "Deep",
    "step": "Steps around them",
}
# Public, but not named by an ``__all__`` that the reference reads.
MORE = {
    "skthresh.display": [],
    "skthresh.metrics": [],
    "skthresh.datasets": [],
    "skthresh.utils": [
        "estimator_checks.check_image_estimator",
        "estimator_checks.parametrize_with_image_checks",
    ],
}
TITLES = {
    "skthresh.metrics": "Metrics",
    "skthresh.datasets": "Data sets",
    "skthresh.display": "Display",
    "skthresh.utils": "Utilities",
}


def is_scorer(name: str) -> bool:
    """Whether a name of `skthresh.metrics` is an object, whose score is documented by itself."""
    return name.endswith("_scorer") and name != "get_scorer"


def groups() -> dict[str, list[str]]:
    """Give the full names under their headings."""
    found: dict[str, list[str]] = {"One call": []}
    for kind, title in KINDS.items():
        classes = [name for name, cls in all_estimators() if technique_kind(cls) == kind]
        found[title] = [f"skthresh.{name}" for name in classes]
    listed = {name for names in found.values() for name in names}
    for name in skthresh.__all__:
        member = getattr(skthresh, name)
        if f"skthresh.{name}" not in listed:
            is_error = inspect.isclass(member) and issubclass(member, Exception)
            title = "Errors and warnings" if is_error else "One call"
            found.setdefault(title, []).append(f"skthresh.{name}")
    errors = found.pop("Errors and warnings")
    for module, title in TITLES.items():
        public = __import__(module, fromlist=["x"]).__all__
        names = [n for n in public if not is_scorer(n)]
        found[title] = [f"{module}.{name}" for name in [*names, *MORE[module]]]
    return {**found, "Errors and warnings": errors}


SCORERS = """
Of each score there is a scorer, ``dice_scorer`` of ``dice_score`` for instance, to be passed as
``scoring`` to what scikit-learn has for model selection. `skthresh.metrics.get_scorer` gives it by
name, and `skthresh.metrics.get_scorer_names` lists the names.
"""


def page() -> str:
    """Write the page."""
    lines = ["Reference", "=========", "", "All that is public.", ""]
    for title, names in groups().items():
        lines += [title, "-" * len(title), ""]
        lines += [*SCORERS.strip().splitlines(), ""] if title == "Metrics" else []
        lines += [".. autosummary::", "   :toctree: .", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in names] + [""]
    return "\n".join(lines)
