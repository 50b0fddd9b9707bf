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

# (input_shape, n_classes) -> keras.Model, as users may supply it; or a model.
ModelBuilder = Callable[..., Any]


# A training of a few hundred steps must have moving means by its end; Keras's 0.99 has not.
BATCH_MOMENTUM = 0.9


@dataclass(frozen=True)
class Recipe:
    """All that a network is built from: with the weights, all that a pickle needs.

    Attributes
    ----------
    ndim : {2, 3}
        Whether it takes images or volumes.
    n_channels, n_classes : int
        Channels of the images and of the output.
    depth, base_filters, dropout, normalization
        As for `build_unet`.
    precision : str
        Name of Keras's dtype policy.
    builder : callable, keras.Model or None
        The user's own network instead.
    """

    ndim: int
    n_channels: int
    n_classes: int
    depth: int
    base_filters: int
    dropout: float
    normalization: str | None
    precision: str
    builder: ModelBuilder | None

    @property
    def multiple(self) -> int:
        """What sides must be divisible by."""
        return int(2**self.depth)

    def build(self, seed: int) -> Any:
        """Build the network, with new weights; of the user's own model, with its weights."""
        if self.builder is not None:
            return build_custom(self, seed)
        return build_unet(
            self.n_channels,
            self.n_classes,
            ndim=self.ndim,
            depth=self.depth,
            base_filters=self.base_filters,
            dropout=self.dropout,
            normalization=self.normalization,
            dtype=self.precision,
            seed=seed,
        )


def build_unet(
    n_channels: int,
    n_classes: int,
    *,
    ndim: int = 2,
    depth: int = 4,
    base_filters: int = 64,
    dropout: float = 0.3,
    normalization: str | None = None,
    dtype: Any = "float32",
    seed: int = 0,
) -> Any:
    r"""Build a U-Net for images of any size that ``2**depth`` divides.

    Parameters
    ----------
    n_channels : int
        Channels of the images.
    n_classes : int
        Channels of the output.
    ndim : {2, 3}, default=2
        Whether it takes images or volumes.
    depth : int, default=4
        Number of times that the encoder halves the image.
    base_filters : int, default=64
        Filters of the first level; each level down has twice as many.
    dropout : float, default=0.3
        Share of features that are dropped after each pooling and each concatenation.
    normalization : {"batch", None}, default=None
        What stands between each convolution and its ReLU.
    dtype : str or keras.DTypePolicy, default="float32"
        Of the computation.
    seed : int, default=0
        Fixes the initial weights and the dropout.

    Returns
    -------
    keras.Model
        From images of shape (n, \*size, n_channels) to logits of shape (n, \*size, n_classes).

    References
    ----------
    .. [1] O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional networks for biomedical
       image segmentation", MICCAI 2015. :doi:`10.1007/978-3-319-24574-4_28`
    .. [2] K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015.
       :doi:`10.1109/ICCV.2015.123`
    .. [3] S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015. :doi:`10.48550/arXiv.1502.03167`
    """
    keras = import_keras()
    layers = keras.layers
    rng = np.random.RandomState(seed)
    # Said out loud because keras.json may ask for channels first.
    last = {"data_format": "channels_last", "dtype": dtype}
    convolution = layers.Conv2D if ndim == 2 else layers.Conv3D
    transpose = layers.Conv2DTranspose if ndim == 2 else layers.Conv3DTranspose
    pooling = layers.MaxPooling2D if ndim == 2 else layers.MaxPooling3D

    def draw() -> int:
        return int(rng.randint(2**31 - 1))

    def convolve_twice(x: Any, filters: int, name: str) -> Any:
        for i in (1, 2):
            x = convolution(
                filters,
                3,
                padding="same",
                activation=None if normalization else "relu",
                use_bias=not normalization,
                kernel_initializer=keras.initializers.HeNormal(draw()),
                name=f"{name}_conv{i}",
                **last,
            )(x)
            if normalization:
                x = layers.BatchNormalization(
                    momentum=BATCH_MOMENTUM, dtype=dtype, name=f"{name}_norm{i}"
                )(x)
                x = layers.ReLU(dtype=dtype, name=f"{name}_relu{i}")(x)
        return x

    def drop(x: Any, name: str) -> Any:
        if not dropout:
            return x
        return layers.Dropout(dropout, seed=draw(), dtype=dtype, name=f"{name}_dropout")(x)

    inputs = x = keras.Input((*[None] * ndim, n_channels), name="image")
    skips = []
    for level in range(depth):
        name = f"encoder{level + 1}"
        x = convolve_twice(x, base_filters * 2**level, name)
        skips.append(x)
        x = pooling(2, name=f"{name}_pool", **last)(x)
        x = drop(x, name)
    x = convolve_twice(x, base_filters * 2**depth, "bottleneck")
    for level in reversed(range(depth)):
        name = f"decoder{level + 1}"
        filters = base_filters * 2**level
        x = transpose(
            filters,
            3,
            strides=2,
            padding="same",
            kernel_initializer=keras.initializers.GlorotUniform(draw()),
            name=f"{name}_up",
            **last,
        )(x)
        x = layers.Concatenate(axis=-1, dtype=dtype, name=f"{name}_concat")([x, skips[level]])
        x = drop(x, name)
        x = convolve_twice(x, filters, name)
    logits = convolution(
        n_classes,
        1,
        kernel_initializer=keras.initializers.GlorotUniform(draw()),
        # Whatever the precision of the rest: the softmax follows.
        **{**last, "dtype": "float32"},
        name="logits",
    )(x)
    return keras.Model(inputs, logits, name="unet")


def build_custom(recipe: Recipe, seed: int) -> Any:
    """Call the user's builder with Keras seeded, and check the model by a blank image.

    Parameters
    ----------
    recipe : Recipe
        Its `builder` is called as ``builder(input_shape, n_classes)`` and gives a Keras model; or
        it is one, which is copied with its weights.
    seed : int
        For Keras, while the model is built.

    Returns
    -------
    keras.Model
        The model.
    """
    keras = import_keras()
    builder, n_classes = recipe.builder, recipe.n_classes
    shape = (*[None] * recipe.ndim, recipe.n_channels)
    with _keras_seeded(keras, seed), _policy(keras, recipe.precision):
        if isinstance(builder, keras.Model):
            model = keras.models.clone_model(builder)
            model.set_weights(builder.get_weights())
        else:
            assert builder is not None
            model = builder(shape, n_classes)
        if not isinstance(model, keras.Model):
            raise TypeError(
                "model(input_shape, n_classes) must return a keras.Model; it returned "
                f"{type(model).__name__}."
            )
        takes = getattr(model, "input_shape", (None,))[-1]
        if isinstance(takes, int) and takes != recipe.n_channels:
            raise ValueError(
                f"The Keras model takes images of {takes} channel(s), but is given "
                f"{recipe.n_channels}: those of X, and one more if scaling='local'."
            )
        blank = np.zeros((1, *[recipe.multiple] * recipe.ndim, recipe.n_channels), np.float32)
        given = tuple(model(blank, training=False).shape)
    wanted = (*blank.shape[:-1], n_classes)
    if given != wanted:
        raise ValueError(
            f"The Keras model gives an output of shape {given} for an image of shape "
            f"{blank.shape}; it must give logits of shape {wanted}: one channel for each class in "
            "y."
        )
    return model


@contextmanager
def _policy(keras: Any, precision: str) -> Iterator[None]:
    """Let a user's builder make layers of a precision; leave Keras's own setting as it was."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


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
