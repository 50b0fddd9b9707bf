"""What all tests share."""

import os

# Keras is told before anything imports it; a developer may name another backend.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")
# Without it scikit-learn skips its checks of array API input.
os.environ.setdefault("SCIPY_ARRAY_API", "1")

from hypothesis import settings

# The first example of a new dtype compiles a kernel, which takes longer than any deadline.
settings.register_profile("skthresh", deadline=None)
settings.load_profile("skthresh")


def pytest_configure(config):
    # On JAX and torch Keras turns its variables into arrays by np.array(variable), whose
    # __array__ does not know NumPy 2's copy keyword: nothing that this library can mend.
    if os.environ["KERAS_BACKEND"] != "tensorflow":
        message = "__array__ implementation doesn't accept a copy keyword"
        config.addinivalue_line("filterwarnings", f"ignore:{message}:DeprecationWarning")
