import matplotlib as mpl
import pytest


@pytest.fixture(autouse=True)
def pyplot():
    """Draw without a screen, and leave no figure behind."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")
