"""The first thing that a newcomer runs."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import zarr
from PIL import Image

from skthresh import OtsuThreshold, SauvolaThreshold
from skthresh.datasets import make_blobs, make_documents

QUICKSTART = Path(__file__).parent.parent / "examples" / "quickstart.py"


def quickstart(*arguments):
    return subprocess.run(
        [sys.executable, str(QUICKSTART), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )


@pytest.mark.parametrize(
    "kind", ["ink is 0", pytest.param("cells are 255, in colour", marks=pytest.mark.slow)]
)
def test_quickstart_on_a_folder(tmp_path, kind):
    folder = tmp_path / "pairs"
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    if kind == "ink is 0":
        X, y = make_documents(6, shape=(70, 140), random_state=0)
        y = ~y
    else:
        X, y = make_blobs(6, shape=(150, 90), random_state=0)
        X = np.stack([X] * 3, axis=-1)
    for i, (image, mask) in enumerate(zip(X, y, strict=True)):
        Image.fromarray(image[: 60 + i]).save(folder / "images" / f"{i}_source.png")
        mask = mask[: 60 + i].astype(np.uint8) * 255  # noqa: PLW2901
        Image.fromarray(mask).save(folder / "masks" / f"{i}_target.png")
    done = quickstart(folder, "--output", tmp_path / "out", "--epochs", 1)
    assert done.returncode == 0, done.stderr
    table = [line for line in done.stdout.splitlines() if "pairs, test" in line]
    assert [line[27:53].strip() for line in table] == [
        "fixed at 127",
        "Otsu, pooled",
        "Otsu, per image",
        "adaptive mean",
        "adaptive Gaussian",
        "tuned pipeline",
        "U-Net",
    ]
    dice = [float(line.split()[-2]) for line in table]
    assert max(dice[:-1]) > 0.7, "the side that is foreground was not found"
    assert "epoch 1/1  loss" in done.stdout
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"otsu_test.png", "unet.png"}


def test_quickstart_says_what_a_folder_needs(tmp_path):
    done = quickstart(tmp_path)
    assert done.returncode == 2
    assert "images" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("technique", ["otsu", pytest.param("sauvola", marks=pytest.mark.slow)])
def test_whole_slide_in_zarr_and_out(tmp_path, technique):
    """The example makes a slide of its own; then it reads what it wrote, as a slide is given."""
    script = str(QUICKSTART.with_name("whole_slide_zarr.py"))

    def run(*arguments):
        command = [sys.executable, script, *map(str, arguments), "--technique", technique]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    first = run()
    assert first.returncode == 0, first.stderr
    assert "slide (1, 2048, 2048) of uint8, axes cyx, 3 levels" in first.stdout
    share = float(first.stdout.split("foreground: ")[1].split("%")[0])
    assert 1 < share < 60
    slide = tmp_path / "slide.zarr"
    X = 255 - make_blobs(1, shape=(300, 400), random_state=0)[0]
    pyramid = zarr.create_group(slide)
    pyramid.create_array("large", data=X.astype(np.uint16) * 200, chunks=(1, 128, 128))
    pyramid.create_array("small", data=X[:, ::2, ::2].astype(np.uint16) * 200, chunks=(1, 150, 200))
    datasets = [{"path": "large"}, {"path": "small"}]
    axes = [{"name": name} for name in "zyx"]
    pyramid.attrs["multiscales"] = [{"axes": axes, "datasets": datasets}]  # as version 0.4 has it
    done = run(slide, tmp_path / "masks.zarr")
    assert done.returncode == 0, done.stderr
    masks = zarr.open_group(tmp_path / "masks.zarr", mode="r")
    assert masks.attrs["ome"]["multiscales"][0]["datasets"][1]["path"] == "1"
    assert masks["1"].shape == (1, 150, 200)
    mode = "binary_inv"
    estimators = {
        "otsu": OtsuThreshold(mode=mode),
        "sauvola": SauvolaThreshold(k=0.05, window_size=151, mode=mode),
    }
    fitted = estimators[technique].fit(X[:, ::2, ::2].astype(np.uint16) * 200)
    np.testing.assert_array_equal(masks["0"][:], fitted.predict(X.astype(np.uint16) * 200))
    assert run(tmp_path).returncode != 0
    assert "masks go" in run(slide).stderr
