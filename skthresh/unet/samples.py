"""Training patches: where they are cut, what each pixel weighs, and batches of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.unet.augmentation import Augmentation
from skthresh.unet.background import Background
from skthresh.unet.borders import border_weights
from skthresh.unet.images import pad_to
from skthresh.unet.labelled import Labelled
from skthresh.unet.scaling import Scale, Scaling, scaled

__all__ = ["Patches", "TrainingSet"]

# So many of the patches are cut around a pixel of a label that is rare in its image.
RARE_SHARE = 1 / 3
# Of an image that must be read from disk, take so many patches each time that it is read.
PATCHES_PER_READING = 8
# Mix the patches of so many batches of images that are read from disk.
BATCHES_MIXED = 16
# Remember so many values of the backgrounds of images that are read from disk, over all of them.
REMEMBERED = 2**24
# Have so many batches ready before they are needed.
AHEAD = 2

Sample = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Image:
    """One image that was read: its number, its pixels, its mask and its scale."""

    i: int
    x: Array
    mask: Array
    scale: Scale


@dataclass(frozen=True)
class TrainingSet:
    """Images with masks, and what each pixel weighs.

    Attributes
    ----------
    data : Labelled
        The images, their masks, and what is known of them.
    classes : ndarray of shape (n_classes,)
        The labels, sorted.
    scaling : Scaling
        How pixels become numbers.
    scales : list of Scale
        The scale of each image; its background is added when it is first read, and kept unless
        the images are on disk, and very many.
    weights : ndarray of shape (n,), or list of ndarray
        Of the images, or of their pixels.
    class_weights : ndarray of shape (n_classes,)
        Of the classes.
    ignore_label : int or None
        The label that weighs nothing.
    border_weight : float or None
        Of pixels between two close objects.
    """

    data: Labelled
    classes: Array
    scaling: Scaling
    scales: list[Scale]
    weights: Any
    class_weights: Array
    ignore_label: int | None = None
    border_weight: float | None = None

    def target(self, mask: Array) -> tuple[Array, Array]:
        """Turn labels into class indices and weights; what is to be ignored weighs nothing."""
        indices = np.searchsorted(self.classes, mask).astype(np.int32)
        np.minimum(indices, len(self.classes) - 1, out=indices)
        weight = self.class_weights[indices].astype(np.float32)
        if self.ignore_label is not None:
            weight[mask == self.ignore_label] = 0
        return indices, weight

    def read(self, i: int) -> Image:
        """Give an image and its mask."""
        x = self.data.images[i]
        scale = self.scales[i]
        if self.scaling.is_local and scale.background is None:
            background = Background.of(x, self.data.survey.moments[i].low)
            scale = self.scaling.beside(scale, background)
            n_values = background.levels.size * len(self.scales)
            if not self.data.images.is_lazy or n_values <= REMEMBERED:
                self.scales[i] = scale
        return Image(i, x, self.data.masks.of(i, x.shape), scale)

    def cut(self, image: Image, corner: tuple[int, ...], size: tuple[int, ...]) -> Sample:
        """Cut a patch: pixels, class indices and weights.

        What is outside is reflected. Padding, pixels without data and ignored ones weigh nothing.
        """
        window = tuple(slice(c, c + n) for c, n in zip(corner, size, strict=True))
        pixels, no_data = scaled(image.x[window], image.scale, corner)
        indices, weight = self.target(image.mask[window])
        own = self.weights[image.i]
        weight *= np.asarray(own[window] if np.ndim(own) else own)
        if self.border_weight:
            weight += np.where(weight > 0, border_weights(indices, self.border_weight), 0)
        if no_data is not None:
            weight[no_data] = 0
        return (
            pad_to(pixels, size),
            pad_to(indices, size, "constant"),
            pad_to(weight.astype(np.float32, copy=False), size, "constant"),
        )


class Patches:
    """The batches of a training, the same for the same seed.

    Parameters
    ----------
    source : TrainingSet
        What they are cut from.
    indices : ndarray of int
        The images to take, all of which must weigh something.
    size : tuple of int
        Of a patch.
    batch_size : int
        Patches in a batch.
    steps : int
        Batches in an epoch.
    seed : int
        Fixes all that is drawn. An epoch depends on it and on its number alone, so that a
        training that is cut off goes on as if nothing had happened.
    augmentation : Augmentation
        What is done to each patch.
    """

    def __init__(
        self,
        source: TrainingSet,
        indices: Array,
        size: tuple[int, ...],
        *,
        batch_size: int,
        steps: int,
        seed: int,
        augmentation: Augmentation,
    ) -> None:
        self.source, self.indices, self.size = source, indices, size
        self.batch_size, self.steps, self.seed = batch_size, steps, seed
        self.augmentation = augmentation

    def batches(self, epoch: int, pool: ThreadPoolExecutor) -> Iterator[Sample]:
        """Give the batches from an epoch on, made in advance by a pool of one thread.

        They end when the pool is shut down: who trains knows when that is, and Keras, which may
        keep this iterator, does not.
        """
        waiting: deque[Future[Sample]] = deque()
        for make in self._makers(epoch):
            try:
                waiting.append(pool.submit(make))
            except RuntimeError:  # it is shut down
                return
            if len(waiting) > AHEAD:
                try:
                    yield waiting.popleft().result()
                except CancelledError:
                    return

    def plan(self, epoch: int) -> Array:
        """Draw whose patches an epoch has, in their order.

        Each image has its share by the root of its number of pixels: a large one has more to show,
        but is not as different from itself as from others.
        """
        rng = np.random.default_rng([self.seed, epoch])
        order = rng.permutation(self.indices)
        sizes = [float(np.prod(self.source.data.survey.sizes[i])) for i in order]
        shares = np.cumsum(np.sqrt(sizes))
        n = self.steps * self.batch_size
        # At equal distances: each image has its share in every epoch, but for less than a patch.
        at = (np.arange(n) + rng.random()) / n * shares[-1]
        chosen = order[np.minimum(np.searchsorted(shares, at, side="right"), len(order) - 1)]
        return rng.permutation(chosen) if not self.source.data.images.is_lazy else _spread(chosen)

    def _makers(self, epoch: int) -> Iterator[Callable[[], Sample]]:
        mixed = BATCHES_MIXED if self.source.data.images.is_lazy else 1
        while True:
            plan = self.plan(epoch)
            for start in range(0, self.steps, mixed):
                n = min(mixed, self.steps - start)
                ready: list[Sample] = []
                for b in range(n):
                    yield lambda b=b, n=n, start=start, e=epoch, plan=plan, ready=ready: (  # type: ignore[misc]
                        self._batch(plan, e, start, n, b, ready)
                    )
            epoch += 1

    def _batch(
        self, plan: Array, epoch: int, start: int, n: int, b: int, ready: list[Sample]
    ) -> Sample:
        """Make batch `b` of `n` that are cut together: all of them when the first is asked for."""
        if not ready:
            part = slice(start * self.batch_size, (start + n) * self.batch_size)
            numbers = np.arange(part.start, part.stop)
            ready.extend(self._cut(plan[part], numbers, epoch))
            if n > 1:
                order = np.random.default_rng([self.seed, epoch, start]).permutation(len(ready))
                ready[:] = [ready[k] for k in order]
        chosen = ready[b * self.batch_size : (b + 1) * self.batch_size]
        x, y, w = (np.stack(parts) for parts in zip(*chosen, strict=True))
        return x, y, w

    def _cut(self, images: Array, numbers: Array, epoch: int) -> Iterator[Sample]:
        image = None
        for i, number in zip(images.tolist(), numbers.tolist(), strict=True):
            if image is None or i != image.i:
                image = self.source.read(i)
            rng = np.random.default_rng([self.seed, epoch, number, 1])
            yield self.patch(image, rng)

    def patch(self, image: Image, rng: np.random.Generator) -> Sample:
        """Draw one patch of an image, and augment it."""
        cut_size = self.augmentation.cut_size(self.size, rng)
        corner = self._corner(image.i, cut_size, rng)
        sample = self.source.cut(image, corner, cut_size)
        return self.augmentation(sample, self.size, self.source.classes, rng)

    def _corner(self, i: int, size: tuple[int, ...], rng: np.random.Generator) -> tuple[int, ...]:
        shape = self.source.data.survey.sizes[i]
        places = [p for p in self.source.data.survey.places[i] if len(p)]
        if places and rng.random() < RARE_SHARE:
            some = places[rng.integers(len(places))]
            centre = np.unravel_index(int(some[rng.integers(len(some))]), shape)
            # Not always in the middle of the patch.
            middle = [
                int(c) + int(rng.integers(-n // 4, n // 4 + 1))
                for c, n in zip(centre, size, strict=True)
            ]
        else:
            middle = [int(rng.integers(n)) for n in shape]
        return tuple(
            int(np.clip(m - n // 2, 0, max(0, side - n)))
            for m, n, side in zip(middle, size, shape, strict=True)
        )


def _spread(chosen: Array) -> Array:
    """Take a few patches of each image in turn, so that each is read seldom, and all are mixed."""
    taken: dict[int, int] = {}
    rounds = []
    for i in chosen.tolist():
        rounds.append(taken.get(i, 0) // PATCHES_PER_READING)
        taken[i] = taken.get(i, 0) + 1
    return chosen[np.argsort(rounds, kind="stable")]
