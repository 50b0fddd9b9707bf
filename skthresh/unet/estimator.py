"""The U-Net as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skthresh.base import DTYPES
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.reading import read_batch
from skthresh.unet._keras import import_keras
from skthresh.unet.architecture import ModelBuilder, Recipe
from skthresh.unet.images import check_rank, input_range, labels_of, padded_shape, read_masks
from skthresh.unet.prediction import probabilities
from skthresh.unet.training import LabelledImages, TrainingBatches, make_loss, train
from skthresh.utils._sklearn import (
    Interval,
    StrOptions,
    check_sample_weight,
    fit_context,
    output_container,
)
from skthresh.utils.image_tags import image_tags

__all__ = ["UNetSegmenter"]


class UNetSegmenter(TransformerMixin, BaseEstimator):
    """Segment images by a U-Net that is trained on images with masks.

    For what no threshold can tell apart, when there are masks to learn from. It needs Keras 3
    with TensorFlow, JAX or torch: ``pip install "skthresh[tensorflow]"``.

    Parameters
    ----------
    depth : int, default=4
        How often the encoder halves the image. Images are padded to multiples of ``2**depth``.
    base_filters : int, default=64
        Filters of the first level; each level down has twice as many.
    dropout : float, default=0.3
        Share of features dropped in training after each pooling and each concatenation.
    epochs : int, default=15
        How often training goes through all images.
    batch_size : int, default=64
        At most so many images per training step; a set is dealt out evenly. Large images are
        predicted in smaller batches, which does not change the result.
    learning_rate : float, default=1e-3
        Of the Adam optimizer.
    loss : "sparse_categorical_crossentropy", callable or keras.losses.Loss, \
            default="sparse_categorical_crossentropy"
        A callable takes class indices of shape (n, height, width) and logits of shape
        (n, height, width, n_classes), and gives one value per pixel, per image or per batch.
        Only values per pixel let padding and pixels without data go uncounted.
    validation_fraction : float, default=0.0
        Share of the images that is held out of training and scored after each epoch.
    augment : bool, default=False
        Whether a random half of the training images is flipped left-right, with their masks,
        anew for each epoch.
    model : callable, default=None
        Builds another network than the U-Net: ``model(input_shape, n_classes)`` returns a
        ``keras.Model`` from images of `input_shape`, ``(None, None, n_channels)``, to logits
        of shape (n, height, width, n_classes). `depth` then only says how images are padded.
    channel_axis : int, default=None
        The axis of one image that indexes channels, for colour images. None: images are grey.
    random_state : int, RandomState instance or None, default=None
        Fixes the initial weights, dropout, order, flips and the held-out images. With an int,
        two fits on one machine's CPU predict the same.
    verbose : int, default=0
        1 writes one line per epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels that occur in the masks, sorted, in the masks' dtype.
    history_ : dict of str to list of float
        ``"loss"`` and ``"accuracy"`` of each epoch, and, of the held-out images if there are
        any, ``"val_loss"`` and ``"val_accuracy"``.
    input_range_ : tuple of (float, float)
        Smallest and largest pixel of the training images; they enter the network as 0 and 1.
    model_ : keras.Model
        The trained network.
    n_channels_ : int or None
        Number of channels as seen in `fit`; None for grey images.
    sample_ndim_ : int
        Number of dimensions of one image as seen in `fit`, channels included.

    See Also
    --------
    skthresh.OtsuThreshold : One threshold, learned from the histogram.

    Notes
    -----
    The network has `depth` encoder levels of two 3x3 ReLU convolutions, max-pooling and dropout;
    a bottleneck of two convolutions; as many decoder levels of a 3x3 transpose convolution with
    stride 2, concatenation with the encoder's features, dropout and two convolutions; and a 1x1
    convolution that gives one logit per class [1]_.

    Sizes that ``2**depth`` does not divide are padded by reflection, and the result is cropped.
    Images of different sizes are padded to the largest for training. Padding weighs nothing in
    the loss and the accuracy; nor do pixels where a channel is NaN, which are predicted as
    ``classes_[0]``.

    A pickle holds the weights as arrays, and the network is built again from the parameters
    when it is first needed.

    References
    ----------
    .. [1] O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional networks for biomedical
       image segmentation", MICCAI 2015. :doi:`10.1007/978-3-319-24574-4_28`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh.unet import UNetSegmenter
    >>> masks = np.zeros((8, 16, 16), np.uint8)
    >>> masks[:, 4:12, 4:12] = 255
    >>> images = masks / 4 + np.random.default_rng(0).normal(size=masks.shape)
    >>> unet = UNetSegmenter(depth=1, base_filters=4, dropout=0, epochs=40, learning_rate=0.01,
    ...                      random_state=0)
    >>> unet.fit(images, masks).score(images, masks) > 0.95
    True
    >>> unet.predict(images)[0, ::5, ::5]
    array([[  0,   0,   0,   0],
           [  0, 255, 255,   0],
           [  0, 255, 255,   0],
           [  0,   0,   0,   0]], dtype=uint8)
    """

    _parameter_constraints: dict[str, list[Any]] = {
        "depth": [Interval(Integral, 1, None, closed="left")],
        "base_filters": [Interval(Integral, 1, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "loss": [StrOptions({"sparse_categorical_crossentropy"}), callable],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "augment": ["boolean"],
        "model": [callable, None],
        "channel_axis": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        depth: int = 4,
        base_filters: int = 64,
        dropout: float = 0.3,
        epochs: int = 15,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        loss: str | Callable[..., Any] = "sparse_categorical_crossentropy",
        validation_fraction: float = 0.0,
        augment: bool = False,
        model: ModelBuilder | None = None,
        channel_axis: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.depth = depth
        self.base_filters = base_filters
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.loss = loss
        self.validation_fraction = validation_fraction
        self.augment = augment
        self.model = model
        self.channel_axis = channel_axis
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n, height, width), or with channels, or list of array-like
            The images.
        y : array-like of shape (n, height, width) or list of array-like
            Their masks. Any booleans or whole numbers serve as labels: 0/255, 1/2/3.
        sample_weight : array-like of shape (n,), default=None
            Weights of the images in the loss; only their ratios matter.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        batch = self._read(X, reset=True)
        masks = read_masks(y, batch)
        classes = labels_of(masks)
        if len(classes) < 2:
            raise ValueError(
                f"y has only the label {classes[0]}; the masks of all images together must have "
                "at least two labels."
            )
        weights = check_sample_weight(sample_weight, batch.data, dtype=np.float64)
        if (weights < 0).any() or not weights.any():
            raise ValueError("sample_weight must not be negative, nor zero for all images.")
        rng = check_random_state(self.random_state)
        training, held_out = self._split(len(batch), rng)
        seed = int(rng.randint(2**31 - 1))

        keras = import_keras()
        self._forget()
        self.classes_ = classes
        self.input_range_ = input_range(batch.sample(i) for i in training)
        # What the network was built from, whatever is set after the fit.
        self._recipe = Recipe(
            n_channels=self.n_channels_ or 1,
            n_classes=len(classes),
            depth=self.depth,
            base_filters=self.base_filters,
            dropout=self.dropout,
            builder=self.model,
        )
        images = LabelledImages(
            batch,
            masks,
            classes,
            weights / weights.mean(),
            self.input_range_,
            padded_shape(np.max([m.shape for m in masks], axis=0), self._recipe.multiple),
        )
        model = self._recipe.build(seed)
        model.compile(
            keras.optimizers.Adam(self.learning_rate),
            loss=make_loss(keras, self.loss),
            weighted_metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
            jit_compile=_jit_compile(keras),
        )
        self.history_ = train(
            keras,
            model,
            TrainingBatches(images, training, self.batch_size, rng=rng, augment=self.augment),
            TrainingBatches(images, held_out, self.batch_size) if len(held_out) else None,
            epochs=self.epochs,
            verbose=int(self.verbose),
        )
        self._model = model
        return self

    def predict(self, X: ImagesLike) -> Any:
        """Give each pixel its most probable label.

        Parameters
        ----------
        X : array-like of shape (n, height, width), or with channels, or list of array-like
            The images, of any size.

        Returns
        -------
        masks : ndarray of shape (n, height, width), or list of ndarray
            In the labels, and the dtype, of the masks in `fit`. NaN pixels are ``classes_[0]``.
        """
        batch = self._read(X, reset=False)
        return batch.rebuild([self.classes_[indices] for indices in self._indices(batch)])

    def predict_proba(self, X: ImagesLike) -> Any:
        """Give the probability of each class at each pixel.

        Parameters
        ----------
        X : array-like of shape (n, height, width), or with channels, or list of array-like
            The images, of any size.

        Returns
        -------
        probabilities : ndarray of float32 of shape (n, height, width, n_classes), or list of such
            In the order of `classes_`; they sum to 1.
        """
        batch = self._read(X, reset=False)
        samples: list[Array] = [np.empty(0)] * len(batch)
        for i, sample in self._probabilities(batch):
            samples[i] = sample
        return batch.rebuild(samples)

    def transform(self, X: ImagesLike) -> Any:
        """Give the probability of each class at each pixel, as `predict_proba` does.

        Parameters
        ----------
        X : array-like of shape (n, height, width), or with channels, or list of array-like
            The images, of any size.

        Returns
        -------
        probabilities : ndarray of float32 of shape (n, height, width, n_classes), or list of such
            In the order of `classes_`; they sum to 1.
        """
        if output_container(self) != "default":
            raise ValueError(
                f"set_output asks {type(self).__name__} for a table ({output_container(self)}), "
                "but it gives probabilities of shape (n, height, width, n_classes), which do not "
                "fit a table: use set_output(transform='default')."
            )
        return self.predict_proba(X)

    def score(self, X: ImagesLike, y: Any, sample_weight: Any = None) -> float:
        """Compare the predicted masks with true ones.

        Parameters
        ----------
        X : array-like of shape (n, height, width), or with channels, or list of array-like
            The images.
        y : array-like of shape (n, height, width) or list of array-like
            The true masks.
        sample_weight : array-like of shape (n,), default=None
            Weights of the images in the mean.

        Returns
        -------
        dice : float
            The mean Dice coefficient over the images: of ``classes_[1]`` if there are two
            classes, else the mean over all classes.
        """
        from skthresh.metrics import dice_score  # noqa: PLC0415  metrics stand beside, not below

        batch = self._read(X, reset=False)
        masks = read_masks(y, batch)
        unknown = np.setdiff1d(labels_of(masks), self.classes_)
        if unknown.size:
            raise ValueError(
                f"y has the label(s) {unknown.tolist()}, which the masks in fit did not have; "
                f"there the labels were {self.classes_.tolist()}."
            )
        true = [np.searchsorted(self.classes_, mask) for mask in masks]
        predicted = self._indices(batch)
        n_classes = len(self.classes_)
        per_class: list[Any] = [
            dice_score(true, predicted, pos_label=k, reduction="none")
            for k in (range(n_classes) if n_classes > 2 else [1])
        ]
        scores = np.mean(per_class, axis=0)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, batch.data)
        return float(np.average(scores, weights=sample_weight))

    def get_feature_names_out(self, input_features: Any = None) -> Any:  # noqa: ARG002
        """Refuse: images of probabilities have no feature names.

        Parameters
        ----------
        input_features : Ignored
            Present for scikit-learn's conventions.
        """
        raise ValueError("UNetSegmenter gives images of probabilities, which have no names.")

    @property
    def model_(self) -> Any:
        """The trained network."""
        check_is_fitted(self)
        if not hasattr(self, "_model"):  # it comes from a pickle
            model = self._recipe.build(seed=0)
            model.set_weights(self._weights)
            self._model = model
            del self._weights
        return self._model

    def _read(self, X: ImagesLike, *, reset: bool) -> Batch:
        if not reset:
            check_is_fitted(self)
        check_rank(X, self.channel_axis)
        return read_batch(self, X, reset=reset, channel_axis=self.channel_axis)

    def _split(self, n: int, rng: np.random.RandomState) -> tuple[Array, Array]:
        """Draw the images to train on and those to hold out."""
        if self.validation_fraction == 0:
            return np.arange(n), np.arange(0)
        n_held_out = round(n * self.validation_fraction)
        if not 0 < n_held_out < n:
            raise ValueError(
                f"validation_fraction={self.validation_fraction} of {n} image(s) leaves "
                f"{n_held_out} for validation and {n - n_held_out} for training; each needs one."
            )
        order = rng.permutation(n)
        return np.sort(order[n_held_out:]), np.sort(order[:n_held_out])

    def _indices(self, batch: Batch) -> list[Array]:
        """Give the index of each pixel's most probable class."""
        dtype = np.min_scalar_type(len(self.classes_))
        samples: list[Array] = [np.empty(0)] * len(batch)
        for i, sample in self._probabilities(batch):
            samples[i] = sample.argmax(axis=-1).astype(dtype)
        return samples

    def _probabilities(self, batch: Batch) -> Iterator[tuple[int, Array]]:
        return probabilities(
            self.model_, batch, self.input_range_, self._recipe.multiple, self.batch_size
        )

    def _forget(self) -> None:
        for name in ("_model", "_weights"):
            self.__dict__.pop(name, None)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model") or hasattr(self, "_weights")

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        model = state.pop("_model", None)
        if model is not None:
            state["_weights"] = model.get_weights()
        return state

    def __sklearn_tags__(self) -> Any:
        tags = image_tags(super().__sklearn_tags__(), dtypes=tuple(DTYPES), ranks=(2, 2))
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _jit_compile(keras: Any) -> bool | str:
    # XLA makes TensorFlow several times slower on a CPU, and compiles anew for each image size.
    return False if keras.backend.backend() == "tensorflow" else "auto"
