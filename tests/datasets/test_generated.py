"""The generated pages and blobs: exact masks, seeds, and difficulties that do what they say."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from skthresh.datasets import make_blobs, make_documents
from skthresh.metrics import dice_score

MAKERS = [make_documents, make_blobs]
CLEAN_PAGE = {"shading": 0, "fading": 0, "bleed": 0, "stains": 0, "noise": 0}


@pytest.mark.parametrize("make", MAKERS)
def test_shapes_and_dtypes(make):
    X, y = make(3, shape=(48, 80), random_state=0)
    assert (X.shape, X.dtype) == ((3, 48, 80), np.uint8)
    assert (y.shape, y.dtype) == ((3, 48, 80), bool)
    assert 0.01 < y.mean() < 0.5


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("shape", [(16, 16), (16, 200), (200, 16), (33, 47)])
def test_small_and_odd_shapes_have_both_sides(make, shape):
    X, y = make(20, shape=shape, random_state=0)
    assert X.shape == y.shape == (20, *shape)
    assert all(0 < mask.sum() < mask.size for mask in y)


@pytest.mark.parametrize("make", MAKERS)
def test_seeds(make):
    X, y = make(2, random_state=3)
    again = make(2, random_state=np.random.RandomState(3))
    np.testing.assert_array_equal(X, again[0])
    np.testing.assert_array_equal(y, again[1])
    other = make(2, random_state=4)
    assert (other[0] != X).any()
    assert (other[1] != y).any()
    assert (X[0] != X[1]).any()
    assert (y[0] != y[1]).any()


@pytest.mark.parametrize("make", MAKERS)
def test_unseeded(make):
    assert (make(1)[1] != make(1)[1]).any()


@pytest.mark.parametrize("make", MAKERS)
def test_more_samples_begin_with_the_same_ones(make):
    np.testing.assert_array_equal(make(3, random_state=0)[0][:2], make(2, random_state=0)[0])


@pytest.mark.parametrize("seed", range(4))
def test_the_ink_of_a_clean_page_is_the_mask(seed):
    X, y = make_documents(2, random_state=seed, **CLEAN_PAGE, dtype="float64")
    for page, mask in zip(X, y, strict=True):
        middle = (page.max() + page.min()) / 2  # paper, and a fully inked pixel
        assert ((page <= middle + 1e-12) == mask).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_blobs_of_a_clean_image_are_the_mask(seed):
    X, y = make_blobs(3, shading=0, noise=0, contrast=0.8, n_blobs=3, random_state=seed)
    otsu = [cv2.threshold(x, 0, 1, cv2.THRESH_OTSU)[1] for x in X]
    assert dice_score(y, otsu) > 0.95


def test_documents_need_a_local_threshold():
    X, y = make_documents(12, random_state=0)
    inverse = cv2.THRESH_BINARY_INV
    otsu = [cv2.threshold(x, 0, 1, inverse | cv2.THRESH_OTSU)[1] for x in X]
    local = [cv2.adaptiveThreshold(x, 1, cv2.ADAPTIVE_THRESH_MEAN_C, inverse, 25, 20) for x in X]
    assert dice_score(y, local) > 0.8
    assert dice_score(y, otsu) < dice_score(y, local) - 0.15


def test_clean_documents_do_not():
    X, y = make_documents(6, random_state=0, **CLEAN_PAGE)
    otsu = [cv2.threshold(x, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1] for x in X]
    assert dice_score(y, otsu) > 0.95


@pytest.mark.parametrize("name", ["shading", "fading", "bleed", "stains"])
def test_each_difficulty_changes_the_page_and_no_mask(name):
    clean, y = make_documents(1, random_state=0, **CLEAN_PAGE)
    # One page: what follows it in the random sequence is another page.
    X, same = make_documents(1, random_state=0, **{**CLEAN_PAGE, name: 1})
    np.testing.assert_array_equal(y, same)
    assert (clean != X).any()


def test_noise_has_the_stated_spread():
    clean, _ = make_blobs(2, noise=0, random_state=0)
    X, _ = make_blobs(2, noise=0.02, random_state=0)
    assert np.std(X[0].astype(float) - clean[0]) == pytest.approx(0.02 * 255, rel=0.05)


@pytest.mark.parametrize("shading", [0.0, 0.3, 0.9])
def test_shading_is_the_light_missing_in_the_darkest_place(shading):
    X, y = make_blobs(1, n_blobs=0, noise=0, shading=shading, shape=(64, 64), random_state=0)
    assert not y.any()
    assert X.min() / X.max() == pytest.approx(1 - shading, abs=0.04)


def test_dtypes_of_documents_agree():
    pages = {
        dtype: make_documents(1, random_state=0, dtype=dtype)[0]
        for dtype in ("uint8", "uint16", "float32", "float64")
    }
    assert all(page.dtype == dtype for dtype, page in pages.items())
    reference = pages["float64"]
    assert 0 <= reference.min() < reference.max() <= 1
    np.testing.assert_allclose(pages["uint8"] / 255, reference, atol=0.5 / 255 + 1e-9)
    np.testing.assert_allclose(pages["uint16"] / 65535, reference, atol=0.5 / 65535 + 1e-9)
    np.testing.assert_allclose(pages["float32"], reference, atol=1e-7)


def test_documents_have_lines():
    """Rows of writing alternate with empty rows; the columns have no such gaps."""
    _, y = make_documents(6, random_state=0)
    for mask in y:
        inked = np.convolve(mask.any(axis=1).astype(int), [1, 1, 1], "same") > 0
        rows = mask.sum(axis=1)
        assert inked.mean() > 0.5
        assert (rows < rows.max() / 5).mean() > 0.2


@pytest.mark.parametrize("n_classes", [3, 5])
def test_classes_of_blobs_are_their_brightness(n_classes):
    X, y = make_blobs(20, n_classes=n_classes, shading=0, random_state=0)
    assert y.dtype == np.uint8
    assert np.unique(y).tolist() == list(range(n_classes))
    brightness = [X[y == k].mean() for k in range(n_classes)]
    assert brightness == sorted(brightness)


def test_blobs_are_counted():
    _, y = make_blobs(10, n_blobs=3, random_state=0)
    assert [cv2.connectedComponents(mask.astype(np.uint8))[0] - 1 for mask in y] == [3] * 10


def test_more_blobs_than_there_is_room_for():
    _, y = make_blobs(1, shape=(16, 16), n_blobs=100, random_state=0)
    assert y.mean() > 0.5


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_samples": 0}, "'n_samples' parameter of make_"),
        ({"noise": -0.1}, "'noise' parameter of make_"),
        ({"shading": 1.5}, "'shading' parameter of make_"),
        ({"random_state": "x"}, "'random_state' parameter of make_"),
        ({"shape": 64}, "'shape' parameter of make_"),
        ({"shape": (64,)}, "shape must be two integers"),
        ({"shape": (64.0, 64)}, "shape must be two integers"),
        ({"shape": (15, 64)}, r"at least \(16, 16\)"),
    ],
)
def test_parameters_are_validated(make, parameters, message):
    with pytest.raises(ValueError, match=message):
        make(**parameters)


def test_more_parameters_are_validated():
    with pytest.raises(ValueError, match="'n_classes' parameter of make_blobs"):
        make_blobs(n_classes=1)
    with pytest.raises(ValueError, match="'dtype' parameter of make_documents"):
        make_documents(dtype="int8")
