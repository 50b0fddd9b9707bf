"""What docs/adding_a_technique.md says is true: its code is a technique, and one line adds it."""

import contextlib
import doctest
import importlib
import inspect
import re
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pytest
import test_docstrings
from sklearn.utils.estimator_checks import estimator_checks_generator

import skthresh
from skthresh.utils import all_estimators
from skthresh.utils.estimator_checks import check_image_estimator

PAGE = Path(__file__).parents[1] / "docs" / "adding_a_technique.md"


def technique(kind, folder, monkeypatch):
    """Write the page's file, and give its class."""
    (code,) = re.findall(rf"<!-- {kind} -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    name = f"{kind}_technique"
    (folder / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(folder)
    module = importlib.import_module(name)
    results = doctest.testmod(module)
    assert results.attempted >= 3
    assert not results.failed
    (cls,) = (
        c
        for c in vars(module).values()
        if getattr(c, "__module__", "") == name and inspect.isclass(c)
    )
    return cls


@pytest.mark.parametrize(("kind", "name"), [("global", "middle"), ("local", "above_mean")])
def test_one_file_one_line(kind, name, tmp_path, monkeypatch):
    cls = technique(kind, tmp_path, monkeypatch)
    monkeypatch.setattr(skthresh, cls.__name__, cls, raising=False)
    monkeypatch.setattr(skthresh, "__all__", [*skthresh.__all__, cls.__name__])
    assert (cls.__name__, cls) in all_estimators()
    test_docstrings.test_parameters_are_documented(cls)
    test_docstrings.test_docstrings_are_whole(cls)
    check_image_estimator(cls())
    for estimator, check in estimator_checks_generator(cls()):
        with contextlib.suppress(SkipTest):  # of array libraries that are not here
            check(estimator)
    image = np.arange(60, dtype=np.uint8).reshape(6, 10)
    np.testing.assert_array_equal(
        skthresh.binarize(image, name), cls().fit(image[None]).predict(image[None])[0]
    )
