from itertools import pairwise

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator
from skimage import data
from sklearn.model_selection import GridSearchCV

from skthresh import (
    BlockwiseThreshold,
    MinimumThreshold,
    OtsuThreshold,
    PercentileThreshold,
    ThresholdNotFoundError,
)
from skthresh.local_threshold.blockwise import blocks

RNG = np.random.default_rng(0)
PAGE = data.page()


def test_blocks_cover_the_axis_and_overlap():
    for length, size, overlap in ((100, 40, 0.5), (101, 40, 0.5), (97, 10, 0.0), (64, 63, 0.9)):
        found = blocks(length, size, overlap)
        assert found[0][0] == 0
        assert found[-1][1] == length
        assert all(b - a == size for a, b in found)
        for (_, end), (start, _) in pairwise(found):
            assert end - start >= size * overlap - 1


@pytest.mark.parametrize("dtype", ["uint8", "float64"])
@pytest.mark.parametrize("shape", [(50,), (50, 41), (14, 12, 20)])
def test_thresholds_of_blocks_interpolated(shape, dtype):
    image = (RNG.random(shape) * 200 + np.linspace(0, 50, shape[-1])).astype(dtype)
    size, technique = 11, PercentileThreshold(fraction=0.3)
    e = BlockwiseThreshold(technique, block_size=size, min_contrast=0).fit([image])
    axes = [blocks(n, size, 0.5) for n in shape]
    grid = np.empty([len(a) for a in axes])
    for i in np.ndindex(grid.shape):
        part = image[tuple(slice(*a[k]) for a, k in zip(axes, i, strict=True))]
        grid[i] = PercentileThreshold(fraction=0.3).fit([part]).threshold_
    middles = [np.array([(a + b - 1) / 2 for a, b in axis]) for axis in axes]
    at = [np.clip(np.arange(n), m[0], m[-1]) for n, m in zip(shape, middles, strict=True)]
    points = np.stack(np.meshgrid(*at, indexing="ij"), axis=-1)
    expected = RegularGridInterpolator(middles, grid)(points)
    np.testing.assert_allclose(e.thresholds([image])[0], expected)


def test_one_block_is_the_global_technique():
    for size in (384, 1000):
        e = BlockwiseThreshold(block_size=size).fit([PAGE])
        t = OtsuThreshold().fit([PAGE]).threshold_
        np.testing.assert_array_equal(e.thresholds([PAGE])[0], np.full(PAGE.shape, t))


def test_uneven_light():
    truth = RNG.random((128, 128)) < 0.3
    light = np.linspace(0, 120, 128)
    image = (light + 60 * truth + RNG.normal(0, 4, truth.shape) + 20).astype(np.uint8)
    score = BlockwiseThreshold(block_size=32).fit([image]).score([image], [truth])
    assert score > 0.97 > OtsuThreshold().fit([image]).score([image], [truth]) + 0.2


def test_flat_and_hopeless_blocks_take_the_whole_planes_threshold():
    image = np.full((64, 64), 200, np.uint8)
    image[:, 40:] = np.where(RNG.random((64, 24)) < 0.5, 20, 210)
    e = BlockwiseThreshold(block_size=16, overlap=0).fit([image])
    whole = OtsuThreshold().fit([image]).threshold_
    assert (e.thresholds([image])[0][:, :20] == whole).all()
    peak = np.repeat(np.arange(50, 81), [8 - abs(i) // 2 for i in range(-15, 16)])
    peak = np.resize(peak, (16, 16))
    two = np.where(RNG.random((64, 64)) < 0.5, 20, 90) + RNG.integers(0, 30, (64, 64))
    two[:16, :16] = peak
    two = two.astype(np.uint8)
    e = BlockwiseThreshold(MinimumThreshold(), block_size=16, overlap=0).fit([two])
    assert np.isfinite(e.thresholds([two])[0]).all()
    hopeless = peak[np.newaxis].astype(np.uint8)
    with pytest.raises(ThresholdNotFoundError):
        BlockwiseThreshold(MinimumThreshold()).fit(hopeless).predict(hopeless)


def test_nested_parameters():
    X = PAGE[np.newaxis, :100, :100] / 255
    grid = {"estimator__n_bins": [8, 64], "block_size": [32, 64]}
    e = BlockwiseThreshold(OtsuThreshold(), mode="binary_inv")
    search = GridSearchCV(e, grid, cv=2).fit(np.repeat(X, 2, axis=0), np.repeat(X < 0.4, 2, axis=0))
    assert set(search.best_params_) == set(grid)


@pytest.mark.parametrize("bad", [{"block_size": 0}, {"overlap": 1}, {"estimator": 3}], ids=str)
def test_mistakes_are_named(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        BlockwiseThreshold(**bad).fit([PAGE])
