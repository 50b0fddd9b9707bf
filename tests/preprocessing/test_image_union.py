import threading

import numpy as np
import pandas as pd
import pytest
import sklearn
from skimage import data
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skthresh import (
    Flatten,
    GaussianBlur,
    ImageFunction,
    ImageUnion,
    OtsuThreshold,
    Resize,
    SimpleThreshold,
    ToGray,
    make_image_union,
)
from skthresh.utils.estimator_checks import parametrize_with_image_checks

RNG = np.random.default_rng(0)
STACK = RNG.integers(0, 256, (4, 20, 24), dtype=np.uint8)
RAGGED = [data.coins(), data.page(), data.text()]
COLOUR = [data.astronaut()[:50, :60], data.coffee()[:40, :70]]

BLUR, OTSU = GaussianBlur(), OtsuThreshold()
VARIED = [
    make_image_union("passthrough", OtsuThreshold(per_image=True), BLUR, n_jobs=2),
    ImageUnion([("small", Resize(3)), ("nearest", Resize(3, method="nearest"))]),
    make_image_union(make_image_union(OTSU, BLUR), "passthrough"),
]


@parametrize_with_checks(VARIED)
def test_scikit_learn(estimator, check):
    check(estimator)


@parametrize_with_image_checks(VARIED)
def test_images(estimator, check):
    check(estimator)


class Recorder(BaseEstimator):
    """Remembers what it was given."""

    def fit(self, X, y=None, sample_weight=None):
        self.seen_ = X, y, sample_weight
        return self

    def transform(self, X, mask=None):
        self.mask_ = mask
        return X


class TestChannels:
    def test_stack(self):
        out = make_image_union("passthrough", OTSU, BLUR).fit_transform(STACK)
        expected = [STACK, OTSU.fit(STACK).transform(STACK), BLUR.fit(STACK).transform(STACK)]
        assert out.dtype == np.uint8
        np.testing.assert_array_equal(out, np.stack(expected, axis=-1))

    def test_why_not_feature_union(self):
        """It refuses stacks, or puts the results below each other; those of a list, always."""
        lists = [("otsu", OTSU), ("blur", BLUR)]
        assert np.shape(FeatureUnion(lists).fit_transform(list(STACK))) == (4, 40, 24)
        assert ImageUnion(lists).fit_transform(list(STACK))[0].shape == (20, 24, 2)

    @pytest.mark.parametrize("n_jobs", [None, 2])
    def test_ragged_list(self, n_jobs):
        union = make_image_union(OTSU, "passthrough", n_jobs=n_jobs).fit(RAGGED)
        masks = OTSU.fit(RAGGED).transform(RAGGED)
        for x, m, o in zip(RAGGED, masks, union.transform(RAGGED), strict=True):
            np.testing.assert_array_equal(o, np.dstack([m, x]))

    def test_nested_lists_and_volumes(self):
        out = make_image_union("passthrough", BLUR).fit_transform(STACK.tolist())
        np.testing.assert_array_equal(out[..., 0], STACK)
        volumes = STACK.reshape(2, 2, 20, 24)
        out = make_image_union("passthrough", OTSU).fit_transform(volumes)
        np.testing.assert_array_equal(out[..., 0], volumes)
        assert out.shape == (2, 2, 20, 24, 2)

    @pytest.mark.parametrize("axis", [-1, 0])
    def test_colour_beside_grey(self, axis):
        gray = make_pipeline(ToGray(channel_axis=axis), OTSU)
        union = ImageUnion([("rgb", "passthrough"), ("mask", gray)], channel_axis=axis)
        X = [np.moveaxis(x, -1, axis) for x in COLOUR]
        masks = make_pipeline(ToGray(), OTSU).fit(COLOUR).transform(COLOUR)
        for x, m, o in zip(COLOUR, masks, union.fit_transform(X), strict=True):
            np.testing.assert_array_equal(o, np.dstack([x, m]))
        stack = np.stack([x[:40, :60] for x in COLOUR])
        out = union.fit_transform(np.moveaxis(stack, -1, axis if axis < 0 else axis + 1))
        assert out.shape == (2, 40, 60, 4)
        np.testing.assert_array_equal(out[..., :3], stack)

    def test_unions_of_unions_put_their_channels_side_by_side(self):
        inner = make_image_union("passthrough", BLUR)
        outer = make_image_union(inner, OTSU).fit_transform(STACK)
        flat = make_image_union("passthrough", BLUR, OTSU).fit_transform(STACK)
        np.testing.assert_array_equal(outer, flat)

    def test_common_dtype_is_numpys(self):
        half = ImageFunction(lambda x: x / 2)
        out = make_image_union("passthrough", half).fit_transform(STACK)
        assert out.dtype == np.float64
        np.testing.assert_array_equal(out[..., 1] * 2, out[..., 0])

    def test_threads(self):
        """Two transformers wait for each other: one thread alone would wait in vain."""
        both = threading.Barrier(2, timeout=20)

        class Meet(Recorder):
            def transform(self, X):
                both.wait()
                return X

        out = make_image_union(Meet(), Meet(), n_jobs=2).fit_transform(STACK)
        np.testing.assert_array_equal(out[..., 1], STACK)

    def test_result_is_nobody_elses_memory(self):
        assert not np.shares_memory(make_image_union("passthrough").fit_transform(STACK), STACK)

    def test_before_a_classifier(self):
        X = np.concatenate([STACK // 2, STACK])
        y = [0] * 4 + [1] * 4
        union = make_image_union(SimpleThreshold(100), "passthrough")
        model = make_pipeline(union, Flatten(), LogisticRegression())
        search = GridSearchCV(model, {"imageunion__simplethreshold__threshold": [100, 250]}, cv=2)
        assert search.fit(X, y).score(X, y) == 1.0


class TestFlatRows:
    ROWS = STACK.reshape(4, -1)

    def test_image_shape_folds_and_unfolds(self):
        union = make_image_union("passthrough", BLUR, image_shape=(20, 24)).fit(self.ROWS)
        expected = make_image_union("passthrough", BLUR).fit_transform(STACK)
        np.testing.assert_array_equal(union.transform(self.ROWS), expected.reshape(4, -1))
        assert len(union.get_feature_names_out()) == 2 * 480

    @pytest.mark.parametrize("axis", [0, -1])
    def test_image_shape_with_channels(self, axis):
        X = RNG.integers(0, 256, (4, 6, 7, 3), dtype=np.uint8)
        last = make_image_union("passthrough", ToGray(), channel_axis=-1).fit_transform(X)
        moved = np.moveaxis(X, -1, axis if axis < 0 else 1)
        union = make_image_union(
            "passthrough", ToGray(channel_axis=axis), channel_axis=axis, image_shape=moved.shape[1:]
        )
        out = union.fit_transform(moved.reshape(4, -1))
        np.testing.assert_array_equal(out, last.reshape(4, -1))

    def test_tables_are_as_in_feature_union(self):
        frame = pd.DataFrame(RNG.random((6, 3)), columns=list("abc"))
        parts = [("scale", StandardScaler()), ("same", "passthrough"), ("otsu", OTSU)]
        ours, theirs = ImageUnion(parts), FeatureUnion(parts)
        np.testing.assert_array_equal(ours.fit_transform(frame), theirs.fit_transform(frame))
        np.testing.assert_array_equal(ours.get_feature_names_out(), theirs.get_feature_names_out())
        table = ours.set_output(transform="pandas").fit_transform(frame)
        assert list(table.columns[2:5]) == ["scale__c", "same__a", "same__b"]

    def test_names(self):
        with pytest.raises(ValueError, match="only flat rows"):
            make_image_union(OTSU).fit(STACK).get_feature_names_out()
        with pytest.raises(AttributeError, match="'recorder'"):
            make_image_union(Recorder()).fit(self.ROWS).get_feature_names_out()

    def test_refit_on_other_kinds_forgets(self):
        union = make_image_union("passthrough", image_shape=(20, 24)).fit(self.ROWS)
        union.set_params(image_shape=None).fit(self.ROWS[:, :12])
        assert union.get_feature_names_out()[-1] == "passthrough__x11"


class TestParameters:
    def test_nested_set_drop_and_replace(self):
        union = ImageUnion([("a", SimpleThreshold(10)), ("b", BLUR)])
        assert union.get_params()["a__threshold"] == 10
        assert union.set_params(a__threshold=99).get_params()["a"].threshold == 99
        out = union.fit_transform(STACK)
        np.testing.assert_array_equal(out[..., 0] > 0, STACK > 99)
        union.set_params(b="drop")
        np.testing.assert_array_equal(union.fit_transform(STACK), out[..., :1])
        union.set_params(a=BLUR, b="passthrough")
        np.testing.assert_array_equal(union.fit_transform(STACK)[..., 1], STACK)
        assert list(union.named_transformers_) == ["a", "b"]

    def test_fit_leaves_the_transformers_alone(self):
        otsu = OtsuThreshold()
        union = make_image_union(otsu).fit(STACK)
        assert not hasattr(otsu, "threshold_")
        assert union.named_transformers_.otsuthreshold.threshold_ == otsu.fit(STACK).threshold_
        copy = clone(union)
        assert copy.transformer_list[0][1] is not otsu
        assert not hasattr(copy, "transformers_")

    def test_helper(self):
        union = make_image_union(
            OTSU, "passthrough", OTSU, n_jobs=3, channel_axis=0, image_shape=(2, 3)
        )
        names = [name for name, _ in union.transformer_list]
        assert names == ["otsuthreshold-1", "passthrough", "otsuthreshold-2"]
        assert (union.n_jobs, union.channel_axis, union.image_shape) == (3, 0, (2, 3))

    @pytest.mark.parametrize(
        ("transformer_list", "word"),
        [
            ([], "at least one"),
            ([("a", "drop")], "at least one"),
            (["a"], "pairs"),
            ([(1, OTSU)], "pairs"),
            ([("a", OTSU), ("a", BLUR)], "not unique"),
            ([("a__b", OTSU)], "__"),
            ([("n_jobs", OTSU)], "conflict"),
            ([("a", OtsuThreshold)], "'a' is <class"),
            ([("a", LogisticRegression())], "'a' is LogisticRegression"),
            ([("a", "otsu")], "'passthrough' or 'drop'"),
            ("otsu", "'transformer_list' parameter"),
        ],
    )
    def test_bad_lists(self, transformer_list, word):
        with pytest.raises(ValueError, match=word):
            ImageUnion(transformer_list).fit(STACK)


class TestErrors:
    @pytest.mark.parametrize("X", [STACK, list(STACK)])
    def test_results_of_other_pixels(self, X):
        with pytest.raises(ValueError, match=r"same pixels.*'blur'.*20, 24\).*'small'.*5, 5\)"):
            ImageUnion([("blur", BLUR), ("small", Resize(5))]).fit_transform(X)

    def test_results_of_other_ranks(self):
        with pytest.raises(ValueError, match=r"'flatten' gave an array of shape \(4, 480\)"):
            make_image_union(BLUR, Flatten()).fit_transform(STACK)
        with pytest.raises(ValueError, match=r"'togray'.*channel_axis"):
            make_image_union(ToGray()).fit_transform(RNG.random((2, 9, 9, 3)))

    def test_a_table_must_stay_one(self):
        class Fold(Recorder):
            def transform(self, X):
                return X.reshape(len(X), 2, -1)

        with pytest.raises(ValueError, match=r"'fold' gave shape \(4, 2, 240\).*image_shape"):
            make_image_union(Fold()).fit_transform(STACK.reshape(4, -1))

    def test_the_transformer_is_named(self):
        union = make_image_union(BLUR, OtsuThreshold(mode="wrong"))
        with pytest.raises(ValueError, match="'mode'") as caught:
            union.fit(STACK)
        assert "'otsuthreshold' of ImageUnion" in caught.value.__notes__[-1]
        with pytest.raises(sklearn.exceptions.NotFittedError):
            union.transform(STACK)


class TestMetadata:
    WEIGHTS = [1, 0, 0, 0]

    def test_y_goes_to_all_and_weights_to_those_that_take_them(self):
        y = STACK > 100
        union = ImageUnion([("a", Recorder()), ("b", BLUR), ("c", Recorder()), ("d", OTSU)])
        union.fit(STACK, y, sample_weight=self.WEIGHTS)
        for name in ("a", "c"):
            _, seen_y, seen_weight = union.named_transformers_[name].seen_
            assert seen_y is y
            assert seen_weight is self.WEIGHTS
        expected = OTSU.fit(STACK[:1]).threshold_
        assert expected != OTSU.fit(STACK).threshold_
        assert union.named_transformers_.d.threshold_ == expected

    def test_masks_reach_fit_and_transform(self):
        mask = np.zeros(STACK.shape, bool)
        mask[:, :9] = True
        expected = OtsuThreshold().fit_transform(STACK, mask=mask)
        union = make_image_union(BLUR, OTSU)
        np.testing.assert_array_equal(union.fit_transform(STACK, mask=mask)[..., 1], expected)
        union.fit(STACK, mask=mask)
        np.testing.assert_array_equal(union.transform(STACK, mask=mask)[..., 1], expected)
        nested = make_image_union(union, BLUR).fit_transform(STACK, mask=mask)
        np.testing.assert_array_equal(nested[..., 1], expected)

    def test_unknown_metadata_is_named(self):
        with pytest.raises(TypeError, match=r"fit was given \['wait'\]"):
            make_image_union(OTSU, "passthrough").fit(STACK, wait=self.WEIGHTS)
        union = make_image_union(OTSU).fit(STACK)
        with pytest.raises(TypeError, match=r"transform was given \['sample_weight'\]"):
            union.transform(STACK, sample_weight=self.WEIGHTS)

    def test_routing(self):
        with sklearn.config_context(enable_metadata_routing=True):
            asks = OtsuThreshold().set_fit_request(sample_weight=True)
            declines = OtsuThreshold().set_fit_request(sample_weight=False)
            union = ImageUnion([("yes", asks), ("no", declines), ("same", "passthrough")])
            out = union.fit_transform(STACK, sample_weight=self.WEIGHTS)
            assert out.shape == (4, 20, 24, 3)
        assert union.named_transformers_.yes.threshold_ == OTSU.fit(STACK[:1]).threshold_
        assert union.named_transformers_.no.threshold_ == OTSU.fit(STACK).threshold_
