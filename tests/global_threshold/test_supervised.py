import numpy as np
import pytest
from histograms import REAL
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import cross_val_score

from skthresh import SupervisedThreshold
from skthresh.global_threshold.supervised import METRICS

RNG = np.random.default_rng(0)


def pair(dtype="uint8", n=4, shape=(9, 11)):
    """Give images and masks that no threshold separates."""
    y = RNG.random((n, *shape)) < 0.3
    values = np.where(y, RNG.normal(30, 9, y.shape), RNG.normal(18, 7, y.shape)).clip(0, 60)
    return (values / 60 if np.dtype(dtype).kind == "f" else values).astype(dtype), y


def scores(X, y, t, metric, *, inverse):
    mask = (t >= X) if inverse else (t < X)
    tp, fp = np.sum(mask & y), np.sum(mask & ~y)
    fn, tn = np.sum(~mask & y), np.sum(~mask & ~y)
    if metric == "mcc":
        return matthews_corrcoef(y.ravel(), mask.ravel())
    if metric == "youden":
        return tp / (tp + fn) + tn / (tn + fp) - 1
    a, b = {
        "dice": (2 * tp, 2 * tp + fp + fn),
        "iou": (tp, tp + fp + fn),
        "accuracy": (tp + tn, y.size),
    }[metric]
    return a / b


@pytest.mark.parametrize("mode", ["binary", "binary_inv"])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16"])
def test_no_threshold_is_better(dtype, metric, mode):
    for _ in range(5):
        X, y = pair(dtype)
        inverse = mode == "binary_inv"
        y = ~y if inverse else y
        e = SupervisedThreshold(metric, mode=mode).fit(X, y)
        every = [scores(X, y, t, metric, inverse=inverse) for t in range(-1, 62)]
        assert e.score_ == pytest.approx(max(every))
        assert scores(X, y, e.threshold_, metric, inverse=inverse) == pytest.approx(max(every))
        lower = [t for t, s in zip(range(-1, 62), every, strict=True) if s >= max(every) - 1e-12]
        assert e.predict(X).sum() == ((lower[0] >= X) if inverse else (lower[0] < X)).sum()


@pytest.mark.parametrize("metric", METRICS)
def test_floats_are_as_good_as_their_bins(metric):
    X, y = pair("float64")
    fine = SupervisedThreshold(metric, n_bins=2**14).fit(X, y)
    best = max(scores(X, y, t, metric, inverse=False) for t in np.unique(X)[:-1])
    assert scores(X, y, fine.threshold_, metric, inverse=False) == pytest.approx(best, abs=0.02)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
def test_streams_lists_weights_and_masks(dtype):
    X, y = pair(dtype, n=6)
    whole = SupervisedThreshold().fit(X, y)
    parts = SupervisedThreshold()
    for i in (0, 2, 4):
        parts.partial_fit(X[i : i + 2], y[i : i + 2])
    assert parts.threshold_ == whole.threshold_
    assert SupervisedThreshold().fit(list(X), list(y)).threshold_ == whole.threshold_
    doubled = SupervisedThreshold().fit(np.concatenate([X, X[:1]]), np.concatenate([y, y[:1]]))
    weighted = SupervisedThreshold().fit(X, y, sample_weight=[2, 1, 1, 1, 1, 1])
    assert weighted.threshold_ == doubled.threshold_
    assert weighted.score_ == pytest.approx(doubled.score_)
    inside = RNG.random(X.shape) < 0.5
    masked = SupervisedThreshold().fit(X, y, mask=inside)
    wrong = np.where(inside, y, ~y)
    assert SupervisedThreshold().fit(X, wrong, mask=inside).threshold_ == masked.threshold_


def test_channels_share_a_mask():
    X, y = pair()
    colour = np.stack([X, 60 - X], axis=-1)
    e = SupervisedThreshold(channel_axis=-1).fit(colour, y)
    assert e.threshold_[0] == SupervisedThreshold().fit(X, y).threshold_
    assert e.threshold_[1] == SupervisedThreshold().fit(60 - X, y).threshold_
    assert e.score_[0] > e.score_[1]


def test_everything_or_nothing_is_foreground():
    X = REAL["coins"][np.newaxis]
    for y, expected in ((np.ones(X.shape), True), (np.zeros(X.shape), False)):
        e = SupervisedThreshold().fit(X, y)
        assert (e.predict(X) == expected).all()
        assert e.score_ == 1


def test_better_than_any_other_on_its_training_set():
    X = np.stack([REAL["coins"][:200, :300], REAL["camera"][:200, :300]])
    y = X > 77
    y ^= RNG.random(y.shape) < 0.05
    e = SupervisedThreshold("accuracy").fit(X, y)
    assert e.threshold_ == 77
    assert cross_val_score(SupervisedThreshold(), X, y, cv=2).min() > 0.8


def test_mistakes_are_named():
    X, y = pair()
    with pytest.raises(ValueError, match="true masks of X are needed"):
        SupervisedThreshold().fit(X, None)
    with pytest.raises(ValueError, match=r"y\[0\] has shape \(8, 11\)"):
        SupervisedThreshold().fit(X, y[:, 1:])
    with pytest.raises(ValueError, match="y has 3 masks, but X has 4"):
        SupervisedThreshold().fit(X, y[1:])
    with pytest.raises(ValueError, match="'metric' parameter"):
        SupervisedThreshold("f1").fit(X, y)


def test_weights_that_leave_nothing_are_refused():
    X = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
    with pytest.raises(ValueError, match="at least one non-zero"):
        SupervisedThreshold().fit(X, X > 9, sample_weight=[0, 0, 0])


@pytest.mark.parametrize("metric", METRICS)
def test_weights_of_any_size_choose_the_same(metric):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 256, (3, 8, 8)).astype(np.uint8)
    y = X + rng.normal(0, 40, X.shape) > 128
    one, most = (
        SupervisedThreshold(metric=metric).fit(X, y, sample_weight=[w, w / 2, w])
        for w in (1.0, 1e300)
    )
    assert one.threshold_ == most.threshold_
