"""How far each technique agrees with Doxa's own results for its page.

    SKTHRESH_DATA=folder python benchmarks/doxa.py            # the table
    SKTHRESH_DATA=folder python benchmarks/doxa.py --write    # and docs/doxa.md anew

The folder holds `doxa/images`, `doxa/masks` and `doxa/references`, as Doxa publishes them: the page
2JohnC1V3 (CC0), its true mask, and Doxa's result for each technique.
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from skthresh import binarize
from skthresh.metrics import f_measure

PAGE = Path(__file__).parents[1] / "docs" / "doxa.md"

# Doxa's name -> (technique, the parameters of best agreement: Doxa does not say its own).
RESULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "Otsu": ("otsu", {}),
    "Niblack": ("niblack", {"window_size": 223, "k": -0.61}),
    "Sauvola": ("sauvola", {"window_size": 27, "k": 0.1}),
    "Wolf": ("wolf", {"window_size": 21, "k": 0.18}),
    "NICK": ("nick", {"window_size": 45, "k": -0.1}),
    "WAN": ("wan", {"window_size": 75, "k": 0.2}),
    "ISauvola": ("isauvola", {"window_size": 15, "k": 0.01}),
    "Bataineh": ("bataineh", {"k": 2}),
    "AdOtsu": ("ad_otsu", {"reference": "global", "window_size": 75, "grid_step": 1}),
    "AdOtsuG": ("ad_otsu", {"reference": "global", "window_size": 75, "grid_step": 37}),
    "Su": ("su", {"window_size": 15, "n_min": 30}),
    "Gatos": ("gatos", {"window_size": 75, "background_window_size": 121}),
    "TRSingh": ("singh", {"window_size": 27, "k": 0.1}),
    "Bensen": ("bernsen", {"window_size": 51, "contrast": 25, "half": 100}),
}


def gray(image: np.ndarray) -> np.ndarray:
    """Convert colour as Doxa's results were: (11 R + 16 G + 5 B) / 32."""
    r, g, b = (image[..., i].astype(int) for i in range(3))
    return ((11 * r + 16 * g + 5 * b) // 32).astype(np.uint8)


def paper(path: Path) -> np.ndarray:
    """Read a mask whose ink is black: True on paper."""
    return np.asarray(Image.open(path)).astype(bool)


def rows(folder: Path) -> list[str]:
    """Make the table."""
    image = gray(np.asarray(Image.open(next((folder / "images").iterdir()))))
    truth = ~paper(next((folder / "masks").iterdir()))[np.newaxis]
    lines = [
        "| Doxa | skthresh | equal pixels | different | F-measure, Doxa | F-measure, skthresh |",
        "|---|---|---|---|---|---|",
    ]
    for name, (technique, params) in RESULTS.items():
        border = {} if technique in {"otsu", "bataineh"} else {"border": "clip"}
        theirs = ~paper(next((folder / "references").glob(f"*-{name}.pbm")))
        ours = binarize(image, technique, mode="binary_inv", **border, **params)
        said = ", ".join(f"{k}={v}" for k, v in params.items())
        lines.append(
            f"| {name} | `{technique}` {said} | {np.mean(ours == theirs):.2%} | "
            f"{np.count_nonzero(ours != theirs)} | {100 * f_measure(truth, theirs[None]):.2f} | "
            f"{100 * f_measure(truth, ours[None]):.2f} |"
        )
    return lines


def main() -> None:
    """Print the table, and write it into the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write docs/doxa.md anew")
    write = parser.parse_args().write
    table = "\n".join(rows(Path(os.environ["SKTHRESH_DATA"]) / "doxa"))
    print(table)
    if write:
        text = re.sub(
            r"(<!-- table -->\n).*?(<!-- end -->)",
            lambda m: f"{m[1]}{table}\n{m[2]}",
            PAGE.read_text(),
            flags=re.DOTALL,
        )
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
