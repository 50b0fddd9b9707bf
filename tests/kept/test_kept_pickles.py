"""Fitted estimators that earlier releases pickled are read, and answer as they did."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from instances import all_but_unet
from write import answers

import skthresh
from skthresh import OtsuThreshold
from skthresh.utils import _pickles

FILES = sorted(Path(__file__).parent.glob("*.npz"))


def stored():
    for path in FILES:
        with np.load(path) as content:
            for name in (n.removesuffix(".pickle") for n in content.files if n.endswith(".pickle")):
                yield pytest.param(path, name, id=f"{path.stem}-{name}")


@pytest.mark.parametrize(("path", "name"), list(stored()))
def test_it_answers_as_it_did(path, name):
    with np.load(path) as content:
        X, text, expected = content["X"], content[f"{name}.pickle"], content[f"{name}.answer"]
    found = answers(pickle.loads(text.tobytes()), X)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def test_this_release_is_kept_with_all_its_estimators():
    names = {f"{e!r}.pickle" for e in all_but_unet()}
    with np.load(Path(__file__).parent / f"{skthresh.__version__}.npz") as content:
        assert names <= set(content.files)


@pytest.mark.parametrize(
    ("state", "said"),
    [((99, "9.0"), "skthresh 9.0 in format 99.*upgrade skthresh"), (None, "before 0.1.0.*fit it")],
)
def test_what_cannot_be_read_says_who_wrote_it(state, said, monkeypatch):
    fitted = OtsuThreshold().fit(np.zeros((1, 2, 2), np.uint8))
    content = fitted.__getstate__()
    assert content.pop(_pickles.KEY) == (_pickles.FORMAT, skthresh.__version__)
    if state is not None:
        content[_pickles.KEY] = state
    with pytest.raises(ValueError, match=f"This OtsuThreshold was pickled by .*{said}"):
        OtsuThreshold().__setstate__(content)
