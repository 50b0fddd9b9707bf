"""The gallery's scripts: one question each. The site's build runs them (see test_site.py)."""

import ast
import re
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[1] / "examples" / "gallery").rglob("plot_*.py"))


def test_there_are_enough():
    assert len(SCRIPTS) >= 25


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.stem)
def test_each_asks_one_question_and_draws(path):
    source = path.read_text(encoding="utf-8")
    title, line, _, *text = ast.get_docstring(ast.parse(source)).splitlines()
    assert title.endswith("?")
    assert set(line) == {"="}
    assert len(line) == len(title)
    assert text
    assert re.search(r"plt\.(subplots|figure)|Display\.from_", source)
    assert len(source.splitlines()) < 80


def test_titles_differ():
    titles = {path.read_text(encoding="utf-8").splitlines()[1] for path in SCRIPTS}
    assert len(titles) == len(SCRIPTS)
