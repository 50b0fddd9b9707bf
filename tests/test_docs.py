"""What the pages show is run: here adding_a_technique.md, whose code is a technique.

All other code in them is doctests, which pytest collects.
"""

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

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "adding_a_technique.md"
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]

# Python that cannot be run as it stands, by its first line, and what tries it instead.
TRIED_ELSEWHERE = {
    "from dask.distributed import Client": "test_parallel.py, on a cluster of its own",
    "with sklearn.config_context(array_api_dispatch=True):": "tests/on_device",
}


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


def test_every_block_of_python_is_run(pytestconfig):
    collected = {p for pattern in pytestconfig.getini("testpaths") for p in ROOT.glob(pattern)}
    n_blocks = 0
    for page in set(PAGES) - {PAGE}:
        for block in re.findall(
            r"^```py\w*\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
        ):
            n_blocks += 1
            if block.splitlines()[0] in TRIED_ELSEWHERE:
                continue
            code = [line for line in block.splitlines() if not line.startswith((">>>", "..."))]
            assert block.startswith(">>> "), f"{page.name}: not a doctest:\n{block}"
            assert page in collected, page.name
            assert not any(re.match(r"(import|from|def|class) ", line) for line in code), page.name
    assert n_blocks > 10


def test_the_files_that_commands_name_exist():
    n_files = 0
    for page in PAGES:
        for block in re.findall(r"```bash\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for name in re.findall(r"(?<![\w./])[\w/]+\.py\b", block):
                n_files += 1
                assert (ROOT / name).is_file(), f"{page.name}: {name}"
    assert n_files > 5


def test_links_lead_somewhere():
    n_links = 0
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!<?https?:|#)([^)#]+)(?:#[^)]*)?\)", text):
            if link.startswith(("gallery/", "api/")):
                continue  # made when the site is: docs/check_site.py looks at them
            n_links += 1
            assert (page.parent / link).exists(), f"{page.name}: {link}"
    assert n_links > 40
