"""Make the pictures of which_technique.md, from images that scikit-image ships.

``python docs/write_pictures.py``
"""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage import data

from skthresh import (
    GaussianBlur,
    HysteresisThreshold,
    MultiOtsuThreshold,
    ToGray,
    binarize,
)

FOLDER = Path(__file__).parent / "images"
GAP = 8


def strip(name: str, *panels: Any) -> None:
    """Write panels side by side: images in grey, masks with a black foreground."""
    drawn = [np.where(p, 0, 255).astype(np.uint8) if p.dtype == bool else p for p in panels]
    height = drawn[0].shape[0]
    gap = np.full((height, GAP), 255, np.uint8)
    row = np.hstack([x for panel in drawn for x in (panel, gap)][:-1])
    Image.fromarray(row).quantize(16).save(FOLDER / f"{name}.png", optimize=True)


def main() -> None:
    """Make all of them."""
    coins, page, text = data.coins(), data.page()[:, :260], data.text()[:, :260]
    camera = data.camera()[::2, ::2]
    strip("guide_two_peaks", camera, binarize(camera, "otsu", mode="binary_inv"))

    ink: dict[str, Any] = {"mode": "binary_inv"}
    strip(
        "guide_uneven",
        page,
        binarize(page, "otsu", **ink),
        binarize(page, "sauvola", window_size=25, **ink),
    )

    stars = ToGray().fit_transform([data.hubble_deep_field()[200:400, 200:460]])[0]
    strip(
        "guide_few",
        np.minimum(stars * 2.0, 255).astype(np.uint8),
        binarize(stars, "otsu"),
        binarize(stars, "robust_background"),
    )

    noisy = np.random.default_rng(0).normal(coins[:200, :260].astype(float), 40)
    noisy = noisy.clip(0, 255).astype(np.uint8)
    smooth = GaussianBlur(9).fit_transform([noisy])[0]
    strip("guide_noise", noisy, binarize(noisy, "otsu"), binarize(smooth, "otsu"))

    labels = MultiOtsuThreshold(n_classes=4).fit([camera]).predict([camera])[0]
    strip("guide_classes", camera, (labels * 85).astype(np.uint8))

    vessels = 255 - data.retina()[400:600, 500:760, 1]
    local = vessels.astype(float) - GaussianBlur(51).fit_transform([vessels.astype(float)])[0]
    shown = (local - local.min()) / np.ptp(local) * 255
    strip(
        "guide_weak",
        shown.astype(np.uint8),
        binarize(local, "simple", threshold=6),
        HysteresisThreshold(4, 12).fit([local]).predict([local])[0],
    )
    wolf = binarize(text, "wolf", window_size=41, **ink)
    strip("guide_text", text, binarize(text, "otsu", **ink), wolf)


if __name__ == "__main__":
    main()
