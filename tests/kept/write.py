"""Keep the pickles of a release: ``python tests/kept/write.py``, once, when it is made.

One file holds a fitted estimator of each kind, and what it answers. Files of earlier releases are
never written again: that the present code reads them is what is tested.
"""

import pickle
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from instances import all_but_unet

import skthresh


def images():
    """Give three small images, and their true masks."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, 90, (3, 12, 16), np.uint8)
    X[:, 3:9, 4:11] += 120
    return X, X > 100


def answers(estimator, X):
    """Give what a fitted estimator makes of images, as one array."""
    name = "predict" if hasattr(estimator, "predict") else "transform"
    return np.asarray(getattr(estimator, name)(X))


def main():
    path = HERE / f"{skthresh.__version__}.npz"
    if path.exists():
        sys.exit(f"{path.name} is kept already.")
    X, y = images()
    content = {"X": X}
    for estimator in all_but_unet():
        estimator.fit(X, y)
        text = pickle.dumps(estimator, protocol=4)
        content[f"{estimator!r}.pickle"] = np.frombuffer(text, np.uint8)
        content[f"{estimator!r}.answer"] = answers(estimator, X)
    np.savez_compressed(path, **content)


if __name__ == "__main__":
    main()
