"""What the pages say is true: their code runs, their links lead somewhere."""

import contextlib
import doctest
import importlib
import inspect
import re
import tomllib
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pytest
import test_docstrings
from broken import BROKEN
from sklearn.utils.estimator_checks import estimator_checks_generator

import skthresh
from skthresh.utils import all_estimators
from skthresh.utils.estimator_checks import check_image_estimator

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "adding_a_technique.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

# Python that cannot be run as it stands, by its first line, and what tries it instead.
TRIED_ELSEWHERE = {
    "from dask.distributed import Client": "test_parallel.py, on a cluster of its own",
}


def blocks(page):
    """Give language and code of each block of a page."""
    return re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


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


def test_the_contract_s_suite_takes_an_estimator_of_one_s_own():
    page = blocks(ROOT / "docs" / "contract.md")
    (code,) = (code for _, code in page if "check_image_estimator" in code)

    exec(code, {"MyThreshold": skthresh.OtsuThreshold})
    for broken in BROKEN:
        with pytest.raises((AssertionError, ValueError, TypeError, AttributeError)):
            exec(code, {"MyThreshold": broken})


def test_no_code_is_left_out():
    """Each block of Python is a doctest of a page that pytest is given, or is run by name."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    names = [o.removeprefix("--doctest-glob=") for o in options["addopts"] if "-glob=" in o]
    given = [ROOT / path for path in options["testpaths"] if path.endswith(".md")]
    assert sorted(p.name for p in given) == sorted(names)
    found = {"bash": 0, "python": 0, "": 0}
    for page in PAGES:
        for language, code in blocks(page):
            found[language] += 1
            if language != "python":
                continue
            here = inspect.getsource(inspect.getmodule(technique))
            run = (">>> " in code and page in given) or f'"{page.name}"' in here
            assert run or code.splitlines()[0] in TRIED_ELSEWHERE, f"{page.name}: {code}"
    assert found["python"] > 12


def test_links_and_files_that_are_named_are_there():
    n = 0
    for page in PAGES:
        text = page.read_text()
        for link in re.findall(r"\]\((?!<?https?:|#)([^)#]+)(?:#[^)]*)?\)", text):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
            n += 1
        for name in re.findall(
            r"\b(?:benchmarks|docs|examples|tests|skthresh)/[\w/]+\.(?:py|md)", text
        ):
            if page.name == "adding_a_technique.md" and ("middle" in name or "above_mean" in name):
                continue  # what the reader is to write
            assert (ROOT / name).exists(), f"{page.name}: {name}"
            n += 1
    assert n > 60
