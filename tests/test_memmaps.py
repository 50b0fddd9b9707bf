"""Images that lie in a file, opened for reading only: as joblib gives them to its workers."""

import numpy as np
import pytest
from instances import instances
from joblib import Parallel, delayed
from sklearn.base import clone

from skthresh import OtsuThreshold, SauvolaThreshold
from skthresh.utils.estimator_checks import assert_same, images, masks, outputs


def on_disk(x, path):
    """Write an array to a file, and map it."""
    np.save(path, x)
    return np.load(path, mmap_mode="r")


@pytest.mark.parametrize("estimator", instances(), ids=repr)
def test_a_file_is_as_good_as_an_array(estimator, tmp_path):
    X = images()
    y, path = masks(X), tmp_path / "X.npy"
    mapped, truth = on_disk(X, path), on_disk(y, tmp_path / "y.npy")
    assert isinstance(mapped, np.memmap)
    before = path.read_bytes()
    expected = outputs(clone(estimator).fit(X, y), X)
    assert_same(outputs(clone(estimator).fit(mapped, truth), mapped), expected, "mapped")
    pages = list(mapped)
    assert isinstance(pages[0], np.memmap)
    assert_same(outputs(clone(estimator).fit(X, y), pages), expected, "a list of them")
    assert path.read_bytes() == before


def masks_in(estimator, X):
    assert isinstance(X, np.memmap)
    assert not X.flags.writeable
    return estimator.predict(X)


@pytest.mark.parametrize("estimator", [OtsuThreshold(), SauvolaThreshold(window_size=5)], ids=repr)
def test_joblib_maps_what_is_large_for_its_workers(estimator):
    X = images(2)
    estimator.fit(X)
    found = Parallel(n_jobs=2, max_nbytes=1)(delayed(masks_in)(estimator, X) for _ in range(2))
    for answer in found:
        np.testing.assert_array_equal(answer, estimator.predict(X))
