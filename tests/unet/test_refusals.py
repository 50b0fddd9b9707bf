"""What the estimator refuses, and how it says so."""

import keras
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import InvalidParameterError

from skthresh.exceptions import BatchShapeWarning
from skthresh.unet import UNetSegmenter


@pytest.mark.parametrize("asked", [{"patience": 3}, {"threshold": "tune"}])
def test_what_needs_held_out_images_says_so(tiny, pictures, asked):
    name, value = next(iter(asked.items()))
    with pytest.raises(ValueError, match=f"{name}={value!r} needs images that are held out"):
        tiny(**asked).fit(*pictures)


@pytest.mark.parametrize("fraction", [0.01, 0.99])
def test_validation_needs_an_image_on_both_sides(tiny, pictures, fraction):
    with pytest.raises(ValueError, match=rf"validation_fraction={fraction} of 6 image\(s\) leaves"):
        tiny(validation_fraction=fraction).fit(*pictures)


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
        ((2, 8, 8, 8, 3), None, r"shape \(8, 8, 8, 3\), .*pass it as channel_axis=-1"),
        ((2, 32, 32), -1, r"channel_axis=-1 asks for images of three dimensions"),
        ((2, 3, 8, 8, 8, 3), -1, r"shape \(3, 8, 8, 8, 3\), .*channel_axis=-1 asks for"),
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


def test_colour_without_a_channel_axis_warns(tiny):
    X, y = np.zeros((1, 32, 32, 3), np.uint8), np.zeros((1, 32, 32, 3), np.uint8)
    y[:, :5] = 1
    with pytest.warns(BatchShapeWarning, match="channel_axis=-1"):
        tiny(steps_per_epoch=1).fit(X, y)


def test_masks_with_one_label(tiny, pictures):
    with pytest.raises(ValueError, match=r"y has only the label 0; .* at least two labels"):
        tiny().fit(pictures[0], np.zeros((6, 16, 16), int))


def test_names_of_files_are_told_apart_from_images(tiny, pictures):
    with pytest.raises(TypeError, match=r"X holds the name 'page.png' .* Read the files first"):
        tiny().fit(["page.png"] * 6, pictures[1])


def test_masks_of_another_shape(tiny, trained, pictures):
    X, y = pictures
    for verb in (tiny().fit, trained.score):
        with pytest.raises(
            ValueError,
            match=r"y\[0\] has shape \(16, 8\), but X\[0\] is an image of size \(16, 16\)",
        ):
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
        ("loss", "hinge"),
        ("validation_fraction", 1.0),
        ("augment", "yes"),
        ("augment", ["flip", "shear"]),
        ("model", "unet"),
        ("normalization", "layer"),
        ("patch_size", 0),
        ("patch_size", (4, 4, 4)),
        ("patch_size", (4, -1)),
        ("steps_per_epoch", 0),
        ("schedule", "linear"),
        ("class_weight", "even"),
        ("ignore_label", 0.5),
        ("border_weight", -1.0),
        ("scaling", "std"),
        ("patience", 0),
        ("threshold", 1.0),
        ("threshold", "best"),
        ("tile_size", 0),
        ("tile_overlap", -1),
        ("test_time_augmentation", "yes"),
        ("warm_start", 3),
        ("checkpoint_dir", 3),
        ("precision", "float64"),
        ("jit_compile", "yes"),
        ("channel_axis", "last"),
        ("random_state", "x"),
        ("verbose", -1),
    ],
)
def test_wrong_parameters(name, value, pictures):
    with pytest.raises(InvalidParameterError, match=rf"(The '{name}' parameter of|{name}(=| has))"):
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


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_volumes_in_half_precision_are_trained_or_refused_by_name(tiny, precision):
    X = np.random.default_rng(0).integers(0, 255, (2, 4, 4, 4)).astype(np.uint8)
    unet = tiny(precision=precision, batch_size=2, steps_per_epoch=1)
    # TensorFlow has no 3-D pooling of float16 on CPUs.
    tensorflow = keras.backend.backend() == "tensorflow"  # Keras cannot list torch's devices
    on_cpu = tensorflow and not keras.distribution.list_devices("gpu")
    if on_cpu and precision == "mixed_float16":
        with pytest.raises(ValueError, match=r"^precision='mixed_float16': TensorFlow cannot"):
            unet.fit(X, X > 100)
    else:
        assert np.isfinite(unet.fit(X, X > 100).predict_proba(X)).all()


def test_values_too_large_for_a_network_are_named(tiny, pictures):
    X, y = pictures[0].astype(float), pictures[1]
    X[1, 2, 3] = -1.797e308  # which stands for missing data in many files
    with pytest.raises(ValueError, match=r"^X has a value of -1\.797e\+308.* make it NaN"):
        tiny().fit(X, y)
    X[1, 2, 3] = 40
    unet = tiny(scaling="range").fit(X, y)
    X[1, 2, 3] = 3e38
    with pytest.raises(ValueError, match=r"^X has a value of 3e\+38"):
        unet.predict(X)
