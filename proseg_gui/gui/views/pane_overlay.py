"""Arranges what is written over a pane so that nothing overlaps, down to the smallest pane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QTransform

from proseg_gui.volume import Geometry, Volume

from .orientation import PlaneLayout, slice_position
from .overlay_items import draw_colour_bar, draw_crosshair, draw_ruler, draw_scale_bar
from .overlay_text import DOT, MARGIN, MUTED_TEXT, draw_heading, draw_text, elided
from .picture import HeatStyle
from .view_link import Ruler


@dataclass(frozen=True, eq=False)
class Shown:
    """What a pane shows: all that the texts and marks need to know.

    ``heading`` replaces the plane's name where a map is the pane's subject. ``crosshair`` is the voxel that the mouse
    points at in a sibling pane.
    """

    volume: Volume
    layout: PlaneLayout
    k: int
    window: tuple[float, float]
    heat: HeatStyle | None
    heading: str
    notice: str
    to_widget: QTransform
    pixels_per_mm: float
    rulers: tuple[Ruler, ...]
    crosshair: tuple[int, int, int] | None


def paint_empty(painter: QPainter, pane: QRectF, text: str) -> None:
    """What to do while there is no scan."""
    painter.fillRect(pane, Qt.GlobalColor.black)
    painter.setPen(MUTED_TEXT)
    area = pane.adjusted(24, 24, -24, -24)
    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), text)


def paint_labels(painter: QPainter, pane: QRectF, shown: Shown) -> None:
    """Heading, letters, scale bar, window text, colour bar and notice."""
    area = pane.adjusted(MARGIN, MARGIN - 3, -MARGIN, -MARGIN + 3)
    metrics = QFontMetricsF(painter.font())
    letters, volume = shown.layout, shown.volume
    bar = QRectF()
    if shown.heat is not None:
        bar = draw_colour_bar(painter, pane, shown.heat, with_title=shown.heading != shown.heat.title)
    beside_top = area.width() / 2 - metrics.horizontalAdvance(letters.top) / 2 - 12
    fields = [
        *(shown.heading or volume.geometry.plane_name()).split(DOT),
        f"slice {shown.k + 1} / {volume.array.shape[0]}",
        slice_position(volume.geometry, shown.k),
    ]
    draw_heading(painter, QRectF(area.left(), area.top(), beside_top, area.height()), fields, description_text(volume))
    _paint_letters(painter, area, letters, bar)
    beside_bottom = area.width() / 2 - metrics.horizontalAdvance(letters.bottom) / 2 - 12
    scale_width = min(beside_bottom, area.width() * 0.3)
    draw_scale_bar(painter, QRectF(area.left(), area.top(), scale_width, area.height()), shown.pixels_per_mm)
    text = window_text(shown.window, volume.unit)
    if metrics.horizontalAdvance(text) <= beside_bottom:  # a cut number would be a wrong number
        draw_text(
            painter, QPointF(area.right() - metrics.horizontalAdvance(text), area.bottom() - metrics.descent()), text
        )
    if shown.notice:
        _paint_notice(painter, area, shown.notice)


def _paint_letters(painter: QPainter, area: QRectF, layout: PlaneLayout, bar: QRectF) -> None:
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance
    middle, height = area.center(), area.center().y() + metrics.capHeight() / 2
    right = area.right() if bar.isEmpty() else bar.left() - 10
    draw_text(painter, QPointF(middle.x() - width(layout.top) / 2, area.top() + metrics.ascent()), layout.top)
    draw_text(painter, QPointF(middle.x() - width(layout.bottom) / 2, area.bottom() - metrics.descent()), layout.bottom)
    draw_text(painter, QPointF(area.left(), height), layout.left)
    draw_text(painter, QPointF(right - width(layout.right), height), layout.right)


def _paint_notice(painter: QPainter, area: QRectF, notice: str) -> None:
    metrics = QFontMetricsF(painter.font())
    text = elided(metrics, notice, area.width() - 40)
    width, height = metrics.horizontalAdvance(text) + 20, metrics.height() + 8
    box = QRectF(area.center().x() - width / 2, area.bottom() - 4.2 * metrics.height(), width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 22, 25, 205))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(MUTED_TEXT)
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)


def paint_marks(painter: QPainter, pane: QRectF, shown: Shown) -> None:
    """Rulers of this slice and the siblings' crosshair."""
    inside = pane.adjusted(4, 4, -4, -4)
    for ruler in shown.rulers:
        if ruler.k == shown.k:
            start, end = (shown.to_widget.map(QPointF(*point)) for point in (ruler.start, ruler.end))
            draw_ruler(painter, start, end, f"{ruler_mm(ruler, shown.volume.geometry):.1f} mm", inside)
    if shown.crosshair is not None:
        _, y, x = shown.crosshair
        draw_crosshair(painter, shown.to_widget.map(QPointF(x + 0.5, y + 0.5)))


def ruler_mm(ruler: Ruler, geometry: Geometry) -> float:
    """Distance in mm between a ruler's ends, in the patient."""
    ends = geometry.index_to_world([(ruler.k, y - 0.5, x - 0.5) for x, y in (ruler.start, ruler.end)])
    return float(np.linalg.norm(ends[1] - ends[0]))


def description_text(volume: Volume) -> str:
    """The series in one line: description (or modality) and the step between slices."""
    name = " ".join((volume.description or volume.modality).split())
    step = f"{volume.geometry.spacing_mm[0]:.3g} mm" if volume.array.shape[0] > 1 else ""
    return ", ".join(part for part in (name, step) if part)


def window_text(window: tuple[float, float], unit: str) -> str:
    """``W 1500  L −600`` in the scan's unit; decimals only where the window is narrow."""
    centre, width = window
    digits = 0 if width >= 20 or unit == "HU" else 2 if width >= 0.2 else 4
    return f"W {width:.{digits}f}  L {centre:.{digits}f}".replace("-", "−")
