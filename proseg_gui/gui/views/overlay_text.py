"""Text over a picture: light letters with a dark halo, readable on air and on bone alike, and never overlapping."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

MARGIN = 9.0
"""Widget pixels between text and the pane's edge."""
TEXT = QColor("#eceef0")
MUTED_TEXT = QColor("#b6bcc4")
HALO = QColor(0, 0, 0, 150)
HALO_OFFSETS = ((-1, 0), (1, 0), (0, -1), (0, 1), (1, 1))


def draw_text(painter: QPainter, baseline: QPointF, text: str, colour: QColor = TEXT) -> None:
    """Write ``text`` from ``baseline`` to the right, with its halo."""
    painter.setPen(HALO)
    for dx, dy in HALO_OFFSETS:
        painter.drawText(baseline + QPointF(dx, dy), text)
    painter.setPen(colour)
    painter.drawText(baseline, text)


def elided(metrics: QFontMetricsF, text: str, width: float) -> str:
    """``text`` cut with an ellipsis to fit ``width``; empty where not even a few letters fit."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    if width < 4 * metrics.averageCharWidth():
        return ""
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


def wrapped(metrics: QFontMetricsF, fields: Sequence[str], width: float) -> list[str]:
    """Join ``fields`` with dots into as few lines as fit ``width``; a single field that is too long is elided."""
    lines: list[str] = []
    for field in fields:
        joined = f"{lines[-1]} · {field}" if lines else field
        if lines and metrics.horizontalAdvance(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(field)
    return [line for line in (elided(metrics, line, width) for line in lines) if line]


def draw_heading(painter: QPainter, area: QRectF, fields: Sequence[str], note: str) -> None:
    """Write ``fields`` and, muted below them, ``note`` into the top left of ``area``."""
    metrics = QFontMetricsF(painter.font())
    lines = wrapped(metrics, fields, area.width())
    colours = [TEXT] * len(lines)
    if note and (short := elided(metrics, note, area.width())):
        lines.append(short)
        colours.append(MUTED_TEXT)
    baseline = area.topLeft() + QPointF(0, metrics.ascent())
    for line, colour in zip(lines, colours, strict=True):
        draw_text(painter, baseline, line, colour)
        baseline += QPointF(0, metrics.height())
