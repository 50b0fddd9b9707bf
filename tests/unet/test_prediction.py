"""Images of any size: tiles without seams, turns and flips, volumes, and memory that stays."""

import tracemalloc
import weakref

import numpy as np
import pytest

from skthresh.datasets import make_blobs
from skthresh.unet import prediction
from tests.unet.test_images import Sequence


@pytest.fixture(scope="module")
def large():
    return make_blobs(1, shape=(310, 275), random_state=5)


@pytest.mark.parametrize(("tile_size", "overlap"), [(160, 96), (128, 48), (64, None)])
def test_tiles_leave_no_seam(trained, large, tile_size, overlap):
    X, _ = large
    whole = trained.predict_proba(X)
    try:
        trained.set_params(tile_size=tile_size, tile_overlap=overlap)
        tiled = trained.predict_proba(X)
        masks = trained.predict(X)
    finally:
        trained.set_params(tile_size=None, tile_overlap=None)
    inside = np.s_[:, 24:-24, 24:-24]
    if overlap == 96:  # more than a pixel sees
        assert np.abs(tiled - whole)[inside].max() < 1e-5
    labels = [p[..., 1] > 0.5 for p in (whole, tiled)]
    assert np.mean(labels[0] != labels[1]) < {96: 1e-9, 48: 1e-4, None: 2e-3}[overlap]
    assert np.allclose(tiled.sum(-1), 1, atol=1e-5)
    assert np.array_equal(masks, trained.classes_[labels[1].astype(int)])


def test_tiles_that_see_enough_are_exactly_the_whole(tiny, pictures):
    """One level down, two convolutions on each: 11 pixels are all that a pixel sees."""
    unet = tiny().fit(*pictures)
    X = np.random.default_rng(0).integers(0, 255, (1, 96, 80)).astype(np.uint8)
    whole = unet.predict_proba(X)
    # A quarter of the overlap is left out at each edge.
    unet.set_params(tile_size=64, tile_overlap=44)
    assert np.allclose(unet.predict_proba(X), whole, atol=1e-6)
    unet.set_params(tile_overlap=4)
    assert not np.allclose(unet.predict_proba(X), whole, atol=1e-6)


def test_tiles_of_a_list_of_images_and_of_nan(trained, large):
    image = large[0][0].astype(float)
    image[100:103, 200:220] = np.nan
    small = image[:40, :50]
    trained.set_params(tile_size=64)
    try:
        p = trained.predict_proba([image, small, image])
        alone = trained.predict_proba(image[np.newaxis])[0]
    finally:
        trained.set_params(tile_size=None)
    assert [q.shape for q in p] == [(310, 275, 2), (40, 50, 2), (310, 275, 2)]
    assert np.array_equal(p[0], alone)
    assert np.array_equal(p[2], alone)
    assert (alone[100:103, 200:220] == [1, 0]).all()


def test_a_large_image_needs_its_output_and_a_row_of_tiles(trained, monkeypatch):
    X = np.random.default_rng(0).integers(0, 255, (1, 2000, 1200)).astype(np.uint8)
    trained.predict(X[:, :64, :64])
    monkeypatch.setattr(
        type(trained.model_), "predict_on_batch", lambda _, x: np.zeros((*x.shape[:-1], 2), "f4")
    )
    trained.set_params(tile_size=128)
    tracemalloc.start()
    try:
        trained.predict(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        trained.set_params(tile_size=None)
    row = 128 * 1200 * 2 * 4
    # The whole in float32 probabilities would be eight bytes a pixel.
    assert peak < 2.4e6 + 12 * row < 8 * X.size


def test_flips_and_turns_are_averaged(trained, monkeypatch):
    X, y = make_blobs(3, shape=(40, 40), random_state=8)
    images = [X, X[:, ::-1], X[:, :, ::-1], np.rot90(X, 1, (1, 2)), np.rot90(X, 3, (1, 2))]
    plain = trained.predict_proba(X)
    trained.set_params(test_time_augmentation=True)
    try:
        p = [trained.predict_proba(np.ascontiguousarray(x)) for x in images]
        oblong = trained.predict_proba(X[:, :24])
        score = trained.score(X, y)
    finally:
        trained.set_params(test_time_augmentation=False)
    assert not np.allclose(p[0], plain, atol=1e-4)
    assert score > 0.9
    # The mean does not depend on how the image lies.
    for k, back in enumerate(
        [
            lambda q: q,
            lambda q: q[:, ::-1],
            lambda q: q[:, :, ::-1],
            lambda q: np.rot90(q, 3, (1, 2)),
            lambda q: np.rot90(q, 1, (1, 2)),
        ]
    ):
        assert np.allclose(back(p[k]), p[0], atol=1e-5)
    assert np.allclose(oblong.sum(-1), 1, atol=1e-5)


def test_images_that_are_read_late_are_predicted_and_learned_from(tiny, pictures):
    X, y = pictures
    eager = tiny(steps_per_epoch=2, batch_size=3).fit(list(X), list(y))
    lazy = tiny(steps_per_epoch=2, batch_size=3).fit(Sequence(list(X)), Sequence(list(y)))
    for unet in (eager, lazy):
        a, b = unet.predict_proba(Sequence(list(X))), unet.predict_proba(X)
        assert isinstance(a, list)
        assert np.allclose(np.stack(a), b, atol=1e-6)
        assert unet.score(Sequence(list(X)), Sequence(list(y))) == pytest.approx(unet.score(X, y))
    assert lazy.classes_.tolist() == [0, 255]


def test_volumes(tiny):
    rng = np.random.default_rng(0)
    y = np.zeros((3, 12, 16, 20), bool)
    y[:, 3:9, 4:12, 5:15] = True
    X = y * 100 + rng.normal(0, 20, y.shape)
    params = {"base_filters": 4, "steps_per_epoch": 30, "learning_rate": 0.02, "augment": "flip"}
    unet = tiny(**params, normalization="batch", patch_size=(8, 16, 16)).fit(X, y)
    assert unet.predict(X).shape == y.shape
    assert unet.score(X, y) > 0.8
    whole = unet.predict_proba(X)
    unet.set_params(tile_size=8, tile_overlap=4)
    assert unet.predict_proba(X).shape == whole.shape
    with pytest.raises(ValueError, match="fitted on samples of 3"):
        unet.predict(X[0])


def test_images_of_many_sizes_have_few_shapes(trained, monkeypatch):
    seen = set()
    original = type(trained.model_).predict_on_batch

    def record(self, x):
        seen.add(x.shape)
        return original(self, x)

    monkeypatch.setattr(type(trained.model_), "predict_on_batch", record)
    sizes = [(n, 200) for n in range(65, 129)]
    trained.predict([np.zeros(size, np.uint8) for size in sizes])
    assert {s[1] for s in seen} == {72, 80, 88, 96, 104, 112, 120, 128}
    assert {s[2] for s in seen} == {208}
    assert {s[0] for s in seen} <= {1, 2, 3, 4, 5, 6, 7, 8}


def test_images_that_are_read_late_are_not_all_held(trained, monkeypatch):
    """Of many sizes, none of which fills a batch."""
    monkeypatch.setattr(prediction, "VALUES_AT_ONCE", 8 * 128 * 128)
    given, most = [], 0

    class Folder(Sequence):
        def __getitem__(self, i):
            nonlocal most
            image = np.zeros((40 + 8 * i, 64), np.uint8)
            given.append(weakref.ref(image))
            most = max(most, sum(image() is not None for image in given))
            return image

    masks = trained.predict(Folder([None] * 30))
    assert [m.shape[0] for m in masks] == [40 + 8 * i for i in range(30)]
    assert most <= 6


@pytest.mark.slow
def test_memory_does_not_grow_over_a_thousand_calls(tiny_fitted):
    import gc
    import resource

    rng = np.random.default_rng(0)

    def call(n):
        for _ in range(n):
            shape = (int(rng.integers(1, 3)), *(int(k) for k in rng.integers(5, 60, 2)))
            tiny_fitted.predict(rng.integers(0, 255, shape).astype(np.uint8))
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    before = call(300)
    assert call(1000) - before < 2**25
