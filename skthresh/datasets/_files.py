"""Image files as a sequence that reads each of them when it is looked at."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, overload

from numpy.typing import NDArray

from skthresh.datasets._read import SUFFIXES, read_image
from skthresh.utils._sklearn import Interval, validate_parameter_constraints

__all__ = ["ImageFiles"]

CONSTRAINTS: dict[str, list[Any]] = {
    "max_pixels": [Interval(Integral, 1, None, closed="left"), None],
}


class ImageFiles(Sequence[NDArray[Any]]):
    """Image files as a sequence of arrays, of which none is in memory before it is looked at.

    Only the names are held: a million files take some hundred megabytes. What was read is not
    kept.

    Parameters
    ----------
    files : str or Path, or iterable of them
        A folder: all image files in it and in its subfolders, by name, hidden ones left out. Or
        the files themselves, in their order.
    max_pixels : int or None, default=None
        Files of more pixels are refused before they are decoded. None: Pillow's own limit alone
        (``PIL.Image.MAX_IMAGE_PIXELS``), which holds in any case.

    Attributes
    ----------
    paths : list of str
        The names of the files.

    Raises
    ------
    NotADirectoryError
        If `files` is one name, and no folder has it.
    ValueError
        When a file is looked at that cannot be read, or is too large; it is named.

    See Also
    --------
    load_pairs : A folder of images and masks, all of them in memory.

    Notes
    -----
    ``files[a:b]`` is a sequence of files again, and ``list(files[a:b])`` reads them: a ragged
    batch, as all estimators take it. `UNetSegmenter` takes the sequence itself.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> from skthresh import OtsuThreshold
    >>> from skthresh.datasets import ImageFiles, make_documents
    >>> pages, _ = make_documents(5, random_state=0)
    >>> otsu = OtsuThreshold()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for i, page in enumerate(pages):
    ...         Image.fromarray(page).save(Path(folder, f"page{i}.png"))
    ...     files = ImageFiles(folder)
    ...     for start in range(0, len(files), 2):
    ...         _ = otsu.partial_fit(list(files[start : start + 2]))
    >>> otsu.threshold_ == OtsuThreshold().fit(pages).threshold_
    True
    """

    def __init__(
        self, files: str | Path | Iterable[str | Path], *, max_pixels: int | None = None
    ) -> None:
        validate_parameter_constraints(
            CONSTRAINTS, {"max_pixels": max_pixels}, caller_name="ImageFiles"
        )
        if isinstance(files, str | os.PathLike):
            if not Path(files).is_dir():
                raise NotADirectoryError(f"There is no folder {os.fspath(files)!r}.")
            self.paths = list(_image_files(os.fspath(files)))
        else:
            self.paths = [os.fspath(f) for f in files]
        self.max_pixels = max_pixels

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, i: int) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, i: slice) -> ImageFiles: ...
    def __getitem__(self, i: int | slice) -> NDArray[Any] | ImageFiles:
        """Read one file; or give some of them, unread."""
        if isinstance(i, slice):
            return ImageFiles(self.paths[i], max_pixels=self.max_pixels)
        return read_image(Path(self.paths[i]), self.max_pixels)

    def __repr__(self) -> str:
        return f"<ImageFiles: {len(self)} files>"


def _image_files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        visible = [e for e in entries if not e.name.startswith(".")]
    for entry in sorted(visible, key=lambda e: e.name):
        if entry.is_dir(follow_symlinks=False):
            yield from _image_files(entry.path)
        elif Path(entry.name).suffix.lower() in SUFFIXES and (
            entry.is_file() or entry.is_symlink()  # one that leads nowhere is to be noticed
        ):
            yield entry.path
