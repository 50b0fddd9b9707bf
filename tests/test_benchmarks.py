"""The harness of the benchmarks: its rows hold, and it sees what is wrong."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from skthresh import SauvolaThreshold, SimpleThreshold

FOLDER = Path(__file__).parents[1] / "benchmarks"

ONE_ROW = """
import dataclasses, sys
import run
from speed import memory, table
row = table.rows()[0]
spoiled = lambda X: lambda: 255 - row.ours(X)()
changes = {"hopeless": {"target": 1e9}, "wrong": {"ours": spoiled}}[sys.argv.pop()]
table.rows = lambda: [dataclasses.replace(row, **changes)]
memory.has_memory = lambda row: False
run.technique_results = lambda *_, **__: iter(())
run.main()
"""


@pytest.fixture
def rows(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    from speed import table

    return {row.key: row for row in table.rows()}


def python(*arguments):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=FOLDER,
    )


def spoiled(side):
    """Give the same work with one wrong pixel."""

    def prepare(X):
        call = side(X)

        def wrong():
            out = np.array(call())
            out.flat[7] = out.max() - out.flat[7]
            return out

        return wrong

    return prepare


def test_quick(tmp_path):
    """Every row, on small images: whatever the time, the outputs are right."""
    file = tmp_path / "new" / "speed.json"
    done = python("run.py", "--quick", "--json", file)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(file.read_text())
    assert found["machine"]["cores"] >= 1
    results = found["results"]
    assert not [r for r in results if r["wrong"]]
    measured = [r for r in results if r["ms"]]
    assert len(measured) > 50
    assert all(r["ratio"] > 0 and r["peer_ms"] > 0 and r["reached"] is None for r in measured)
    (calls,) = (r["each"] for r in results if "28x28 image," in r["group"])
    assert len(calls) > 40
    assert sum(r["bytes"] is not None and r["peer_bytes"] is not None for r in results) == 2


def test_only_wrong_output_fails():
    slow = python("-c", ONE_ROW, "--quick", "hopeless")
    assert slow.returncode == 0, slow.stderr
    wrong = python("-c", ONE_ROW, "--quick", "wrong")
    assert wrong.returncode == 1
    assert "WRONG" in wrong.stdout
    assert "1.0e+00 of the pixels are not OpenCV's" in wrong.stderr


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("AdaptiveThreshold mean, window 5 / 51 / 301: mean 51 / OpenCV", "OpenCV's"),
        ("10,000 images of 28x28: Otsu per image / OpenCV", "OpenCV's"),
        ("Bernsen, Contrast, MidGrey, window 25: MidGrey / doxapy", "the reference's"),
        (
            "uint16 and float32: Otsu, Sauvola 25, adaptive mean 51: Otsu, uint16 / scikit-image",
            "the reference's",
        ),
    ],
)
def test_one_wrong_pixel_is_reported(rows, key, says):
    from speed.row import measure

    row = rows[key]
    assert not measure(row, runs=1, quick=True).wrong
    wrong = measure(dataclasses.replace(row, ours=spoiled(row.ours)), runs=1, quick=True).wrong
    assert says in wrong


def test_more_than_the_tolerance_is_reported(rows):
    from speed.row import measure

    (row,) = (r for r in rows.values() if r.work == "gaussian 51")
    noisy = dataclasses.replace(row, ours=lambda X: lambda: 255 - row.ours(X)())
    result = measure(noisy, runs=1, quick=True)
    assert result.different == 1
    assert "OpenCV's" in result.wrong


def test_a_row_says_why_outputs_may_differ(rows):
    row = next(iter(rows.values()))
    for changes, says in (
        ({"tolerance": 0.1}, "why"),
        ({"same": False, "because": "it is slower"}, "compared"),
        ({"ours": None}, "missing"),
    ):
        with pytest.raises(ValueError, match=says):
            dataclasses.replace(row, **changes)


def test_keys_are_unique_and_each_group_is_one_block(rows):
    from speed import table

    assert len(rows) == len(table.rows())
    groups = [row.group for row in table.rows()]
    blocks = [g for g, before in zip(groups, ["", *groups], strict=False) if g != before]
    assert len(blocks) == len(set(blocks))


def test_pairs_alternate_and_slow_peers_run_less(rows, monkeypatch):
    from speed import row

    calls = []
    first, second = (lambda: calls.append("ours")), (lambda: calls.append("theirs"))
    assert [len(t) for t in row.alternate(first, second, 4)] == [4, 4]
    assert calls == ["theirs", "ours", "ours", "theirs"] * 2
    monkeypatch.setattr(row, "SLOW", -1.0)
    assert len(row.alternate(first, second, 9)[1]) == row.FEW


@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the mark cannot be reset here"
)
def test_memory_that_is_freed_within_a_call_is_seen(rows):
    from speed.memory import additional_bytes

    def call():
        np.ones(2**24)  # 128 MiB, gone when the next line runs
        return np.ones(2**20)

    more, result = additional_bytes(call)
    assert result.nbytes == 2**23
    assert 0.95 * 2**27 < more < 1.15 * 2**27
    again, _ = additional_bytes(lambda: np.ones(2**22))
    assert 0.9 * 2**25 < again < 1.3 * 2**25


def test_the_page_is_written_between_its_marks(tmp_path, rows):
    from speed.report import LEGEND, PACKAGES, markdown, write_page
    from speed.row import measure

    page = tmp_path / "performance.md"
    page.write_text("# Head\n\n<!-- table -->\nformer\n<!-- end -->\nafter\n")
    row = next(iter(rows.values()))
    facts = dict.fromkeys(("cpu", "cores", "system", "python", *PACKAGES), "1")
    write_page(page, markdown([measure(row, runs=1, quick=True)], facts))
    text = page.read_text()
    assert "former" not in text
    assert LEGEND[0] in text
    assert f"| **{row.group}** |" in text
    assert text.startswith("# Head\n\n<!-- table -->\n")
    assert text.endswith("\n<!-- end -->\nafter\n")
    page.write_text("no marks")
    with pytest.raises(ValueError, match="0 tables"):
        write_page(page, "")
    real = (FOLDER.parent / "docs" / "performance.md").read_text()
    assert real.count("<!-- table -->") == real.count("<!-- end -->") == 1


@pytest.fixture
def petabyte(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    import petabyte

    return petabyte


def test_the_plan_of_a_petabyte_is_that_of_the_table(petabyte):
    table = (petabyte.DOCS / "performance.md").read_text()
    measured = petabyte.from_table(table)
    text = (petabyte.DOCS / "big_data.md").read_text()
    plan = petabyte.generated(measured, petabyte.Cluster())
    assert petabyte.rewritten(text, plan) == text, "run: python benchmarks/petabyte.py --write"
    with pytest.raises(ValueError, match="no line for SimpleThreshold, Otsu"):
        petabyte.from_table(
            "| **SimpleThreshold** | | | | | | | |\n| trunc | | | | 1 | | | 1 (1) |"
        )


def test_the_arithmetic_of_the_plan(petabyte):
    rates = {work.name: petabyte.Measured(100.0, 1.5) for work in petabyte.WORKS}
    cluster = petabyte.Cluster(petabytes=0.36, nodes=10, cores=100, bandwidth=2.0)
    lines = petabyte.costs(rates, cluster).splitlines()
    cells = {row[1]: row[2:-1] for row in ([c.strip() for c in x.split("|")] for x in lines)}
    # 3.6e14 bytes: at 1e8 a second and core 1000 core-hours, an hour of 1000 cores
    # read and written at 2e10 a second: 10 hours
    assert cells["Sauvola 25"] == ["100", "1,000", "1.0 h", "10.0 h", "10", "2.5"]
    assert cells["Otsu, pooled"] == ["100", "1,000", "1.0 h", "15.0 h", "7", "2.5"]
    assert cells["Sauvola 25, float32"] == ["100", "250", "15.0 min", "10.0 h", "3", "5.5"]
    chunked = petabyte.chunks(petabyte.Cluster(petabytes=2**30 / 1e15)).splitlines()
    small = [c.strip() for c in chunked[2].split("|")]
    assert small[1:5] == ["1024 x 1024", "1 MiB", "0.0 million", "0.0 min"]
    assert small[6] == f"{(1048 / 1024) ** 2 - 1:.1%}"


def measured_reach(estimator, X):
    """Find how far a pixel acts, by changing a block in the middle of a page."""
    middle, half = X.shape[1] // 2, 8
    inner = slice(middle - half, middle + half)
    noise = np.random.default_rng(0).integers(0, 2, (2 * half, 2 * half), dtype=np.uint8) * 255
    rows, columns = (np.abs(at - middle + 0.5) - half + 0.5 for at in np.indices(X.shape[1:]))
    furthest = 0
    before = estimator.fit(X).thresholds(X)[0]
    for level in (0, 255, noise):
        changed = X.copy()
        changed[0, inner, inner] = level
        now = estimator.thresholds(changed)[0]
        different = ~np.isclose(now, before, 1e-9, 1e-9, equal_nan=True)
        furthest = max(furthest, np.maximum(rows, columns)[different].max(initial=0))
    return furthest


def test_how_far_a_pixel_acts(petabyte):
    from skthresh.local_threshold.base import LocalThreshold
    from skthresh.utils.discovery import techniques

    X = petabyte.page(200, 200)
    halos = {}
    for name, cls in techniques().items():
        if issubclass(cls, LocalThreshold):
            halos[name] = petabyte.reach(cls(), X.shape[1:])
            if halos[name] is not None and not getattr(cls, "_looks_at_plane", False):
                assert measured_reach(cls(), X) == halos[name], name
    assert halos["gatos"] is halos["multi_scale_sauvola"] is None
    assert (halos["sauvola"], halos["bradley"], halos["adaptive"]) == (20, 12, 5)
    assert sum(halo is not None for halo in halos.values()) >= 12


def test_tasks_of_a_chunk_are_counted(petabyte):
    da = pytest.importorskip("dask.array")
    X = da.zeros((1, 80, 80), chunks=8, dtype=np.uint8)
    estimators = {
        "chunks alone": SimpleThreshold(3),
        "with halos": SauvolaThreshold(window_size=5),
    }
    for name, estimator in estimators.items():
        (graph,) = __import__("dask").optimize(estimator.fit(X).predict(X))
        assert len(graph.__dask_graph__()) == 100 * petabyte.TASKS[name]


def test_arrays_elsewhere():
    """The table of other arrays runs, and sees what is wrong."""
    pytest.importorskip("torch")
    chosen = ("--quick", "--only", "^(otsu|sauvola|ToGray)$")
    done = python("array_api.py", *chosen)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 2 + 3
    spoil = (
        "import array_api; f = array_api.as_host; array_api.as_host = lambda x: f(x)[..., ::-1]; "
    )
    done = python("-c", spoil + "raise SystemExit(array_api.main())", *chosen)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "differ" in done.stdout


def test_the_page_on_quality_is_that_of_its_results():
    program = """
import json, sys
from pathlib import Path
sys.path.insert(0, "benchmarks")
from evidence.report import otsu_differs, page
from skthresh.utils.discovery import techniques
results = json.loads(Path("benchmarks/evidence/quality.json").read_text())
text = Path("docs/quality.md").read_text()
assert otsu_differs(results) == []
known, compared = techniques(), 0
for entry in results.values():  # a default that was changed is to be measured again
    for name, by_size in entry["windows"].items():
        expected = by_size.get(str(known[name]().window_size))
        if expected is not None:
            found = entry["techniques"][name]["default"]["scores"]["dice"]
            assert abs(found - expected) < 1e-4, name
            compared += 1
assert compared > 100
assert page(text, results) == text
results["dibco2009"]["techniques"]["otsu"]["default"]["scores"]["dice"] += 0.001
assert len(otsu_differs(results)) == 1
assert page(text, results) != text
"""
    subprocess.run([sys.executable, "-c", program], cwd=FOLDER.parent, check=True, timeout=120)
