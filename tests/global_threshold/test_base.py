"""What the base class decides for every global technique."""

import numpy as np
import pytest

from skthresh.global_threshold.base import GlobalThreshold


class Brightest(GlobalThreshold):
    """A technique of three lines, as somebody else would write it."""

    def _criterion(self, counts, centers):
        assert np.count_nonzero(counts) > 2, "degenerate histograms are not its business"
        return centers[np.flatnonzero(counts)[-2]].item()


@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "float32", "float64"])
def test_degenerate_histograms_never_reach_the_criterion(dtype, per_image):
    for levels in ([0], [1], [0, 1]):
        X = np.resize(np.array(levels, dtype), (2, 3, 4))
        e = Brightest(per_image=per_image).fit(X)
        t = np.unique(e.thresholds(X))
        assert len(t) == 1
        assert levels[0] <= t[0] < levels[-1] or levels == [t[0]]
        np.testing.assert_array_equal(e.predict(X), X == 1 if len(levels) == 2 else False)


def test_a_new_technique_has_all_verbs_and_options():
    X = np.array([[[1, 5, 9, 9]], [[1, 7, 9, 8]]], np.uint8)
    assert Brightest().fit(X).threshold_ == 8
    assert Brightest(per_image=True).fit(X).thresholds(X).tolist() == [5, 8]
    assert Brightest().partial_fit(X[:1]).partial_fit(X[1:]).threshold_ == 8
    assert Brightest().fit(X, sample_weight=[1, 0]).threshold_ == 5
    assert Brightest(mode="binary_inv").fit(X).predict(X).sum() == 5
    assert Brightest(channel_axis=-1).fit(X.reshape(2, 1, 2, 2)).threshold_.tolist() == [1, 8]
    nothing = np.full((1, 2, 2), np.nan)
    assert np.isnan(Brightest().fit(nothing).threshold_)
