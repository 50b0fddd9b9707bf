"""What each estimator can do, as a table that the estimators themselves give."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from skthresh.utils.discovery import all_estimators, technique_kind, techniques

__all__ = ["Capabilities", "Capability", "capabilities"]

# Of these an estimator has some; a mask must be welcome in all that it has.
VERBS = (
    *("fit", "partial_fit", "fit_transform", "thresholds"),
    *("predict", "transform", "decision_function", "score"),
)


@dataclass(frozen=True)
class Capability:
    """What one estimator can do, whatever its parameters.

    Attributes
    ----------
    estimator : str
        Name of the class.
    technique : str or None
        Short name, as `skthresh.binarize` and `skthresh.compare_thresholds` take it; None for what
        they do not take.
    kind : {"global", "local", "segmenter", "step"}
        What it is.
    dtypes : tuple of str
        The dtypes that images may have.
    ranks : tuple of (int, int or None)
        The least and the greatest number of axes that one sample may have, without that of the
        channels. None: any.
    nan : bool
        Whether images may hold NaN.
    mask : bool
        Whether every verb takes a `mask` of the pixels that count.
    channels : bool
        Whether there is a parameter `channel_axis`.
    per_image : bool
        Whether there is a parameter `per_image`, by which each image has a threshold of its own.
    partial_fit : bool
        Whether it learns batch by batch.
    sample_weight : bool
        Whether images may be weighted in `fit`.
    needs_y : bool
        Whether `fit` needs true masks.
    dask : bool
        Whether dask arrays are worked on chunk by chunk.
    gpu : bool
        Whether arrays on a GPU are worked on there, unless an option needs the CPU: the adaptive
        median, and BT.709 of `ToGray`.
    """

    estimator: str
    technique: str | None
    kind: str
    dtypes: tuple[str, ...]
    ranks: tuple[int, int | None]
    nan: bool
    mask: bool
    channels: bool
    per_image: bool
    partial_fit: bool
    sample_weight: bool
    needs_y: bool
    dask: bool
    gpu: bool

    def cells(self) -> dict[str, str]:
        """Give the row as text: short, with "yes" or nothing for what is true or false."""
        written = {"dtypes": _short(self.dtypes), "ranks": _span(*self.ranks)}
        return {
            name: written.get(name, "yes" if value is True else value or "")
            for name, value in vars(self).items()
        }


@dataclass(frozen=True)
class Capabilities:
    """What every estimator can do: a table.

    Attributes
    ----------
    rows : list of Capability
        By name.
    """

    rows: list[Capability]

    COLUMNS = tuple(Capability.__annotations__)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Capability]:
        return iter(self.rows)

    def __getitem__(self, name: str) -> Capability:
        for row in self.rows:
            if name in {row.estimator, row.technique}:
                return row
        raise KeyError(name)

    def to_frame(self) -> Any:
        """Give the table as a pandas DataFrame; pandas must be installed."""
        import pandas as pd  # noqa: PLC0415  not needed for anything else

        return pd.DataFrame([vars(row) for row in self.rows], columns=self.COLUMNS)

    def to_markdown(self) -> str:
        """Give the table in Markdown."""
        head, *body = self._lines()
        lines = [head, ["---"] * len(head), *body]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)

    def __str__(self) -> str:
        lines = self._lines()
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        padded = (map(str.ljust, line, widths) for line in lines)
        return "\n".join("  ".join(line).rstrip() for line in padded)

    def _lines(self) -> list[list[str]]:
        return [list(self.COLUMNS), *(list(row.cells().values()) for row in self.rows)]


def capabilities() -> Capabilities:
    """Ask every public estimator what it can do.

    Nothing is written down here about any one of them: what a row says comes from the estimator's
    tags (scikit-learn's, and `skthresh.utils.image_tags.ImageTags`), its parameters and the
    signatures of its methods.

    Returns
    -------
    capabilities : Capabilities
        A table; printed it is readable, and `to_frame` and `to_markdown` make others of it.

    Examples
    --------
    >>> from skthresh.utils import capabilities
    >>> table = capabilities()
    >>> table["otsu"].partial_fit, table["sauvola"].partial_fit
    (True, False)
    >>> table["sauvola"].ranks
    (1, 3)
    >>> [row.estimator for row in table if row.needs_y]
    ['SupervisedThreshold', 'UNetSegmenter']
    """
    names = {cls: name for name, cls in techniques().items()}
    return Capabilities([_ask(name, cls, names.get(cls)) for name, cls in all_estimators()])


def _ask(name: str, cls: type[Any], technique: str | None) -> Capability:
    # Required parameters are checked in fit, by scikit-learn's convention: any will do here.
    required = [
        p.name for p in inspect.signature(cls).parameters.values() if p.default is inspect._empty
    ]
    estimator = cls(**dict.fromkeys(required))
    tags, params = estimator.__sklearn_tags__(), estimator.get_params(deep=False)
    verbs = [getattr(estimator, verb) for verb in VERBS if hasattr(estimator, verb)]
    return Capability(
        estimator=name,
        technique=technique,
        kind=technique_kind(cls),
        dtypes=tags.dtypes,
        ranks=tags.ranks,
        nan=tags.input_tags.allow_nan,
        mask=all("mask" in inspect.signature(verb).parameters for verb in verbs),
        channels="channel_axis" in params,
        per_image="per_image" in params,
        partial_fit=hasattr(estimator, "partial_fit"),
        sample_weight="sample_weight" in inspect.signature(estimator.fit).parameters,
        needs_y=tags.target_tags.required,
        dask=tags.dask,
        gpu=tags.array_api_support,
    )


def _span(least: int, greatest: int | None) -> str:
    if greatest is None:
        return "any" if least <= 1 else f"{least} or more"
    return f"{least}" if least == greatest else f"{least} to {greatest}"


def _short(dtypes: tuple[str, ...]) -> str:
    """Write dtypes shortly: those of a kind are named by the first and the last.

    Examples
    --------
    >>> _short(("bool", "uint8", "int8", "uint16", "int16", "float32"))
    'bool, uint8-16, int8-16, float32'
    """
    widths: dict[str, list[int]] = {}
    for dtype in dtypes:
        kind = dtype.rstrip("0123456789")
        widths.setdefault(kind, []).append(int(dtype.removeprefix(kind) or 0))
    parts = []
    for kind in ("bool", "uint", "int", "float"):
        found = sorted(widths.get(kind, []))
        steps = [b == 2 * a for a, b in itertools.pairwise(found)]
        if len(found) > 1 and all(steps):
            parts.append(f"{kind}{found[0]}-{found[-1]}")
        else:
            parts += [f"{kind}{w or ''}" for w in found]
    return ", ".join(parts)
