"""Every claim of the table of capabilities is tried, and docs/techniques.md says the same."""

import dataclasses
import importlib.util
import inspect
from pathlib import Path

import dask.array as da
import numpy as np
import pytest
from instances import instances
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, clone
from sklearn.utils.estimator_checks import check_valid_tag_types

import skthresh
from skthresh import OtsuThreshold, SauvolaThreshold
from skthresh.batch_transformer import DTYPES
from skthresh.utils import all_estimators, capabilities
from skthresh.utils.capabilities import VERBS, Capabilities, Capability, _short
from skthresh.utils.discovery import techniques
from skthresh.utils.image_tags import ImageTags

ROWS = capabilities()
DOCS = Path(__file__).parents[1] / "docs"

# What no estimator needs to take; one that says it does is tried.
OTHER_DTYPES = ["complex64", "complex128", "longdouble", "datetime64[D]"]
RANKS = range(1, 6)


def images(shape=(4, 5), dtype="uint8", n=2):
    levels = np.arange(n * np.prod(shape)).reshape(n, *shape) % 7 * 30
    if dtype.startswith("datetime"):
        return levels.astype("int64").view("M8[D]")
    return levels > 80 if dtype == "bool" else levels.astype(dtype)


def truth(X):
    """A mask of two labels, whatever X holds."""
    y = np.zeros(X.shape, bool)
    y[..., ::2] = True
    return y


def answer(estimator, X, **given):
    """Fit and ask, all that it knows."""
    estimator.fit(X, **{"y": truth(X), **given})
    verbs = [v for v in ("predict", "transform") if hasattr(estimator, v)]
    mask = {"mask": given["mask"]} if "mask" in given else {}
    return [getattr(estimator, verb)(X, **mask) for verb in verbs]


def refuses(estimator, X, *errors, **given):
    with pytest.raises(errors or ValueError):
        answer(estimator, X, **given)


def check_dtypes(estimator, claim):
    """Try what is claimed but not tried by `estimator_checks.check_dtypes`, and all the rest.

    Not all of it again: two processes would compile each kernel for each dtype at the same time.
    """
    for dtype in DTYPES + OTHER_DTYPES:
        if dtype not in claim:
            refuses(clone(estimator), images(dtype=dtype), ValueError, TypeError)
        elif dtype not in DTYPES:
            answer(clone(estimator), images(dtype=dtype))


def check_ranks(estimator, claim):
    least, greatest = claim
    for rank in RANKS:
        # colour is what a step for colour needs
        colour = (3,) if getattr(estimator, "channel_axis", None) is not None else ()
        X = images((2, 3, 2, 3, 2)[:rank] + colour)
        if least <= rank and (greatest is None or rank <= greatest):
            assert all(len(a) == len(X) for a in answer(clone(estimator), X))
        else:
            refuses(clone(estimator), X)


def check_nan(estimator, claim):
    X = images(dtype="float32")
    X[0, 0, 0] = np.nan
    if not claim:
        refuses(estimator, X)
        return
    found = answer(estimator, X)
    if hasattr(estimator, "thresholds"):
        assert not found[0][0, 0, 0]


def check_mask(estimator, claim):
    X = images()
    inside = np.ones(X.shape, bool)
    inside[:, 1:3, 2:4] = False
    estimator.fit(X, truth(X))
    for verb in (getattr(estimator, v) for v in VERBS if hasattr(estimator, v)):
        parameters = inspect.signature(verb).parameters
        given = {"y": truth(X)} if "y" in parameters else {}
        if claim:
            verb(X, **given, mask=inside)
        elif not any(p.kind == p.VAR_KEYWORD for p in parameters.values()):  # handed on to steps
            with pytest.raises(TypeError, match="mask"):
                verb(X, **given, mask=inside)
    if claim:
        for found in answer(estimator, X, mask=inside):
            assert not found[~inside].any()


def check_channels(estimator, claim):
    X = images((4, 5, 3))
    if not claim:
        with pytest.raises(ValueError, match="channel_axis"):
            estimator.set_params(channel_axis=-1)
        return
    y = truth(X[..., 0])
    last = answer(clone(estimator).set_params(channel_axis=-1), X, y=y)
    first = answer(clone(estimator).set_params(channel_axis=0), np.moveaxis(X, -1, 1), y=y)
    for a, b in zip(last, first, strict=True):
        either = a, np.moveaxis(a, -1, 1)  # with channels of its own, or X's
        assert any(x.shape == b.shape and np.allclose(x, b, atol=1e-5) for x in either)


def check_per_image(estimator, claim):
    if not claim:
        with pytest.raises(ValueError, match="per_image"):
            estimator.set_params(per_image=True)
        return
    X = images()
    X[1] = X[1] // 4 + 200
    estimator.set_params(per_image=True).fit(X)
    assert len(estimator.thresholds(X)) == 2
    assert_array_equal(estimator.thresholds(X)[1:], estimator.thresholds(X[1:]))
    assert np.any(estimator.thresholds(X)[0] != estimator.thresholds(X)[1])


def check_partial_fit(estimator, claim):
    assert hasattr(estimator, "partial_fit") == claim
    if not claim:
        return
    X = images(n=4)
    X[2:] //= 2
    whole = answer(clone(estimator), X)
    estimator.partial_fit(X[:1], truth(X[:1])).partial_fit(X[1:], truth(X[1:]))
    if ROWS[type(estimator).__name__].kind == "segmenter":  # it takes steps; it counts nothing
        assert len(estimator.history_["loss"]) == 2
        assert estimator.predict(X).shape == X.shape
        return
    for a, verb in zip(whole, ("predict", "transform"), strict=True):
        assert_array_equal(getattr(estimator, verb)(X), a)


def check_sample_weight(estimator, claim):
    X = images()
    if not claim:
        refuses(estimator, X, TypeError, sample_weight=[1, 1])
        return
    answer(estimator, X, sample_weight=[1, 0.5])
    refuses(estimator, X, sample_weight=[1, 1, 1])


def check_needs_y(estimator, claim):
    X = images()
    if claim:
        refuses(estimator, X, ValueError, TypeError, y=None)
    else:
        answer(estimator, X, y=None)


def check_dask(estimator, claim):
    assert claim == estimator.__sklearn_tags__().dask
    if not claim:
        return
    colour = (3,) if getattr(estimator, "channel_axis", None) is not None else ()
    X = images((4, 5, *colour), n=4)
    lazy = da.from_array(X, (1, 2, 3, 3)[: X.ndim])
    if ROWS[type(estimator).__name__].kind == "segmenter":  # its steps see images in another order
        expected = answer(estimator, X)
        found = [estimator.predict(lazy), estimator.transform(lazy)]
    else:
        expected, found = answer(clone(estimator), X), answer(estimator, lazy)
    for a, b in zip(expected, found, strict=True):
        assert isinstance(b, da.Array)
        np.testing.assert_allclose(a, b.compute(), rtol=0, atol=1e-5 * (a.dtype == np.float32))


def check_gpu(estimator, claim):
    # scikit-learn's own suite tries the tag: test_common.py; and ours: array_api
    if estimator.get_params(deep=False).get("method") == "median":  # an option, which stays here
        assert not estimator.__sklearn_tags__().array_api_support
        estimator.set_params(method="mean")
    assert claim == estimator.__sklearn_tags__().array_api_support


CHECKS = {name.removeprefix("check_"): f for name, f in globals().items() if name[:6] == "check_"}
del CHECKS["valid_tag_types"]


@pytest.mark.parametrize("column", CHECKS)
@pytest.mark.parametrize("estimator", instances(), ids=repr)
def test_claims_are_true(estimator, column):
    CHECKS[column](clone(estimator), getattr(ROWS[type(estimator).__name__], column))


FALSE = {
    "dtypes": [tuple(DTYPES[1:]), (*DTYPES, "complex64")],
    "ranks": [(1, 2), (2, 3), (1, 4), (1, None)],
}


@pytest.mark.parametrize("column", CHECKS)
@pytest.mark.parametrize("cls", [OtsuThreshold, SauvolaThreshold])
def test_false_claims_are_found(cls, column):
    claim = getattr(ROWS[cls.__name__], column)
    claims = [not claim] if isinstance(claim, bool) else FALSE[column]
    for false in claims:
        if false == claim:
            continue
        with pytest.raises((AssertionError, ValueError, TypeError, pytest.fail.Exception)):
            CHECKS[column](cls(), false)


def test_every_column_has_its_check():
    assert set(CHECKS) == set(Capabilities.COLUMNS) - {"estimator", "technique", "kind"}
    assert list(Capabilities.COLUMNS) == [f.name for f in dataclasses.fields(Capability)]


def test_every_estimator_has_its_row():
    assert [row.estimator for row in ROWS] == [name for name, _ in all_estimators()]
    assert {row.technique for row in ROWS if row.technique} == set(techniques())
    kinds = {row.estimator: row.kind for row in ROWS}
    for name, cls in all_estimators():
        package = cls.__module__.split(".")[1]
        expected = {"preprocessing": "step", "unet": "segmenter"}
        assert kinds[name] == expected.get(package, package.removesuffix("_threshold"))


def test_what_an_estimator_says_is_in_its_row(monkeypatch):
    class Everything(OtsuThreshold):
        def __sklearn_tags__(self):
            tags = super().__sklearn_tags__()
            tags.dask = tags.array_api_support = True
            tags.input_tags.allow_nan = False
            tags.dtypes, tags.ranks = ("uint8", "uint16", "float32"), (2, None)
            tags.target_tags.required = True
            return tags

        def predict(self, X):
            return super().predict(X)

    class Nothing(BaseEstimator):
        partial_fit = None

        def __init__(self, needed, *, option=1):
            self.needed, self.option = needed, option

        def fit(self, X):
            return self

        def __sklearn_tags__(self):
            return ImageTags(None, super().__sklearn_tags__().target_tags)

        def __getattribute__(self, name):
            if name == "partial_fit":  # as `available_if` hides a method
                raise AttributeError(name)
            return super().__getattribute__(name)

    for cls in (Everything, Nothing):
        monkeypatch.setattr(skthresh, cls.__name__, cls, raising=False)
    monkeypatch.setattr(skthresh, "__all__", ["Everything", "Nothing"])
    everything, nothing = capabilities()
    assert dataclasses.astuple(everything) == (
        *("Everything", "everything", "global", ("uint8", "uint16", "float32"), (2, None)),
        *(False, False, True, True, True, True, True, True, True),
    )
    assert dataclasses.astuple(nothing) == ("Nothing", None, "step", (), (1, None), *9 * [False])
    assert everything.cells()["dtypes"] == "uint8-16, float32"
    assert everything.cells()["ranks"] == "2 or more"
    lines = str(capabilities()).splitlines()
    assert lines[0].split() == list(Capabilities.COLUMNS)
    assert lines[1].split()[-2:] == ["yes", "yes"]
    assert lines[2].split() == ["Nothing", "step", "any"]


def test_the_table_reads_well():
    otsu, unet = ROWS["otsu"], ROWS["UNetSegmenter"]
    assert ROWS["OtsuThreshold"] is otsu
    assert otsu.cells()["ranks"] == "any"
    assert unet.cells()["ranks"] == "2 to 3"
    assert ROWS["sauvola"].cells()["ranks"] == "1 to 3"
    assert otsu.cells()["dtypes"] == "bool, uint8-64, int8-64, float16-64"
    assert _short(("int8", "int32", "int64")) == "int8, int32, int64"
    assert len(str(ROWS).splitlines()) == len(ROWS.to_markdown().splitlines()) - 1 == len(ROWS) + 1
    frame = ROWS.to_frame().set_index("technique")
    assert list(ROWS.to_frame().columns) == list(Capabilities.COLUMNS)
    assert frame.loc["otsu", "partial_fit"]
    assert not frame.loc["sauvola", "partial_fit"]
    with pytest.raises(KeyError):
        ROWS["otso"]


@pytest.mark.parametrize("estimator", instances(), ids=repr)
def test_tags_are_scikit_learn_s_with_more(estimator):
    check_valid_tag_types(type(estimator).__name__, estimator)
    tags = estimator.__sklearn_tags__()
    assert isinstance(tags, ImageTags)
    if tags.transformer_tags.preserves_dtype:
        assert set(tags.transformer_tags.preserves_dtype) == set(tags.dtypes)


def writer():
    spec = importlib.util.spec_from_file_location("writer", DOCS / "write_techniques.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_docs_are_up_to_date():
    page = (DOCS / "techniques.md").read_text(encoding="utf-8")
    assert writer().rewritten(page) == page, "run: python docs/write_techniques.py"


def test_docs_have_names_summaries_papers_and_sources():
    lines = (DOCS / "techniques.md").read_text(encoding="utf-8").splitlines()
    rows = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    assert set(rows) == set(techniques())
    assert rows["otsu"].startswith(
        "| `otsu` | [`OtsuThreshold`](../skthresh/global_threshold/otsu.py) | Threshold where "
        'foreground and background differ most. | N. Otsu, "A threshold selection method'
    )
    assert (
        "[doi:10.1109/TSMC.1979.4310076](<https://doi.org/10.1109/TSMC.1979.4310076>)"
        in (rows["otsu"])
    )
    assert rows["otsu"].count("<br>") == 1, "two papers"


def test_docs_follow_the_code(monkeypatch):
    class LastThreshold(OtsuThreshold):
        """Threshold at | the last level.

        References
        ----------
        .. [1] A. Author, "Title", 1999.
        """

    monkeypatch.setattr(skthresh, "LastThreshold", LastThreshold, raising=False)
    monkeypatch.setattr(skthresh, "__all__", [*skthresh.__all__, "LastThreshold"])
    page = (DOCS / "techniques.md").read_text(encoding="utf-8")
    new = set(writer().rewritten(page).splitlines()) - set(page.splitlines())
    assert len(new) == 2
    assert any(r'Threshold at \| the last level. | A. Author, "Title", 1999. |' in x for x in new)
    assert any(x.startswith("| LastThreshold | last | global | bool, ") for x in new)
