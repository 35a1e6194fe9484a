"""What the small plots share: theme, words under the pointer, title line, ticks at round numbers, text styles."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from .palette import DARK, ViewColours

PADDING = 10.0
"""Widget pixels between a plot's border and its content."""


class SmallPlot(QWidget):
    """A plot that follows the theme and says what the pointer is on."""

    def __init__(self, name: str, least_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = DARK
        self.setAccessibleName(name)
        self.setMinimumHeight(least_height)

    def set_colours(self, colours: ViewColours) -> None:
        """Follow the theme."""
        self._colours = colours
        self.update()

    def tooltip_at(self, position: QPointF) -> str:
        """What is known about the place under the pointer; empty where there is nothing."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        """Show what the pointer is on."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tooltip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


def title_font(font: QFont) -> QFont:
    """Small, bold, spaced: as the headings of the panels."""
    title = QFont(font)
    title.setBold(True)
    title.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 108)
    _scale(title, 0.9)
    return title


def small_font(font: QFont) -> QFont:
    """For numbers at an axis."""
    small = QFont(font)
    _scale(small, 0.9)
    return small


def _scale(font: QFont, factor: float) -> None:
    if font.pixelSize() > 0:
        font.setPixelSize(max(9, round(font.pixelSize() * factor)))
    else:
        font.setPointSizeF(font.pointSizeF() * factor)


def draw_frame(
    painter: QPainter, area: QRectF, colours: ViewColours, title: str, *, unit: str = "", hints: tuple[str, ...] = ()
) -> None:
    """Paint panel, border, title with its unit, and at the right the first of ``hints`` that fits."""
    painter.fillRect(area, QColor(colours.panel))
    painter.setPen(QPen(QColor(colours.border), 1.0))
    painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
    inner = area.adjusted(PADDING, 7, -PADDING, -6)
    font = painter.font()
    painter.setFont(title_font(font))
    metrics = QFontMetricsF(painter.font())
    name = metrics.elidedText(title.upper(), Qt.TextElideMode.ElideRight, inner.width())
    painter.setPen(QColor(colours.muted))
    painter.drawText(QPointF(inner.left(), inner.top() + metrics.ascent()), name)
    left = inner.left() + metrics.horizontalAdvance(name) + 8
    baseline = inner.top() + metrics.ascent()
    painter.setFont(small_font(font))
    metrics = QFontMetricsF(painter.font())
    if unit and left + metrics.horizontalAdvance(unit) < inner.right():
        painter.drawText(QPointF(left, baseline), unit)
        left += metrics.horizontalAdvance(unit)
    room = inner.right() - left - 16
    if room > 40 and hints:
        fits = next((hint for hint in hints if metrics.horizontalAdvance(hint) <= room), hints[-1])
        short = metrics.elidedText(fits, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(inner.right() - metrics.horizontalAdvance(short), baseline), short)
    painter.setFont(font)


def nice_step(span: float, count: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that divides ``span`` > 0 into at most ``count`` steps."""
    power = 10.0 ** math.floor(math.log10(span / count))
    return next(s * power for s in (1.0, 2.0, 5.0, 10.0) if s * power * count >= span * (1 - 1e-9))


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """Round values within ``low..high`` (low < high), at most ``count + 1`` of them."""
    step = nice_step(high - low, max(count, 1))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]
