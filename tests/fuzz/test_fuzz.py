"""A few cases of every estimator; ``tests/fuzz/long.py`` tries a hundred thousand."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cases import try_many
from contract import HangError, assert_documented, watched
from instances import all_but_unet, instances
from long import number_of

from skthresh import OtsuThreshold, Resize


@pytest.mark.parametrize("estimator", all_but_unet(), ids=repr)
def test_some_cases(estimator):
    count = try_many(estimator, 8, number_of(estimator, 0), dtypes=("uint8",), huge=False)
    assert count["answer"] + count["refused"] == count["cases"] > 0


@pytest.mark.slow
def test_some_cases_of_the_unet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a path among the parameters is written to
    (unet,) = [e for e in instances() if type(e).__name__ == "UNetSegmenter"]
    count = try_many(unet, 40, number_of(unet, 0), huge=False)
    assert count["answer"] > 0
    assert count["refused"] > 0


class WritesToItsInput(OtsuThreshold):
    def predict(self, X, mask=None):
        found = super().predict(X, mask)
        for image in X:
            image[...] = 0
        return found


class Opposite(OtsuThreshold):
    def predict(self, X, mask=None):
        found = super().predict(X, mask)
        return [~f for f in found] if isinstance(found, list) else ~found


class Crashes(OtsuThreshold):
    def predict(self, X, mask=None):
        raise IndexError("index 3 is out of bounds")


@pytest.mark.parametrize("broken", [WritesToItsInput(), Opposite(), Crashes()], ids=repr)
def test_the_cases_find_what_is_broken(broken):
    with pytest.raises(Exception, match="written to|names nothing|Mismatch|not documented"):
        try_many(broken, 60, 0, dtypes=("uint8",), huge=False)


def test_a_long_case_is_found():
    with pytest.raises(HangError), watched(0.01, at_most=600):
        np.linalg.svd(np.ones((400, 400)))


def test_a_case_that_never_ends_ends_the_process():
    endless = r"re.match('(a+)+$', 'a' * 60 + 'b')"  # in compiled code, which no signal interrupts
    program = (
        f"import re\nfrom contract import watched\nwith watched(0.1, at_most=0.5):\n    {endless}"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "line 4 in <module>" in ended.stderr


def test_too_much_memory_is_an_error_only_of_what_was_asked_to_be_large():
    error = MemoryError("Unable to allocate 8 TiB for an array")
    assert_documented(error, Resize(shape=2**31))
    with pytest.raises(AssertionError, match="not documented"):
        assert_documented(error, OtsuThreshold())
