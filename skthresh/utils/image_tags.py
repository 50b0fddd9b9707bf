"""Tags for what scikit-learn's have no place for: images."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sklearn.utils import Tags

__all__ = ["ImageTags", "image_tags"]


@dataclass
class ImageTags(Tags):
    """Scikit-learn's tags, and what an estimator says about images beside them.

    An estimator gets them from `skthresh.batch_transformer.BatchTransformer`, and changes what is
    different for it in ``__sklearn_tags__``, as it does with scikit-learn's.

    Attributes
    ----------
    dtypes : tuple of str
        The dtypes that images may have.
    ranks : tuple of (int, int or None)
        The least and the greatest number of axes that one sample may have, without that of the
        channels. None: any.
    dask : bool
        Whether dask arrays are worked on chunk by chunk. (scikit-learn's `array_api_support` says
        whether arrays on a GPU are worked on there.)
    """

    dtypes: tuple[str, ...] = ()
    ranks: tuple[int, int | None] = (1, None)
    dask: bool = False


def image_tags(tags: Tags, **more: Any) -> ImageTags:
    """Add the tags of images to scikit-learn's.

    Examples
    --------
    >>> from sklearn.base import BaseEstimator
    >>> class Step(BaseEstimator):
    ...     def __sklearn_tags__(self):
    ...         return image_tags(super().__sklearn_tags__(), ranks=(2, 2))
    >>> tags = Step().__sklearn_tags__()
    >>> tags.ranks, tags.requires_fit
    ((2, 2), True)
    """
    given = {f.name: getattr(tags, f.name) for f in fields(tags)}
    return ImageTags(**given, **more)
