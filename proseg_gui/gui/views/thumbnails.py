"""Small pictures of one slice around its contour: remembered settings, slider previews, series to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from proseg_gui.gui.views.contours import trace
from proseg_gui.jobs import CancelToken
from proseg_gui.review.colours import structure_colour
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import AxesState, Point

SIZE = 112
MORE, LESS = "#4cc38a", "#ff7b72"
"""Contours of a slider preview at plus and at minus two standard deviations."""


def grey(slice_values: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """``(y, x)`` values through window/level -> uint8."""
    centre, width = window
    scaled = (slice_values.astype(np.float32) - (centre - width / 2)) * (255.0 / width)
    return np.clip(scaled, 0, 255).astype(np.uint8)


def render(
    slice_values: np.ndarray,
    window: tuple[float, float],
    spacing_yx: tuple[float, float],
    box: tuple[int, int, int, int],
    contours: Sequence[tuple[QPainterPath, str]],
    size: int = SIZE,
) -> np.ndarray:
    """Draw the part ``box`` = (y0, x0, height, width) of a slice with contours; ``(size, size, 3)`` uint8.

    Usable from any thread: paints on a QImage only.
    """
    y0, x0, height, width = box
    pixels = np.ascontiguousarray(grey(slice_values, window))
    source = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.shape[1], QImage.Format.Format_Grayscale8)
    picture = QImage(size, size, QImage.Format.Format_RGB888)
    picture.fill(Qt.GlobalColor.black)
    scale = size / max(height * spacing_yx[0], width * spacing_yx[1])
    transform = QTransform()
    transform.translate(size / 2, size / 2)
    transform.scale(scale * spacing_yx[1], scale * spacing_yx[0])
    transform.translate(-(x0 + width / 2), -(y0 + height / 2))
    painter = QPainter(picture)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(transform)
    painter.drawImage(0, 0, source)
    for path, colour in contours:
        pen = QPen(QColor(colour), 2.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPath(path)
    painter.end()
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(size, picture.bytesPerLine())
    return rows[:, : size * 3].reshape(size, size, 3).copy()


def box_around(inside: np.ndarray) -> tuple[int, int, int, int]:
    """A square box around a ``(y, x)`` region with a wide margin; the whole slice where there is no region."""
    rows, columns = np.nonzero(inside.any(1))[0], np.nonzero(inside.any(0))[0]
    if len(rows) == 0:
        return 0, 0, inside.shape[0], inside.shape[1]
    side = int(1.7 * max(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)) + 8
    y = int(rows[0] + rows[-1] + 1 - side) // 2
    x = int(columns[0] + columns[-1] + 1 - side) // 2
    return y, x, side, side


def thumbnail(
    slice_values: np.ndarray, window: tuple[float, float], probability: np.ndarray, spacing_yx: tuple[float, float]
) -> np.ndarray:
    """Picture of the current contour on its slice, ``(SIZE, SIZE, 3)`` uint8."""
    contour = (trace(probability), structure_colour(0))
    return render(slice_values, window, spacing_yx, box_around(probability > 0.5), [contour])


def plain_thumbnail(
    slice_values: np.ndarray, window: tuple[float, float], spacing_yx: tuple[float, float]
) -> np.ndarray:
    """Picture of a slice alone."""
    whole = (0, 0, *slice_values.shape)
    return render(slice_values, window, spacing_yx, whole, [])


def ambiguity_preview(
    review: Reviewed,
    axes: AxesState,
    point: Point,
    structure: int,
    window: tuple[float, float],
    token: CancelToken,
) -> Mapping[int, np.ndarray]:
    """One picture per ambiguity slider: the contour at +2 and at -2 sd on the slice where they differ most."""
    engine, study = review.engine, review.study
    spacing = study.geometry.spacing_mm
    pictures: dict[int, np.ndarray] = {}
    slices = review.largest_slices(5)
    for number, axis in enumerate(axes.ambiguity):
        best: tuple[int, int, np.ndarray, np.ndarray] | None = None
        for k in slices:
            token.check()
            more = engine.probability(k, review.moved(axis, point, 2.0), token)[structure]
            less = engine.probability(k, review.moved(axis, point, -2.0), token)[structure]
            differing = int(((more > 0.5) != (less > 0.5)).sum())
            if best is None or differing > best[0]:
                best = (differing, k, more, less)
        if best is None:
            continue
        _, k, more, less = best
        box = box_around((more > 0.5) | (less > 0.5))
        contours = [(trace(less), LESS), (trace(more), MORE)]
        pictures[number] = render(study.image.array[k], window, (spacing[1], spacing[2]), box, contours)
    return pictures
