"""The scale of a heat map, beside the pane that shows it: never over a letter or over the patient."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from proseg_gui.gui.language import tr

from .overlay_text import MARGIN, MUTED_TEXT, draw_text, elided
from .picture import HeatStyle

BAR_WIDTH = 11.0
HIGHEST = 340.0
WIDEST_VALUE = "0.693"


class ColourBar(QWidget):
    """A bar with the map's values and unit, as high as fits; empty while no map can be seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style: HeatStyle | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Colour bar"))

    def set_style(self, style: HeatStyle | None) -> None:
        """The map whose values are shown; ``None``: none."""
        if style != self._style:
            self._style = style
            self.setToolTip("" if style is None else style.title)
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as the values need."""
        width = QFontMetricsF(self.font()).horizontalAdvance(WIDEST_VALUE) + 6 + BAR_WIDTH + 1.5 * MARGIN
        return QSize(math.ceil(width), 120)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The bar in the middle of the height, its unit above it, values at its left."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        metrics = QFontMetricsF(painter.font())
        line = metrics.height()
        height = min(self.height() * 0.56, HIGHEST)
        if self._style is None or height < 4 * line:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(self.width() - MARGIN - BAR_WIDTH, (self.height() - height) / 2, BAR_WIDTH, height)
        pixels = self._style.colours()[::-1].copy()
        image = QImage(pixels.data, 1, 256, 4, QImage.Format.Format_ARGB32_Premultiplied)
        painter.fillRect(bar, QColor("#0c0d0f"))
        painter.drawImage(bar, image, QRectF(image.rect()))
        painter.setPen(QPen(QColor(255, 255, 255, 70), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar)
        low, high = self._style.levels
        for value in bar_ticks(self._style.levels, 2.2 * line / height):
            y = bar.bottom() - (value - low) / (high - low) * height
            text = f"{value:.3g}"
            start = bar.left() - 6 - metrics.horizontalAdvance(text)
            draw_text(painter, QPointF(start, y + metrics.capHeight() / 2), text, MUTED_TEXT)
            painter.setPen(QPen(MUTED_TEXT, 1.0))
            painter.drawLine(QLineF(bar.left() - 3, y, bar.left(), y))
        unit = elided(metrics, self._style.unit, self.width() - MARGIN)
        draw_text(painter, QPointF(bar.right() - metrics.horizontalAdvance(unit), bar.top() - line), unit, MUTED_TEXT)


def bar_ticks(levels: tuple[float, float], gap: float) -> list[float]:
    """Values to label on a colour bar: both ends, and round ones between that keep ``gap`` (0..1 of it) apart."""
    low, high = levels
    span = high - low
    power = 10.0 ** math.floor(math.log10(span * gap))
    step = next(s * power for s in (1.0, 2.0, 5.0, 10.0) if s * power >= span * gap)
    first = math.floor(low / step) + 1
    between = [n * step for n in range(first, math.ceil(high / step))]
    return [low, *(v for v in between if min(v - low, high - v) >= span * gap * 0.99), high]
