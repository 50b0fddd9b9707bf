"""The checks of a release see what is wrong with it; every mutant has tests of its own."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import mutants
import package
import pytest

import skthresh

PROJECT = """
[project]
name = "skthresh"
version = "1.2"
description = "Thresholds"
license = "BSD-3-Clause"
license-files = ["LICENSE"]
requires-python = ">=3.11"
dependencies = ["numpy>=1.26"]
optional-dependencies = {plot = ["matplotlib"]}
"""
METADATA = b"""Metadata-Version: 2.4
Name: skthresh
Version: 1.2
Summary: Thresholds
License-Expression: BSD-3-Clause
Requires-Python: >=3.11
Description-Content-Type: text/markdown
Requires-Dist: numpy>=1.26
Provides-Extra: plot
Requires-Dist: matplotlib; extra == "plot"

"""
INFO = "skthresh-1.2.dist-info"


def release():
    """Give a wheel, another one like it, an sdist, and what they are made of."""
    code = {"skthresh/__init__.py": b'__version__ = "1.2"', "skthresh/py.typed": b""}
    files = {
        **code,
        "LICENSE": b"do what you like",
        "pyproject.toml": PROJECT.encode(),
        "tests/test_all.py": b"assert True",
    }
    wheel = {
        **code,
        f"{INFO}/METADATA": METADATA,
        f"{INFO}/WHEEL": b"",
        f"{INFO}/RECORD": b"",
        f"{INFO}/licenses/LICENSE": files["LICENSE"],
    }
    sdist = {**files, "PKG-INFO": METADATA}
    return wheel, dict(wheel), sdist, {**files, ".gitignore": b"build/"}


def test_a_release_without_fault():
    assert package.faults(*release()) == []


def of_the_wheel(name, content=None):
    """Change both wheels, or leave a file out."""

    def change(wheel, straight, sdist, files):
        for each in (wheel, straight):
            each.pop(name, None)
            if content is not None:
                each[name] = content

    return change


def metadata(old, new):
    assert old in METADATA
    return of_the_wheel(f"{INFO}/METADATA", METADATA.replace(old, new))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (of_the_wheel("tests/test_all.py", b"assert True"), "nothing to do with tests/test_all.py"),
        (of_the_wheel("skthresh/__init__.py"), "lacks skthresh/__init__.py"),
        (of_the_wheel("skthresh/__init__.py", b"old"), "has another skthresh/__init__.py"),
        (of_the_wheel(f"{INFO}/licenses/LICENSE"), f"lacks {INFO}/licenses/LICENSE"),
        (of_the_wheel("skthresh/stale.py", b"x"), "nothing to do with skthresh/stale.py"),
        (metadata(b"numpy>=1.26", b"numpy>=1.20"), "it requires numpy>=1.20"),
        (metadata(b"Extra: plot", b"Extra: plots"), "its extras are plots"),
        (metadata(b">=3.11", b">=3.9"), "Requires-Python is >=3.9"),
        (metadata(b"License-Expression: BSD-3-Clause\n", b""), "License-Expression is None"),
        (metadata(b"\nVersion: 1.2", b"\nVersion: 1.1"), "Version is 1.1"),
        (
            lambda wheel, straight, sdist, files: straight.update({f"{INFO}/WHEEL": b"other"}),
            "the wheel from the sdist has another",
        ),
        (
            lambda wheel, straight, sdist, files: sdist.pop("tests/test_all.py"),
            "the sdist lacks tests/test_all.py",
        ),
        (
            lambda wheel, straight, sdist, files: sdist.update({"docs/api/x.rst": b""}),
            "the sdist has nothing to do with docs/api/x.rst",
        ),
    ],
)
def test_faults_are_found(change, words):
    built = release()
    change(*built)
    (fault,) = package.faults(*built)
    assert words in fault


def test_a_package_that_is_not_typed():
    built = release()
    for files in built:
        files.pop("skthresh/py.typed", None)
    assert package.faults(*built) == ["the wheel is not typed"]


def test_another_version_in_the_code():
    built = release()
    for files in built:
        if "skthresh/__init__.py" in files:
            files["skthresh/__init__.py"] = b'__version__ = "1.1"'
    assert package.faults(*built) == ["skthresh.__version__ is another one"]


def test_every_mutant_has_tests():
    root = Path(skthresh.__file__).parents[1]
    modules = mutants.modules(root)
    assert len(modules) > 35
    assert set(mutants.TESTS) <= set(modules)
    for module in modules:
        tests, doctests = mutants.tests_of(module).split()
        assert (package.ROOT / tests).is_file(), tests
        assert (root / doctests).is_file()


def test_of_a_file_only_what_functions_do_is_mutated(tmp_path):
    code = tmp_path / "code.py"
    code.write_text("""A = 1


@kernel(a=1)
def f(a: A | None = 1) -> A | None:
    '''Add.'''
    return a + 1


class B:
    a = 2
""")
    assert mutants.body_lines(code) == {6, 7}


@pytest.mark.slow
@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("build", "twine", "uv")),
    reason="needs the release extra",
)
@pytest.mark.skipif(not (package.ROOT / ".git").exists(), reason="is itself a release")
def test_the_release_is_built_and_installed():
    script = Path(__file__).with_name("installed.py")
    command = [sys.executable, script, "--quick", "--tests", "tests/test_import.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
