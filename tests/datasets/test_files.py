"""`ImageFiles`: read when looked at, named when broken."""

import os
import pickle

import numpy as np
import pytest
from PIL import Image

from skthresh.datasets import ImageFiles, make_documents

PAGES, _ = make_documents(4, shape=(30, 40), random_state=0)


@pytest.fixture
def folder(tmp_path):
    for name, page in zip(("b/2.png", "a.tif", "b/10.PNG", "c.bmp"), PAGES, strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(page).save(tmp_path / name)
    for name in (".hidden.png", "notes.txt", ".cache/d.png", "d.png/e.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"nothing")
    return tmp_path


def test_a_folder_is_listed_and_read_late(folder):
    files = ImageFiles(folder)
    names = [os.path.relpath(p, folder) for p in files.paths]
    assert names == ["a.tif", "b/10.PNG", "b/2.png", "c.bmp", "d.png/e.png"]
    for i, k in enumerate((1, 2, 0, 3)):
        np.testing.assert_array_equal(files[i], PAGES[k])
    np.testing.assert_array_equal(files[np.int64(-2)], PAGES[3])
    (folder / "a.tif").unlink()
    with pytest.raises(ValueError, match=r"a\.tif' cannot be read as an image"):
        files[0]
    with pytest.raises(IndexError):
        files[5]


def test_slices_are_sequences_again(folder):
    files = ImageFiles(str(folder), max_pixels=1200)
    some = pickle.loads(pickle.dumps(files[1:4:2]))
    assert (len(some), some.max_pixels, repr(some)) == (2, 1200, "<ImageFiles: 2 files>")
    for image, k in zip(some, (2, 3), strict=True):
        np.testing.assert_array_equal(image, PAGES[k])
    assert len(ImageFiles(folder / name for name in ("c.bmp", "a.tif"))) == 2


def test_what_leads_nowhere_is_noticed(tmp_path):
    (tmp_path / "a.png").symlink_to(tmp_path / "gone.png")
    os.mkfifo(tmp_path / "b.png")  # reading it would wait for ever
    (path,) = ImageFiles(tmp_path).paths
    assert path.endswith("a.png")
    for wrong in (tmp_path / "nowhere", tmp_path / "a.png"):
        with pytest.raises(NotADirectoryError, match=rf"no folder .*{wrong.name}"):
            ImageFiles(wrong)


def test_too_many_pixels_are_refused_before_they_are_decoded(folder, monkeypatch):
    def load(_):
        raise AssertionError

    files = ImageFiles(folder, max_pixels=1199)
    monkeypatch.setattr(Image.Image, "load", load)
    with pytest.raises(ValueError, match=r"10\.PNG' cannot .* 40 x 30 pixels.* max_pixels=1199"):
        files[1]
    with pytest.raises(ValueError, match="'max_pixels' parameter"):
        ImageFiles(folder, max_pixels=0)


@pytest.mark.filterwarnings("ignore")  # what Pillow says before it gives up
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "gif", "bmp", "webp", "ppm"])
def test_spoiled_files_are_named(tmp_path, suffix):
    """Whatever bytes are in a file, it is read, or refused by name."""
    rng = np.random.default_rng(0)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(np.stack([PAGES[0]] * 3, axis=-1)).save(path)
    data = np.frombuffer(path.read_bytes(), np.uint8)
    (files, refused) = ImageFiles([path], max_pixels=10**6), 0
    for trial in range(150):
        spoiled = data.copy()
        start = 0 if trial % 2 else 4  # headers above all
        at = start + rng.integers(0, min(len(data) - start, 10 ** rng.integers(1, 5)), 3)
        spoiled[at] = rng.integers(0, 256, 3)
        path.write_bytes(spoiled[: rng.integers(0, len(data))] if trial % 3 == 0 else spoiled)
        try:
            assert files[0].size <= 4 * 10**6
        except ValueError as error:
            assert f"a.{suffix}' cannot be read as an image" in str(error)  # noqa: PT017
            refused += 1
    assert refused > 20
