"""A user's folder of images and masks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from skthresh.datasets._read import SUFFIXES, read_image, read_mask
from skthresh.utils._sklearn import Interval, StrOptions, validate_parameter_constraints

__all__ = ["load_pairs"]

IMAGE_FOLDERS = ("images", "image", "imgs", "img")
MASK_FOLDERS = ("masks", "mask", "labels", "gt")

# What sets put before or after a file's name to say which of the two it is.
_WORD = (
    r"(source|src|images?|img|target|masks?|gt|ground[ _-]?truth|labels?|seg|segmentation"
    r"|annotation)"
)
ROLE = re.compile(rf"^{_WORD}[ ._-]+|[ ._-]+{_WORD}$", re.IGNORECASE)

CONSTRAINTS: dict[str, list[Any]] = {
    "folder": [str, Path],
    "foreground": [StrOptions({"bright", "dark", "rare"}), None],
    "limit": [Interval(Integral, 1, None, closed="left"), None],
    "return_X_y": ["boolean"],
}


def load_pairs(
    folder: str | Path,
    *,
    foreground: str | None = None,
    limit: int | None = None,
    return_X_y: bool = False,
) -> Any:
    """Load a folder of images and their masks.

    Parameters
    ----------
    folder : str or Path
        Has a folder of images, named ``images``, ``image``, ``imgs`` or ``img``, and one of masks,
        named ``masks``, ``mask``, ``labels`` or ``gt``. An image and its mask have the same
        name, but for the suffix (``a.jpg`` and ``a.png``) and a word that tells their roles
        (``a_source.png`` and ``a_target.png``; ``a.ppm`` and ``a-GroundTruth.pbm``; ``img_1.png``
        and ``mask_1.png``). Hidden files and files that are no images are left out.
    foreground : {"bright", "dark", "rare"} or None, default=None
        Which side of a mask is the foreground. ``"rare"`` takes the side that has fewer pixels
        in all the loaded masks together, for a folder whose convention is not known. None gives
        the values as they are stored, for labels.
    limit : int, default=None
        Load at most so many pairs, the first by name; None loads all.
    return_X_y : bool, default=False
        Give ``(images, masks)`` instead of a Bunch, as scikit-learn's loaders do.

    Returns
    -------
    Bunch
        With the attributes

        images : list of ndarray of shape (height, width) or (height, width, 3 or 4)
            uint8, but for files of 16 bits (uint16), 32 bits (int32) and floats (float32).
        masks : list of ndarray of shape (height, width)
            Boolean and True on the foreground, or the stored values if `foreground` is None.
        names : list of str
            The name of each pair, in natural order: ``a2`` comes before ``a10``.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or no images and masks in it.
    ValueError
        If an image has no mask or a mask no image, if the two differ in size, or if a file
        cannot be read; the files are named.

    See Also
    --------
    make_documents, make_blobs : Generated images with masks.

    Notes
    -----
    Bright is what is above the middle of the dtype's range; where the folder's masks have but two
    values, 0 and 1 say, it is the larger one.

    Files are read with Pillow. One-bit files give 0 and 255; palettes give colours for images and,
    if `foreground` is None, label numbers for masks; colours of 16 bits per channel are read with
    8. Pictures are turned upright as their camera noted. Pillow's limit on the number of pixels
    holds (``PIL.Image.MAX_IMAGE_PIXELS``).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> from skthresh.datasets import load_pairs, make_documents
    >>> X, y = make_documents(2, random_state=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for kind, pictures in {"images": X, "masks": ~y}.items():
    ...         Path(folder, kind).mkdir()
    ...         for i, picture in enumerate(pictures):
    ...             Image.fromarray(picture).save(Path(folder, kind, f"page{i}.png"))
    ...     pairs = load_pairs(folder, foreground="dark")
    ...     images, masks = load_pairs(folder, foreground="dark", return_X_y=True)
    >>> pairs.names
    ['page0', 'page1']
    >>> bool((pairs.masks[1] == y[1]).all())
    True
    """
    given = {
        "folder": folder,
        "foreground": foreground,
        "limit": limit,
        "return_X_y": return_X_y,
    }
    validate_parameter_constraints(CONSTRAINTS, given, caller_name="load_pairs")
    pairs = _match(*_find_folders(Path(folder)))
    names = sorted(pairs, key=_natural)[:limit]
    images, masks = [], []
    for name in names:
        image_file, mask_file = pairs[name]
        images.append(read_image(image_file))
        masks.append(read_mask(mask_file, labels=foreground is None))
        if images[-1].shape[:2] != masks[-1].shape:
            raise ValueError(
                f"The image {str(image_file)!r} and its mask {str(mask_file)!r} differ in size: "
                f"{images[-1].shape[:2]} and {masks[-1].shape}."
            )
    if foreground is not None:
        masks = _binarise(masks, foreground)
    if return_X_y:
        return images, masks
    return Bunch(images=images, masks=masks, names=names)


def _find_folders(folder: Path) -> tuple[Path, Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {str(folder)!r}.")
    images, masks = _subfolder(folder, IMAGE_FOLDERS), _subfolder(folder, MASK_FOLDERS)
    if images is not None and masks is not None:
        return images, masks
    message = (
        f"The folder {str(folder)!r} must have a folder of images, named one of "
        f"{', '.join(IMAGE_FOLDERS)}, and a folder of masks, named one of "
        f"{', '.join(MASK_FOLDERS)}."
    )
    inner = [
        f.name
        for f in folder.iterdir()
        if f.is_dir() and _subfolder(f, IMAGE_FOLDERS) and _subfolder(f, MASK_FOLDERS)
    ]
    if inner:
        message += (
            f" Folders in it have both; pass one of: {', '.join(sorted(inner, key=_natural))}."
        )
    raise FileNotFoundError(message)


def _subfolder(folder: Path, names: Iterable[str]) -> Path | None:
    """Give the folder of the first of these names, in whatever case."""
    there = {f.name.lower(): f for f in folder.iterdir() if f.is_dir()}
    return next((there[name] for name in names if name in there), None)


def _match(image_folder: Path, mask_folder: Path) -> dict[str, tuple[Path, Path]]:
    """Pair the files by stem; those that are left, by stem without its role."""
    images, masks = _by_stem(_files(image_folder)), _by_stem(_files(mask_folder))
    pairs = {name: (images.pop(name), masks.pop(name)) for name in images.keys() & masks.keys()}
    images, masks = (_by_stem(left.values(), strip=True) for left in (images, masks))
    for name in images.keys() & masks.keys():
        key = name if name not in pairs else images[name].stem
        pairs[key] = images.pop(name), masks.pop(name)
    problems = [
        f"{kind}: {', '.join(sorted((f.name for f in left.values()), key=_natural))}"
        for kind, left in {"images without a mask": images, "masks without an image": masks}.items()
        if left
    ]
    if problems:
        raise ValueError(
            f"The files of {str(image_folder)!r} and {str(mask_folder)!r} do not pair up by name. "
            f"There are {'; and '.join(problems)}."
        )
    if not pairs:
        raise FileNotFoundError(
            f"There are no image files in {str(image_folder)!r} and {str(mask_folder)!r}."
        )
    return pairs


def _files(folder: Path) -> list[Path]:
    return [
        f
        for f in folder.iterdir()
        if f.is_file() and f.suffix.lower() in SUFFIXES and not f.name.startswith(".")
    ]


def _by_stem(files: Iterable[Path], *, strip: bool = False) -> dict[str, Path]:
    out: dict[str, Path] = {}
    for f in files:
        name = ROLE.sub("", f.stem) if strip else f.stem
        if name in out:
            raise ValueError(
                f"Two files of {str(f.parent)!r} have the name {name!r}: {out[name].name} and "
                f"{f.name}. It is not clear which of them is meant."
            )
        out[name] = f
    return out


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key that reads digits as numbers."""
    parts = re.split(r"(\d+)", name.lower())
    return [(int(p), "") if p.isdecimal() else (-1, p) for p in parts]


def _binarise(masks: list[NDArray[Any]], foreground: str) -> list[NDArray[np.bool_]]:
    values = {v for mask in masks for v in np.unique(mask).tolist()}
    if len(values) == 2:
        bright = [mask == max(values) for mask in masks]
    else:
        bright = [mask > _middle(mask.dtype) for mask in masks]
        if len(values) > 2 and not any(mask.any() for mask in bright):
            raise ValueError(
                f"The masks have {len(values)} values from {min(values)} to {max(values)}, none "
                f"in the brighter half of {masks[0].dtype}, so that foreground={foreground!r} "
                "finds nothing. If they are labels, pass foreground=None."
            )
    if foreground == "rare":
        n_bright, n_all = sum(int(b.sum()) for b in bright), sum(b.size for b in bright)
        foreground = "dark" if 2 * n_bright > n_all else "bright"
    return bright if foreground == "bright" else [~b for b in bright]


def _middle(dtype: np.dtype[Any]) -> float:
    return 0.5 if dtype.kind == "f" else np.iinfo(dtype).max / 2
