"""What training makes small, and the score that it shows: means over the pixels that count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["LOSSES", "dice_metric", "make_loss"]

# The weight of a missed pixel; that of a false one is the rest to 1.
TVERSKY_ALPHA = 0.7
# So many pixels are right beforehand: a class that a batch lacks leaves no division by zero.
SMOOTH = 1.0

Pixels = Callable[[Any, Any], Any]


def make_loss(keras: Any, loss: str | Callable[..., Any]) -> Any:
    """Wrap a loss so that pixels of weight zero, padding above all, do not count.

    Keras itself divides by the number of all pixels, so that padding would shrink the loss, and
    its losses of regions know no weights of pixels.

    Parameters
    ----------
    keras : module
        Keras.
    loss : str, callable or keras.losses.Loss
        One of `LOSSES`; or of (class indices, logits). It gives one value per pixel, one per
        image, or one per batch.

    Returns
    -------
    keras.losses.Loss
        For ``compile``; it takes the pixels' weights as ``sample_weight``.
    """
    if isinstance(loss, str):
        parts = [PARTS[part](keras) for part in LOSSES[loss]]
    else:
        parts = [_per_pixel(keras, loss.call if isinstance(loss, keras.losses.Loss) else loss)]

    class WeightedLoss(keras.losses.Loss):
        def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            weight = keras.ops.cast(sample_weight, "float32")
            logits = keras.ops.cast(y_pred, "float32")
            return sum(part(y_true, logits, weight) for part in parts)

    return WeightedLoss(name="loss")


def _per_pixel(keras: Any, function: Pixels) -> Callable[[Any, Any, Any], Any]:
    """Take the weighted mean of what a loss gives for pixels, images or the batch."""
    ops = keras.ops

    def mean(y_true: Any, logits: Any, weight: Any) -> Any:
        values = ops.cast(function(y_true, logits), "float32")
        counts = ops.cast(weight != 0, "float32")
        # Axes that the loss has summed up itself.
        pooled = tuple(range(len(values.shape), len(weight.shape)))
        if pooled:
            weight = ops.sum(weight, pooled) / ops.maximum(ops.sum(counts, pooled), 1)
            counts = ops.max(counts, pooled)
        return ops.sum(values * weight) / ops.maximum(ops.sum(counts), 1)

    return mean


def _crossentropy(keras: Any) -> Callable[[Any, Any, Any], Any]:
    # On logits: on probabilities its gradient fails on torch.
    return _per_pixel(keras, keras.losses.SparseCategoricalCrossentropy(from_logits=True).call)


def _focal(keras: Any) -> Callable[[Any, Any, Any], Any]:
    # alpha=1: the classes' weights are in the pixels'.
    focal = keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=2.0, from_logits=True)

    def pixels(y_true: Any, logits: Any) -> Any:
        return focal.call(keras.ops.one_hot(y_true, logits.shape[-1], dtype="float32"), logits)

    return _per_pixel(keras, pixels)


def _tversky(keras: Any, alpha: float) -> Callable[[Any, Any, Any], Any]:
    """One less the Tversky index of soft masks, of the whole batch, mean over the classes.

    It is Dice if `alpha` is one half. Of two classes the second alone is looked at.
    """
    ops = keras.ops

    def loss(y_true: Any, logits: Any, weight: Any) -> Any:
        weight = weight[..., None]
        if logits.shape[-1] == 2:
            p = ops.sigmoid(logits[..., 1:] - logits[..., :1])
            y = _is_second(ops, y_true)
        else:
            p = ops.softmax(logits, axis=-1)
            y = ops.one_hot(y_true, logits.shape[-1], dtype="float32")
        axes = tuple(range(len(weight.shape) - 1))
        right = ops.sum(weight * p * y, axes)
        missed = ops.sum(weight * y, axes) - right
        false = ops.sum(weight * p, axes) - right
        index = (right + SMOOTH) / (right + alpha * missed + (1 - alpha) * false + SMOOTH)
        return 1 - ops.mean(index)

    return loss


def _is_second(ops: Any, y_true: Any) -> Any:
    """Give the mask of the second of two classes, with an axis of one channel."""
    return ops.cast(ops.expand_dims(y_true, -1) == 1, "float32")


PARTS: dict[str, Callable[[Any], Callable[[Any, Any, Any], Any]]] = {
    "crossentropy": _crossentropy,
    "focal": _focal,
    "dice": lambda keras: _tversky(keras, 0.5),
    "tversky": lambda keras: _tversky(keras, TVERSKY_ALPHA),
}

# What is added up for each name.
LOSSES = {
    "dice_crossentropy": ("dice", "crossentropy"),
    "sparse_categorical_crossentropy": ("crossentropy",),
    "dice": ("dice",),
    "focal": ("focal",),
    "dice_focal": ("dice", "focal"),
    "tversky": ("tversky",),
}


def dice_metric(keras: Any, n_classes: int) -> Any:
    """Make the Dice coefficient of an epoch's pixels: of the second of two classes, else the mean.

    Parameters
    ----------
    keras : module
        Keras.
    n_classes : int
        Number of classes.

    Returns
    -------
    keras.metrics.Metric
        Of class indices, logits and the pixels' weights; what weighs nothing does not count.
    """
    ops = keras.ops

    class Dice(keras.metrics.Metric):
        def __init__(self) -> None:
            super().__init__(name="dice")
            shape = (1 if n_classes == 2 else n_classes,)
            self.right = self.add_weight(shape=shape, initializer="zeros", name="right")
            self.total = self.add_weight(shape=shape, initializer="zeros", name="total")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            counts = ops.cast(ops.expand_dims(sample_weight, -1) != 0, "float32")
            if n_classes == 2:  # one-hot masks would take as long as a layer of the network
                y = _is_second(ops, y_true)
                p = ops.cast(y_pred[..., 1:] > y_pred[..., :1], "float32")
            else:
                y = ops.one_hot(y_true, n_classes, dtype="float32")
                p = ops.one_hot(ops.argmax(y_pred, -1), n_classes, dtype="float32")
            axes = tuple(range(len(y.shape) - 1))
            self.right.assign_add(ops.sum(counts * y * p, axes))
            self.total.assign_add(ops.sum(counts * (y + p), axes))

        def result(self) -> Any:
            # A class that nobody has is right.
            return ops.mean((2 * self.right + 1e-7) / (self.total + 1e-7))

    return Dice()
