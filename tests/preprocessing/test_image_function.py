import functools
import pickle
import threading

import numpy as np
import pytest
from skimage import data, exposure, filters, restoration, transform
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from skthresh import Flatten, ImageFunction, OtsuThreshold, SimpleThreshold
from skthresh.utils.estimator_checks import parametrize_with_image_checks

RNG = np.random.default_rng(0)
STACK = RNG.integers(0, 256, (3, 20, 24), dtype=np.uint8)
GRAY = [data.coins(), data.page(), data.text()]


def every_second(image):
    return image[::2]


def crop(image):
    """To its brightest pixel, so that the result's shape depends on the image."""
    return image[: np.unravel_index(image.argmax(), image.shape)[0] + 1]


class Named:
    """A function whose repr, and with it the names of tests, is the same in every process."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)

    def __repr__(self):
        return self.function.__name__


VARIED = [
    ImageFunction(Named(filters.gaussian), kw_args={"sigma": 1}),
    ImageFunction(Named(every_second), n_jobs=2),
]


@parametrize_with_checks(VARIED)
def test_scikit_learn(estimator, check):
    check(estimator)


@parametrize_with_image_checks(VARIED)
def test_images(estimator, check):
    check(estimator)


class TestCalls:
    @pytest.mark.parametrize(
        ("func", "kw_args"),
        [
            (filters.gaussian, {"sigma": 2}),
            (filters.sobel, None),
            (exposure.equalize_adapthist, {"clip_limit": 0.02}),
            (restoration.denoise_tv_chambolle, {"weight": 0.2}),
            (transform.rescale, {"scale": 0.5}),
        ],
    )
    def test_each_image_alone_as_scikit_image_does(self, func, kw_args):
        step = ImageFunction(func, kw_args=kw_args)
        for X in (STACK, STACK.astype(np.uint16), STACK / 255, GRAY):
            out = step.fit_transform(X)
            assert isinstance(out, list) == isinstance(X, list)
            for x, o in zip(X, out, strict=True):
                np.testing.assert_array_equal(o, func(x, **(kw_args or {})))

    def test_whole_samples_with_channels_and_mixed_ranks(self):
        shapes = []
        step = ImageFunction(lambda x: shapes.append(x.shape) or x)
        step.fit_transform([data.astronaut(), data.camera()])
        assert shapes == [(512, 512, 3), (512, 512)]
        colour = ImageFunction(filters.gaussian, kw_args={"sigma": 2, "channel_axis": -1})
        out = colour.fit_transform(data.astronaut()[np.newaxis])[0]
        np.testing.assert_array_equal(out, filters.gaussian(data.astronaut(), 2, channel_axis=-1))

    def test_shapes_of_results(self):
        assert ImageFunction(every_second).fit_transform(STACK).shape == (3, 10, 24)
        out = ImageFunction(crop).fit_transform(STACK)
        assert [o.shape for o in out] == [crop(x).shape for x in STACK]
        assert len({o.shape for o in out}) > 1
        table = ImageFunction(np.bincount, kw_args={"minlength": 256})
        assert make_pipeline(Flatten(), table).fit_transform(STACK).shape == (3, 256)

    def test_flat_rows(self):
        rows = STACK.reshape(3, -1)
        step = ImageFunction(every_second, image_shape=(20, 24)).fit(rows)
        np.testing.assert_array_equal(step.transform(rows), STACK[:, ::2].reshape(3, -1))
        assert step.get_feature_names_out()[-1] == "imagefunction239"
        np.testing.assert_array_equal(
            ImageFunction(every_second).fit_transform(rows[:, :15]), rows[:, :15:2]
        )
        with pytest.raises(ValueError, match=r"crop gave shape .*X\[0\].*X\[1\].*one width"):
            ImageFunction(crop, image_shape=(20, 24)).fit_transform(rows)

    def test_input_is_safe_from_a_function_that_writes(self):
        def negate(x):
            np.subtract(255, x, out=x)
            return x

        X = STACK.copy()
        X.flags.writeable = False
        np.testing.assert_array_equal(ImageFunction(negate).fit_transform(X), 255 - STACK)
        X = [x.copy() for x in STACK]
        ImageFunction(negate).fit_transform(X)
        np.testing.assert_array_equal(X, STACK)
        same = ImageFunction(lambda x: x).fit_transform(X)
        assert not any(np.shares_memory(x, s) for x, s in zip(X, same, strict=True))

    def test_the_function_gets_plain_arrays(self):
        def check(x):
            assert x.flags.c_contiguous
            assert x.flags.writeable
            assert x.dtype.isnative
            return x

        for X in (np.asfortranarray(STACK), STACK[:, ::-1, ::2], STACK.astype(">u2")):
            np.testing.assert_array_equal(ImageFunction(check).fit_transform(X), X)

    def test_threads(self):
        """Two images wait for each other: one thread alone would wait in vain."""
        both = threading.Barrier(2, timeout=20)

        def meet(x):
            both.wait()
            return x

        X = STACK[:2]
        np.testing.assert_array_equal(ImageFunction(meet, n_jobs=2).fit_transform(X), X)


class TestErrors:
    def test_errors_keep_their_type_and_name_the_image(self):
        def fail(x):
            if x.shape == GRAY[1].shape:
                raise KeyError("nothing there")
            return x

        for n_jobs in (None, 2):
            step = ImageFunction(fail, n_jobs=n_jobs).fit(GRAY)
            with pytest.raises(KeyError) as caught:
                step.transform(GRAY)
            assert caught.value.__notes__ == ["Raised by fail on X[1] of shape (191, 384)."]

    @pytest.mark.parametrize("result", [None, 3.5, "text", [object()]])
    def test_what_is_no_image(self, result):
        step = ImageFunction(lambda x: result).fit(STACK)
        with pytest.raises(TypeError, match=r"gave \w+ for X\[0\] of shape \(20, 24\)"):
            step.transform(STACK)

    @pytest.mark.parametrize(
        ("func", "kw_args", "word"),
        [
            (filters.gaussian, {"sgima": 2}, "sgima"),
            (filters.gaussian, {"image": 2}, "image"),
            (np.percentile, None, "'q'"),
            (lambda: 0, None, "too many positional"),
            (filters.gaussian, {3: 2}, "string"),
        ],
    )
    def test_keywords_that_do_not_fit(self, func, kw_args, word):
        with pytest.raises(ValueError, match=f"kw_args=.*{word}"):
            ImageFunction(func, kw_args=kw_args).fit(STACK)

    def test_functions_without_a_signature_and_partials(self):
        half = functools.partial(filters.gaussian, sigma=2)
        np.testing.assert_array_equal(
            ImageFunction(half).fit_transform(STACK)[0], filters.gaussian(STACK[0], 2)
        )
        anything = ImageFunction(np.vectorize(abs)).fit(STACK)
        np.testing.assert_array_equal(anything.transform(STACK), STACK)
        with pytest.raises(ValueError, match=r"kw_args=.*'wrong'"):
            ImageFunction(half, kw_args={"wrong": 1}).fit(STACK)

    @pytest.mark.parametrize("params", [{"func": "gaussian"}, {"kw_args": [1]}, {"n_jobs": 0.5}])
    def test_parameters(self, params):
        with pytest.raises(ValueError, match=f"'{next(iter(params))}' parameter"):
            ImageFunction(**{"func": abs, **params}).fit(STACK)


class TestParameters:
    def test_keywords_are_parameters(self):
        step = ImageFunction(filters.gaussian, kw_args={"sigma": 2, "mode": "wrap"})
        assert step.get_params()["kw_args__sigma"] == 2
        assert set(step.get_params(deep=False)) == {"func", "kw_args", "n_jobs", "image_shape"}
        step.set_params(kw_args__sigma=3, kw_args__cval=1, n_jobs=2)
        assert step.kw_args == {"sigma": 3, "mode": "wrap", "cval": 1}
        assert step.n_jobs == 2
        step.set_params(kw_args__sigma=5, kw_args={"truncate": 1})
        assert step.kw_args == {"sigma": 5, "truncate": 1}
        step.set_params(kw_args=None).set_params(kw_args__sigma=7)
        assert step.kw_args == {"sigma": 7}
        with pytest.raises(ValueError, match="Invalid parameter 'sigma'"):
            step.set_params(sigma=3)

    def test_the_users_dict_and_the_original_stay(self):
        kw_args = {"sigma": 2}
        step = ImageFunction(filters.gaussian, kw_args=kw_args)
        copy = clone(step).set_params(kw_args__sigma=9)
        step.set_params(kw_args__sigma=3)
        assert kw_args == {"sigma": 2}
        assert (step.kw_args, copy.kw_args) == ({"sigma": 3}, {"sigma": 9})
        again = pickle.loads(pickle.dumps(step.fit(STACK)))
        np.testing.assert_array_equal(again.transform(STACK), step.transform(STACK))

    @pytest.mark.parametrize("kw_args", [None, {"sigma": 1}])
    def test_grid_search(self, kw_args):
        truth = np.zeros((4, 30, 30), bool)
        truth[:, 8:22, 8:22] = True
        X = truth + RNG.normal(scale=0.6, size=truth.shape)
        model = make_pipeline(ImageFunction(filters.gaussian, kw_args=kw_args), OtsuThreshold())
        name = "imagefunction__kw_args__sigma"
        search = GridSearchCV(model, {name: [0.1, 1.5, 20]}, cv=2).fit(X, truth)
        assert search.best_params_ == {name: 1.5}
        smooth = np.stack([filters.gaussian(x, 1.5) for x in X])
        np.testing.assert_array_equal(
            search.predict(X), OtsuThreshold().fit(smooth).predict(smooth)
        )

    def test_as_features_of_a_classifier(self):
        X = np.concatenate([STACK, STACK // 2])
        y = [0, 0, 0, 1, 1, 1]
        count = ImageFunction(lambda x: np.bincount(x.ravel(), minlength=256))
        assert make_pipeline(count, LogisticRegression()).fit(X, y).score(X, y) == 1.0

    def test_a_thresholder_after_it(self):
        model = make_pipeline(ImageFunction(filters.sobel), SimpleThreshold(0.1))
        np.testing.assert_array_equal(
            model.fit(GRAY).predict(GRAY)[1], filters.sobel(GRAY[1]) > 0.1
        )
