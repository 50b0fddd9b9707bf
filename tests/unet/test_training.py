"""Batches, weights, the loss and the progress."""

import keras
import numpy as np
import pytest

from skthresh.batch import Batch
from skthresh.unet.training import LabelledImages, TrainingBatches, make_loss, progress_line

rng = np.random.default_rng(0)


def labelled(X, masks, shape=None, weights=None):
    X = X if isinstance(X, list) else np.asarray(X, float)
    return LabelledImages(
        Batch(X),
        list(masks),
        np.array([0, 255]),
        np.ones(len(X)) if weights is None else np.asarray(weights, float),
        (0.0, 1.0),
        shape or X[0].shape,
    )


def numbered(n):
    """Make images of which each has its own grey level."""
    X = np.ones((n, 2, 2)) * np.arange(1, n + 1)[:, None, None]
    return labelled(X, np.zeros((n, 2, 2), int))


def test_padding_and_no_data_weigh_nothing():
    image = np.array([[0.25, np.nan, 1.0]])
    mask = np.array([[0, 255, 255]])
    x, y, w = labelled([image], [mask], (2, 4), [3]).load(0)
    assert np.array_equal(x[..., 0], [[0.25, 0, 1, 0], [0.25, 0, 1, 0]])
    assert np.array_equal(y, [[0, 1, 1, 0], [0, 0, 0, 0]])
    assert np.array_equal(w, [[3, 0, 3, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize(("n", "batch_size", "size"), [(6, 64, 6), (6, 4, 3), (7, 4, 4), (5, 2, 2)])
def test_batches_have_one_size_and_each_image_counts_once(n, batch_size, size):
    batches = TrainingBatches(numbered(n), np.arange(n), batch_size, rng=np.random.RandomState(0))
    for _ in range(2):
        parts = [batches[b] for b in range(len(batches))]
        assert {len(x) for x, _, _ in parts} == {size}
        counted = [x[k, 0, 0, 0] for x, _, w in parts for k in range(size) if w[k].any()]
        assert sorted(counted) == list(range(1, n + 1))
        batches.draw()


def test_order_is_drawn_anew_and_by_the_given_generator():
    batches, again = (
        TrainingBatches(numbered(9), np.arange(9), 9, rng=np.random.RandomState(0))
        for _ in range(2)
    )
    first = batches[0][0]
    assert np.array_equal(first, again[0][0])
    assert np.array_equal(first, batches[0][0])  # to look twice changes nothing
    batches.draw()
    assert not np.array_equal(first, batches[0][0])
    again.draw()
    assert np.array_equal(batches[0][0], again[0][0])


def test_validation_keeps_its_order_and_takes_only_its_images():
    batches = TrainingBatches(numbered(6), np.array([1, 4]), 8)
    batches.draw()
    assert np.array_equal(batches[0][0][:, 0, 0, 0], [2, 5])


def test_augmentation_flips_image_mask_and_weights_together():
    n = 40
    X = rng.random((n, 3, 4))
    masks = np.where(X > 0.5, 255, 0)
    X[:, 0, 0] = np.nan
    images = labelled(X, masks)
    batches = TrainingBatches(images, np.arange(n), n, rng=np.random.RandomState(0), augment=True)
    patterns = []
    for _ in range(2):
        flipped = np.zeros(n, bool)
        for x, y, w in zip(*batches[0], strict=True):
            flipped_here = w[0, 0] != 0
            straight = [part[:, ::-1] if flipped_here else part for part in (x, y, w)]
            (k,) = [i for i in range(n) if all(map(np.array_equal, straight, images.load(i)))]
            flipped[k] = flipped_here
        assert 0.25 < flipped.mean() < 0.75
        patterns.append(flipped)
        batches.draw()
    assert not np.array_equal(*patterns)


def cross_entropy(y, logits):
    logits = logits - logits.max(-1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return -np.take_along_axis(log_p, y[..., None], -1)[..., 0]


@pytest.fixture
def example():
    """Give class indices, logits and weights whose last rows are padding."""
    y = rng.integers(0, 3, (2, 5, 4)).astype(np.int32)
    logits = rng.normal(size=(2, 5, 4, 3)).astype(np.float32)
    weight = rng.uniform(0.5, 2, (2, 5, 4)).astype(np.float32)
    weight[:, 3:] = 0
    return y, logits, weight


def test_loss_is_the_weighted_mean_without_the_padding(example):
    y, logits, weight = example
    loss = make_loss(keras, "sparse_categorical_crossentropy")
    value = float(loss(y, logits, weight))
    expected = (weight * cross_entropy(y, logits))[:, :3].mean()
    assert value == pytest.approx(expected, rel=1e-5)
    logits[:, 3:] = 100 * rng.normal(size=logits[:, 3:].shape)
    y[:, 3:] = 0
    assert float(loss(y, logits, weight)) == value


def test_loss_of_a_batch_without_weight_is_zero(example):
    y, logits, weight = example
    assert float(make_loss(keras, "sparse_categorical_crossentropy")(y, logits, 0 * weight)) == 0


def test_loss_may_be_a_keras_loss_or_a_function_per_pixel(example):
    instance = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = float(make_loss(keras, "sparse_categorical_crossentropy")(*example))
    for loss in (instance, instance.call):
        assert float(make_loss(keras, loss)(*example)) == pytest.approx(expected, rel=1e-6)


def test_loss_may_be_per_image_or_per_batch(example):
    y, logits, _ = example
    weight = np.ones(y.shape, np.float32)
    weight[0] = 3
    weight[:, 4:] = 0
    per_image = make_loss(keras, lambda _, z: keras.ops.mean(z, (1, 2, 3)))
    means = logits.mean((1, 2, 3))
    expected = (3 * means[0] + means[1]) / 2
    assert float(per_image(y, logits, weight)) == pytest.approx(expected, rel=1e-4)
    per_batch = make_loss(keras, lambda _, z: keras.ops.mean(z))
    assert float(per_batch(y, logits, weight)) == pytest.approx(2 * logits.mean(), rel=1e-4)


def test_progress_line():
    logs = {"loss": 0.5, "accuracy": 0.25, "val_loss": 1, "val_accuracy": 0.125}
    assert progress_line(1, 15, {"loss": 0.5, "accuracy": 0.25}, 4.06) == (
        "epoch  1/15  loss 0.5000  accuracy 0.2500  4.1 s\n"
    )
    assert progress_line(5, 15, logs, 12.0) == (
        "epoch  5/15  loss 0.5000  accuracy 0.2500  val_loss 1.0000  val_accuracy 0.1250  12.0 s, "
        "about 2 min 00 s left\n"
    )
    assert progress_line(9, 9, logs, 4.0).endswith("  4.0 s\n")
