"""One line in ``skthresh/__init__.py`` is all: from there every suite finds a new technique.

And the suites are worth it: techniques that are wrong in one way each do not pass.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from broken import BROKEN, Mean, MultiOtsu, Niblack
from instances import instances
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

import skthresh
from skthresh import NiblackThreshold
from skthresh.base import Thresholder
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.utils import all_estimators, capabilities
from skthresh.utils.discovery import techniques
from skthresh.utils.estimator_checks import check_image_estimator, image_checks

HERE = Path(__file__).parent

PLUGIN = '''
"""Loaded by pytest before the tests are: a technique more."""

import skthresh
from skthresh.global_threshold.base import GlobalThreshold


class ExtraThreshold(GlobalThreshold):
    def _criterion(self, counts, centers):
        return float(centers[len(centers) // 2])


skthresh.ExtraThreshold = ExtraThreshold
skthresh.__all__.append("ExtraThreshold")
'''

NAMES = {name for name, _ in all_estimators()} | {"ExtraThreshold"}
THRESHOLDERS = {n for n, c in all_estimators() if issubclass(c, Thresholder)} | {"ExtraThreshold"}
# The masks of the U-Net are dense: it is let off scikit-learn's tables, and nothing else is.
TABLES = NAMES - {"UNetSegmenter"}

SUITES = {
    "test_common.py::test_scikit_learn": TABLES,
    "test_common.py::test_images": NAMES,
    "test_common.py::test_tables": TABLES,
    "test_common.py::test_parameter_validation": NAMES,
    "test_properties.py::test_any_array": THRESHOLDERS,
    "test_docstrings.py::test_parameters_are_documented": NAMES,
    "test_docstrings.py::test_docstrings_are_whole": NAMES,
    "test_capabilities.py::test_claims_are_true": NAMES,
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """What pytest itself collects with a technique more: suite -> estimator -> ids of its tests."""
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "extra_technique.py").write_text(PLUGIN)
    files = sorted({suite.split("::")[0] for suite in SUITES})
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"),
            *("-p", "extra_technique", "-m", "slow or not slow"),
            *(str(HERE / file) for file in files),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(HERE.parent)])},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    known = re.compile(rf"\b({'|'.join(NAMES)})\b")
    found = {suite: {} for suite in SUITES}
    for line in done.stdout.splitlines():
        suite, _, case = line.removeprefix("tests/").partition("[")
        if suite in found:
            (name,) = known.findall(case)[:1]
            found[suite].setdefault(name, set()).add(case.replace(name, "X", 1))
    return found


@pytest.mark.parametrize("suite", SUITES)
def test_every_suite_has_every_estimator(collected, suite):
    assert set(collected[suite]) >= SUITES[suite]


@pytest.mark.parametrize("suite", SUITES)
def test_a_technique_more_has_the_tests_of_its_like(collected, suite):
    assert collected[suite]["ExtraThreshold"] == collected[suite]["MeanThreshold"]


@pytest.mark.parametrize("name", sorted(NAMES - {"ExtraThreshold"}))
def test_every_check_is_a_test(collected, name):
    """What the generators give for each estimator is what pytest runs."""
    wanted = {"test_common.py::test_images": set(), "test_common.py::test_scikit_learn": set()}
    for estimator in instances():
        if type(estimator).__name__ == name:
            images, tables = wanted.values()
            images |= {check.__name__ for check in image_checks(estimator)}
            if name in TABLES:
                generated = estimator_checks_generator(estimator)
                tables |= {check.func.__name__ for _, check in generated}
    for suite, checks in wanted.items():
        cases = collected[suite].get(name, set())
        run = {found for case in cases for found in re.findall(r"\bcheck_\w+", case)}
        # pytest numbers those that scikit-learn gives twice
        assert {c if c in checks else c.rstrip("0123456789") for c in run} >= checks
        assert checks or suite.endswith("scikit_learn")
    assert len(wanted["test_common.py::test_images"]) >= 10


class ProbeThreshold(GlobalThreshold):
    """The middle one of the levels."""

    def _criterion(self, counts, centers):
        return float(centers[len(centers) // 2])


class LocalProbeThreshold(NiblackThreshold):
    """As Niblack's, by another name."""


@pytest.mark.parametrize(
    ("cls", "name", "kind"),
    [(ProbeThreshold, "probe", "global"), (LocalProbeThreshold, "local_probe", "local")],
)
def test_everything_finds_a_technique_more(cls, name, kind, monkeypatch):
    assert cls not in dict(all_estimators()).values()
    monkeypatch.setattr(skthresh, cls.__name__, cls, raising=False)
    monkeypatch.setattr(skthresh, "__all__", [*skthresh.__all__, cls.__name__])
    assert (cls.__name__, cls) in all_estimators()
    assert techniques()[name] is cls
    assert cls in {type(e) for e in instances()}
    assert cls in {type(e) for e in instances(flat_rows=True)}
    X = np.arange(120, dtype=np.uint8).reshape(1, 10, 12)
    expected = cls().fit(X).predict(X)
    np.testing.assert_array_equal(skthresh.binarize(X[0], name), expected[0])
    row = capabilities()[name]
    assert (row.estimator, row.kind, row.mask, row.partial_fit) == (
        *(cls.__name__, kind, True, kind == "global"),
    )
    for chosen in ("all", kind, [name]):
        assert skthresh.compare_thresholds(X, expected, chosen)[name].score == 1
    other = {"global": "local", "local": "global"}[kind]
    with pytest.raises(KeyError):
        skthresh.compare_thresholds(X, techniques=other)[name]


def failing(estimator):
    """Name the image checks that an estimator does not pass."""
    names = set()
    for check in image_checks(estimator):
        try:
            check(clone(estimator))
        except Exception:  # noqa: BLE001  however it fails
            names.add(check.__name__.removeprefix("check_"))
    return names


@pytest.mark.parametrize("cls", [Mean, Niblack, MultiOtsu, ProbeThreshold, LocalProbeThreshold])
def test_sound_techniques_pass(cls):
    assert failing(cls()) == set()
    check_image_estimator(cls())


@pytest.mark.parametrize("cls", BROKEN, ids=lambda c: c.__name__)
def test_broken_techniques_are_caught(cls):
    assert failing(cls()) >= BROKEN[cls]
    with pytest.raises((AssertionError, ValueError, TypeError, AttributeError)):
        check_image_estimator(cls())


def test_every_check_catches_something():
    checks = {c.__name__ for e in (Mean(), Niblack(), MultiOtsu()) for c in image_checks(e)}
    assert {f"check_{name}" for names in BROKEN.values() for name in names} == checks
