"""The estimator: what it learns, predicts and remembers."""

import keras
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags

from skthresh.datasets import make_blobs
from skthresh.metrics import dice_score
from skthresh.unet import UNetSegmenter, prediction


def global_state():
    return np.random.get_state()[1].copy()  # noqa: NPY002  the generator that must stay alone


def test_learns_blobs(trained):
    X, y = make_blobs(16, shape=(64, 64), random_state=1)
    assert trained.score(X, y) > 0.95
    predicted = trained.predict(X)
    assert predicted.dtype == bool
    assert trained.score(X, y) == pytest.approx(dice_score(y, predicted))


def test_one_random_state_predicts_the_same(tiny, pictures):
    X, y = pictures
    params = {"epochs": 2, "batch_size": 4, "validation_fraction": 0.3}
    state = global_state()
    a, b, c = (tiny(**params, random_state=s).fit(X, y) for s in (3, 3, 4))
    assert np.array_equal(a.predict_proba(X), b.predict_proba(X))
    assert a.history_ == b.history_
    assert not np.array_equal(a.predict_proba(X), c.predict_proba(X))
    assert np.array_equal(global_state(), state)


def test_random_state_may_be_a_generator_or_none(tiny, pictures):
    a, b = (tiny(random_state=np.random.RandomState(5)).fit(*pictures) for _ in range(2))
    assert np.array_equal(a.predict_proba(pictures[0]), b.predict_proba(pictures[0]))
    tiny(random_state=None).fit(*pictures)


@pytest.mark.parametrize(
    "labels",
    [
        np.array([False, True]),
        np.array([0, 255], np.uint8),
        np.array([1, 2, 3]),
        np.array([-7, 300], np.int16),
        np.array([0.0, 1.0]),
    ],
    ids=str,
)
def test_labels_come_back(tiny, pictures, labels):
    X, y = pictures
    indices = (y > 0).astype(int)
    indices[:, -2:] = len(labels) - 1
    masks = labels[indices]
    unet = tiny(steps_per_epoch=40, learning_rate=0.05).fit(X, masks)
    assert np.array_equal(unet.classes_, labels)
    assert unet.classes_.dtype == labels.dtype
    predicted = unet.predict(X)
    assert predicted.dtype == labels.dtype
    assert predicted.shape == y.shape
    assert set(np.unique(predicted)) <= set(labels)
    probabilities = unet.predict_proba(X)
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (*y.shape, len(labels))
    assert np.allclose(probabilities.sum(-1), 1, atol=1e-6)
    assert np.array_equal(labels[probabilities.argmax(-1)], predicted)
    assert np.array_equal(unet.transform(X), probabilities)
    classes = labels[1:] if len(labels) == 2 else labels
    expected = np.mean([dice_score(masks == c, predicted == c) for c in classes])
    assert unet.score(X, masks) == pytest.approx(expected)


def test_any_size_comes_back_and_a_batch_is_its_images_one_by_one(trained, monkeypatch):
    monkeypatch.setattr(prediction, "VALUES_AT_ONCE", 2 * 64 * 64 * 8)
    X, _ = make_blobs(5, shape=(61, 35), random_state=2)
    batch = trained.predict_proba(X)
    assert batch.shape == (5, 61, 35, 2)
    for image, expected in zip(X, batch, strict=True):
        alone = trained.predict_proba(image[np.newaxis])[0]
        assert np.allclose(alone, expected, atol=1e-5)
        assert np.array_equal(alone.argmax(-1), expected.argmax(-1))


def test_one_pixel_is_an_image(trained):
    assert trained.predict(np.zeros((2, 1, 1), np.uint8)).shape == (2, 1, 1)


def test_ragged_lists(tiny, pictures):
    X, y = pictures
    sizes = [(16, 16), (9, 12), (1, 5), (16, 16), (13, 16), (7, 7)]
    Xs = [x[:h, :w] for x, (h, w) in zip(X, sizes, strict=True)]
    ys = [m[:h, :w] for m, (h, w) in zip(y, sizes, strict=True)]
    unet = tiny(steps_per_epoch=40, learning_rate=0.05).fit(Xs, ys)
    masks, probabilities = unet.predict(Xs), unet.predict_proba(Xs)
    assert isinstance(masks, list)
    assert isinstance(probabilities, list)
    assert [m.shape for m in masks] == sizes
    assert [p.shape for p in probabilities] == [(*size, 2) for size in sizes]
    for x, p in zip(Xs, probabilities, strict=True):
        assert np.allclose(unet.predict_proba(x[np.newaxis])[0], p, atol=1e-5)
    expected = dice_score([m == 255 for m in ys], [m == 255 for m in masks])
    assert unet.score(Xs, ys) == pytest.approx(expected)


def test_list_is_stack(tiny, tiny_fitted, pictures):
    X, y = pictures
    b = tiny().fit(list(X), list(y))
    assert np.array_equal(tiny_fitted.predict_proba(X), np.stack(b.predict_proba(list(X))))


def test_padding_does_not_count_in_training(tiny, pictures):
    """What the loss and the score say is what the cropped predictions say."""
    X, y = (a[:, :9, :13] for a in pictures)
    unet = tiny(
        depth=2,
        dropout=0.0,
        normalization=None,
        learning_rate=1e-12,
        augment=False,
        loss="sparse_categorical_crossentropy",
        patch_size=None,
        steps_per_epoch=1,
        batch_size=len(X),
    ).fit(X, y)
    p = np.take_along_axis(unet.predict_proba(X), (y[..., None] > 0).astype(int), -1)
    assert unet.history_["loss"] == [pytest.approx(-np.log(p).mean(), abs=1e-4)]
    pooled = dice_score(y.reshape(1, -1, 13) > 0, unet.predict(X).reshape(1, -1, 13) > 0)
    assert unet.history_["dice"] == [pytest.approx(pooled, abs=1e-5)]


def test_nan_is_no_data(tiny, pictures):
    X, y = pictures[0].astype(float), pictures[1]
    X[:, 3:5, 3:5] = np.nan
    unet = tiny(epochs=2).fit(X, y)
    assert np.isfinite(unet.history_["loss"]).all()
    probabilities = unet.predict_proba(X)
    assert np.isfinite(probabilities).all()
    assert (probabilities[:, 3:5, 3:5] == [1, 0]).all()
    assert (unet.predict(X)[:, 3:5, 3:5] == 0).all()
    other = y.copy()
    other[:, 3:5, 3:5] = 255 - other[:, 3:5, 3:5]
    again = tiny(epochs=2).fit(X, other)
    assert np.array_equal(again.predict_proba(X), probabilities)  # masks there are not looked at


def test_constant_images_train(tiny, pictures):
    for scaling in ("local", "image", "range", None):
        unet = tiny(scaling=scaling).fit(np.full((6, 16, 16), 7, np.uint8), pictures[1])
        assert np.isfinite(unet.history_["loss"]).all()
        assert unet.input_range_ == (7.0, 7.0)


@pytest.mark.parametrize("scaling", ["local", "image", "range"])
def test_scale_of_the_images_does_not_matter(tiny, pictures, scaling):
    X, y = pictures
    a = tiny(scaling=scaling).fit(X, y)
    b = tiny(scaling=scaling).fit(X.astype(float) * 1000 - 5, y)
    assert b.input_range_ == tuple(v * 1000 - 5 for v in a.input_range_)
    assert np.allclose(a.predict_proba(X), b.predict_proba(X * 1000.0 - 5), atol=1e-3)


def test_exposure_of_an_image_does_not_matter(trained):
    X, _ = make_blobs(4, shape=(64, 64), random_state=6)
    dark = X.astype(float)
    dark[1] = dark[1] / 1.4 + 3
    assert np.allclose(trained.predict_proba(dark), trained.predict_proba(X), atol=1e-3)


def test_the_usual_scaling_is_local(tiny, pictures):
    X, y = pictures
    usual, local, image = (tiny(scaling=s).fit(X, y) for s in ("auto", "local", "image"))
    assert np.array_equal(usual.predict_proba(X), local.predict_proba(X))
    assert [u.model_.input_shape[-1] for u in (usual, local, image)] == [2, 2, 1]


@pytest.mark.parametrize("axis", [-1, 0])
def test_colour_with_a_channel_axis(tiny, pictures, axis):
    X, y = pictures
    colour = np.stack([X, 255 - X, X // 2], axis=-1)
    given = colour if axis == -1 else np.moveaxis(colour, -1, 1)
    unet = tiny(channel_axis=axis).fit(given, y)
    assert unet.n_channels_ == 3
    assert unet.model_.input_shape == (None, None, None, 4)  # and the background
    moved = 1 if axis == 0 else 3
    with pytest.raises(ValueError, match="X has 2 channels, but UNetSegmenter was fitted on 3"):
        unet.predict(given.take([0, 1], axis=moved))
    if axis == 0:
        last = tiny(channel_axis=-1).fit(colour, y)
        assert np.array_equal(unet.predict_proba(given), last.predict_proba(colour))


def test_weight_zero_is_absence(tiny, pictures):
    """An image of weight zero leaves no trace but in the range of the pixels."""
    X, y = pictures
    weight = np.array([1, 1, 0, 1, 0, 1])
    garbage = y.copy()
    garbage[weight == 0] = 255
    a, b = (tiny(epochs=2).fit(X, masks, sample_weight=weight) for masks in (y, garbage))
    assert np.array_equal(a.predict_proba(X), b.predict_proba(X))
    c = tiny(epochs=2).fit(X, y, sample_weight=7 * weight)
    assert np.allclose(a.predict_proba(X), c.predict_proba(X), atol=1e-5)
    d = tiny(epochs=2).fit(X, y)
    assert not np.allclose(a.predict_proba(X), d.predict_proba(X), atol=1e-5)


def test_pixels_of_weight_zero_and_of_the_ignored_label_are_not_learned_from(tiny, pictures):
    X, y = pictures
    left = np.zeros(X.shape, bool)
    left[:, :, :8] = True
    wrong = np.where(left, y, 255 - y)
    marked = np.where(left, y, 7).astype(np.uint8)
    params = {"epochs": 2, "augment": ("flip", "intensity"), "patch_size": None}
    a, b = (tiny(**params).fit(X, m, sample_weight=left.astype(float)) for m in (y, wrong))
    c = tiny(**params, ignore_label=7).fit(X, marked)
    assert np.array_equal(a.predict_proba(X), b.predict_proba(X))
    assert np.array_equal(c.classes_, [0, 255])
    # The same but for the mean weight, which is one half here and one there.
    assert np.abs(a.predict_proba(X) - c.predict_proba(X)).max() < 0.2
    expected = dice_score(y[:, :, :8] > 0, c.predict(X)[:, :, :8] > 0)
    assert c.score(X, marked) == pytest.approx(expected)


def test_class_weights(tiny, pictures):
    X, y = pictures
    share = (y > 0).mean()
    params = {"epochs": 2, "augment": False, "patch_size": None}
    balanced = tiny(**params, class_weight="balanced").fit(X, y)
    given = {0: 0.5 / (1 - share), 255: 0.5 / share}
    same = tiny(**params, class_weight=given).fit(X, y)
    assert np.allclose(balanced.predict_proba(X), same.predict_proba(X), atol=1e-5)
    plain = tiny(**params).fit(X, y)
    assert balanced.predict_proba(X)[..., 1].mean() > plain.predict_proba(X)[..., 1].mean()
    with pytest.raises(ValueError, match=r"class_weight has the label\(s\) \[1\]"):
        tiny(class_weight={1: 2.0}).fit(X, y)
    with pytest.raises(ValueError, match="class_weight must be finite and not negative"):
        tiny(class_weight={0: -1.0}).fit(X, y)


def test_score_weighs_images(trained):
    X, y = make_blobs(3, random_state=4)
    y[2] = ~y[2]
    each = [trained.score(X[i : i + 1], y[i : i + 1]) for i in range(3)]
    expected = np.average(each, weights=[1, 2, 3])
    assert trained.score(X, y, sample_weight=[1, 2, 3]) == pytest.approx(expected)


def test_history_and_validation(tiny, pictures, capfd):
    X, y = pictures
    unet = tiny(epochs=3, validation_fraction=0.34, verbose=1).fit(X, y)
    assert set(unet.history_) == {"loss", "dice", "val_loss", "val_dice"}
    assert {len(v) for v in unet.history_.values()} == {3}
    assert all(isinstance(v, float) for values in unet.history_.values() for v in values)
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) == 3
    for k, line in enumerate(lines):
        assert line.startswith(f"epoch {k + 1}/3  loss {unet.history_['loss'][k]:.4f}  dice ")
        assert f"val_dice {unet.history_['val_dice'][k]:.4f}" in line
    assert " left" in lines[1]
    tiny().fit(X, y)
    assert not capfd.readouterr().out


def test_the_best_epoch_is_kept_and_scored_as_score_does(tiny, pictures):
    X, y = pictures
    unet = tiny(epochs=6, learning_rate=0.2, schedule=None, normalization="batch")
    unet.fit(X[:4], y[:4], validation_data=(X[4:], y[4:]))
    dices = unet.history_["val_dice"]
    assert unet.best_epoch_ == int(np.argmax(dices))
    assert unet.score(X[4:], y[4:]) == pytest.approx(max(dices), abs=1e-6)
    assert len(set(dices)) > 1


def test_patience_stops_early(tiny, pictures):
    X, y = pictures
    unet = tiny(epochs=30, patience=2, learning_rate=1e-9, steps_per_epoch=1)
    unet.fit(X[:4], y[:4], validation_data=(X[4:], y[4:]))
    assert len(unet.history_["loss"]) == unet.best_epoch_ + 3 < 30


def test_threshold_is_a_parameter_and_can_be_tuned(tiny, pictures):
    X, y = pictures
    unet = tiny(threshold=0.3).fit(X, y)
    assert unet.threshold_ == 0.3
    expected = np.where(unet.predict_proba(X)[..., 1] > np.float32(0.3), 255, 0)
    assert np.array_equal(unet.predict(X), expected)
    tuned = tiny(threshold="tune").fit(X[:4], y[:4], validation_data=(X[4:], y[4:]))
    p = tuned.predict_proba(X[4:])[..., 1]
    scores = [dice_score(y[4:] > 0, p > np.float32(t)) for t in np.arange(1, 100) / 100]
    assert tuned.score(X[4:], y[4:]) == pytest.approx(max(scores))
    assert max(scores) > scores[49]
    three = y.copy()
    three[:, 0] = 9
    with pytest.raises(ValueError, match="threshold='tune' is for two labels; y has 3"):
        tiny(threshold="tune", validation_fraction=0.3).fit(X, three)


def own_network(input_shape, n_classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(3, 3, padding="same", activation="relu")(inputs)
    x = keras.layers.BatchNormalization()(x)
    return keras.Model(inputs, keras.layers.Conv2D(n_classes, 1)(x))


def test_own_network_and_own_loss(tiny, pictures):
    X, y = pictures

    def squares(indices, logits):
        one_hot = keras.ops.one_hot(indices, 2)
        return keras.ops.sum((keras.ops.softmax(logits) - one_hot) ** 2, -1)

    a, b = (tiny(model=own_network, loss=squares).fit(X, y) for _ in range(2))
    assert a.model_.count_params() == 3 * 10 + 4 * 3 + 2 * 4
    assert np.array_equal(a.predict_proba(X), b.predict_proba(X))


def test_own_network_is_given_the_background_if_asked(tiny, pictures):
    X, y = pictures
    params = {"model": own_network, "learning_rate": 1e-9, "augment": False}
    assert tiny(**params).fit(X, y).model_.input_shape == (None, None, None, 1)
    unet = tiny(**params, scaling="local").fit(X, y)
    assert unet.model_.input_shape == (None, None, None, 2)
    assert unet.predict(X).shape == X.shape
    with pytest.raises(ValueError, match="takes images of 1 channel.*given 2: those of X, and"):
        tiny(model=own_network((None, None, 1), 2), scaling="local").fit(X, y)


def test_a_keras_model_is_where_training_starts_and_stays_as_it_was(tiny, pictures):
    X, y = pictures
    mine = own_network((None, None, 1), 2)
    before = mine.get_weights()
    unet = tiny(model=mine, learning_rate=1e-9, augment=False).fit(X, y)
    assert all(np.array_equal(a, b) for a, b in zip(before, mine.get_weights(), strict=True))
    # All but the moving moments of its normalization stay where they were.
    assert np.allclose(unet.model_.get_weights()[0], before[0], atol=1e-6)
    assert unet.model_ is not mine


def test_own_network_with_the_wrong_number_of_channels(tiny, pictures):
    with pytest.raises(ValueError, match="one channel for each class in y"):
        tiny(model=lambda shape, _: own_network(shape, 1)).fit(*pictures)


def test_parameters_set_after_the_fit_leave_it_alone(tiny, pictures):
    X, y = pictures
    unet = tiny(depth=2).fit(X, y)
    expected = unet.predict_proba(X[:, :9, :9])  # padded to 12; to 10 if depth were 1
    unet.set_params(depth=1, base_filters=4)
    assert np.array_equal(unet.predict_proba(X[:, :9, :9]), expected)


def test_refit_forgets(tiny, pictures):
    X, y = pictures
    unet = tiny().fit(X, y)
    unet.set_params(base_filters=3).fit(X, y // 255)
    fresh = tiny(base_filters=3).fit(X, y // 255)
    assert np.array_equal(unet.predict_proba(X), fresh.predict_proba(X))
    assert np.array_equal(unet.classes_, [0, 1])
    with pytest.raises(TypeError, match="must return a keras"):
        unet.set_params(model=print).fit(X, y)
    with pytest.raises(NotFittedError):
        unet.predict(X)


def test_tags():
    tags = get_tags(UNetSegmenter())
    assert tags.target_tags.required
    assert tags.input_tags.allow_nan
    assert tags.input_tags.three_d_array
    assert not tags.input_tags.two_d_array
