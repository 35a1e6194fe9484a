"""Outlines over a picture, drawn fast: a wide smooth line is many times slower in Qt than a hairline.

A line is one hairline in an 8-bit mask, made wide by :mod:`.spread` and stamped in its colour. Panes that show a
layer at the same place, and a line and its dark edge, share the hairline. Dashes are those of the hairline.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from .spread import Mask, is_even, margin, spread

LineStyle = Literal["solid", "dash", "dot", "thin"]
DASHES: dict[str, list[float]] = {"dash": [4.0, 3.0], "dot": [2.2, 1.4]}
"""Lengths of dashes and gaps in turn, in line widths."""
THIN_ALPHA = 0.55
CASING = QColor(0, 0, 0, 150)
CASING_WIDTH = 1.0


@dataclass(frozen=True, eq=False)
class ContourLayer:
    """One outline over the scan.

    ``path`` is in picture coordinates (:func:`.contours.trace`), ``width`` in widget pixels at any zoom; ``thin`` is a
    translucent hairline for samples, of which many are shown at once; ``fill_alpha`` (0..1) fills the inside, with
    slanting lines where ``hatched``.
    """

    path: QPainterPath
    colour: str
    width: float = 2.0
    style: LineStyle = "solid"
    fill_alpha: float = 0.0
    hatched: bool = False

    @property
    def look(self) -> tuple[str, float, str, float, bool]:
        """All but where it runs."""
        return self.colour, self.width, self.style, self.fill_alpha, self.hatched


@dataclass(frozen=True)
class Canvas:
    """Where outlines are drawn.

    Parameters
    ----------
    to_widget:
        Picture coordinates to widget pixels.
    size:
        Of the widget, in its pixels.
    ratio:
        Device pixels to a widget pixel.
    """

    to_widget: QTransform
    size: QSize
    ratio: float

    @property
    def to_device(self) -> QTransform:
        """Picture coordinates to device pixels."""
        return self.to_widget * QTransform.fromScale(self.ratio, self.ratio)


def paint_layer(painter: QPainter, layer: ContourLayer, canvas: Canvas, *, cased: bool) -> None:
    """Draw one outline; ``cased`` puts a dark edge below a solid one, where the ground may have the line's colour."""
    colour, width = QColor(layer.colour), round(layer.width * canvas.ratio, 2)
    if layer.fill_alpha > 0:
        fill = QColor(layer.colour)
        fill.setAlphaF(layer.fill_alpha)
        if layer.hatched:  # in widget pixels, so that the lines keep their distance at any zoom
            painter.resetTransform()
            painter.fillPath(canvas.to_widget.map(layer.path), QBrush(fill, Qt.BrushStyle.BDiagPattern))
        else:
            _placed(painter, canvas).fillPath(layer.path, fill)
    if layer.style == "thin":
        colour.setAlphaF(THIN_ALPHA)
        _draw(painter, layer, canvas, _pen(colour, 1.0))
    else:
        if cased and layer.style == "solid":
            _stamp(painter, layer, canvas, CASING, width + round(2 * CASING_WIDTH * canvas.ratio, 2))
        if width > 1.0 or layer.style in DASHES:
            _stamp(painter, layer, canvas, colour, width)
        else:
            _draw(painter, layer, canvas, _pen(colour, 1.0))
    painter.resetTransform()


def _placed(painter: QPainter, canvas: Canvas) -> QPainter:
    painter.setTransform(canvas.to_widget)
    return painter


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    return pen


def _draw(painter: QPainter, layer: ContourLayer, canvas: Canvas, pen: QPen) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    _placed(painter, canvas).drawPath(layer.path)


def _stamp(painter: QPainter, layer: ContourLayer, canvas: Canvas, colour: QColor, width: float) -> None:
    """Draw a line of ``width`` device pixels."""
    box, line = _line(layer, canvas, width)
    if not box.isEmpty():
        image = QImage(line.data, box.width(), box.height(), line.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(_shades(colour.rgba()))
        image.setDevicePixelRatio(canvas.ratio)
        painter.resetTransform()
        painter.drawImage(QPointF(box.topLeft()) / canvas.ratio, image)


@lru_cache(maxsize=12)
def _line(layer: ContourLayer, canvas: Canvas, width: float) -> tuple[QRect, Mask]:
    """A layer's cover as a line, and its box in device pixels; kept, as a window or a map changes none of it."""
    room = 2 ** math.ceil(math.log2(margin(width) + 1))  # the same for a line and its dark edge, mostly
    box, hairline = _hairline(layer, canvas, is_even(width), max(room, 8))
    return box, spread(hairline, width)


@lru_cache(maxsize=64)
def _shades(rgba: int) -> list[int]:
    """The colour at each cover 0..255, not premultiplied."""
    opaque, rgb = rgba >> 24, rgba & 0xFFFFFF
    return [round(opaque * cover / 255) << 24 | rgb for cover in range(256)]


def _dashes(pattern: list[float], width: float) -> list[float]:
    """Pixels of a hairline's dash and gap, so that dashes have the pattern's lengths once the line is made wide."""
    dash, gap = (part * width for part in pattern)
    grown = min(max(0.55 * (width - 1.0), 0.0), dash - 0.5)  # a soft end reaches about so far, calibrated
    return [dash - grown, gap + grown]


@lru_cache(maxsize=6)
def _hairline(layer: ContourLayer, canvas: Canvas, between: bool, room: int) -> tuple[QRect, Mask]:
    """A layer as a hairline of full cover, half a pixel further right and down where it is to lie ``between`` pixels.

    Returns its box in device pixels and its cover ``(h, w)`` there, with ``room`` empty pixels on every side. What
    lies outside the canvas by more than ``room`` is left out.
    """
    seen = QRect(0, 0, math.ceil(canvas.size.width() * canvas.ratio), math.ceil(canvas.size.height() * canvas.ratio))
    ink = canvas.to_device.map(layer.path).controlPointRect().toAlignedRect().adjusted(-1, -1, 2, 2)
    ink &= seen.adjusted(-room, -room, room, room)
    box = ink.adjusted(-room, -room, room, room)
    if ink.isEmpty():
        return QRect(), np.zeros((0, 0), np.uint8)
    image = QImage(box.size(), QImage.Format.Format_ARGB32_Premultiplied)  # the form that Qt draws hairlines in fastest
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(QRect(room, room, ink.width(), ink.height()))
    pen = _pen(QColor(Qt.GlobalColor.white), 1.0)
    if layer.style in DASHES:
        pen.setDashPattern(_dashes(DASHES[layer.style], layer.width * canvas.ratio))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    shift = 0.5 if between else 0.0
    painter.setTransform(canvas.to_device * QTransform.fromTranslate(shift - box.x(), shift - box.y()))
    painter.drawPath(layer.path)
    painter.end()
    pixels = np.ndarray((box.height(), box.width()), np.uint32, image.constBits())
    return box, (pixels >> 24).astype(np.uint8)
