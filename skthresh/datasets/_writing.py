"""Lines of pseudo-writing: letters made of pen strokes, drawn with a broad nib.

Coordinates of a letter: x to the right, y up from the baseline, 1 is the height of an x.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["draw_writing"]

Stroke = NDArray[np.float64]  # of shape (n_points, 2): x, y

# Strokes are drawn this many times finer than the page, so that edges know the share of a pixel
# that is inked. Coarser for large writing, whose edges are few beside its area.
FINE, COARSE = 4, 2


def _line(*points: tuple[float, float]) -> Stroke:
    return np.array(points, dtype=float)


def _arc(x: float, y: float, rx: float, ry: float, start: float, stop: float) -> Stroke:
    """Give an arc of an ellipse around (x, y), from angle to angle in degrees."""
    a = np.radians(np.linspace(start, stop, 16))
    return np.column_stack([x + rx * np.cos(a), y + ry * np.sin(a)])


def _right(stroke: Stroke, x: float) -> Stroke:
    return stroke + np.array([x, 0.0])


_STEM = _line((0, 1), (0, 0))
_TALL = _line((0, 1.8), (0, 0))
_DEEP = _line((0, 1), (0, -0.7))
_BOWL = _arc(0.4, 0.5, 0.4, 0.5, 60, 420)
_ARCH = np.vstack([_arc(0.35, 0.6, 0.35, 0.4, 180, 0), _line((0.7, 0))])
_CUP = np.vstack([_line((0, 1)), _arc(0.35, 0.4, 0.35, 0.4, 180, 360), _line((0.7, 1))])
_OPEN = _arc(0.4, 0.5, 0.4, 0.5, 50, 310)

# Width and strokes per letter; the names only say what each looks like.
LETTERS: dict[str, tuple[float, list[Stroke]]] = {
    "a": (0.8, [_BOWL, _right(_STEM, 0.8)]),
    "b": (0.8, [_TALL, _BOWL]),
    "c": (0.7, [_OPEN]),
    "d": (0.8, [_BOWL, _right(_TALL, 0.8)]),
    "e": (0.8, [_arc(0.4, 0.5, 0.4, 0.5, 0, 310), _line((0, 0.5), (0.8, 0.5))]),
    "h": (0.7, [_TALL, _ARCH]),
    "i": (0.1, [_STEM, _line((0, 1.45), (0.03, 1.5))]),
    "l": (0.1, [_TALL]),
    "m": (1.4, [_STEM, _ARCH, _right(_ARCH, 0.7)]),
    "n": (0.7, [_STEM, _ARCH]),
    "o": (0.8, [_BOWL]),
    "p": (0.8, [_DEEP, _BOWL]),
    "r": (0.5, [_STEM, _arc(0.35, 0.6, 0.35, 0.4, 180, 60)]),
    "s": (
        0.6,
        [np.vstack([_arc(0.3, 0.75, 0.3, 0.25, 40, 250), _arc(0.3, 0.25, 0.3, 0.25, 70, -140)])],
    ),
    "t": (0.5, [_line((0.2, 1.5), (0.2, 0.1), (0.45, 0)), _line((-0.05, 1), (0.5, 1))]),
    "u": (0.7, [_CUP, _right(_STEM, 0.7)]),
    "v": (0.7, [_line((0, 1), (0.35, 0), (0.7, 1))]),
    "y": (0.7, [_CUP, np.vstack([_line((0.7, 1)), _arc(0.3, -0.3, 0.4, 0.4, 0, -120)])]),
}
_ALPHABET = list(LETTERS)


def draw_writing(rng: np.random.RandomState, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Write a page, and give the share of each pixel that is inked.

    Parameters
    ----------
    rng : RandomState
        Decides on the hand (size, slant, nib) and the text.
    shape : tuple of int
        (height, width).

    Returns
    -------
    ndarray of shape (height, width)
        From 0, paper, to 1, ink.
    """
    pitch = np.clip(min(shape) / 6, 12, 36) * rng.uniform(0.85, 1.15)
    size = pitch * rng.uniform(0.33, 0.4)
    fine = FINE if pitch < 24 else COARSE
    nib = _nib(size * rng.uniform(0.2, 0.28) * fine, rng.uniform(20, 50))
    canvas = np.zeros((shape[0] * fine, shape[1] * fine), dtype=bool)
    for points in _lines_of_text(rng, shape, pitch, size):
        _stamp(canvas, _densify(points * fine), nib)
    blocks = canvas.reshape(shape[0], fine, shape[1], fine)
    return blocks.mean(axis=(1, 3))


def _lines_of_text(
    rng: np.random.RandomState, shape: tuple[int, int], pitch: float, size: float
) -> list[Stroke]:
    """Lay out the words, and give their strokes in pixels: column, row."""
    height, width = shape
    slant, tilt = rng.uniform(-0.05, 0.35), rng.uniform(-0.025, 0.025)
    margin = min(0.07 * width, 1.2 * pitch)
    strokes = []
    top = 0.04 * height + 1.9 * size
    baselines = np.arange(top, max(height - 0.8 * size, top + 1), pitch)  # one line at least
    for n, base in enumerate(baselines):
        x, end = margin * rng.uniform(0.9, 1.1), width - margin
        if n == len(baselines) - 1 and n > 0:
            end = margin + (width - 2 * margin) * rng.uniform(0.3, 0.9)  # a paragraph's last line
        while True:
            word = rng.choice(_ALPHABET, rng.randint(2, 9))
            letters = [LETTERS[name] for name in word]
            length = sum(w + 0.32 for w, _ in letters) * size
            if x + length > end and x > margin * 1.2:
                break
            for w, parts in letters:
                wobble = rng.uniform(-0.04, 0.04, 2)
                for part in parts:
                    across = x + (part[:, 0] + wobble[0] + slant * part[:, 1]) * size
                    down = base - (part[:, 1] + wobble[1]) * size + tilt * (across - width / 2)
                    strokes.append(np.column_stack([across, down]))
                x += (w + 0.32) * size
            x += rng.uniform(0.4, 0.7) * size
    return strokes


def _nib(width: float, angle: float) -> NDArray[np.int64]:
    """Give the offsets that a broad nib covers: an ellipse, held at `angle` degrees."""
    a, b = max(width / 2, 1.0), max(width / 4, 0.8)
    r = int(np.ceil(a))
    y, x = np.mgrid[-r : r + 1, -r : r + 1]
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    inside = ((x * c - y * s) / a) ** 2 + ((x * s + y * c) / b) ** 2 <= 1
    return np.column_stack([y[inside], x[inside]])


def _densify(points: Stroke) -> Stroke:
    """Put a point on every pixel or so of a stroke."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    at = np.concatenate([[0], np.cumsum(steps)])
    fine = np.linspace(0, at[-1], int(at[-1]) + 2)
    return np.column_stack([np.interp(fine, at, points[:, 0]), np.interp(fine, at, points[:, 1])])


def _stamp(canvas: NDArray[np.bool_], points: Stroke, nib: NDArray[np.int64]) -> None:
    """Ink the canvas under the nib at every point, as far as it is on the canvas."""
    at = np.rint(points[:, ::-1]).astype(np.int64)
    covered = (at[:, np.newaxis] + nib).reshape(-1, 2)
    inside = ((covered >= 0) & (covered < canvas.shape)).all(axis=1)
    canvas[tuple(covered[inside].T)] = True
