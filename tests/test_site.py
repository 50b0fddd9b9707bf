"""The site: built without a warning, without a broken link or picture; and its check finds some."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))
from check_site import faults
from look_at_site import browser, sights

ROOT = Path(__file__).parents[1]


def site(folder, body, index='{"terms":{"sauvola":[0],"otsu":[0]}}'):
    """Write a site of one page."""
    Image.fromarray(np.zeros((2, 2), np.uint8)).save(folder / "there.png")
    (folder / "broken.png").write_bytes(b"nothing")
    (folder / "index.html").write_text(f"<html><p id='top'>{body}</p></html>")
    (folder / "searchindex.js").write_text(f"Search.setIndex({index})")
    return folder


def test_a_site_without_fault(tmp_path):
    body = "<a href='index.html#top'>a</a><a href='#top'>b</a><img src='there.png'>"
    body += "<a href='https://example.org/nothing'>c</a>"
    assert faults(site(tmp_path, body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "<a href='nowhere.html'>a</a>",
        "<a href='index.html#nowhere'>a</a>",
        "<a href='#nowhere'>a</a>",
        "<img src='nowhere.png'>",
        "<img src='broken.png'>",
    ],
)
def test_faults_are_found(tmp_path, body):
    (fault,) = faults(site(tmp_path, body))
    assert fault.startswith("index.html")


def test_search_without_an_index(tmp_path):
    assert len(faults(site(tmp_path, "", '{"terms":{}}'))) == 2
    (tmp_path / "searchindex.js").unlink()
    assert len(faults(tmp_path)) == 1
    (tmp_path / "index.html").unlink()
    assert len(faults(tmp_path)) == 1


@pytest.mark.slow
@pytest.mark.skipif(browser() is None, reason="needs Chromium")
def test_a_browser_sees_faults(tmp_path):
    body = "<div style='width: 900px'>wide</div><img src='broken.png'>"
    (tmp_path / "search.html").write_text("<div id='search-results'></div>")
    wide, narrow, wide_window, search = sights(site(tmp_path, body))
    assert wide.startswith("index.html is 9")
    assert wide.endswith("window of 390")
    assert "broken.png" in narrow
    assert "broken.png" in wide_window
    assert search == "search is empty"


@pytest.mark.slow
@pytest.mark.skipif(not importlib.util.find_spec("sphinx_gallery"), reason="needs the docs extra")
def test_the_site_is_built(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert faults(tmp_path) == []
    assert browser() is None or sights(tmp_path) == []
