"""The reference: all that is public is in it, and its docstrings are as numpydoc wants them."""

import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest
from numpydoc.validate import ERROR_MSGS, validate

import skthresh

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))
import api_reference

NOT_CHECKED = {
    "GL02": "closing quotes: filled passages move them",
    "RT02": "what is returned has a name, as scikit-learn's has",
    "ES01": "not of all there is more to say",
    "SA01": "not all has a relative",
}
CHECKS = set(ERROR_MSGS) - set(NOT_CHECKED)
METHOD_CHECKS = CHECKS - {"EX01"}  # a class shows its methods in its own examples
# The signature is as the design has it, and what techniques share is documented after their own.
EXEMPT = {("skthresh.AdaptiveThreshold", "PR03")}

NAMES = [name for names in api_reference.groups().values() for name in names]


def methods(name):
    """List the methods of a class that this library documents, each where it is first met."""
    module, _, last = name.rpartition(".")
    member = getattr(importlib.import_module(module), last)
    if not inspect.isclass(member):
        return []
    public = [m for m in dir(member) if not re.match(r"_|set_\w+_request", m)]
    found = {m: inspect.unwrap(getattr(member, m)) for m in public if callable(getattr(member, m))}
    return [f"{name}.{m}" for m, f in found.items() if is_new(f, name)]


OWNERS = {}


def is_new(function, owner):
    """Whether no class before this one has the same method, inherited from the same base."""
    ours = str(getattr(function, "__module__", "")).startswith("skthresh")
    return ours and OWNERS.setdefault(function, owner) == owner


def errors(name, checks):
    """Give what numpydoc has to say, as far as it is checked."""
    found = validate(name)["errors"]
    return [e for e in found if e[0] in checks and (name, e[0]) not in EXEMPT]


@pytest.mark.parametrize("name", NAMES)
def test_docstring(name):
    assert errors(name, CHECKS) == []
    for method in methods(name):
        assert errors(method, METHOD_CHECKS) == [], method


def test_all_public_names_are_in_the_reference():
    public = {f"skthresh.{name}" for name in skthresh.__all__}
    for name in ("datasets", "display", "metrics", "utils"):
        module = importlib.import_module(f"skthresh.{name}")
        public |= {f"skthresh.{name}.{n}" for n in module.__all__}
    missing = public - set(NAMES)
    scores = [name for name in NAMES if name.startswith("skthresh.metrics.")]
    assert all(name.endswith("_scorer") for name in missing)
    for name in missing:  # named in the text; each has its score
        stem = name.removesuffix("_scorer")
        assert {stem, f"{stem}_score"} & set(scores)
    assert len(NAMES) == len(set(NAMES))
    assert all(name in api_reference.page() for name in NAMES)


def test_methods_are_found():
    found = [m.rpartition(".")[2] for name in NAMES for m in methods(name)]
    assert {"fit", "thresholds", "predict_proba", "plot", "from_estimator"} <= set(found)


def test_errors_are_found(monkeypatch):
    bad = skthresh.binarize.__doc__.replace("image : array-like", "picture : array-like")
    monkeypatch.setattr(skthresh.binarize, "__doc__", bad)
    assert {code for code, _ in errors("skthresh.binarize", CHECKS)} >= {"PR01", "PR02"}
