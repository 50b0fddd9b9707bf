import numpy as np
import pytest
import skimage
from scipy import ndimage
from skimage import data, morphology
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skthresh import MaskCleaner, OtsuThreshold, ToGray
from skthresh.metrics import dice_score
from skthresh.preprocessing.mask_cleaner import FOOTPRINT_RADIUS, erode, fill_holes, remove_objects

RNG = np.random.default_rng(0)
REAL = [data.coins() > 110, data.page() > 150, data.text() > 90, data.cell() > 60]
NEW = tuple(int(n) for n in skimage.__version__.split(".")[:2]) >= (0, 26)
RADII = [1, 1.5, 2, 2.9, FOOTPRINT_RADIUS, 3.5, 4.2]


def random_masks(n, ndim, share=0.6):
    for _ in range(n):
        yield RNG.random(tuple(RNG.integers(1, 12, ndim))) < share


def clean(mask, **params):
    return MaskCleaner(**params).fit_transform(mask[np.newaxis])[0]


def theirs(name, mask, least, connectivity):
    """What scikit-image makes of it; regions of fewer than `least` pixels go."""
    sizes = {"max_size": least - 1}
    if not NEW:
        sizes = {"min_size" if "objects" in name else "area_threshold": least}
    return getattr(morphology, name)(mask, connectivity=connectivity, **sizes)


def distances(shape):
    points = np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), -1)
    return ((points[:, None] - points[None]) ** 2).sum(-1)


def eroded_by_definition(mask, radius):
    near = distances(mask.shape) <= radius**2
    return np.array([mask.ravel()[row].all() for row in near]).reshape(mask.shape)


def opened_by_definition(mask, radius):
    """The union of the disks, cut off at the border, that the mask holds."""
    near = distances(mask.shape) <= radius**2
    out = np.zeros(mask.size, bool)
    for row in near:
        if mask.ravel()[row].all():
            out |= row
    return out.reshape(mask.shape)


def regions(mask, connectivity):
    """Connected regions, by walking from pixel to pixel."""
    left = set(zip(*np.nonzero(mask), strict=True))
    steps = [s for s in np.ndindex((3,) * mask.ndim) if 0 < sum(v != 1 for v in s) <= connectivity]
    while left:
        todo = [left.pop()]
        region = list(todo)
        while todo:
            pixel = todo.pop()
            for step in steps:
                other = tuple(p + s - 1 for p, s in zip(pixel, step, strict=True))
                if other in left:
                    left.remove(other)
                    todo.append(other)
                    region.append(other)
        yield region


class TestRadii:
    @pytest.mark.parametrize("radius", RADII)
    @pytest.mark.parametrize("ndim", [1, 2, 3])
    def test_opening_and_closing_by_definition(self, ndim, radius):
        for mask in random_masks(15, ndim, share=0.9):
            np.testing.assert_array_equal(erode(mask, radius), eroded_by_definition(mask, radius))
            opened = opened_by_definition(mask, radius)
            np.testing.assert_array_equal(clean(mask, opening=radius), opened)
            np.testing.assert_array_equal(clean(~mask, closing=radius), ~opened)

    @pytest.mark.parametrize("radius", [1, 2, 3, 7])
    def test_equal_to_scikit_image(self, radius):
        disk = morphology.disk(radius)
        for mask in REAL:
            image = mask.astype(np.uint8)
            np.testing.assert_array_equal(
                clean(mask, opening=radius), morphology.opening(image, disk) > 0
            )
            np.testing.assert_array_equal(
                clean(mask, closing=radius), morphology.closing(image, disk) > 0
            )

    def test_all_foreground_stays_where_scikit_image_loses_it(self):
        """No background is within any radius; its isotropic erosion finds some."""
        for radius in RADII:
            assert erode(np.ones((5, 6), bool), radius).all()
            assert not erode(np.zeros((5, 6), bool), radius).any()
        assert not morphology.isotropic_erosion(np.ones((5, 6), bool), 2).all()

    def test_closing_adds_only_where_scipy_removes_at_the_border(self):
        """A closing is extensive: it holds what was there."""
        mask = np.ones((4, 5), bool)
        assert clean(mask, closing=1).all()
        assert not ndimage.binary_closing(mask).all()
        for mask in REAL:
            assert (clean(mask, closing=4) >= mask).all()
            assert (clean(mask, opening=4) <= mask).all()


class TestSizes:
    @pytest.mark.parametrize(("ndim", "connectivity"), [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2)])
    def test_by_walking(self, ndim, connectivity):
        for mask in random_masks(20, ndim):
            for size in (1, 2, 5):
                kept, filled = np.zeros_like(mask), mask.copy()
                for region in regions(mask, connectivity):
                    if len(region) >= size:
                        kept[tuple(np.transpose(region))] = True
                for region in regions(~mask, connectivity):
                    at_border = any(
                        v in (0, n - 1) for p in region for v, n in zip(p, mask.shape, strict=True)
                    )
                    if len(region) <= size and not at_border:
                        filled[tuple(np.transpose(region))] = True
                params = {"connectivity": connectivity}
                np.testing.assert_array_equal(clean(mask, min_size=size, **params), kept)
                np.testing.assert_array_equal(clean(mask, hole_size=size, **params), filled)

    @pytest.mark.parametrize("connectivity", [1, 2])
    @pytest.mark.parametrize("size", [2, 30, 1000])
    def test_equal_to_scikit_image(self, size, connectivity):
        structure = ndimage.generate_binary_structure(2, connectivity)
        for mask in REAL:
            np.testing.assert_array_equal(
                clean(mask, min_size=size, connectivity=connectivity),
                theirs("remove_small_objects", mask, size, connectivity),
            )
            np.testing.assert_array_equal(
                clean(mask, hole_size=size, connectivity=connectivity),
                theirs("remove_small_holes", mask, size + 1, connectivity)
                & ndimage.binary_fill_holes(mask, structure),
            )

    def test_all_holes_are_scipys(self):
        for mask in REAL:
            np.testing.assert_array_equal(
                clean(mask, hole_size=mask.size), ndimage.binary_fill_holes(mask)
            )

    def test_a_hole_is_enclosed_where_scikit_image_fills_the_border(self):
        """Soille: background that is connected to the image's border is no hole."""
        nothing = np.zeros((3, 4), bool)
        assert not clean(nothing, hole_size=100).any()
        assert theirs("remove_small_holes", nothing, 100, 1).all()
        corner = np.ones((3, 4), bool)
        corner[0, 0] = False
        assert not clean(corner, hole_size=5)[0, 0]

    def test_sizes_are_inclusive(self):
        row = np.array([0, 1, 1, 0, 0, 1, 1, 1, 0], bool)
        assert clean(row, min_size=2).sum() == 5
        assert clean(row, min_size=3).sum() == 3
        assert clean(row, hole_size=1).sum() == 5
        assert clean(row, hole_size=2).sum() == 7


class TestOrder:
    def test_specks_go_before_a_closing_joins_them(self):
        row = np.zeros(15, bool)
        row[::2] = True
        assert not clean(row, opening=1, closing=1).any()
        assert clean(row, closing=1).all()

    def test_an_object_counts_with_its_holes_filled(self):
        ring = np.zeros((5, 5), bool)
        ring[1:4, 1:4] = True
        ring[2, 2] = False
        assert not clean(ring, min_size=9).any()
        assert clean(ring, min_size=9, hole_size=1).sum() == 9

    def test_all_four(self):
        structure = ndimage.generate_binary_structure(2, 1)
        for mask in REAL:
            disk = morphology.disk(2)
            step = morphology.opening(mask.astype(np.uint8), morphology.disk(1))
            step = morphology.closing(step, disk) > 0
            step = remove_objects(fill_holes(step, 40, structure), 60, structure)
            out = clean(mask, opening=1, closing=2, hole_size=40, min_size=60)
            np.testing.assert_array_equal(out, step)


RING = np.array(
    [[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 1, 0, 1, 0], [0, 1, 1, 1, 0], [1, 0, 0, 0, 0]]
)


class TestValues:
    @pytest.mark.parametrize("value", [1, 100, -1])
    @pytest.mark.parametrize("dtype", [bool, "u1", "u2", "i1", "f2", "f8", ">i4"])
    def test_a_mask_keeps_its_two_values(self, dtype, value):
        value = abs(value) if np.dtype(dtype).kind in "bu" else value
        X = (RING * value).astype(dtype)[np.newaxis]
        out = MaskCleaner(2, 1).fit_transform(X)
        assert out.dtype == X.dtype
        filled = RING.copy()
        filled[2, 2], filled[4, 0] = 1, 0
        np.testing.assert_array_equal(out[0], (filled * value).astype(dtype))
        masks = MaskCleaner(2, 1).fit(X).predict(X)
        assert masks.dtype == bool
        np.testing.assert_array_equal(masks[0], filled > 0)

    @pytest.mark.parametrize(
        ("dtype", "white"), [("uint8", 255), ("uint16", 65535), ("float32", 1)]
    )
    def test_grey_stays_and_what_is_filled_is_white(self, dtype, white):
        grey = (RING * np.arange(10, 35).reshape(5, 5)).astype(dtype)
        expected = grey.copy()
        expected[2, 2], expected[4, 0] = white, 0
        np.testing.assert_array_equal(clean(grey, min_size=2, hole_size=1), expected)

    def test_nan_is_background_whatever_surrounds_it(self):
        X = RING.astype(float)
        X[2, 2] = np.nan
        X[0, 0] = np.nan
        out = clean(X, hole_size=9, closing=1)
        assert out[2, 2] == 0
        assert not np.isnan(out).any()
        cleaner = MaskCleaner(hole_size=9).fit(X[np.newaxis])
        assert cleaner.predict(X[np.newaxis]).sum() == 9
        assert not clean(np.array([1, np.nan, 1]), opening=1).any()

    def test_nothing_asked_nothing_done(self):
        for mask in REAL:
            np.testing.assert_array_equal(clean(mask), mask)

    @pytest.mark.parametrize("dtype", ["bool", "uint8", "float32"])
    def test_degenerate_images(self, dtype):
        everything = {"min_size": 3, "hole_size": 50, "opening": 1, "closing": 4}
        for shape in ((1, 1), (1, 9), (5, 5)):
            assert not clean(np.zeros(shape, dtype), **everything).any()
            full = clean(np.ones(shape, dtype), **everything)
            assert full.all() == (full.size >= 3)


class TestLayouts:
    PARAMS = {"min_size": 9, "hole_size": 9, "opening": 1}

    def test_channels_and_volumes(self):
        X = RNG.random((2, 20, 24, 3)) < 0.7
        out = MaskCleaner(**self.PARAMS, channel_axis=-1).fit_transform(X)
        for c in range(3):
            expected = MaskCleaner(**self.PARAMS).fit_transform(X[..., c])
            np.testing.assert_array_equal(out[..., c], expected)
        volumes = MaskCleaner(30, connectivity=3).fit_transform(X[:, :, :, :2])
        for x, v in zip(X[:, :, :, :2], volumes, strict=True):
            np.testing.assert_array_equal(v, theirs("remove_small_objects", x, 30, 3))

    def test_ragged_list_and_flat_rows(self):
        out = MaskCleaner(**self.PARAMS).fit_transform(REAL)
        assert isinstance(out, list)
        for mask, o in zip(REAL, out, strict=True):
            np.testing.assert_array_equal(o, clean(mask, **self.PARAMS))
        rows = REAL[0][np.newaxis, :40, :50].reshape(1, -1)
        folded = MaskCleaner(**self.PARAMS, image_shape=(40, 50)).fit_transform(rows)
        expected = clean(REAL[0][:40, :50], **self.PARAMS)
        np.testing.assert_array_equal(folded.reshape(40, 50), expected)

    def test_connectivity_of_more_axes_than_there_are(self):
        with pytest.raises(ValueError, match=r"connectivity=3 .* 2 axes"):
            MaskCleaner(connectivity=3).fit(np.zeros((1, 4, 5)))

    @pytest.mark.parametrize("name", ["min_size", "hole_size", "opening", "closing"])
    def test_negative_sizes_are_refused(self, name):
        with pytest.raises(ValueError, match=f"'{name}' parameter of MaskCleaner"):
            MaskCleaner(**{name: -1}).fit(np.zeros((1, 4, 5)))


class TestPipeline:
    def test_scored_searched_and_predicted(self):
        """Coins with one pixel in fifty flipped, which only a clean-up of both kinds mends."""
        coins = ndimage.binary_opening(data.coins() > 120, morphology.disk(5))
        y = np.stack([coins, coins[::-1], coins[:, ::-1]])
        noisy = np.where(RNG.random(y.shape) < 0.02, ~y, y)
        X = np.repeat(noisy[..., np.newaxis] * np.uint8(200), 3, axis=-1)
        model = make_pipeline(ToGray(), OtsuThreshold(), MaskCleaner())
        grid = {"maskcleaner__min_size": [0, 50], "maskcleaner__hole_size": [0, 10]}
        search = GridSearchCV(model, grid, cv=3).fit(X, y)
        assert search.best_params_ == {"maskcleaner__min_size": 50, "maskcleaner__hole_size": 10}
        masks = search.predict(X)
        assert masks.dtype == bool
        assert search.score(X, y) == dice_score(y, masks)
        assert search.score(X, y) > model.fit(X, y).score(X, y)

    def test_dark_foreground(self):
        page = data.page()[np.newaxis]
        otsu = OtsuThreshold(mode="binary_inv")
        model = make_pipeline(otsu, MaskCleaner(10)).fit(page)
        expected = theirs("remove_small_objects", otsu.predict(page)[0], 10, 1)
        np.testing.assert_array_equal(model.predict(page)[0], expected)
        np.testing.assert_array_equal(model.transform(page)[0], expected * np.uint8(255))

    def test_score_of_lists_and_weights(self):
        cleaner = MaskCleaner(5).fit(REAL)
        y = cleaner.predict(REAL)
        assert cleaner.score(REAL, y) == 1.0
        y[0] = ~y[0]
        assert cleaner.score(REAL, y) == pytest.approx(0.75)
        assert cleaner.score(REAL, y, sample_weight=[0, 1, 1, 1]) == 1.0
        X = np.ones((2, 3, 3))
        assert cleaner.set_params(min_size=0).fit(X).score(X, [1, 0]) == 0.5
