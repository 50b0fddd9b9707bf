"""What moves and what stays, what is refused, and what an estimator remembers."""

import pickle

import array_api_strict
import numpy as np
import pytest
from instances import all_but_unet
from kinds import Kind, images
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skthresh import (
    AdaptiveThreshold,
    GatosThreshold,
    MultiOtsuThreshold,
    OtsuThreshold,
    SauvolaThreshold,
    SimpleThreshold,
    SupervisedThreshold,
    ToGray,
)
from skthresh.array_api import namespace
from skthresh.array_api.namespace import as_host
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.local_threshold.base import WindowThreshold

X = images("uint8")


@pytest.fixture
def moved(monkeypatch):
    """Count the bytes that come to the host."""
    sizes = []
    convert = namespace.convert_to_numpy

    def counting(array, xp):
        result = convert(array, xp)
        sizes.append(result.nbytes)
        return result

    monkeypatch.setattr(namespace, "convert_to_numpy", counting)
    return sizes


@pytest.mark.parametrize("per_image", [False, True])
def test_the_histogram_alone_is_moved(per_image, moved, kind):
    with config_context(array_api_dispatch=True):
        OtsuThreshold(per_image=per_image).fit_transform(kind(X))
    assert sum(moved) == 256 * 8 * (len(X) if per_image else 1)


def test_windows_stay(moved, kind):
    with config_context(array_api_dispatch=True):
        SauvolaThreshold(window_size=5).fit_transform(kind(X))
        assert moved == []
        SauvolaThreshold(window_size=5).fit_transform(kind(images("float32", (1, 99, 99))))
    assert sum(moved) <= 8 * 2 * 4096  # a sample that tells how grey levels are distributed


def test_learned_arrays_are_where_the_images_are(kind):
    colour = images("uint8", (2, 9, 9, 3))
    with config_context(array_api_dispatch=True):
        e = MultiOtsuThreshold().fit(kind(X))
        kind.assert_is(e.thresholds_)
        assert isinstance(e.means_, np.ndarray)
        kind.assert_is(OtsuThreshold(channel_axis=-1).fit(kind(colour)).threshold_)
        s = SupervisedThreshold(channel_axis=-1).fit(kind(colour), kind(colour > 90))
        kind.assert_is(s.score_)
        assert isinstance(OtsuThreshold().fit(kind(X)).threshold_, int)
    # without dispatch NumPy images are welcome, whatever was learned from
    np.testing.assert_array_equal(e.predict(X), MultiOtsuThreshold().fit(X).predict(X))


UNSUPPORTED = [e for e in all_but_unet() if not e.__sklearn_tags__().array_api_support]


@pytest.mark.parametrize("estimator", UNSUPPORTED, ids=repr)
def test_what_is_not_supported_is_refused_by_name(estimator, kind):
    name = type(estimator).__name__
    with (
        config_context(array_api_dispatch=True),
        pytest.raises(TypeError, match=rf"(?s)^{name}\(.*computes on NumPy.*np\.asarray"),
    ):
        clone(estimator).fit(kind(X), kind(X))


def test_refusals_are_many():
    assert {"GatosThreshold", "HysteresisThreshold"} <= {type(e).__name__ for e in UNSUPPORTED}
    assert not AdaptiveThreshold("median").__sklearn_tags__().array_api_support
    assert not ToGray(standard="bt709").__sklearn_tags__().array_api_support
    assert not GatosThreshold().__sklearn_tags__().array_api_support


@pytest.mark.parametrize("estimator", [OtsuThreshold(), SauvolaThreshold()], ids=repr)
def test_an_estimator_stays_where_it_was_fitted(estimator, kind):
    with config_context(array_api_dispatch=True):
        e = clone(estimator).fit(kind(X))
        match = rf"{type(e).__name__}\.predict\(\) must use the same namespace .*fitted on"
        with pytest.raises(ValueError, match=match):
            e.predict(X)
        other = array_api_strict.asarray(X)
        with pytest.raises(ValueError, match=r"\.transform\(\) must use the same"):
            e.transform(other)
        with pytest.raises(ValueError, match=r"\.score\(\) must use the same"):
            e.score([other[0, ...]], other)
        kind.assert_is(pickle.loads(pickle.dumps(e)).predict(kind(X)))
        # what NumPy arrays taught serves everywhere
        kind.assert_is(e.fit(X).predict(kind(X)))
        assert isinstance(e.predict(X), np.ndarray)
    e.fit(X)
    assert "_home" not in vars(e)


def test_estimators_move(kind):
    array_tools = pytest.importorskip("sklearn.utils._array_api")
    if not hasattr(array_tools, "move_estimator_to"):
        pytest.skip("this scikit-learn moves no estimators")
    with config_context(array_api_dispatch=True):
        e = MultiOtsuThreshold().fit(kind(X))
        xp, _, device = array_tools.get_namespace_and_device(X)
        here = array_tools.move_estimator_to(e, xp, device)
        assert isinstance(here.thresholds_, np.ndarray)
        np.testing.assert_array_equal(here.predict(X), as_host(e.predict(kind(X))))
        xp, _, device = array_tools.get_namespace_and_device(kind(X))
        kind.assert_is(array_tools.move_estimator_to(e, xp, device).predict(kind(X)))


def test_without_dispatch_all_is_numpy():
    torch = pytest.importorskip("torch")
    e = OtsuThreshold().fit(torch.asarray(X))
    assert type(e.predict(torch.asarray(X))) is np.ndarray
    assert "_home" not in vars(e)


def test_inputs_are_not_written_to(kind):
    Y = kind(X)
    with config_context(array_api_dispatch=True):
        for e in (OtsuThreshold(mode="trunc"), SauvolaThreshold(mode="tozero"), SimpleThreshold(0)):
            e.fit_transform(Y, mask=kind(X % 2 > 0))
    np.testing.assert_array_equal(as_host(Y), X)


def test_bad_values(kind):
    floats = images("float32")
    floats[1, 2, 3] = np.inf
    with config_context(array_api_dispatch=True):
        with pytest.raises(ValueError, match="Input X contains infinity"):
            OtsuThreshold().fit(kind(floats))
        with pytest.raises(ValueError, match=r"Input X\[1\] contains infinity"):
            OtsuThreshold().fit([kind(images("float32")[0]), kind(floats[1])])
        with pytest.raises(ValueError, match=r"X has dtype .*complex64, which is not supported"):
            OtsuThreshold().fit(kind(np.ones((2, 3, 4), "complex64")))
        with pytest.raises(ValueError, match=r"2\*\*63 and more"):
            OtsuThreshold().fit(kind(np.full((1, 3, 4), 2**63, "uint64")))
        with pytest.raises(ValueError, match="at least one pixel"):
            OtsuThreshold().fit(kind(np.ones((2, 0, 4), "uint8")))
        with pytest.raises(ValueError, match="mask must be boolean"):
            OtsuThreshold().fit(kind(X), mask=kind(X))
        with pytest.raises(ValueError, match=r"mask\[0\] has shape \(17, 20\)"):
            OtsuThreshold().fit(kind(X), mask=kind(X[..., 1:] > 0))
        with pytest.raises(ValueError, match="one mask for each of the 3 images"):
            OtsuThreshold().fit(kind(X), mask=kind(X[:2] > 0))
        with pytest.raises(ValueError, match="X has samples of 1 dimension"):
            OtsuThreshold().fit(kind(X)).predict(kind(X[0]))


class MiddleThreshold(GlobalThreshold):
    """A technique of somebody else's."""

    def _criterion(self, counts, centers):
        occupied = centers[np.flatnonzero(counts)]
        return float(occupied[0] / 2 + occupied[-1] / 2)


def above_mean(v, mean, std, variance, n, share):
    return mean + share * np.sqrt(variance / n) + 0 * (v + std)


class AboveMeanThreshold(WindowThreshold):
    """A formula of somebody else's."""

    _formula = staticmethod(above_mean)

    def _parameters(self, plane, windows):
        return (0.5,)


@pytest.mark.parametrize("estimator", [MiddleThreshold(), AboveMeanThreshold(window_size=5)])
def test_new_techniques_get_it_for_free(estimator, kind):
    wanted = clone(estimator).fit(X).predict(X)
    with config_context(array_api_dispatch=True):
        found = estimator.fit(kind(X)).predict(kind(X))
    kind.assert_is(found)
    np.testing.assert_array_equal(as_host(found), wanted)


def test_pipelines_and_searches():
    pytest.importorskip("torch")
    kind = Kind("torch")
    colour = images("uint8", (8, 16, 16, 3))
    y = colour[..., 1] > 100
    pipe = make_pipeline(ToGray(), SauvolaThreshold(window_size=5))
    grid = {"sauvolathreshold__k": [0.1, 0.3]}
    wanted = GridSearchCV(pipe, grid, cv=2).fit(colour, y).cv_results_["mean_test_score"]
    with config_context(array_api_dispatch=True):
        found = GridSearchCV(pipe, grid, cv=2).fit(kind(colour), kind(y))
        kind.assert_is(found.predict(kind(colour)))
    np.testing.assert_allclose(found.cv_results_["mean_test_score"], wanted)
