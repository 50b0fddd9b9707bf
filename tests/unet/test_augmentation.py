"""Image, mask and weights are changed together."""

import numpy as np
import pytest

from skthresh.unet.augmentation import AUGMENTATIONS, Augmentation

CLASSES = np.array([0, 255])


def patch(shape=(16, 16), channels=1, seed=0):
    """Make a patch whose mask and weights can be read off its pixels."""
    rng = np.random.default_rng(seed)
    image = rng.normal(size=(*shape, channels)).astype(np.float32)
    mask = (image[..., 0] > 0).astype(np.int32)
    return image, mask, np.abs(image[..., 0])


@pytest.mark.parametrize("shape", [(16, 16), (4, 8, 8)])
@pytest.mark.parametrize("names", [("flip",), ("rotate",), ("flip", "rotate")])
def test_flips_and_turns_move_all_three_together(names, shape):
    rng, results = np.random.default_rng(0), set()
    sample = patch(shape, 2)
    for _ in range(200):
        image, mask, weight = Augmentation(names)(sample, shape, CLASSES, rng)
        assert np.array_equal(mask, image[..., 0] > 0)
        assert np.array_equal(weight, np.abs(image[..., 0]))
        assert sorted(image.ravel()) == sorted(sample[0].ravel())
        results.add(image.tobytes())
    n_axes = len(shape)
    assert (
        len(results) == {1: 2**n_axes if "flip" in names else 4, 2: 2 ** (n_axes + 1)}[len(names)]
    )


def test_oblong_patches_are_not_turned():
    sample = patch((8, 16))
    image, _, _ = Augmentation(("rotate",))(sample, (8, 16), CLASSES, np.random.default_rng(0))
    assert np.array_equal(image, sample[0])


def test_intensity_changes_pixels_only_and_keeps_their_order():
    sample = patch()
    image, mask, weight = Augmentation(("intensity",))(
        sample, (16, 16), CLASSES, np.random.default_rng(0)
    )
    assert not np.allclose(image, sample[0])
    assert np.array_equal(image.argsort(axis=None), sample[0].argsort(axis=None))
    assert mask is sample[1]
    assert weight is sample[2]
    assert image.dtype == np.float32


@pytest.mark.parametrize("name", ["intensity", "shade"])
def test_light_leaves_added_channels_alone(name):
    sample = patch((16, 16), 3)
    image, _, _ = Augmentation((name,), n_added=1)(
        sample, (16, 16), CLASSES, np.random.default_rng(0)
    )
    assert image.dtype == np.float32
    assert np.array_equal(image[..., 2], sample[0][..., 2])
    alone = (sample[0][..., :2], *sample[1:])
    lit, _, _ = Augmentation((name,))(alone, (16, 16), CLASSES, np.random.default_rng(0))
    assert np.array_equal(image[..., :2], lit)
    assert not np.allclose(lit, alone[0])


@pytest.mark.parametrize("shape", [(24, 16), (4, 12, 12)])
def test_shade_adds_a_plane_and_a_tint(shape):
    """Nothing that bends; and as much to the middle of each channel as its tint says."""
    rng, sample = np.random.default_rng(0), patch(shape, 3)
    rises, tints = [], []
    for _ in range(300):
        image, mask, weight = Augmentation(("shade",), unit=2.0)(sample, shape, CLASSES, rng)
        assert mask is sample[1]
        assert weight is sample[2]
        assert image.dtype == np.float32
        added = image - sample[0]
        for axis in range(len(shape)):
            assert np.abs(np.diff(added, 2, axis)).max() < 1e-5
        rises.append(np.ptp(added[..., 0]))
        tints.append(added.mean(axis=tuple(range(len(shape)))))
        assert np.allclose(added - tints[-1], (added - tints[-1])[..., :1], atol=1e-5)
    assert 3.8 < max(rises) <= 4.0
    assert min(rises) < 0.2
    assert 0.38 < np.max(tints) <= 0.4001
    assert -0.4001 <= np.min(tints) < -0.38


def test_scale_draws_pieces_of_many_sizes():
    rng, scale = np.random.default_rng(0), Augmentation(("scale",))
    sizes = [scale.cut_size((100, 100), rng)[0] for _ in range(400)]
    assert min(sizes) in range(71, 76)
    assert max(sizes) in range(135, 141)
    assert 0.4 < np.mean(np.array(sizes) == 100) < 0.6
    assert Augmentation(("flip",)).cut_size((7, 7), rng) == (7, 7)


def smooth(shape, channels=1):
    grid = np.meshgrid(*[np.linspace(0, 3, n) for n in shape], indexing="ij")
    image = np.stack([np.sin(sum(grid) + c) for c in range(channels)], -1).astype(np.float32)
    return image, (image[..., 0] > 0).astype(np.int32), np.ones(shape, np.float32)


@pytest.mark.parametrize("cut", [(24, 24), (48, 48)])
def test_scale_resamples_to_the_patch(cut):
    image, mask, weight = Augmentation(("scale",))(
        smooth(cut, 3), (32, 32), CLASSES, np.random.default_rng(0)
    )
    expected = smooth((32, 32), 3)
    assert image.shape == (32, 32, 3)
    assert np.abs(image - expected[0]).max() < 0.06
    assert (mask != expected[1]).mean() < 0.03
    assert (weight == 1).all()


def test_a_square_stays_a_square_when_scaled():
    mask = np.zeros((8, 8), np.int32)
    mask[2:6, 2:6] = 1
    image = mask[..., None].astype(np.float32)
    _, large, _ = Augmentation(("scale",))(
        (image, mask, np.ones((8, 8), np.float32)), (16, 16), CLASSES, np.random.default_rng(0)
    )
    assert np.array_equal(large, np.kron(mask, np.ones((2, 2), int)))


@pytest.mark.parametrize("shape", [(64, 64), (16, 32, 32)])
def test_elastic_moves_pixels_smoothly_and_masks_with_them(shape):
    rng = np.random.default_rng(0)
    image, mask, weight = smooth(shape)
    new, moved, w = Augmentation(("elastic",))((image, mask, weight), shape, CLASSES, rng)
    assert new.shape == image.shape
    assert set(np.unique(moved)) <= {0, 1}
    assert (moved != mask).mean() > 0.01
    assert np.mean(moved == (new[..., 0] > 0)) > 0.98
    assert (w == 1).all()


def test_own_function_sees_labels_and_is_checked():
    sample = patch()

    def flip(image, mask, weight, rng):
        assert set(np.unique(mask)) == {0, 255}
        assert isinstance(rng, np.random.Generator)
        image[...] = image[::-1].copy()  # it may write to what it is given
        return image, mask[::-1], weight[::-1]

    before = sample[0].copy()
    image, mask, _ = Augmentation(function=flip)(
        sample, (16, 16), CLASSES, np.random.default_rng(0)
    )
    assert np.array_equal(sample[0], before)
    assert np.array_equal(mask, image[..., 0] > 0)


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda i, m, w, r: i, TypeError, "must return .* it returned ndarray"),
        (lambda i, m, w, r: (i[::2], m, w), ValueError, "must stay"),
        (lambda i, m, w, r: (i, m // 5, w), ValueError, r"label\(s\) \[51\]"),
    ],
)
def test_own_function_that_is_wrong(function, error, message):
    with pytest.raises(error, match=message):
        Augmentation(function=function)(patch(), (16, 16), CLASSES, np.random.default_rng(0))


def test_one_generator_state_gives_one_result():
    a, b = (
        Augmentation(AUGMENTATIONS)(patch(), (16, 16), CLASSES, np.random.default_rng(3))
        for _ in range(2)
    )
    assert all(np.array_equal(u, v) for u, v in zip(a, b, strict=True))
