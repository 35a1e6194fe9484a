"""What lies over a picture besides contours: scale bar, rulers, crosshair."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from .overlay_text import TEXT, draw_text

RULER_COLOUR = QColor("#7fe3ff")
CUT_COLOUR = QColor(127, 227, 255, 90)
DENSE = 40
"""A line of more points was drawn freely: its points are no corners."""
SHADE = QColor(0, 0, 0, 170)


def nice_length_mm(limit_mm: float) -> float:
    """The longest of 1, 2, 5, 10, 20, 50, ... mm (and tenths) that is at most ``limit_mm`` > 0."""
    power = 10.0 ** math.floor(math.log10(limit_mm))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= limit_mm * (1 + 1e-9))


def length_text(length_mm: float) -> str:
    """A scale bar's length in the unit that reads best: ``2 cm``, ``5 mm``."""
    return f"{length_mm / 10:g} cm" if length_mm >= 10 else f"{length_mm:g} mm"


def draw_scale_bar(painter: QPainter, area: QRectF, pixels_per_mm: float) -> None:
    """Draw a bar of a round length, at most ``area``'s width, into its bottom left."""
    length_mm = nice_length_mm(area.width() / pixels_per_mm)
    width, foot = length_mm * pixels_per_mm, area.bottom()
    metrics = QFontMetricsF(painter.font())
    for colour, thick, grow in ((SHADE, 4.0, 1.0), (TEXT, 2.0, 0.0)):
        painter.setPen(QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QLineF(area.left() - grow, foot - 1, area.left() + width + grow, foot - 1))
    draw_text(painter, QPointF(area.left(), foot - 5 - metrics.descent()), length_text(length_mm))


def draw_pen(painter: QPainter, at: QPointF, radius: float, colour: str) -> None:
    """Draw the circle that a brush covers, ``radius`` in pixels."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(SHADE, 3.0), QPen(QColor(colour), 1.2)):
        painter.setPen(pen)
        painter.drawEllipse(at, radius, radius)


def draw_cut(painter: QPainter, start: QPointF, end: QPointF) -> None:
    """Draw where another plane runs."""
    pen = QPen(CUT_COLOUR, 1.0)
    pen.setDashPattern([6.0, 4.0])
    painter.setPen(pen)
    painter.drawLine(QLineF(start, end))


def draw_line(painter: QPainter, points: list[QPointF], colour: str) -> None:
    """Draw an outline that is not closed yet, with its corners where it has few."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(SHADE, 3.0), QPen(QColor(colour), 1.4)):
        painter.setPen(pen)
        painter.drawPolyline(points)
        if len(points) < DENSE:
            for point in points:
                painter.drawEllipse(point, 2.0, 2.0)


def draw_ruler(painter: QPainter, start: QPointF, end: QPointF, text: str, inside: QRectF) -> None:
    """Draw a measured line between two widget positions, its length beside its end and within ``inside``."""
    line = QLineF(start, end)
    normal = line.normalVector().unitVector()
    tick = QPointF(normal.dx(), normal.dy()) * 5 if line.length() > 0 else QPointF(0, 5)
    for colour, width in ((SHADE, 3.5), (RULER_COLOUR, 1.5)):
        painter.setPen(QPen(colour, width))
        painter.drawLines([line, QLineF(start - tick, start + tick), QLineF(end - tick, end + tick)])
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance(text)
    x = min(max(end.x() + 9, inside.left()), inside.right() - width)
    y = min(max(end.y() - 6, inside.top() + metrics.ascent()), inside.bottom() - metrics.descent())
    draw_text(painter, QPointF(x, y), text, RULER_COLOUR)


def draw_crosshair(painter: QPainter, at: QPointF, *, faint: bool) -> None:
    """Mark the place that the mouse points at in a sibling pane; the middle stays free."""
    arms = (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1))
    lines = [QLineF(at + arm * 6, at + arm * 26) for arm in arms]
    for colour, width in ((SHADE, 3.0), (QColor(255, 255, 255, 90 if faint else 210), 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLines(lines)
