import numpy as np
import pytest
from skimage import data

from skthresh import OtsuThreshold, SauvolaThreshold, compare_thresholds
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.utils.discovery import techniques

X = data.coins()[np.newaxis, 100:180, 50:150]
Y = X > 110


def test_all_techniques_on_an_image():
    table = compare_thresholds(X, Y)
    assert {row.technique for row in table} == set(techniques())
    assert [row.technique for row in table if row.error] == []
    scores = [row.score for row in table]
    assert scores == sorted(scores, reverse=True)
    assert table["supervised"].score == pytest.approx(1.0)
    for row in table:
        np.testing.assert_allclose(row.foreground, row.estimator.predict(X).mean())
        assert row.seconds > 0
    otsu = OtsuThreshold().fit(X)
    assert table["otsu"].threshold == otsu.threshold_
    assert table["otsu"].score == otsu.score(X, Y)


def test_families_names_and_estimators():
    names = techniques()
    table = compare_thresholds(X, techniques="global")
    failed = {row.technique for row in table if row.error}
    assert failed == {n for n in failed if names[n]().__sklearn_tags__().target_tags.required}
    assert len(table) > len(compare_thresholds(X, techniques="local")) > 10
    assert issubclass(names[table.rows[0].technique], GlobalThreshold)
    mine = SauvolaThreshold(k=0.05, mode="binary_inv")
    table = compare_thresholds(X, ~Y, ["otsu", mine], mode="binary_inv")
    assert {row.technique for row in table} == {"otsu", "sauvola"}
    assert table["sauvola"].score == mine.fit(X).score(X, ~Y)
    assert not hasattr(SauvolaThreshold(), "sample_ndim_")
    with pytest.raises(KeyError):
        table["li"]


def test_failures_stand_in_their_row():
    one_peak = np.resize(np.repeat(np.arange(9, dtype=np.uint8), [1, 2, 4, 8, 9, 8, 4, 2, 1]), 39)
    table = compare_thresholds(one_peak.reshape(1, 3, 13), techniques=["minimum", "otsu"])
    assert table["minimum"].error.startswith("ThresholdNotFoundError: The histogram has one peak")
    assert table["otsu"].threshold == OtsuThreshold().fit(one_peak.reshape(1, 3, 13)).threshold_
    assert "needs y" in compare_thresholds(X, techniques=["supervised"]).rows[0].error
    lines = str(table).splitlines()
    assert len(lines) == 3
    assert lines[0].split() == list(table.COLUMNS)
    assert "ThresholdNotFoundError" in lines[2]
    frame = table.to_frame()
    assert list(frame.columns) == list(table.COLUMNS)
    assert len(frame) == 2


def test_masks_scorers_and_lists():
    framed = np.pad(X, [(0, 0), (20, 20), (20, 20)], constant_values=255)
    truth = np.pad(Y, [(0, 0), (20, 20), (20, 20)])
    inside = np.pad(np.ones(X.shape, bool), [(0, 0), (20, 20), (20, 20)])
    table = compare_thresholds(framed, truth, ["otsu"], mask=inside)
    assert table["otsu"].score == OtsuThreshold().fit(X).score(X, Y)
    table = compare_thresholds(list(X), list(Y), ["otsu"], scoring="drd")
    assert table["otsu"].score < 0, "scorers negate what is better when it is less"


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="'techniques' parameter.*'some'"):
        compare_thresholds(X, techniques="some")
    with pytest.raises(ValueError, match="techniques has 'otso'"):
        compare_thresholds(X, techniques=["otso"])
