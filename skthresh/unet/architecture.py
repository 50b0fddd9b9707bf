"""The U-Net: what is built, and nothing about how it is trained."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.unet._keras import import_keras

__all__ = ["ModelBuilder", "Recipe", "build_custom", "build_unet"]

# (input_shape, n_classes) -> keras.Model, as users may supply it.
ModelBuilder = Callable[[tuple[None, None, int], int], Any]


@dataclass(frozen=True)
class Recipe:
    """All that a network is built from: with the weights, all that a pickle needs.

    Attributes
    ----------
    n_channels, n_classes : int
        Channels of the images and of the output.
    depth, base_filters, dropout
        As for `build_unet`.
    builder : callable or None
        Builds the user's own network instead.
    """

    n_channels: int
    n_classes: int
    depth: int
    base_filters: int
    dropout: float
    builder: ModelBuilder | None

    @property
    def multiple(self) -> int:
        """What heights and widths must be divisible by."""
        return int(2**self.depth)

    def build(self, seed: int) -> Any:
        """Build the network, with new weights."""
        if self.builder is not None:
            return build_custom(
                self.builder, self.n_channels, self.n_classes, side=self.multiple, seed=seed
            )
        return build_unet(
            self.n_channels,
            self.n_classes,
            depth=self.depth,
            base_filters=self.base_filters,
            dropout=self.dropout,
            seed=seed,
        )


def build_unet(
    n_channels: int,
    n_classes: int,
    *,
    depth: int = 4,
    base_filters: int = 64,
    dropout: float = 0.3,
    seed: int = 0,
) -> Any:
    """Build a U-Net for images of any size that ``2**depth`` divides.

    Parameters
    ----------
    n_channels : int
        Channels of the images.
    n_classes : int
        Channels of the output.
    depth : int, default=4
        Number of times that the encoder halves the image.
    base_filters : int, default=64
        Filters of the first level; each level down has twice as many.
    dropout : float, default=0.3
        Share of features that are dropped after each pooling and each concatenation.
    seed : int, default=0
        Fixes the initial weights and the dropout.

    Returns
    -------
    keras.Model
        From images of shape (n, height, width, n_channels) to logits of shape
        (n, height, width, n_classes).

    References
    ----------
    .. [1] O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional networks for biomedical
       image segmentation", MICCAI 2015. :doi:`10.1007/978-3-319-24574-4_28`
    .. [2] K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015.
       :doi:`10.1109/ICCV.2015.123`
    """
    keras = import_keras()
    layers = keras.layers
    rng = np.random.RandomState(seed)
    # Said out loud because keras.json may ask for channels first.
    last = {"data_format": "channels_last"}

    def draw() -> int:
        return int(rng.randint(2**31 - 1))

    def convolve_twice(x: Any, filters: int, name: str) -> Any:
        for i in (1, 2):
            x = layers.Conv2D(
                filters,
                3,
                padding="same",
                activation="relu",
                kernel_initializer=keras.initializers.HeNormal(draw()),
                name=f"{name}_conv{i}",
                **last,
            )(x)
        return x

    def drop(x: Any, name: str) -> Any:
        return layers.Dropout(dropout, seed=draw(), name=f"{name}_dropout")(x)

    inputs = x = keras.Input((None, None, n_channels), name="image")
    skips = []
    for level in range(depth):
        name = f"encoder{level + 1}"
        x = convolve_twice(x, base_filters * 2**level, name)
        skips.append(x)
        x = layers.MaxPooling2D(2, name=f"{name}_pool", **last)(x)
        x = drop(x, name)
    x = convolve_twice(x, base_filters * 2**depth, "bottleneck")
    for level in reversed(range(depth)):
        name = f"decoder{level + 1}"
        filters = base_filters * 2**level
        x = layers.Conv2DTranspose(
            filters,
            3,
            strides=2,
            padding="same",
            kernel_initializer=keras.initializers.GlorotUniform(draw()),
            name=f"{name}_up",
            **last,
        )(x)
        x = layers.Concatenate(axis=-1, name=f"{name}_concat")([x, skips[level]])
        x = drop(x, name)
        x = convolve_twice(x, filters, name)
    logits = layers.Conv2D(
        n_classes,
        1,
        kernel_initializer=keras.initializers.GlorotUniform(draw()),
        dtype="float32",  # whatever the precision of the rest: the softmax follows
        name="logits",
        **last,
    )(x)
    return keras.Model(inputs, logits, name="unet")


def build_custom(
    builder: ModelBuilder, n_channels: int, n_classes: int, *, side: int, seed: int
) -> Any:
    """Call the user's builder with Keras seeded, and check the model by a blank image.

    Parameters
    ----------
    builder : callable
        ``builder(input_shape, n_classes)`` gives a Keras model.
    n_channels, n_classes : int
        As for `build_unet`.
    side : int
        Height and width of the blank image; images come in multiples of it.
    seed : int
        For Keras, while the model is built.

    Returns
    -------
    keras.Model
        The user's model.
    """
    keras = import_keras()
    with _keras_seeded(keras, seed):
        model = builder((None, None, n_channels), n_classes)
        if not isinstance(model, keras.Model):
            raise TypeError(
                "model(input_shape, n_classes) must return a keras.Model; it returned "
                f"{type(model).__name__}."
            )
        blank = np.zeros((1, side, side, n_channels), np.float32)
        shape = tuple(model(blank, training=False).shape)
    if shape != (1, side, side, n_classes):
        raise ValueError(
            f"The Keras model that model(input_shape, n_classes={n_classes}) returned gives an "
            f"output of shape {shape} for an image of shape {blank.shape}; it must give logits "
            f"of shape {(1, side, side, n_classes)}: one channel for each class in y."
        )
    return model


@contextmanager
def _keras_seeded(keras: Any, seed: int) -> Iterator[None]:
    """Seed what Keras draws from, and leave Python's and NumPy's generators as they were."""
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002
