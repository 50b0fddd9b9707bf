"""Compiled code that is kept on disk is the right one, and kernels are called by whom they can."""

import os
import subprocess
import sys

import numba
import pytest

from skthresh.kernels._jit import inner_kernel, kernel

SUM = """
import numpy as np
from skthresh.kernels._jit import kernel

@kernel
def total(v):
    s = 0
    for i in range(v.size):
        s += v[i]
    return s
"""

# As it is between another process's look at the index and its writing of it.
BESIDE = """
from numba.core.caching import IndexDataCacheFile
IndexDataCacheFile._load_index = lambda self: {}
IndexDataCacheFile._save_index = lambda self, overloads: None
"""


def run(folder, code):
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_processes_that_fill_the_cache_at_once_do_not_take_each_others_code(tmp_path):
    (tmp_path / "summing.py").write_text(SUM)
    use = "from summing import total, np\nprint(total(np.ones(5, {})))"
    assert run(tmp_path, use.format("np.int8")) == "5"
    assert run(tmp_path, BESIDE + use.format("np.float64")) == "5.0"
    assert run(tmp_path, use.format("np.int8")) == "5"
    hits = use.format("np.int8") + "\nprint(sum(total.stats.cache_hits.values()))"
    assert run(tmp_path, hits) == "5\n1"


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_a_process_whose_index_is_lost_does_not_write_over_its_own_code(tmp_path):
    (tmp_path / "summing.py").write_text(SUM)
    forgetful = BESIDE.replace("lambda self, overloads: None", "saved")
    keep = "saved = IndexDataCacheFile._save_index\n"
    first, second = (f"print(total(np.ones(5, {d})))" for d in ("np.int8", "np.float64"))
    code = BESIDE.splitlines()[1] + "\n" + keep + forgetful + "from summing import total, np\n"
    assert run(tmp_path, code + first + "\n" + second) == "5\n5.0"
    assert len(list(tmp_path.glob("cache/**/*.nbc"))) == 2


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_a_loop_within_a_kernel_is_not_taken_for_the_one_that_python_calls(tmp_path):
    """Where windows end at the border the loop is called by a kernel, with the same types."""
    code = """
import numpy as np
from skthresh import BradleyThreshold
X = np.random.default_rng(0).integers(0, 256, (1, 9, 300), np.uint8)
for border in {}:
    print(border, BradleyThreshold(window_size=5, border=border).fit_transform(X).sum())
"""
    one_way = run(tmp_path, code.format(["clip", "replicate"])).splitlines()
    (tmp_path / "cache").rename(tmp_path / "other")
    other_way = run(tmp_path, code.format(["replicate", "clip"])).splitlines()
    assert sorted(one_way) == sorted(other_way)


@inner_kernel
def _one_more(x):
    return x + 1


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_an_inner_kernel_has_no_entrance_from_python():
    # Numba itself does not look whether there is one, and the process ends
    with pytest.raises(TypeError, match="_one_more can be called by kernels alone"):
        _one_more(1)
    assert kernel(lambda x: _one_more(x) + 1)(1) == 3
    with pytest.raises(TypeError, match="_one_more"):
        _one_more(1)
