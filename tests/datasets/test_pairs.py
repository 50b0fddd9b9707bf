"""`load_pairs` on folders as real sets have them, written here file by file."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skthresh.datasets import load_pairs

MASK = np.zeros((6, 8), np.uint8)
MASK[1:3, 2:5] = 255
GREY = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
RGB = np.stack([GREY, GREY // 2, 255 - GREY], axis=-1)


def save(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    image.save(path, **options)


def write(folder, files):
    """Write images and masks of the given names: {image name: mask name}."""
    for image, mask in files.items():
        save(folder / "images" / image, RGB if image.endswith((".ppm", ".jpg")) else GREY)
        save(folder / "masks" / mask, MASK > 0 if mask.endswith(".pbm") else MASK)
    return folder


@pytest.mark.parametrize(
    ("image", "mask", "name"),
    [
        ("a.png", "a.png", "a"),
        ("a.jpg", "a.png", "a"),
        ("a.JPG", "a.PNG", "a"),
        ("a_source.png", "a_target.png", "a"),
        ("a.ppm", "a-GroundTruth.pbm", "a"),
        ("a.png", "a_mask.png", "a"),
        ("a.png", "a_GT.tif", "a"),
        ("a b.png", "a b Segmentation.bmp", "a b"),
        ("img_7.png", "mask_7.png", "7"),
        ("a_label.png", "a_label.png", "a_label"),
        ("v1.2.png", "v1.2_seg.png", "v1.2"),
    ],
)
def test_names_that_pair(tmp_path, image, mask, name):
    pairs = load_pairs(write(tmp_path, {image: mask}), foreground="bright")
    assert pairs.names == [name]
    assert pairs.images[0].shape[:2] == (6, 8)
    np.testing.assert_array_equal(pairs.masks[0], MASK > 0)


def test_equal_names_pair_before_roles_are_read(tmp_path):
    write(tmp_path, {"a.png": "a.png", "a_mask.png": "a_mask.png", "b_img.png": "b_gt.png"})
    assert load_pairs(tmp_path).names == ["a", "a_mask", "b"]


def test_a_name_that_is_taken_keeps_its_role(tmp_path):
    write(tmp_path, {"a.png": "a.png", "a_source.png": "a_target.png"})
    assert load_pairs(tmp_path).names == ["a", "a_source"]


@pytest.mark.parametrize("images", ["images", "image", "imgs", "img", "Images"])
@pytest.mark.parametrize("masks", ["masks", "mask", "labels", "gt", "GT"])
def test_folder_names(tmp_path, images, masks):
    save(tmp_path / images / "a.png", GREY)
    save(tmp_path / masks / "a.png", MASK)
    assert load_pairs(str(tmp_path)).names == ["a"]


def test_natural_order_and_limit(tmp_path):
    write(tmp_path, {f"s{i}.png": f"s{i}.png" for i in (10, 2, 1, 100)})
    assert load_pairs(tmp_path).names == ["s1", "s2", "s10", "s100"]
    pairs = load_pairs(tmp_path, limit=2)
    assert pairs.names == ["s1", "s2"]
    assert len(pairs.images) == len(pairs.masks) == 2


def test_other_files_are_left_out(tmp_path):
    write(tmp_path, {"a.png": "a.png"})
    for name in ("notes.txt", "Thumbs.db", ".hidden.png", "._a.png"):
        (tmp_path / "images" / name).write_bytes(b"no image")
    (tmp_path / "images" / "folder.png").mkdir()
    assert load_pairs(tmp_path).names == ["a"]


IMAGE_MODES = {
    "grey": (Image.fromarray(GREY), "png", GREY),
    "one bit": (Image.fromarray(MASK > 0), "png", MASK),
    "RGB": (Image.fromarray(RGB), "png", RGB),
    "RGB tif": (Image.fromarray(RGB), "tif", RGB),
    "RGBA": (Image.fromarray(np.dstack([RGB, GREY])), "png", np.dstack([RGB, GREY])),
    "grey and alpha": (
        Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(MASK)]),
        "png",
        GREY,
    ),
    "16 bits png": (
        Image.fromarray(GREY.astype(np.uint16) * 200),
        "png",
        GREY.astype(np.uint16) * 200,
    ),
    "16 bits tif": (
        Image.fromarray(GREY.astype(np.uint16) * 200),
        "tif",
        GREY.astype(np.uint16) * 200,
    ),
    "float tif": (Image.fromarray(GREY / np.float32(255)), "tif", GREY / np.float32(255)),
    "int32 tif": (Image.fromarray(GREY.astype(np.int32) * 999), "tif", GREY.astype(np.int32) * 999),
    "CMYK": (Image.merge("CMYK", [Image.fromarray(GREY)] * 4), "tif", None),
    "palette": (Image.fromarray(RGB).quantize(48), "png", RGB),
}


@pytest.mark.parametrize("kind", IMAGE_MODES)
def test_modes_of_images(tmp_path, kind):
    image, suffix, expected = IMAGE_MODES[kind]
    save(tmp_path / "images" / f"a.{suffix}", image)
    save(tmp_path / "masks" / "a.png", MASK)
    (read,) = load_pairs(tmp_path).images
    if expected is None:
        expected = np.array(image.convert("RGB"))
    assert read.dtype == expected.dtype
    assert read.dtype.isnative
    np.testing.assert_array_equal(read, expected)


def test_16_bits_pgm(tmp_path):
    values = np.array([[0, 300], [65535, 1]], np.uint16)
    save(tmp_path / "masks" / "a.png", MASK[:2, :2])
    (tmp_path / "images").mkdir()
    header = b"P5 2 2 65535\n"
    (tmp_path / "images" / "a.pgm").write_bytes(header + values.astype(">u2").tobytes())
    (read,) = load_pairs(tmp_path).images
    assert read.dtype == np.uint16
    np.testing.assert_array_equal(read, values)


def test_pictures_are_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    save(tmp_path / "images" / "a.png", GREY, exif=exif)
    save(tmp_path / "masks" / "a.png", np.rot90(MASK, -1))
    pairs = load_pairs(tmp_path)
    np.testing.assert_array_equal(pairs.images[0], np.rot90(GREY, -1))


def palette_image(indices, colours):
    image = Image.frombytes("P", indices.shape[::-1], indices.tobytes())
    image.putpalette([c for colour in colours for c in colour])
    return image


LABELS = (MASK > 0) + np.uint8(2) * (np.arange(8, dtype=np.uint8) > 5)
COLOURS = [(0, 0, 0), (200, 0, 0), (0, 200, 0), (0, 0, 200)]


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (Image.fromarray(MASK), MASK),
        (Image.fromarray(MASK > 0), MASK),
        (Image.fromarray(LABELS), LABELS),
        (palette_image(LABELS, COLOURS), LABELS),
        (Image.fromarray(np.dstack([MASK] * 3)), MASK),
        (Image.fromarray(np.dstack([MASK] * 3 + [np.full_like(MASK, 255)])), MASK),
        (Image.fromarray(LABELS.astype(np.uint16) * 300), LABELS * np.uint16(300)),
    ],
)
def test_stored_values_of_masks(tmp_path, mask, expected):
    save(tmp_path / "images" / "a.png", GREY)
    save(tmp_path / "masks" / "a.png", mask)
    (read,) = load_pairs(tmp_path).masks
    assert read.dtype == expected.dtype
    np.testing.assert_array_equal(read, expected)


@pytest.mark.parametrize("white", [1, 100, 255, 65535])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_two_values_split_between_them(tmp_path, white, suffix):
    dtype = np.uint16 if white > 255 else np.uint8
    save(tmp_path / "images" / "a.png", GREY)
    save(tmp_path / "masks" / f"a.{suffix}", (MASK > 0) * dtype(white))
    for foreground, expected in {"bright": MASK > 0, "dark": MASK == 0, "rare": MASK > 0}.items():
        (read,) = load_pairs(tmp_path, foreground=foreground).masks
        assert read.dtype == bool
        np.testing.assert_array_equal(read, expected)


def test_grey_masks_split_at_half_of_the_range(tmp_path):
    values = np.array([[0, 3, 127, 128], [129, 250, 254, 255]], np.uint8)
    save(tmp_path / "images" / "a.png", values)
    save(tmp_path / "masks" / "a.png", values)
    (read,) = load_pairs(tmp_path, foreground="bright").masks
    np.testing.assert_array_equal(read, values > 127)
    (read,) = load_pairs(tmp_path, foreground="dark").masks
    np.testing.assert_array_equal(read, values <= 127)


def test_a_grey_palette_says_what_is_bright(tmp_path):
    save(tmp_path / "images" / "a.png", GREY)
    inverse = palette_image((MASK == 0).astype(np.uint8), [(255, 255, 255), (0, 0, 0)])
    save(tmp_path / "masks" / "a.png", inverse)
    np.testing.assert_array_equal(load_pairs(tmp_path, foreground="bright").masks[0], MASK > 0)
    np.testing.assert_array_equal(load_pairs(tmp_path).masks[0], MASK == 0)


@pytest.mark.parametrize("invert", [False, True])
def test_rare_counts_over_the_whole_folder(tmp_path, invert):
    masks = [MASK, 255 - MASK[:2], MASK]  # the second by itself would be read the other way
    for i, mask in enumerate(masks):
        save(tmp_path / "images" / f"{i}.png", GREY[: len(mask)])
        save(tmp_path / "masks" / f"{i}.png", 255 - mask if invert else mask)
    read = load_pairs(tmp_path, foreground="rare").masks
    for mask, expected in zip(read, masks, strict=True):
        np.testing.assert_array_equal(mask, expected > 0)


def test_folder_of_empty_masks(tmp_path):
    save(tmp_path / "images" / "a.png", GREY)
    save(tmp_path / "masks" / "a.png", MASK * 0)
    assert not load_pairs(tmp_path, foreground="bright").masks[0].any()
    assert load_pairs(tmp_path, foreground="dark").masks[0].all()
    assert not load_pairs(tmp_path, foreground="rare").masks[0].any()


def test_labels_are_no_sides(tmp_path):
    save(tmp_path / "images" / "a.png", GREY)
    save(tmp_path / "masks" / "a.png", LABELS)
    with pytest.raises(ValueError, match=r"3 values from 0 to 2.*pass foreground=None"):
        load_pairs(tmp_path, foreground="bright")


def test_coloured_mask(tmp_path):
    save(tmp_path / "images" / "a.png", GREY)
    save(tmp_path / "masks" / "a.png", RGB)
    with pytest.raises(ValueError, match=r"a\.png'.* as a mask: its channels R, G, B differ"):
        load_pairs(tmp_path)


def test_mask_in_the_alpha_channel(tmp_path):
    save(tmp_path / "images" / "a.png", GREY)
    save(tmp_path / "masks" / "a.png", np.dstack([MASK * 0] * 3 + [MASK]))
    with pytest.raises(ValueError, match="its channels R, G, B, A differ"):
        load_pairs(tmp_path)


def test_left_over_files_are_named(tmp_path):
    write(tmp_path, {"a.png": "a.png"})
    save(tmp_path / "images" / "b10.png", GREY)
    save(tmp_path / "images" / "b9.png", GREY)
    save(tmp_path / "masks" / "c.png", MASK)
    with pytest.raises(
        ValueError, match=r"images without a mask: b9\.png, b10\.png; and masks without an image: c"
    ):
        load_pairs(tmp_path)


def test_two_files_of_one_name(tmp_path):
    write(tmp_path, {"a.png": "a.png"})
    save(tmp_path / "images" / "a.bmp", GREY)
    with pytest.raises(ValueError, match=r"have the name 'a': a\.(png and a\.bmp|bmp and a\.png)"):
        load_pairs(tmp_path)


def test_sizes_differ(tmp_path):
    write(tmp_path, {"a.png": "a.png"})
    save(tmp_path / "masks" / "a.png", MASK[:-1])
    with pytest.raises(ValueError, match=r"a\.png'.*differ in size: \(6, 8\) and \(5, 8\)"):
        load_pairs(tmp_path)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow's own, before it gives up
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "bmp", "ppm"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.9])
def test_truncated_files_are_named(tmp_path, suffix, share):
    noise = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    save(tmp_path / "images" / f"a.{suffix}", noise)
    save(tmp_path / "masks" / "a.png", MASK)
    path = tmp_path / "images" / f"a.{suffix}"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ValueError, match=rf"a\.{suffix}' cannot be read as an image"):
        load_pairs(tmp_path)


def test_stacks_in_one_file_are_refused(tmp_path):
    save(tmp_path / "masks" / "a.png", MASK)
    page = Image.fromarray(GREY)
    save(tmp_path / "images" / "a.tif", page, save_all=True, append_images=[page, page])
    with pytest.raises(ValueError, match=r"a\.tif' cannot .* it holds 3 images"):
        load_pairs(tmp_path)


def test_decompression_bombs_are_refused(tmp_path, monkeypatch):
    write(tmp_path, {"a.png": "a.png"})
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with pytest.raises(ValueError, match=r"a\.png' cannot be read as an image.*exceeds limit"):
        load_pairs(tmp_path)


def test_missing_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*nowhere'"):
        load_pairs(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="must have a folder of images") as error:
        load_pairs(tmp_path)
    assert "pass one of" not in str(error.value)
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    with pytest.raises(FileNotFoundError, match="no image files"):
        load_pairs(tmp_path)


def test_the_folder_above_names_the_folders(tmp_path):
    for name in ("set10", "set9"):
        write(tmp_path / name, {"a.png": "a.png"})
    (tmp_path / "other").mkdir()
    with pytest.raises(FileNotFoundError, match=r"pass one of: set9, set10\.$"):
        load_pairs(tmp_path)


@pytest.mark.parametrize(
    ("parameter", "value"), [("foreground", "ink"), ("limit", 0), ("folder", 3)]
)
def test_parameters_are_validated(tmp_path, parameter, value):
    with pytest.raises(ValueError, match=f"'{parameter}' parameter of load_pairs"):
        load_pairs(**{"folder": tmp_path, parameter: value})


DATA = os.environ.get("SKTHRESH_DATA")


@pytest.mark.skipif(not DATA, reason="SKTHRESH_DATA names no folder of real pairs")
def test_real_sets():
    root = Path(DATA)
    with (root / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    sets = sorted({row["set"] for row in rows})
    assert sets
    for name in sets:
        mine = [row for row in rows if row["set"] == name]
        (side,) = {row["foreground"] for row in mine}
        foreground = None if side == "labels" else side
        pairs = load_pairs(root / name, foreground=foreground, limit=12)
        assert len(load_pairs(root / name, limit=10**6).names) == len(mine)
        assert all(x.shape[:2] == m.shape for x, m in zip(pairs.images, pairs.masks, strict=True))
        if foreground is not None:
            rare = load_pairs(root / name, foreground="rare", limit=12).masks
            assert all((a == b).all() for a, b in zip(pairs.masks, rare, strict=True))


def test_images_and_masks_as_a_tuple(tmp_path):
    for kind in ("images", "masks"):
        (tmp_path / kind).mkdir()
        Image.fromarray(GREY).save(tmp_path / kind / "a.png")
    images, masks = load_pairs(tmp_path, return_X_y=True)
    np.testing.assert_array_equal(images[0], GREY)
    np.testing.assert_array_equal(masks[0], GREY)
