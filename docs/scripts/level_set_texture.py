"""A contour drawn as a texture, pixel by pixel and without any trace, beside how it is drawn: views-0001's table.

    QT_QPA_PLATFORM=offscreen python docs/scripts/level_set_texture.py

Both draw the same moving contour into two pictures of a pane's size, one of them with a dark edge, in turns; the
median of the processor time of one thread is given, and how far the two differ.
"""

from __future__ import annotations

import statistics
import time

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QApplication

from proseg_gui.bench.scan import framed_study
from proseg_gui.bundle import load_bundle
from proseg_gui.gui.views.contours import trace
from proseg_gui.gui.views.strokes import CASING, Canvas, ContourLayer, paint_layer
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders

PANE = QSize(401, 599)
MOVES = 120
COLOUR, WIDTH = "#f5c518", 2.0


def texture(probability: npt.NDArray[np.float32], canvas: Canvas, width: float) -> tuple[QRect, npt.NDArray[np.uint8]]:
    """Where ``probability`` crosses one half, as cover 0..255 of a line, and its box on the pane.

    The map is enlarged by Qt's bilinear filter in 16 bits; a pixel's distance to the line is its value's distance from
    one half over the gradient.
    """
    inside = probability > 0.02
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    top, bottom = max(int(rows[0]) - 2, 0), int(rows[-1]) + 3
    left, right = max(int(columns[0]) - 2, 0), int(columns[-1]) + 3
    part = np.ascontiguousarray(np.clip(probability[top:bottom, left:right] * 65535, 0, 65535).astype(np.uint16))
    height, across = part.shape
    image = QImage(part.data, across, height, part.strides[0], QImage.Format.Format_Grayscale16)
    place = QRectF(left, top, across, height)
    box = canvas.to_widget.mapRect(place).toAlignedRect().intersected(QRect(0, 0, PANE.width(), PANE.height()))
    large = QImage(box.size(), QImage.Format.Format_RGBA64)
    large.fill(0)
    painter = QPainter(large)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(canvas.to_widget * QTransform.fromTranslate(-box.x(), -box.y()))
    painter.drawImage(place, image, QRectF(0, 0, across, height))
    painter.end()
    stored = np.ndarray((box.height(), large.bytesPerLine() // 8, 4), np.uint16, large.constBits())
    away = stored[:, : box.width(), 0].astype(np.float32) - 32767.5
    steep_y, steep_x = np.zeros_like(away), np.zeros_like(away)
    steep_y[1:-1], steep_x[:, 1:-1] = away[2:] - away[:-2], away[:, 2:] - away[:, :-2]
    steep = 0.5 * np.sqrt(steep_y**2 + steep_x**2) + 1e-3
    return box, (255 * np.clip(width / 2 + 0.5 - np.abs(away) / steep, 0, 1)).astype(np.uint8)


def stamp(painter: QPainter, box: QRect, cover: npt.NDArray[np.uint8], colour: QColor) -> None:
    """Lay a cover over a picture in one colour."""
    cover = np.ascontiguousarray(cover)
    image = QImage(cover.data, box.width(), box.height(), cover.shape[1], QImage.Format.Format_Indexed8)
    opaque, rgb = colour.alpha(), colour.rgb() & 0xFFFFFF
    image.setColorTable([round(opaque * share / 255) << 24 | rgb for share in range(256)])
    painter.drawImage(QPointF(box.topLeft()), image)


def as_drawn(probability: npt.NDArray[np.float32], canvas: Canvas, panes: list[QPixmap]) -> None:
    """Trace and stroke, as the window does."""
    layer = ContourLayer(trace(probability), COLOUR, WIDTH)
    for number, pane in enumerate(panes):
        painter = QPainter(pane)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_layer(painter, layer, canvas, cased=bool(number))
        painter.end()


def as_texture(probability: npt.NDArray[np.float32], canvas: Canvas, panes: list[QPixmap]) -> None:
    """The same without a trace."""
    box, line = texture(probability, canvas, WIDTH)
    for number, pane in enumerate(panes):
        painter = QPainter(pane)
        if number:
            stamp(painter, *texture(probability, canvas, WIDTH + 2.0), CASING)
        stamp(painter, box, line, QColor(COLOUR))
        painter.end()


def covered(draw, probability, canvas) -> npt.NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """What a way of drawing leaves on black."""
    pane = QPixmap(PANE)
    pane.fill(Qt.GlobalColor.black)
    draw(probability, canvas, [pane])
    image = pane.toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    stored = np.ndarray((image.height(), image.bytesPerLine()), np.uint8, image.constBits())
    return stored[:, : image.width()].astype(float)


def main() -> None:
    """Measure at two sizes of scan, fitted and enlarged eight times."""
    application = QApplication([])
    for size in (256, 512):
        engine = Engine(load_bundle("phantom"), framed_study(size), device="cpu", threads=1)
        sliders = Sliders(engine)
        point = sliders.consensus_style()
        axis = sliders.preference_axes(point)[0]
        ways = 2.5 * np.sin(np.arange(40) / 9.0)
        maps = [engine.probability(2, sliders.moved(axis, point, float(way)))[0] for way in ways]
        y, x = (float(np.average(places, weights=maps[0])) for places in np.mgrid[:size, :size])
        for zoom in (1, 8):
            scale = zoom * PANE.width() / size
            place = QTransform(scale, 0, 0, scale, PANE.width() / 2 - x * scale, PANE.height() / 2 - y * scale)
            canvas = Canvas(place, PANE, 1.0)
            panes = [QPixmap(PANE), QPixmap(PANE)]
            times: dict[str, list[float]] = {"as drawn": [], "as texture": []}
            for move in range(MOVES):
                for name, draw in (("as drawn", as_drawn), ("as texture", as_texture)):
                    start = time.thread_time()
                    draw(maps[move % len(maps)], canvas, panes)
                    times[name].append(1000.0 * (time.thread_time() - start))
            drawn, painted = (covered(draw, maps[0], canvas) for draw in (as_drawn, as_texture))
            apart = np.abs(drawn - painted)[drawn + painted > 0].mean() / drawn.max()
            said = ", ".join(f"{name} {statistics.median(values):.2f} ms" for name, values in times.items())
            print(f"{size} x {size}, {zoom} times: {said}; they differ by {apart:.2f} of full cover on the line")
    application.quit()


if __name__ == "__main__":
    main()
