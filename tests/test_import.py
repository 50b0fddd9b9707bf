import subprocess
import sys

import skthresh


def run(code, **environment):
    import os

    env = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    ).stdout.strip()


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
    from importlib.metadata import version

    assert skthresh.__version__ == version("skthresh")


def test_kernels_import_no_scikit_learn():
    code = """
import importlib.util, pathlib, sys
folder = pathlib.Path(importlib.util.find_spec('skthresh').origin).parent / 'kernels'
found = [p.name for p in folder.glob('*.py') if 'sklearn' in p.read_text()]
print(found, len(list(folder.glob('*.py'))) > 4)
"""
    assert run(code) == "[] True"
