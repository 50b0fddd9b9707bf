"""The U-Net as a scikit-learn estimator."""

from __future__ import annotations

import os
from collections.abc import Callable
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skthresh.batch import Array, ImagesLike
from skthresh.batch_transformer import DTYPES
from skthresh.unet import persistence
from skthresh.unet.architecture import ModelBuilder, Recipe
from skthresh.unet.augmentation import AUGMENTATIONS, Augment
from skthresh.unet.fitting import fit, partial_fit
from skthresh.unet.images import Images, read_images, read_stack
from skthresh.unet.losses import LOSSES
from skthresh.unet.masks import read_masks
from skthresh.unet.prediction import Predictor
from skthresh.unet.scoring import score_of
from skthresh.unet.training import training_state
from skthresh.utils._dask import is_dask
from skthresh.utils._pickles import Versioned
from skthresh.utils._sklearn import (
    Interval,
    StrOptions,
    check_sample_weight,
    fit_context,
    output_container,
)
from skthresh.utils.image_tags import image_tags

__all__ = ["UNetSegmenter"]

# Of a network of the user's own it is not known how much memory a pixel takes.
FILTERS_OF_OTHERS = 64


class UNetSegmenter(Versioned, TransformerMixin, BaseEstimator):
    r"""Segment images by a U-Net that is trained on images with masks.

    For what no threshold can tell apart, when there are masks to learn from. It needs Keras 3
    with TensorFlow, JAX or torch: ``pip install "skthresh[tensorflow]"``.

    Parameters
    ----------
    depth : int, default=4
        How often the encoder halves the image. Images are padded to multiples of ``2**depth``.
    base_filters : int, default=16
        Filters of the first level; each level down has twice as many. The paper has 64, which
        takes about twelve times as long.
    dropout : float, default=0.1
        Share of features dropped in training after each pooling and each concatenation.
    normalization : {"batch", None}, default="batch"
        What stands between a convolution and its ReLU; the paper has nothing there.
    patch_size : int, tuple of int or None, default=128
        Training sees patches of so many pixels a side, cut at random; a third of them around a
        label that is rare in its image. It is rounded up to a multiple of ``2**depth``; smaller
        images are padded. None: whole images, padded to the largest.
    epochs : int, default=10
        After each of them the scores are noted, and held-out images are looked at.
    steps_per_epoch : int or None, default=80
        Training steps in an epoch, however many images there are; each image has patches by the
        root of its number of pixels. None: as many steps as there are patches in all images.
    batch_size : int, default=16
        Patches in a training step; images or tiles that are predicted at once, at most.
    learning_rate : float or None, default=None
        Of the Adam optimizer: the highest, if there is a schedule. None: 3e-3 with a schedule and
        batch normalization; else, and for a `model` of your own, 1e-3.
    schedule : {"cosine", None}, default="cosine"
        ``"cosine"`` lets the learning rate rise over the first twentieth of the steps, and fall
        to a hundredth. None: it stays.
    loss : str, callable or keras.losses.Loss, default="dice_crossentropy"
        ``"dice_crossentropy"``, the sum of the next two; ``"sparse_categorical_crossentropy"``;
        ``"dice"``; ``"focal"`` (gamma 2); ``"dice_focal"``; or ``"tversky"``, where a missed pixel
        costs 0.7 and a false one 0.3. A callable takes class indices of shape (n, \*size) and
        logits of shape (n, \*size, n_classes), and gives one value per pixel, per image or per
        batch. Only values per pixel let padding and pixels without data go uncounted.
    class_weight : "balanced", dict or None, default=None
        How much pixels of each label count. ``"balanced"``: as much in all as those of the others.
    ignore_label : int or None, default=None
        The label in y of pixels that do not count, in training and in `score`.
    border_weight : float or None, default=None
        Weight that is added to background between two close objects [1]_, where 1 is that of any
        pixel; the paper has 10. None: nothing is added.
    augment : bool, str, sequence of str or callable, default=True
        What is done to each patch, with its mask: ``"flip"``, ``"rotate"`` (quarter turns),
        ``"scale"`` (by up to 1.4), ``"intensity"`` (brightness and contrast), ``"shade"`` (light
        from a side, and a tint), ``"elastic"`` (smooth shifts, as in the paper). True: all but the
        last. Light leaves a channel alone that `scaling` adds. A callable is called as
        ``augment(image, mask, weight, rng)`` and gives (image, mask, weight) back: scaled pixels of
        shape (\*patch, n_channels), with that channel, labels and weights of shape (\*patch,), and
        a NumPy ``Generator`` to draw from.
    scaling : {"auto", "local", "image", "range", None}, default="auto"
        How pixels become the network's numbers. ``"image"``: by the mean and the deviation of each
        image, so that its exposure does not matter. ``"local"``: so, and a channel is added that
        tells how far a pixel is from the background around it, the median of blocks of 32 pixels a
        side, as a share of what objects are in this image; paper, stains and uneven light are
        taken away in it. What is darker than its background is seen as in the best light of the
        image: ink in a shadow is as clear as elsewhere. ``"range"``: by the range of the training
        images. None: not at all. ``"auto"``: ``"local"``; for a `model` of your own, which may not
        take another channel, ``"image"``.
    validation_fraction : float, default=0.0
        Share of the images that is held out of training and scored after each epoch. The weights
        of the best epoch are kept.
    patience : int or None, default=None
        Stop after so many epochs in which the Dice coefficient of held-out images did not rise.
    threshold : float or "tune", default=0.5
        With two labels, the probability above which a pixel has the second. ``"tune"``: what gives
        held-out images their best Dice coefficient.
    tile_size : int or None, default=None
        Larger images are predicted in tiles of at most so many pixels a side, which overlap and
        are blended. None: 1024 for 16 filters, less for more, and less for volumes.
    tile_overlap : int or None, default=None
        How much two tiles overlap at least. None: a sixteenth of `tile_size`, and no less than
        ``2 * 2**depth``.
    test_time_augmentation : bool, default=False
        Whether each image is predicted in all its flips and quarter turns, and the mean is taken:
        somewhat better, and eight times as slow.
    model : callable, keras.Model or None, default=None
        Another network than the U-Net: ``model(input_shape, n_classes)`` returns a
        ``keras.Model`` from images of `input_shape`, ``(None, None, n_channels)``, to logits
        of shape (n, \*size, n_classes); or such a model, whose weights training starts from. With
        ``scaling="local"`` there is a channel more than images have.
        `depth` then only says how images are padded.
    channel_axis : int or None, default=None
        The axis of one image that indexes channels, for colour images. None: images are grey.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last one.
    checkpoint_dir : str, Path or None, default=None
        A folder in which each epoch's state is written. The same `fit`, of the same parameters
        and data, goes on from there if it was cut off.
    precision : {"float32", "mixed_float16", "mixed_bfloat16"}, default="float32"
        What the network computes in; the mixed ones are for GPUs.
    jit_compile : bool or "auto", default="auto"
        Whether Keras compiles with XLA or its like. "auto": what is faster on most machines.
    random_state : int, RandomState instance or None, default=None
        Fixes the initial weights, dropout, patches and the held-out images. With an int,
        two fits on one machine's CPU predict the same.
    verbose : int, default=0
        1 writes one line per epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels that occur in the masks, sorted, in the masks' dtype.
    history_ : dict of str to list of float
        ``"loss"`` and ``"dice"`` of each epoch's patches, and, of the held-out images if there
        are any, ``"val_loss"`` and ``"val_dice"``.
    best_epoch_ : int or None
        The epoch, counted from 0, whose weights were kept; None if no images were held out.
    input_range_ : tuple of (float, float)
        Smallest and largest pixel of the training images.
    threshold_ : float
        The threshold that `predict` uses, if there are two labels.
    model_ : keras.Model
        The trained network.
    n_channels_ : int or None
        Number of channels as seen in `fit`; None for grey images.
    sample_ndim_ : int
        Number of dimensions of one image as seen in `fit`, channels included.

    See Also
    --------
    skthresh.OtsuThreshold : One threshold, learned from the histogram.
    skthresh.SupervisedThreshold : One threshold, learned from masks.
    skthresh.display.HistoryDisplay : Show the history of a training.

    Notes
    -----
    The network has `depth` encoder levels of two 3x3 convolutions, max-pooling and dropout;
    a bottleneck of two convolutions; as many decoder levels of a 3x3 transpose convolution with
    stride 2, concatenation with the encoder's features, dropout and two convolutions; and a 1x1
    convolution that gives one logit per class [1]_. Volumes have 3x3x3 convolutions.

    X may also be any object with ``len(X)`` and ``X[i]``, as may y: images are then read when they
    are needed, and need not fit into memory. `fit` goes through all of them once before it starts.

    Sizes that ``2**depth`` does not divide are padded by reflection, and the result is cropped.
    Padding weighs nothing in the loss; nor do pixels where a channel is NaN, which are predicted
    as ``classes_[0]``.

    A `fit` that is interrupted leaves an estimator with the weights of that moment (or the
    best ones, if images were held out), which predicts.

    A pickle holds the weights as arrays, and the network is built again from the parameters
    when it is first needed. `save` writes a file that is safe to load from strangers.

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
    >>> unet = UNetSegmenter(depth=1, base_filters=4, epochs=2, random_state=0)
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
        "normalization": [StrOptions({"batch"}), None],
        "patch_size": [Interval(Integral, 1, None, closed="left"), tuple, list, None],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "steps_per_epoch": [Interval(Integral, 1, None, closed="left"), None],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither"), None],
        "schedule": [StrOptions({"cosine"}), None],
        "loss": [StrOptions(set(LOSSES)), callable],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "ignore_label": [Integral, None],
        "border_weight": [Interval(Real, 0, None, closed="left"), None],
        "augment": ["boolean", StrOptions(set(AUGMENTATIONS)), list, tuple, callable],
        "scaling": [StrOptions({"auto", "local", "image", "range"}), None],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "patience": [Interval(Integral, 1, None, closed="left"), None],
        "threshold": [Interval(Real, 0, 1, closed="neither"), StrOptions({"tune"})],
        "tile_size": [Interval(Integral, 1, None, closed="left"), None],
        "tile_overlap": [Interval(Integral, 0, None, closed="left"), None],
        "test_time_augmentation": ["boolean"],
        "model": [callable, None],
        "channel_axis": [Integral, None],
        "warm_start": ["boolean"],
        "checkpoint_dir": [str, Path, None],
        "precision": [StrOptions({"float32", "mixed_float16", "mixed_bfloat16"})],
        "jit_compile": ["boolean", StrOptions({"auto"})],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        depth: int = 4,
        base_filters: int = 16,
        dropout: float = 0.1,
        normalization: str | None = "batch",
        patch_size: int | tuple[int, ...] | None = 128,
        epochs: int = 10,
        steps_per_epoch: int | None = 80,
        batch_size: int = 16,
        learning_rate: float | None = None,
        schedule: str | None = "cosine",
        loss: str | Callable[..., Any] = "dice_crossentropy",
        class_weight: str | dict[Any, float] | None = None,
        ignore_label: int | None = None,
        border_weight: float | None = None,
        augment: bool | str | list[str] | tuple[str, ...] | Augment = True,
        scaling: str | None = "auto",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        threshold: float | str = 0.5,
        tile_size: int | None = None,
        tile_overlap: int | None = None,
        test_time_augmentation: bool = False,
        model: ModelBuilder | None = None,
        channel_axis: int | None = None,
        warm_start: bool = False,
        checkpoint_dir: str | Path | None = None,
        precision: str = "float32",
        jit_compile: bool | str = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.depth = depth
        self.base_filters = base_filters
        self.dropout = dropout
        self.normalization = normalization
        self.patch_size = patch_size
        self.epochs = epochs
        self.steps_per_epoch = steps_per_epoch
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.loss = loss
        self.class_weight = class_weight
        self.ignore_label = ignore_label
        self.border_weight = border_weight
        self.augment = augment
        self.scaling = scaling
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.threshold = threshold
        self.tile_size = tile_size
        self.tile_overlap = tile_overlap
        self.test_time_augmentation = test_time_augmentation
        self.model = model
        self.channel_axis = channel_axis
        self.warm_start = warm_start
        self.checkpoint_dir = checkpoint_dir
        self.precision = precision
        self.jit_compile = jit_compile
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self, X: ImagesLike, y: Any, sample_weight: Any = None, *, validation_data: Any = None
    ) -> Self:
        r"""Train the network.

        Parameters
        ----------
        X : array-like of shape (n, \*size), or with channels, list of array-like, or sequence
            The images: (height, width), or (depth, height, width) for volumes.
        y : array-like of shape (n, \*size), list of array-like, or sequence
            Their masks. Any booleans or whole numbers serve as labels: 0/255, 1/2/3.
        sample_weight : array-like of shape (n,) or (n, \*size), or list, default=None
            Weights of the images, or of their pixels, in the loss; only their ratios matter.
        validation_data : tuple of (X, y), default=None
            Images and masks that are scored after each epoch, instead of a
            `validation_fraction` of those in X.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        KeyboardInterrupt
            If it was interrupted; the estimator is fitted if a first epoch has begun.
        """
        fit(self, X, y, sample_weight, validation_data)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: ImagesLike, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> Self:
        r"""Train on more images for one epoch.

        The optimizer goes on where it was, also in a copy from a pickle; the learning rate stays
        as it is. What the first call saw decides the scaling.

        Parameters
        ----------
        X : array-like of shape (n, \*size), or with channels, list of array-like, or sequence
            The images.
        y : array-like of shape (n, \*size), list of array-like, or sequence
            Their masks.
        classes : array-like of shape (n_classes,), default=None
            All labels that there will be. It can be left out if the first call's y has them all.
        sample_weight : array-like of shape (n,) or (n, \*size), or list, default=None
            Weights of the images, or of their pixels, in the loss.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        partial_fit(self, X, y, classes, sample_weight)
        return self

    def predict(self, X: ImagesLike) -> Any:
        r"""Give each pixel its label.

        Parameters
        ----------
        X : array-like of shape (n, \*size), or with channels, list of array-like, or sequence
            The images, of any size.

        Returns
        -------
        masks : ndarray of shape (n, \*size), or list of ndarray
            In the labels, and the dtype, of the masks in `fit`: the most probable one, or with two
            labels the second where its probability is above `threshold_`. NaN pixels are
            ``classes_[0]``. Of a dask array it is a dask array.
        """
        if is_dask(X):
            return self._predict_lazily(X, probabilities=False)
        images = self._read(X)
        samples: list[Array] = [np.empty(0)] * len(images)
        for piece in self._predictor().pieces(images):
            if piece.start == 0:
                samples[piece.image] = np.empty(piece.size, self.classes_.dtype)
            rows = slice(piece.start, piece.start + len(piece.values))
            samples[piece.image][rows] = self._labels(piece.values)
        return images.rebuild(samples)

    def predict_proba(self, X: ImagesLike) -> Any:
        r"""Give the probability of each class at each pixel.

        Parameters
        ----------
        X : array-like of shape (n, \*size), or with channels, list of array-like, or sequence
            The images, of any size.

        Returns
        -------
        probabilities : ndarray of float32 of shape (n, \*size, n_classes), or list of such
            In the order of `classes_`; they sum to 1. Of a dask array it is a dask array.
        """
        if is_dask(X):
            return self._predict_lazily(X, probabilities=True)
        images = self._read(X)
        samples: list[Array] = [np.empty(0)] * len(images)
        for i, values in self._predictor().whole(images):
            samples[i] = values
        return images.rebuild(samples)

    def transform(self, X: ImagesLike) -> Any:
        r"""Give the probability of each class at each pixel, as `predict_proba` does.

        Parameters
        ----------
        X : array-like of shape (n, \*size), or with channels, list of array-like, or sequence
            The images, of any size.

        Returns
        -------
        probabilities : ndarray of float32 of shape (n, \*size, n_classes), or list of such
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
        r"""Compare the predicted masks with true ones.

        Parameters
        ----------
        X : array-like of shape (n, \*size), or with channels, list of array-like, or sequence
            The images.
        y : array-like of shape (n, \*size), list of array-like, or sequence
            The true masks. Pixels of the label `ignore_label` do not count.
        sample_weight : array-like of shape (n,), default=None
            Weights of the images in the mean.

        Returns
        -------
        dice : float
            The mean Dice coefficient over the images: of ``classes_[1]`` if there are two
            classes, else the mean over all classes.
        """
        images = self._read(X)
        masks = read_masks(y, images)
        scores = [0.0] * len(images)
        for i, values in self._predictor().whole(images):
            true = masks.checked(i, values.shape)
            scores[i] = score_of(true, self._decide(values), self.classes_, self.ignore_label, i)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, np.empty(len(images)))
        return float(np.average(scores, weights=sample_weight))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted estimator into one file.

        Parameters
        ----------
        path : str or path-like
            The file; one that is there is replaced.

        Notes
        -----
        The file holds numbers and names only. A network of your own (`model`), and functions given
        as `loss` or `augment`, are programs and are not in it: give them to `load` again.
        """
        check_is_fitted(self)
        persistence.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], **params: Any) -> Self:
        """Read an estimator that `save` wrote; nothing in the file is ever executed.

        Parameters
        ----------
        path : str or path-like
            The file.
        **params : dict
            Parameters to set: those that the file cannot hold, `model` above all.

        Returns
        -------
        estimator : UNetSegmenter
            Fitted.

        Raises
        ------
        ValueError
            If the file is no such file, is damaged, or was trained with a `model` that is not
            given.
        """
        return persistence.load(cls, path, params)

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
        if not hasattr(self, "_model"):  # it comes from a file
            model = self._recipe.build(seed=0)
            try:
                model.set_weights(self._weights)
            except ValueError as error:
                raise ValueError(
                    "The weights are not those of the network that they belong to: the file they "
                    "come from is damaged, or `model` is another network than the trained one."
                ) from error
            self._model = model
            del self._weights
        return self._model

    def _read(self, X: ImagesLike) -> Images:
        check_is_fitted(self)
        return read_images(self, X, reset=False, channel_axis=self.channel_axis)

    def _predict_lazily(self, X: ImagesLike, *, probabilities: bool) -> Any:
        from skthresh.unet.lazy import predict_lazily  # noqa: PLC0415  dask need not be there

        check_is_fitted(self)
        batch: Any = read_stack(self, X, self.channel_axis, reset=False)
        return predict_lazily(self, batch, probabilities=probabilities)

    def _labels(self, probabilities: Array) -> Array:
        return np.asarray(self.classes_[self._decide(probabilities)])

    def _decide(self, probabilities: Array) -> Array:
        """Give the index of each pixel's class."""
        if len(self.classes_) == 2:
            return (probabilities[..., 1] > np.float32(self.threshold_)).view(np.uint8)
        return probabilities.argmax(axis=-1).astype(np.min_scalar_type(len(self.classes_)))

    def _predictor(self) -> Predictor:
        model = self.model_
        recipe: Recipe = self._recipe
        return Predictor(
            model,
            self._scaling,
            recipe.multiple,
            recipe.base_filters if recipe.builder is None else FILTERS_OF_OTHERS,
            self.batch_size,
            self.tile_size,
            self.tile_overlap,
            self.test_time_augmentation,
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model") or hasattr(self, "_weights")

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        model = state.pop("_model", None)
        if model is not None:
            state["_weights"] = model.get_weights()
            if hasattr(self, "_seed"):  # of partial_fit, which goes on
                state["_training"] = training_state(model)
        return state

    def __sklearn_tags__(self) -> Any:
        tags = image_tags(super().__sklearn_tags__(), dtypes=tuple(DTYPES), ranks=(2, 3))
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.dask = True
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = []
        return tags
