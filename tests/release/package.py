"""Build what is released from a clean copy, look into it, and test it where no source lies."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]

# All of them; `skthresh` stands for the installed package, whose doctests these are.
TESTS = ["skthresh", "tests", "README.md", "docs/*.md"]

UV = [sys.executable, "-m", "uv"]

# How kernels are tested as the Python that they are: whole numbers wrap around in them, and 0 * inf
# is NaN, of which NumPy's scalars warn.
AS_PYTHON = ["-W", "ignore:overflow:RuntimeWarning", "-W", "ignore:invalid:RuntimeWarning"]

# Of links into the source, which is not there: they are looked at in the checkout.
NOT_OF_A_PACKAGE = "tests/test_docs.py::test_links_lead_somewhere"


def call(
    *command: object, check: bool = True, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run a command, which is shown."""
    print("+", *command, flush=True)
    return subprocess.run([*map(str, command)], check=check, text=True, **options)


def sources() -> dict[str, bytes]:
    """Give the files of the repository: a folder's other files are nobody's business."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    paths = [name for name in names.decode().split("\0") if name and (ROOT / name).is_file()]
    return {name: (ROOT / name).read_bytes() for name in paths}


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write a clean copy."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def build(folder: Path, files: dict[str, bytes]) -> tuple[Path, Path, Path]:
    """Build the sdist, the wheel from it, and a wheel from the files themselves."""
    write(folder / "source", files)
    command = [sys.executable, "-m", "build"]
    call(*command, "--outdir", folder / "dist", folder / "source", stdout=subprocess.DEVNULL)
    straight = [*command, "--wheel", "--outdir", folder / "straight", folder / "source"]
    call(*straight, stdout=subprocess.DEVNULL)
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    (wheel,) = (folder / "dist").glob("*.whl")
    return sdist, wheel, next((folder / "straight").glob("*.whl"))


def inside(archive: Path) -> dict[str, bytes]:
    """Read all files of a wheel, or of an sdist without its outermost folder."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as z:
            return {name: z.read(name) for name in z.namelist() if not name.endswith("/")}
    with tarfile.open(archive) as t:
        members = [m for m in t.getmembers() if m.isfile()]
        return {m.name.partition("/")[2]: t.extractfile(m).read() for m in members}


def differences(what: str, found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    """Name the files that are missing, too many, or not the same."""
    kinds = {
        "lacks": expected.keys() - found.keys(),
        "has nothing to do with": found.keys() - expected.keys(),
        "has another": {k for k in found.keys() & expected.keys() if found[k] != expected[k]},
    }
    return [f"{what} {kind} {name}" for kind, names in kinds.items() for name in sorted(names)]


def faults(
    wheel: dict[str, bytes],
    straight: dict[str, bytes],
    sdist: dict[str, bytes],
    files: dict[str, bytes],
) -> list[str]:
    """Tell what is wrong with archives that were built from files."""
    project = tomllib.loads(files["pyproject.toml"].decode())["project"]
    info = f"{project['name']}-{project['version']}.dist-info/"
    package = {name: content for name, content in files.items() if name.startswith("skthresh/")}
    licences = {f"{info}licenses/{name}": files[name] for name in project["license-files"]}
    code = {k: v for k, v in wheel.items() if not k.startswith(info) or k in licences}
    found = differences("the wheel", code, {**package, **licences})
    found += differences("the wheel from the sdist", wheel, straight)

    made = ("PKG-INFO", "setup.cfg", "skthresh.egg-info/")  # by the build itself
    shipped = {name: content for name, content in files.items() if not name.startswith(".")}
    found += differences(
        "the sdist", {k: v for k, v in sdist.items() if not k.startswith(made)}, shipped
    )
    if "skthresh/py.typed" not in wheel:
        found.append("the wheel is not typed")

    metadata = email.message_from_bytes(wheel.get(f"{info}METADATA", b""))
    for key, expected in {
        "Name": project["name"],
        "Version": project["version"],
        "Summary": project["description"],
        "License-Expression": project["license"],
        "Description-Content-Type": "text/markdown",
    }.items():
        if metadata[key] != expected:
            found.append(f"{key} is {metadata[key]}, not {expected}")
    if metadata["Requires-Python"] != project["requires-python"]:
        found.append(f"Requires-Python is {metadata['Requires-Python']}")
    bare = [Requirement(r) for r in metadata.get_all("Requires-Dist", []) if "extra ==" not in r]
    if sorted(map(str, bare)) != sorted(project["dependencies"]):
        found.append(f"it requires {', '.join(map(str, bare))}")
    extras = set(metadata.get_all("Provides-Extra", []))
    if extras != set(project["optional-dependencies"]):
        found.append(f"its extras are {', '.join(sorted(extras))}")
    if f'__version__ = "{project["version"]}"' not in files["skthresh/__init__.py"].decode():
        found.append("skthresh.__version__ is another one")
    return found


def checked(folder: Path) -> tuple[Path, Path]:
    """Build all, fail if anything is wrong with it, and give the sdist and the wheel."""
    files = sources()
    sdist, wheel, straight = build(folder, files)
    found = faults(inside(wheel), inside(straight), inside(sdist), files)
    if found:
        sys.exit("\n".join(found))
    call(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel)
    print(f"{wheel.name}: {len(inside(wheel))} files; {sdist.name}: {len(inside(sdist))}")
    return sdist, wheel


def environment(folder: Path, *requirements: object) -> Path:
    """Make a fresh environment with this very Python, and give the path of its own."""
    call(*UV, "venv", "-q", "--python", sys.executable, folder)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if requirements:
        call(*UV, "pip", "install", "-q", "--python", python, *requirements)
    return python


def run_tests(python: Path, sdist: Path, folder: Path, tests: list[str], options: list[str]) -> int:
    """Run the sdist's tests on the package that is installed, which alone is there."""
    with tarfile.open(sdist) as t:
        t.extractall(folder, filter="data")
    (tree,) = (p for p in folder.iterdir() if p.is_dir())
    shutil.rmtree(tree / "skthresh")
    names = {"PYTHONPATH", "PYTHONHOME"}
    clean = {name: value for name, value in os.environ.items() if name not in names}
    where = "import skthresh; print(skthresh.__file__)"
    file = call(python, "-c", where, cwd=tree, env=clean, stdout=subprocess.PIPE).stdout.strip()
    if not Path(file).is_relative_to(python.parents[1]):
        sys.exit(f"not installed, but {file}")
    paths = []
    for pattern in tests:
        first, *rest = pattern.split("/")
        if first == "skthresh":
            paths.append(Path(file).parent.joinpath(*rest))
        else:
            paths += sorted(tree.glob(pattern)) if "*" in pattern else [pattern]
    options = ["-n", "auto", "--dist", "loadfile", "--deselect", NOT_OF_A_PACKAGE, *options]
    command = [python, "-m", "pytest", "-c", "pyproject.toml", "--rootdir", tree]
    return call(*command, *options, *paths, cwd=tree, env=clean, check=False).returncode
