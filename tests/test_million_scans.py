"""A folder of files: whatever happens on the way, every mask is whole, and none is made twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skthresh import ToGray, binarize
from skthresh.datasets import ImageFiles, make_documents

SCRIPT = Path(__file__).parent.parent / "examples" / "million_scans.py"


def command(*arguments):
    return [sys.executable, str(SCRIPT), *map(str, arguments)]


def million_scans(*arguments, cwd=None):
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, cwd=cwd, timeout=300
    )


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Make a folder of many scans, in three subfolders; two of them are spoiled."""
    folder = tmp_path_factory.mktemp("many") / "scans"
    pages, _ = make_documents(10, shape=(300, 500), random_state=0)
    for i in range(150):
        path = folder / f"box{i % 3}" / f"scan{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.roll(pages[i % 10], i, axis=1)).save(path)
    (folder / "box1" / "scan7.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    whole = folder / "box2" / "scan5.png"
    whole.write_bytes(whole.read_bytes()[:2000])
    return folder


SPOILED = {"box1/scan7.png", "box2/scan5.png"}


def masks_in(folder):
    return {str(p.relative_to(folder))[: -len(".png")]: p for p in folder.rglob("*.png")}


def assert_right(scans, masks, **parameters):
    """Compare each mask with what one call gives."""
    for name, path in masks.items():
        with Image.open(path) as image:
            assert image.mode == "1"
            ink = ~np.array(image)
        scan = ImageFiles([scans / name])[0]
        scan = ToGray().fit_transform([scan])[0] if scan.ndim == 3 else scan
        np.testing.assert_array_equal(ink, binarize(scan, mode="binary_inv", **parameters))


@pytest.mark.slow
def test_as_it_is(tmp_path):
    """Without arguments it makes scans of its own, and one of them is broken."""
    done = million_scans(cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    output = tmp_path / "million_scans_output"
    masks = masks_in(output / "masks")
    assert len(masks) == 39
    assert_right(output / "scans", masks, technique="sauvola")
    (failure,) = (output / "masks" / "failed.txt").read_text().splitlines()
    assert "box3/scan039.tif' cannot be read as an image" in failure
    assert done.stderr == f"left out: {failure}\n"
    assert "39 masks in" in done.stdout
    assert "1 scans left out" in done.stdout


@pytest.mark.slow
def test_killed_and_started_again(scans, tmp_path):
    masks = tmp_path / "masks"
    arguments = (scans, masks, "--technique", "ad_otsu", "-s", "window_size=31", "--n-jobs", 2)
    with subprocess.Popen(
        command(*arguments),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # so that its workers are killed, too
    ) as run:
        while len(masks_in(masks)) < 10:
            assert run.poll() is None, "it ended before it could be killed"
            time.sleep(0.01)
        os.killpg(run.pid, signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
    before = masks_in(masks)
    assert 10 <= len(before) < 148
    assert_right(scans, before, technique="ad_otsu", window_size=31)
    written = {name: path.stat().st_mtime_ns for name, path in before.items()}
    (masks / "box0" / ".scan0.png.png.1.part").write_bytes(b"\x89PNG half of one")

    done = million_scans(*arguments)
    assert done.returncode == 0, done.stderr
    assert f"150 scans, {len(before)} of them done before" in done.stdout
    after = masks_in(masks)
    assert set(after) == {f"box{i % 3}/scan{i}.png" for i in range(150)} - SPOILED
    assert_right(scans, after, technique="ad_otsu", window_size=31)
    assert {name: after[name].stat().st_mtime_ns for name in written} == written
    assert not list(masks.rglob("*.part"))
    report = (masks / "failed.txt").read_text()
    assert [name in report for name in sorted(SPOILED)] == [True, True]
    assert len(report.splitlines()) == 2

    other = million_scans(scans, masks, "--technique", "otsu")
    assert other.returncode == 1
    assert "masks of another job" in other.stderr


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_bad_file_stops_the_run_if_that_is_asked_for(scans, tmp_path, n_jobs):
    arguments = ("--on-error", "raise", "--technique", "otsu", "--n-jobs", n_jobs)
    done = million_scans(scans, tmp_path, *arguments)
    assert done.returncode == 1
    *failed, last = done.stderr.splitlines()
    assert all(any(name in line for name in SPOILED) for line in failed)
    assert last.startswith("stopped, as asked.")
    masks = masks_in(tmp_path)
    assert len(masks) < 148
    assert_right(scans, masks, technique="otsu")


def test_colour_16_bits_and_what_a_technique_refuses(tmp_path):
    grey, _ = make_documents(1, shape=(60, 80), random_state=0)
    scans = tmp_path / "scans"
    scans.mkdir()
    Image.fromarray(np.stack([grey[0]] * 3, axis=-1)).save(scans / "a.jpg")
    Image.fromarray(grey[0].astype(np.uint16) * 257).save(scans / "a.png")
    Image.fromarray(np.full((8, 9), np.inf, np.float32)).save(scans / "b.tif")
    Image.fromarray(np.zeros((900, 900), np.uint8)).save(scans / "c.png")
    done = million_scans(scans, tmp_path / "masks", "--memory", 8, "--n-jobs", 1)
    assert done.returncode == 0, done.stderr
    masks = masks_in(tmp_path / "masks")
    assert set(masks) == {"a.jpg", "a.png"}
    assert_right(scans, masks, technique="sauvola")
    infinite, large = (tmp_path / "masks" / "failed.txt").read_text().splitlines()
    assert "b.tif: " in infinite
    assert "infinity" in infinite
    assert "c.png' cannot be read as an image: it has 900 x 900 pixels" in large


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("scans", "scans/masks"), "must not be in the folder of the scans"),
        (("-s", "window=3"), "no parameter 'window'"),
        (("-s", "window_size"), "name=value"),
        (("-s", "window_size=4"), "window_size"),
        (("--technique", "supervised"), "true masks"),
        (("nowhere", "masks"), "There is no folder 'nowhere'"),
    ],
)
def test_mistakes_are_named(tmp_path, arguments, says):
    done = million_scans(*arguments, cwd=tmp_path)
    assert done.returncode in {1, 2}
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "masks").exists()
