import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import skthresh


def run(code, folder=None, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_is_light():
    code = """
import sys, skthresh, skthresh.display, skthresh.metrics, skthresh.datasets
heavy = {'keras', 'tensorflow', 'torch', 'jax', 'matplotlib', 'dask', 'cv2'}
print(sorted({m.split('.')[0] for m in sys.modules} & heavy))
"""
    assert run(code) == "[]"


def test_public_names():
    for name in skthresh.__all__:
        assert hasattr(skthresh, name)
    assert skthresh.__version__ == version("skthresh")


def test_kernels_import_no_scikit_learn():
    code = """
import importlib.util, pathlib, sys
folder = pathlib.Path(importlib.util.find_spec('skthresh').origin).parent / 'kernels'
found = [p.name for p in folder.glob('*.py') if 'sklearn' in p.read_text()]
print(found, len(list(folder.glob('*.py'))) > 4)
"""
    assert run(code) == "[] True"


def test_read_only_install_without_a_cache_folder(tmp_path):
    """Nowhere to keep compiled code: it is compiled again, and everything works."""
    here = Path(skthresh.__file__).parent
    shutil.copytree(here, tmp_path / "skthresh", ignore=shutil.ignore_patterns("__pycache__"))
    code = """
import numba.core.caching as caching
def refuse(self):
    raise OSError('read-only')
for locator in caching.CacheImpl._locator_classes:
    locator.ensure_cache_path = refuse
import skthresh, numpy as np
print(skthresh.__file__)
print(skthresh.binarize(np.array([[1, 9]], np.uint8)).tolist())
"""
    file, mask = run(code, tmp_path, PYTHONDONTWRITEBYTECODE="1").splitlines()
    assert file.startswith(str(tmp_path))
    assert mask == "[[False, True]]"
    assert not list(tmp_path.rglob("*.nbi"))
