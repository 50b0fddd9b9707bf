"""Patches: where they are cut, what they weigh, and that a seed fixes them."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import pytest

from skthresh.unet import UNetSegmenter, samples
from skthresh.unet.augmentation import Augmentation
from skthresh.unet.images import read_images
from skthresh.unet.labelled import read_labelled
from skthresh.unet.masks import read_masks
from skthresh.unet.samples import Patches, TrainingSet
from skthresh.unet.scaling import Scaling, scaled
from skthresh.unet.survey import survey
from tests.unet.test_images import Sequence

CLASSES = np.array([0, 255])
POOL = ThreadPoolExecutor(1)


def training_set(
    X, masks, weights=None, class_weights=(1, 1), ignore_label=None, border=None, scaling=None
):
    unet = UNetSegmenter(ignore_label=ignore_label)
    data = read_labelled(unet, X, masks, None, reset=True)
    ones = np.ones(len(data.images))
    learned = Scaling.learn(scaling, data.survey.moments)
    return TrainingSet(
        data,
        CLASSES,
        learned,
        [learned.of(m) for m in data.survey.moments],
        ones if weights is None else weights,
        np.array(class_weights, float),
        ignore_label,
        border,
    )


def cut(data, corner, size):
    return data.cut(data.read(0), corner, size)


def patches(data, size=(4, 4), batch_size=2, steps=3, seed=0, names=()):
    return Patches(
        data,
        np.arange(len(data.data.images)),
        size,
        batch_size=batch_size,
        steps=steps,
        seed=seed,
        augmentation=Augmentation(names),
    )


def test_padding_and_no_data_weigh_nothing():
    image = np.array([[0.25, np.nan, 1.0]])
    x, y, w = cut(training_set([image], [np.array([[0, 255, 255]])], [3]), (0, 0), (2, 4))
    assert np.array_equal(x[..., 0], [[0.25, 0, 1, 0], [0.25, 0, 1, 0]])
    assert np.array_equal(y, [[0, 1, 1, 0], [0, 0, 0, 0]])
    assert np.array_equal(w, [[3, 0, 3, 0], [0, 0, 0, 0]])


def test_a_pixels_weight_is_the_product_of_what_is_given():
    X, masks = np.zeros((1, 2, 3)), np.array([[[0, 255, 7], [255, 0, 0]]])
    pixels = [np.array([[1.0, 2, 3], [0, 5, 6]])]
    _, y, w = cut(training_set(X, masks, pixels, (10, 100), ignore_label=7), (0, 0), (2, 3))
    assert np.array_equal(y[0, :2], [0, 1])
    assert np.array_equal(w, [[10, 200, 0], [0, 50, 60]])


def test_the_border_between_objects_is_added():
    X, masks = np.zeros((1, 1, 3)), np.array([[[255, 0, 255]]])
    _, _, w = cut(training_set(X, masks, border=10.0), (0, 0), (1, 3))
    assert w[0] == pytest.approx([1, 1 + 10 * np.exp(-4 / 50), 1])


def test_a_patch_is_a_window_of_its_image():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3, 20, 30))
    data = training_set(X, np.where(X > 0, 255, 0))
    for x, y, w in islice(patches(data, (8, 8), 5).batches(0, POOL), 20):
        assert x.shape == (5, 8, 8, 1)
        assert (w == 1).all()
        assert np.array_equal(y, x[..., 0] > 0)
        windows = np.lib.stride_tricks.sliding_window_view(X.astype(np.float32), (8, 8), (1, 2))
        for patch in x[..., 0]:
            assert (windows == patch).all(axis=(-1, -2)).sum() == 1


def numbered(n, sizes=None):
    """Make images of which each has its own grey level."""
    X = [np.full(sizes[k] if sizes else (4, 4), k + 1, np.uint8) for k in range(n)]
    return X, [np.zeros(x.shape, int) for x in X]


def test_large_images_have_more_patches_and_each_epoch_shows_all():
    X, masks = numbered(4, [(4, 4), (8, 8), (16, 16), (4, 8)])
    masks[0][0] = 255
    plan = patches(training_set(X, masks), steps=100, batch_size=4).plan(0)
    share = np.bincount(plan) / len(plan)
    roots = np.sqrt([x.size for x in X])
    assert np.allclose(share, roots / roots.sum(), atol=1 / 200)


def test_an_epoch_depends_on_the_seed_and_its_number_alone():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5, 9, 9))
    data = training_set(X, np.where(X > 0, 255, 0))
    made = [
        list(islice(patches(data, names=("flip", "scale")).batches(0, POOL), 9)) for _ in range(2)
    ]
    late = list(islice(patches(data, names=("flip", "scale")).batches(2, POOL), 3))
    other = list(islice(patches(data, seed=1).batches(0, POOL), 3))
    for a, b in zip(*made, strict=True):
        assert all(np.array_equal(u, v) for u, v in zip(a, b, strict=True))
    for a, b in zip(made[0][6:], late, strict=True):
        assert all(np.array_equal(u, v) for u, v in zip(a, b, strict=True))
    assert not np.array_equal(made[0][0][0], made[0][3][0])  # another epoch
    assert not np.array_equal(made[0][0][0], other[0][0])


def test_a_patch_is_beside_the_background_of_its_image(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2, 100, 130)) + np.arange(130)
    masks = np.zeros(X.shape, int)
    kept, late = (
        training_set(x, m, scaling="local")
        for x, m in ((X, masks), (Sequence(list(X)), Sequence(list(masks))))
    )
    whole, _ = scaled(X[0][..., np.newaxis], kept.scaling.of_image(X[0][..., np.newaxis]))
    for data in (kept, late):
        x, _, _ = cut(data, (40, 70), (32, 48))
        assert np.array_equal(x, whole[40:72, 70:118])
    # It is looked for once, but not remembered of images that are very many, and on disk.
    for data in (kept, late):
        assert data.scales[0].background is data.read(0).scale.background
    monkeypatch.setattr(samples, "REMEMBERED", 2 * 12 - 1)
    for data in (kept, late):
        found = data.read(1).scale.background
        assert found.levels.shape == (3, 4)
        assert (data.scales[1].background is found) == (data is kept)


def test_rare_foreground_is_seen():
    masks = np.zeros((1, 400, 400), int)
    masks[0, 200, 123] = 255
    data = training_set(np.zeros((1, 400, 400), np.uint8), masks)
    seen = [y.any() for _, y, _ in islice(patches(data, (16, 16), 1).batches(0, POOL), 300)]
    assert 0.25 < np.mean(seen) < 0.42
    places = [
        np.argwhere(y[0])[0]
        for _, y, _ in islice(patches(data, (16, 16), 1).batches(0, POOL), 99)
        if y.any()
    ]
    assert len({tuple(p) for p in places}) > 10  # not always in the middle


def test_images_on_disk_are_read_seldom_and_mixed():
    X, masks = numbered(50, [(40, 40)] * 50)
    masks[0][0] = 255
    source = Sequence(X)
    data = training_set(source, masks)
    source.asked.clear()
    made = patches(data, (4, 4), batch_size=10, steps=400)
    batches = list(islice(made.batches(0, POOL), 400))
    # 4,000 patches, 80 of each image, eight at a time: ten readings each.
    assert len(source.asked) <= 50 * 11
    assert np.mean([len(np.unique(x)) for x, _, _ in batches]) > 6
    again = list(islice(patches(training_set(source, masks), (4, 4), 10, 400).batches(0, POOL), 20))
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(batches, again, strict=False))


def test_the_survey_tells_what_changed():
    X, masks = np.zeros((2, 5, 5), np.uint8), np.zeros((2, 5, 5), int)
    masks[0, 0, 0] = 255

    def digest(X, masks):
        images = read_images(UNetSegmenter(), X, reset=True, channel_axis=None)
        return survey(images, read_masks(masks, images), None).digest

    before = digest(X, masks)
    assert digest(list(X), list(masks)) == before
    for array in (X, masks):
        array[1, 4, 4] = 1
        assert digest(X, masks) != before
        array[1, 4, 4] = 0


def test_the_survey_counts_labels_and_leaves_out_what_is_ignored():
    X, masks = np.zeros((1, 2, 3)), np.array([[[0, 5, 9], [5, 5, 5]]])
    images = read_images(UNetSegmenter(), X, reset=True, channel_axis=None)
    found = survey(images, read_masks(masks, images), 9)
    assert found.labels[0].tolist() == [0, 5]
    assert found.counts[0].tolist() == [1, 4]
    assert [p.tolist() for p in found.places[0]] == [[0], []]


def test_batches_end_with_their_pool():
    X = np.random.default_rng(0).normal(size=(2, 8, 8))
    pool = ThreadPoolExecutor(1)
    batches = patches(training_set(X, np.where(X > 0, 255, 0))).batches(0, pool)
    next(batches)
    pool.shutdown(cancel_futures=True)
    assert len(list(batches)) <= 3
