"""Every row of docs/coming_from.md, run: their call and ours, and how far they agree."""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest
from skimage import data

PAGE = (Path(__file__).parents[1] / "docs" / "coming_from.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)
ROW = re.compile(r"^\| (.+?) \| `(.+?)` \| (.+?) \| (?:(.+) )?\|$", re.MULTILINE)
ROWS = [
    pytest.param(theirs.strip("`"), ours, agreement, id=f"{section.split()[0]}: {theirs}")
    for section in SECTIONS[1:]
    for theirs, ours, agreement, _ in ROW.findall(section)
]
# Ink on paper, bright objects on a dark ground, and a photograph.
IMAGES = {name: np.ascontiguousarray(getattr(data, name)()) for name in ("page", "coins", "text")}
IMAGES["camera"] = data.camera()[::2, ::2].copy()


@pytest.fixture(scope="module")
def names():
    """What the page's own blocks of code define."""
    found = {}
    for example in doctest.DocTestParser().get_examples(PAGE):
        exec(example.source, found)
    return found


def differ(theirs, ours, agreement):
    """Say what is wrong with ours, if anything is."""
    theirs, ours = np.asarray(theirs), np.asarray(ours)
    if theirs.shape != ours.shape:
        return f"shapes {theirs.shape} and {ours.shape}"
    if ours.dtype == bool:
        theirs = theirs != 0
    elif theirs.dtype == np.uint8 != ours.dtype:
        return f"{ours.dtype} in place of uint8"
    if agreement == "equal":
        return None if np.array_equal(theirs, ours) else f"{np.mean(theirs != ours):%} differ"
    if agreement.endswith("%"):
        share = 100 * np.mean(theirs == ours)
        return None if share >= float(agreement.rstrip("% ")) else f"only {share} % are equal"
    return None if np.abs(theirs - ours).max() <= float(agreement) else f"{theirs} and {ours}"


def test_the_page_was_read():
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(lines) - sum(line.startswith("| their call") for line in lines) > 80


@pytest.mark.parametrize(("theirs", "ours", "agreement"), ROWS)
def test_row(theirs, ours, agreement, names):
    if "max_size=" in theirs:  # min_size until then, which has another meaning and now warns
        pytest.importorskip("skimage", minversion="0.26")
    for title, image in IMAGES.items():
        here = {**names, "image": image}
        mine = eval(ours, here)
        if agreement == "runs":
            assert mine.dtype == bool
            assert mine.shape == image.shape
            assert 0 < mine.mean() < 1
        else:
            assert differ(eval(theirs, here), mine, agreement) is None, title


@pytest.mark.parametrize(
    ("theirs", "ours", "agreement"),
    [
        ([0, 255], [False, False], "equal"),
        ([0, 255], [True, True], "equal"),
        ([0, 1], [0.0, 1.5], "equal"),
        (np.uint8([0, 1]), [0, 1], "equal"),
        ([0, 255, 0], [False, True], "equal"),
        ([0, 255] * 50, [False, True] * 49 + [True, True], "99.5 %"),
        (3, 6, "2"),
    ],
)
def test_what_differs_is_told(theirs, ours, agreement):
    assert differ(theirs, ours, agreement)
