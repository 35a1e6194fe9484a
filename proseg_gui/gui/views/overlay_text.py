"""Text over a picture: light letters on a dark glow, readable on air and on bone alike, cut before they overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

MARGIN = 9.0
"""Widget pixels between text and the pane's edge."""
DOT = " · "
"""Between parts of a heading, where a line may also be broken."""
TEXT = QColor("#eceef0")
MUTED_TEXT = QColor("#b6bcc4")
HALO_REACH = 3
"""Widget pixels by which the dark glow reaches beyond the letters."""
HALO_OPACITY = 0.78


def draw_text(painter: QPainter, baseline: QPointF, text: str, colour: QColor = TEXT) -> None:
    """Write ``text`` from ``baseline`` to the right, on its dark glow."""
    ratio = painter.device().devicePixelRatioF()
    image = _glowing(text, colour.name(), painter.font().toString(), ratio)
    ascent = QFontMetricsF(painter.font()).ascent()
    # Whole device pixels, so that the ready-made letters stay sharp.
    x = round((baseline.x() - HALO_REACH) * ratio) / ratio
    y = round((baseline.y() - ascent - HALO_REACH) * ratio) / ratio
    painter.drawImage(QPointF(x, y), image)


@lru_cache(maxsize=512)
def _glowing(text: str, colour: str, font_description: str, ratio: float) -> QImage:
    font = QFont()
    font.fromString(font_description)
    metrics = QFontMetricsF(font)
    width = math.ceil((metrics.horizontalAdvance(text) + 2 * HALO_REACH) * ratio)
    height = math.ceil((metrics.height() + 2 * HALO_REACH) * ratio)
    letters = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    letters.setDevicePixelRatio(ratio)
    letters.fill(0)
    place = QPointF(HALO_REACH, HALO_REACH + metrics.ascent())
    _write(letters, font, colour, place, text)
    alpha = np.ndarray((height, letters.bytesPerLine()), np.uint8, letters.constBits())[:, 3 : width * 4 : 4] / 255.0
    pixel = max(1, round(ratio))
    for axis in (0, 1):  # thicker first, so that a full stop keeps as dark a ground as a capital
        alpha = np.maximum.reduce([np.roll(alpha, shift, axis) for shift in range(-pixel, pixel + 1)])
    for axis in (0, 1, 0, 1):
        alpha = np.mean([np.roll(alpha, shift, axis) for shift in range(-pixel, pixel + 1)], axis=0)
    opacity = np.rint(np.minimum(1.3 * alpha, 1.0) * (HALO_OPACITY * 255)).astype(np.uint32) << 24
    glow = QImage(opacity.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()
    glow.setDevicePixelRatio(ratio)
    _write(glow, font, colour, place, text)
    return glow


def _write(image: QImage, font: QFont, colour: str, baseline: QPointF, text: str) -> None:
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(baseline, text)
    painter.end()


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
        joined = f"{lines[-1]}{DOT}{field}" if lines else field
        if lines and metrics.horizontalAdvance(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(field)
    return [line for line in (elided(metrics, line, width) for line in lines) if line]


def draw_heading(
    painter: QPainter, area: QRectF, widest: float, case: str, fields: Sequence[str], notes: Sequence[str]
) -> None:
    """Write ``case`` on its line, then ``fields``, then (muted) each of ``notes`` into the top left of ``area``.

    The first line ends with ``area``; the ones below may go on to ``widest`` where a part alone is longer: a number
    that is cut would be a wrong number.
    """
    metrics = QFontMetricsF(painter.font())
    first = wrapped(metrics, [case], area.width()) if case else []
    broken = wrapped(metrics, fields, area.width())
    if first and any(metrics.horizontalAdvance(field) > area.width() for field in fields):
        broken = wrapped(metrics, fields, widest)
    lines = [*first, *broken]
    colours = [TEXT] * len(lines)
    for note in notes:
        if note and (short := elided(metrics, note, area.width())):
            lines.append(short)
            colours.append(MUTED_TEXT)
    baseline = area.topLeft() + QPointF(0, metrics.ascent())
    for line, colour in zip(lines, colours, strict=True):
        draw_text(painter, baseline, line, colour)
        baseline += QPointF(0, metrics.height())
