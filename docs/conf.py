"""The site: ``python -m sphinx -W docs build/docs``."""

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import matplotlib as mpl

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import api_reference  # noqa: E402  it lies beside this file

mpl.use("Agg")

project = "skthresh"
author = "the skthresh developers"
copyright = author  # noqa: A001  Sphinx reads this name
release = version = version_of("skthresh")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["**/GALLERY_HEADER.rst", "images"]
templates_path = ["templates"]
default_role = "py:obj"  # what docstrings have in single backticks
extlinks = {"doi": ("https://doi.org/%s", "doi:%s")}
autosummary_generate = True
autodoc_typehints = "none"  # numpydoc says types, with shapes
numpydoc_show_class_members = False  # the template lists them
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = f"skthresh {release}"
html_static_path = ["static"]
html_css_files = ["tables.css"]
html_show_sphinx = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples/gallery",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "subsection_order": [
        f"../examples/gallery/{name}" for name in ("first", "global", "local", "around", "learning")
    ],
    "within_subsection_order": "FileNameSortKey",
    "backreferences_dir": "gallery/backreferences",
    "doc_module": ("skthresh",),
    "abort_on_example_error": True,
    "download_all_examples": False,
    "reset_modules": ("matplotlib", "strict_gallery.strict"),
    "reset_modules_order": "both",
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1e9,
    "write_computation_times": False,
    "plot_gallery": "True",
}

# Written anew at each build: the public names are read from the package.
(HERE / "api").mkdir(exist_ok=True)
(HERE / "api" / "index.rst").write_text(api_reference.page(), encoding="utf-8")


def skip(app: Any, what: str, name: str, item: Any, skipped: bool, options: Any) -> bool | None:  # noqa: ARG001
    """Leave out what scikit-learn documents: verbs of every estimator, metadata requests."""
    function = getattr(item, "fget", item)
    module = getattr(function, "__module__", None) or ""
    foreign = callable(function) and not module.startswith("skthresh")
    return True if foreign or re.fullmatch(r"set_\w+_request|_.*", name) else None


def adapt(app: Any, docname: str, source: list[str]) -> None:  # noqa: ARG001
    """Let links to source files, which read well on a code host, be links to the reference here.

    And drop patterns of a toctree that nothing matches, as not every checkout has every page.
    """
    text = re.sub(r"\[`(\w+)`\]\(\.\./skthresh/[\w/]+\.py\)", r"{py:obj}`~skthresh.\1`", source[0])
    missing = [p for p in re.findall(r"^\w+\*$", text, re.MULTILINE) if not any(HERE.glob(p))]
    source[0] = "\n".join(line for line in text.split("\n") if line not in missing)


def setup(app: Any) -> None:
    """Connect the two."""
    app.connect("autodoc-skip-member", skip)
    app.connect("source-read", adapt)
