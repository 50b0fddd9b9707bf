"""The network is the one that is described."""

import random

import keras
import numpy as np
import pytest

from skthresh.unet.architecture import Recipe, build_custom, build_unet


def global_state():
    return np.random.get_state()[1].copy()  # noqa: NPY002  the generator that must stay alone


def layers_of(model, kind):
    return [layer for layer in model.layers if type(layer).__name__ == kind]


def test_default_is_the_tutorials_network():
    model = build_unet(3, 2)
    filters = [64, 128, 256, 512, 1024, 512, 256, 128, 64]
    convolutions = layers_of(model, "Conv2D")
    assert [c.filters for c in convolutions] == [f for f in filters for _ in range(2)] + [2]
    for convolution in convolutions[:-1]:
        assert convolution.kernel_size == (3, 3)
        assert convolution.activation.__name__ == "relu"
        assert type(convolution.kernel_initializer).__name__ == "HeNormal"
    assert convolutions[-1].kernel_size == (1, 1)
    assert convolutions[-1].activation.__name__ == "linear"
    ups = layers_of(model, "Conv2DTranspose")
    assert [u.filters for u in ups] == [512, 256, 128, 64]
    assert {(u.kernel_size, u.strides) for u in ups} == {((3, 3), (2, 2))}
    assert [p.pool_size for p in layers_of(model, "MaxPooling2D")] == [(2, 2)] * 4
    assert [d.rate for d in layers_of(model, "Dropout")] == [0.3] * 8
    assert len(layers_of(model, "Concatenate")) == 4
    assert model.output.shape == (None, None, None, 2)


def test_parameter_count():
    # One 1x1 level: 3x3 kernels times channels in times filters, and a bias per filter.
    expected = (9 * 1 + 1) * 2 + (9 * 2 + 1) * 2  # encoder
    expected += (9 * 2 + 1) * 4 + (9 * 4 + 1) * 4  # bottleneck
    expected += (9 * 4 + 1) * 2  # transpose convolution
    expected += (9 * 4 + 1) * 2 + (9 * 2 + 1) * 2  # decoder, on the concatenation
    expected += (2 + 1) * 5
    assert build_unet(1, 5, depth=1, base_filters=2).count_params() == expected


def test_seed_fixes_the_weights_and_touches_no_global_generator():
    python, numpy = random.getstate(), global_state()
    a, b, c = (build_unet(1, 2, depth=1, base_filters=2, seed=s).get_weights() for s in (1, 1, 2))
    assert all(np.array_equal(v, w) for v, w in zip(a, b, strict=True))
    assert not np.array_equal(a[0], c[0])
    assert random.getstate() == python
    assert np.array_equal(global_state(), numpy)


def test_channels_are_last_whatever_keras_is_configured_for():
    keras.config.set_image_data_format("channels_first")
    try:
        model = build_unet(3, 2, depth=1, base_filters=2)
    finally:
        keras.config.set_image_data_format("channels_last")
    out = model(np.zeros((1, 4, 6, 3), np.float32), training=False)
    assert tuple(out.shape) == (1, 4, 6, 2)


def one_layer(input_shape, n_classes):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, keras.layers.Conv2D(n_classes, 1)(inputs))


def recipe(builder=None, n_classes=2, **other):
    given = {"ndim": 2, "depth": 1, "base_filters": 2, "dropout": 0.0, **other}
    given = {"normalization": None, "precision": "float32", **given}
    return Recipe(n_channels=1, n_classes=n_classes, builder=builder, **given)


def test_custom_model_is_seeded_and_leaves_the_generators_alone():
    python, numpy = random.getstate(), global_state()
    models = [build_custom(recipe(one_layer), seed=s) for s in (1, 1, 2)]
    a, b, c = (model.get_weights()[0] for model in models)
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)
    assert random.getstate() == python
    assert np.array_equal(global_state(), numpy)


def test_custom_model_with_the_wrong_output():
    with pytest.raises(ValueError, match=r"\(1, 4, 4, 1\).*must give logits of shape \(1, 4, 4, 3"):
        build_custom(recipe(lambda shape, _: one_layer(shape, 1), 3, depth=2), seed=0)


def test_custom_model_that_is_none():
    with pytest.raises(TypeError, match=r"must return a keras\.Model; it returned str"):
        build_custom(recipe(lambda *_: "no"), seed=0)


def test_recipe_builds_the_users_network():
    given = recipe(one_layer, depth=3)
    assert given.multiple == 8
    assert given.build(0).count_params() == 4


def test_a_model_is_copied_with_its_weights():
    model = one_layer((None, None, 1), 2)
    copy = recipe(model).build(0)
    assert copy is not model
    assert np.array_equal(copy.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("builder", [None, one_layer])
def test_precision_is_that_of_the_layers_and_keras_keeps_its_own(builder):
    before = keras.config.dtype_policy().name
    model = recipe(builder, precision="mixed_bfloat16").build(0)
    names = {layer.dtype_policy.name for layer in model.layers if "conv" in layer.name}
    assert names == {"mixed_bfloat16"}
    assert keras.config.dtype_policy().name == before
    if builder is None:
        assert model.output.dtype == "float32"


def test_normalization_stands_between_each_convolution_and_its_relu():
    model = recipe(depth=2, normalization="batch").build(0)
    kinds = [type(layer).__name__ for layer in model.layers]
    at = [i for i, kind in enumerate(kinds) if kind == "BatchNormalization"]
    assert len(at) == 10
    assert all(kinds[i - 1 : i + 2] == ["Conv2D", "BatchNormalization", "ReLU"] for i in at)
    assert not any(layer.use_bias for layer in layers_of(model, "Conv2D")[:-1])


def test_volumes_have_convolutions_of_three_dimensions():
    model = recipe(ndim=3, depth=2).build(0)
    assert {len(c.kernel_size) for c in layers_of(model, "Conv3D")} == {3}
    assert model(np.zeros((1, 4, 8, 12, 1), np.float32)).shape == (1, 4, 8, 12, 2)
