"""Every technique on the same images, as a table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone

from skthresh.base import Thresholder
from skthresh.batch import ImagesLike
from skthresh.utils._sklearn import InvalidParameterError
from skthresh.utils.discovery import technique_kind, technique_name, techniques

__all__ = ["Comparison", "ComparisonRow", "compare_thresholds"]


@dataclass(frozen=True)
class ComparisonRow:
    """What one technique makes of the images.

    Attributes
    ----------
    technique : str
        Its short name.
    threshold : float or None
        The threshold; the mean of them where there is one for each image or pixel.
    foreground : float or None
        Share of the pixels that are foreground.
    score : float or None
        By the true masks; None without them.
    seconds : float or None
        Time of one `fit` and `predict`, without compilation.
    error : str or None
        What went wrong, if something did; all else is None then.
    estimator : Thresholder
        Fitted, unless something went wrong.
    """

    technique: str
    threshold: float | None = None
    foreground: float | None = None
    score: float | None = None
    seconds: float | None = None
    error: str | None = None
    estimator: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Comparison:
    """Techniques in the order of their score, or of their name without true masks.

    Attributes
    ----------
    rows : list of ComparisonRow
        Failed techniques come last.
    """

    rows: list[ComparisonRow]

    COLUMNS = ("technique", "threshold", "foreground", "score", "seconds", "error")

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ComparisonRow]:
        return iter(self.rows)

    def __getitem__(self, technique: str) -> ComparisonRow:
        for row in self.rows:
            if row.technique == technique:
                return row
        raise KeyError(technique)

    def to_frame(self) -> Any:
        """Give the table as a pandas DataFrame; pandas must be installed."""
        import pandas as pd  # noqa: PLC0415  not needed for anything else

        return pd.DataFrame(
            [{c: getattr(row, c) for c in self.COLUMNS} for row in self.rows], columns=self.COLUMNS
        )

    def __str__(self) -> str:
        table = [list(self.COLUMNS)]
        formats = {"threshold": ".4g", "foreground": ".3f", "score": ".4f", "seconds": ".4f"}
        for row in self.rows:
            values = [(getattr(row, c), formats.get(c, "")) for c in self.COLUMNS]
            table.append(["" if v is None else format(v, f) for v, f in values])
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(w) if i in {0, len(widths) - 1} else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in table
        ]
        return "\n".join(lines)


def compare_thresholds(
    X: ImagesLike,
    y: Any = None,
    techniques: Any = "all",
    *,
    mode: str = "binary",
    scoring: Any = "dice",
    mask: Any = None,
) -> Comparison:
    """Try techniques on the same images.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...) or list of array-like
        The images. One image is passed as ``image[np.newaxis]``.
    y : array-like of X's shape or list of array-like, default=None
        The true masks. Without them nothing is scored, and techniques that learn from them are
        not tried.
    techniques : {"all", "global", "local"} or list, default="all"
        Short names (``"otsu"``) and estimators, in any mixture.
    mode : str, default="binary"
        Of the techniques that are given by name; ``"binary_inv"`` for ink on paper.
    scoring : str or callable, default="dice"
        A name that `skthresh.metrics.get_scorer` knows, or a scorer ``(estimator, X, y)``.
    mask : array-like of bool of X's shape, or list of such, default=None
        The pixels that count, for all but the score of a scorer of your own.

    Returns
    -------
    comparison : Comparison
        A table; printed it is readable, and ``to_frame()`` makes a DataFrame of it.

    Notes
    -----
    Each technique is fitted and applied twice, and timed the second time: the first may compile. A
    technique that fails has its error in its row, and the others go on.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import compare_thresholds
    >>> X = np.array([[[10, 12, 11, 200, 14]]], dtype=np.uint8)
    >>> table = compare_thresholds(X, X > 100, ["otsu", "mean", "minimum"])
    >>> [(row.technique, row.threshold, row.score) for row in table]
    [('mean', 49.0, 1.0), ('minimum', 16.0, 1.0), ('otsu', 14.0, 1.0)]
    """
    from skthresh.metrics import get_scorer  # noqa: PLC0415  scikit-learn's scorers load slowly

    scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
    rows = []
    for name, estimator in _chosen(techniques, mode):
        if y is None and estimator.__sklearn_tags__().target_tags.required:
            rows.append(ComparisonRow(name, error="needs y: it learns from true masks"))
            continue
        try:
            rows.append(_try(name, estimator, X, y, scorer, mask))
        except Exception as error:  # noqa: BLE001  whatever it is, it stands in the row
            message = " ".join(str(error).split())
            rows.append(ComparisonRow(name, error=f"{type(error).__name__}: {message}"))

    def order(row: ComparisonRow) -> tuple[bool, float, str]:
        # scorers give greater numbers to what is better
        return row.error is not None, -(row.score or 0.0), row.technique

    return Comparison(sorted(rows, key=order))


def _chosen(wanted: Any, mode: str) -> Iterator[tuple[str, Any]]:
    """Give the techniques that were asked for, by name."""
    known = techniques()
    if isinstance(wanted, str):
        if wanted not in {"all", "global", "local"}:
            raise InvalidParameterError(
                "The 'techniques' parameter of compare_thresholds must be 'all', 'global', 'local' "
                f"or a list. Got {wanted!r} instead."
            )
        wanted = [n for n, cls in known.items() if wanted in {"all", technique_kind(cls)}]
    for item in wanted:
        if isinstance(item, Thresholder):
            yield technique_name(type(item)), clone(item)
        elif isinstance(item, str) and item in known:
            yield item, known[item]().set_params(mode=mode)
        else:
            raise InvalidParameterError(
                f"techniques has {item!r}, which is neither a thresholder of two classes nor one "
                f"of {sorted(known)}."
            )


def _try(name: str, estimator: Any, X: Any, y: Any, scorer: Any, mask: Any) -> ComparisonRow:
    def work() -> Any:
        return estimator.fit(X, y, mask=mask).predict(X, mask=mask)

    work()
    start = time.perf_counter()
    masks = work()
    seconds = time.perf_counter() - start
    numbers = estimator.thresholds(X, mask=mask)
    parts = numbers if isinstance(numbers, list) else [numbers]
    values = np.concatenate([np.ravel(t).astype(np.float64) for t in parts])
    values = values[~np.isnan(values)]
    n_pixels = sum(m.size for m in masks)
    score = None
    if y is not None:
        masked = mask is not None and getattr(scorer, "_score_func", None) is not None
        score = float(estimator.score(X, y, mask=mask) if masked else scorer(estimator, X, y))
    return ComparisonRow(
        name,
        threshold=float(values.mean()) if values.size else None,
        foreground=sum(np.count_nonzero(m) for m in masks) / n_pixels,
        score=score,
        seconds=seconds,
        estimator=estimator,
    )
