"""The estimator: what it learns, predicts, refuses and remembers."""

import keras
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags
from sklearn.utils._param_validation import InvalidParameterError

from skthresh.datasets import make_blobs
from skthresh.metrics import dice_score
from skthresh.unet import UNetSegmenter, prediction
from skthresh.unet.training import TrainingBatches


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
    params = {"epochs": 2, "batch_size": 4, "augment": True, "validation_fraction": 0.3}
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
    unet = tiny(epochs=8, learning_rate=0.05).fit(X, masks)
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
    monkeypatch.setattr(prediction, "PIXELS_AT_ONCE", 2 * 64 * 64)
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
    unet = tiny(epochs=8, learning_rate=0.05).fit(Xs, ys)
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
    """What the loss and the accuracy say is what the cropped predictions say."""
    X, y = (a[:, :9, :13] for a in pictures)
    unet = tiny(depth=2, dropout=0.0, learning_rate=1e-12).fit(X, y)
    p = np.take_along_axis(unet.predict_proba(X), (y[..., None] > 0).astype(int), -1)
    assert unet.history_["loss"] == [pytest.approx(-np.log(p).mean(), abs=1e-4)]
    assert unet.history_["accuracy"] == [pytest.approx((unet.predict(X) == y).mean(), abs=1e-6)]


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
    unet = tiny().fit(np.full((6, 16, 16), 7, np.uint8), pictures[1])
    assert np.isfinite(unet.history_["loss"]).all()
    assert unet.input_range_ == (7.0, 7.0)


def test_scale_of_the_images_does_not_matter(tiny, tiny_fitted, pictures):
    X, y = pictures
    a = tiny_fitted
    b = tiny().fit(X.astype(float) * 1000 - 5, y)
    assert b.input_range_ == tuple(v * 1000 - 5 for v in a.input_range_)
    assert np.allclose(a.predict_proba(X), b.predict_proba(X * 1000.0 - 5), atol=1e-3)


@pytest.mark.parametrize("axis", [-1, 0])
def test_colour_with_a_channel_axis(tiny, pictures, axis):
    X, y = pictures
    colour = np.stack([X, 255 - X, X // 2], axis=-1)
    given = colour if axis == -1 else np.moveaxis(colour, -1, 1)
    unet = tiny(channel_axis=axis).fit(given, y)
    assert unet.n_channels_ == 3
    assert unet.model_.input_shape == (None, None, None, 3)
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


def test_score_weighs_images(trained):
    X, y = make_blobs(3, random_state=4)
    y[2] = ~y[2]
    each = [trained.score(X[i : i + 1], y[i : i + 1]) for i in range(3)]
    expected = np.average(each, weights=[1, 2, 3])
    assert trained.score(X, y, sample_weight=[1, 2, 3]) == pytest.approx(expected)


def test_history_and_validation(tiny, pictures, capfd):
    X, y = pictures
    unet = tiny(epochs=3, validation_fraction=0.34, verbose=1).fit(X, y)
    assert set(unet.history_) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(v) for v in unet.history_.values()} == {3}
    assert all(isinstance(v, float) for values in unet.history_.values() for v in values)
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) == 3
    for k, line in enumerate(lines):
        assert line.startswith(f"epoch {k + 1}/3  loss {unet.history_['loss'][k]:.4f}  accuracy ")
        assert f"val_loss {unet.history_['val_loss'][k]:.4f}" in line
    assert " left" in lines[1]
    tiny().fit(X, y)
    assert not capfd.readouterr().out


@pytest.mark.parametrize("fraction", [0.01, 0.99])
def test_validation_needs_an_image_on_both_sides(tiny, pictures, fraction):
    with pytest.raises(ValueError, match=rf"validation_fraction={fraction} of 6 image\(s\) leaves"):
        tiny(validation_fraction=fraction).fit(*pictures)


def test_each_epoch_draws_order_and_flips_anew(tiny, pictures, monkeypatch):
    draw, drawn = TrainingBatches.draw, []

    def record(self):
        draw(self)
        drawn.append((tuple(self.order), tuple(self.flipped)))

    monkeypatch.setattr(TrainingBatches, "draw", record)
    tiny(epochs=3, augment=True).fit(*pictures)
    orders, flips = zip(*drawn, strict=True)
    assert len(orders) > 3  # Keras may look at an epoch before it trains on it
    assert len(set(orders)) > 1
    assert len(set(flips)) > 1


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


def test_before_the_fit(tiny, pictures):
    unet = tiny()
    assert not hasattr(unet, "model_")
    for verb in (unet.predict, unet.predict_proba, unet.transform):
        with pytest.raises(NotFittedError):
            verb(pictures[0])
    with pytest.raises(NotFittedError):
        unet.score(*pictures)


@pytest.mark.parametrize(
    ("shape", "channel_axis", "message"),
    [
        ((64, 64), None, r"shape \(64,\), but .*One image is passed as X\[np\.newaxis\]; flat"),
        ((64,), None, "X has no images"),
        ((2, 32, 32, 3), None, r"shape \(32, 32, 3\), .*channel_axis=-1, or convert .*ToGray"),
        ((2, 32, 32), -1, r"channel_axis=-1 asks for images of three dimensions"),
        ((2, 3, 32, 32, 3), -1, r"shape \(3, 32, 32, 3\), .*channel_axis=-1 asks for"),
    ],
)
def test_wrong_rank(tiny, shape, channel_axis, message):
    X = np.zeros(shape, np.uint8)
    for given in (X, list(X)) if X.ndim > 1 else (X,):
        with pytest.raises(ValueError, match=message):
            tiny(channel_axis=channel_axis).fit(given, X)


def test_one_image_at_predict(trained):
    with pytest.raises(ValueError, match=r"One image is passed as X\[np\.newaxis\]"):
        trained.predict(np.zeros((64, 64), np.uint8))


def test_masks_with_one_label(tiny, pictures):
    with pytest.raises(ValueError, match=r"y has only the label 0; .* at least two labels"):
        tiny().fit(pictures[0], np.zeros((6, 16, 16), int))


def test_masks_of_another_shape(tiny, trained, pictures):
    X, y = pictures
    for verb in (tiny().fit, trained.score):
        with pytest.raises(ValueError, match=r"y\[0\] has shape \(16, 8\), but X\[0\] has shape"):
            verb(X, y[:, :, ::2])
        with pytest.raises(ValueError, match="requires y"):
            verb(X, None)


def test_unknown_label_at_score(trained, pictures):
    X, y = pictures
    with pytest.raises(ValueError, match=r"label\(s\) \[255\], .* labels were \[False, True\]"):
        trained.score(X, y)


@pytest.mark.parametrize("weight", [[-1, 1, 1, 1, 1, 1], [0] * 6])
def test_senseless_weights(tiny, pictures, weight):
    with pytest.raises(ValueError, match=r"[Ss]ample.weight"):
        tiny().fit(*pictures, sample_weight=weight)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("depth", 0),
        ("base_filters", 1.5),
        ("dropout", 1.0),
        ("epochs", 0),
        ("batch_size", 0),
        ("learning_rate", 0.0),
        ("loss", "dice"),
        ("validation_fraction", 1.0),
        ("augment", "yes"),
        ("model", "unet"),
        ("channel_axis", "last"),
        ("random_state", "x"),
        ("verbose", -1),
    ],
)
def test_wrong_parameters(name, value, pictures):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of UNetSegmenter"):
        UNetSegmenter(**{name: value}).fit(*pictures)


def test_every_parameter_is_constrained():
    assert set(UNetSegmenter._parameter_constraints) == set(UNetSegmenter().get_params())


def test_a_table_is_refused(trained, pictures):
    X, _ = pictures
    trained.set_output(transform="pandas")
    try:
        with pytest.raises(ValueError, match=r"do not fit a table: use set_output\(transform='def"):
            trained.transform(X)
    finally:
        trained.set_output(transform="default")
    with pytest.raises(ValueError, match="have no names"):
        trained.get_feature_names_out()


def test_tags():
    tags = get_tags(UNetSegmenter())
    assert tags.target_tags.required
    assert tags.input_tags.allow_nan
    assert tags.input_tags.three_d_array
    assert not tags.input_tags.two_d_array
