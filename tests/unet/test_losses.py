"""Losses and the Dice coefficient of training, against NumPy."""

import keras
import numpy as np
import pytest

from skthresh.unet.losses import LOSSES, dice_metric, make_loss

rng = np.random.default_rng(0)


@pytest.fixture(params=[(2, (5, 4)), (3, (5, 4)), (2, (5, 2, 3))], ids=str)
def example(request):
    """Give class indices, logits and weights whose last rows are padding."""
    n_classes, size = request.param
    y = rng.integers(0, n_classes, (2, *size)).astype(np.int32)
    logits = rng.normal(size=(2, *size, n_classes)).astype(np.float32)
    weight = rng.uniform(0.5, 2, (2, *size)).astype(np.float32)
    weight[:, 3:] = 0
    return y, logits, weight


def softmax(logits):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def probability(y, logits):
    return np.take_along_axis(softmax(logits), y[..., None], -1)[..., 0]


def crossentropy(y, logits, weight):
    return (-np.log(probability(y, logits)) * weight).sum() / (weight != 0).sum()


def focal(y, logits, weight):
    p = probability(y, logits)
    return (-((1 - p) ** 2) * np.log(p) * weight).sum() / (weight != 0).sum()


def tversky(y, logits, weight, alpha=0.5):
    p, n = softmax(logits), logits.shape[-1]
    indices = []
    for k in range(n) if n > 2 else [1]:
        true, q = y == k, p[..., k]
        right = (weight * true * q).sum()
        missed, false = (weight * true * (1 - q)).sum(), (weight * ~true * q).sum()
        indices.append((right + 1) / (right + alpha * missed + (1 - alpha) * false + 1))
    return 1 - np.mean(indices)


TWINS = {
    "sparse_categorical_crossentropy": crossentropy,
    "dice": tversky,
    "dice_crossentropy": lambda *a: tversky(*a) + crossentropy(*a),
    "focal": focal,
    "dice_focal": lambda *a: tversky(*a) + focal(*a),
    "tversky": lambda *a: tversky(*a, alpha=0.7),
}


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_is_its_formula_and_padding_does_not_count(name, example):
    y, logits, weight = example
    loss = make_loss(keras, name)
    value = float(loss(y, logits, weight))
    assert value == pytest.approx(TWINS[name](y, logits, weight), rel=1e-5)
    logits[:, 3:] = 100 * rng.normal(size=logits[:, 3:].shape)
    y[:, 3:] = 0
    assert float(loss(y, logits, weight)) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_of_a_batch_without_weight_is_zero(name, example):
    y, logits, weight = example
    assert float(make_loss(keras, name)(y, logits, 0 * weight)) == pytest.approx(0, abs=1e-6)


def test_dice_is_zero_for_a_perfect_mask_and_near_one_for_its_complement():
    y = rng.integers(0, 2, (2, 40, 40)).astype(np.int32)
    logits = np.stack([1 - y, y], -1).astype(np.float32) * 50
    ones = np.ones(y.shape, np.float32)
    loss = make_loss(keras, "dice")
    assert float(loss(y, logits, ones)) == pytest.approx(0, abs=1e-6)
    assert float(loss(y, logits[..., ::-1], ones)) > 0.99


def test_tversky_punishes_what_is_missed_more():
    y = np.zeros((1, 10, 10), np.int32)
    y[0, :5] = 1
    ones = np.ones(y.shape, np.float32)
    loss = make_loss(keras, "tversky")
    missed, false = y.copy(), y.copy()
    missed[0, 4], false[0, 5] = 0, 1
    values = [
        float(loss(y, np.stack([1 - m, m], -1).astype(np.float32) * 50, ones))
        for m in (missed, false)
    ]
    assert values[0] > values[1] > 0


def test_may_be_a_keras_loss_or_a_function_per_pixel(example):
    instance = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = float(make_loss(keras, "sparse_categorical_crossentropy")(*example))
    for loss in (instance, instance.call):
        assert float(make_loss(keras, loss)(*example)) == pytest.approx(expected, rel=1e-6)


def test_may_be_per_image_or_per_batch():
    y = np.zeros((2, 5, 4), np.int32)
    logits = rng.normal(size=(2, 5, 4, 3)).astype(np.float32)
    weight = np.ones(y.shape, np.float32)
    weight[0] = 3
    weight[:, 4:] = 0
    per_image = make_loss(keras, lambda _, z: keras.ops.mean(z, (1, 2, 3)))
    means = logits.mean((1, 2, 3))
    expected = (3 * means[0] + means[1]) / 2
    assert float(per_image(y, logits, weight)) == pytest.approx(expected, rel=1e-4)
    per_batch = make_loss(keras, lambda _, z: keras.ops.mean(z))
    assert float(per_batch(y, logits, weight)) == pytest.approx(2 * logits.mean(), rel=1e-4)


def test_dice_of_an_epoch_is_that_of_all_its_pixels(example):
    y, logits, weight = example
    n = logits.shape[-1]
    metric = dice_metric(keras, n)
    for i in range(2):
        metric.update_state(y[i : i + 1], logits[i : i + 1], weight[i : i + 1])
    counts, predicted = weight > 0, logits.argmax(-1)
    dices = []
    for k in range(n) if n > 2 else [1]:
        t, p = (y == k)[counts], (predicted == k)[counts]
        dices.append(2 * (t & p).sum() / (t.sum() + p.sum()))
    assert float(metric.result()) == pytest.approx(np.mean(dices), rel=1e-5)
    metric.reset_state()
    assert float(metric.result()) == pytest.approx(1)
