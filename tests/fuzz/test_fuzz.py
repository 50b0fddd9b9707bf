"""A few cases of every estimator; ``tests/fuzz/long.py`` tries a hundred thousand."""

import pytest
from cases import try_many
from contract import HangError, watched
from long import fuzzed, number_of

from skthresh import OtsuThreshold


@pytest.mark.parametrize("estimator", fuzzed(), ids=repr)
def test_some_cases(estimator):
    count = try_many(estimator, 8, number_of(estimator, 0), dtypes=("uint8",), huge=False)
    assert count["answer"] + count["refused"] == count["cases"] > 0


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


def test_a_hang_is_found():
    def hang():
        with watched(0.2):
            while True:
                pass

    with pytest.raises(HangError):
        hang()
