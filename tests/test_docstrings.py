"""Docstrings say what the code does: every parameter, with its default, and nothing else."""

import ast
import inspect
import re

import pytest
from numpydoc.docscrape import ClassDoc

from skthresh.utils import all_estimators

CLASSES = [cls for _, cls in all_estimators()]


def value(text):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_parameters_are_documented(cls):
    signature = inspect.signature(cls).parameters
    documented = {p.name: p.type for p in ClassDoc(cls)["Parameters"]}
    assert set(documented) == set(signature)
    for name, parameter in signature.items():
        if parameter.default is not inspect.Parameter.empty:
            stated = re.search(r"default=(.*)", documented[name])
            assert stated, f"{name} has a default that its documentation does not state"
            assert value(stated[1]) == parameter.default, name


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_docstrings_are_whole(cls):
    doc = ClassDoc(cls)
    assert ">>>" in "".join(doc["Examples"])
    assert doc["Attributes"]
    assert not re.search(r"^\s*\{\w+\}\s*$", cls.__doc__, re.MULTILINE), "a passage is missing"
