"""A picture of surfaces that can be turned: drag turns, wheel zooms, a click goes to the place, double click resets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.planes import letters_towards
from proseg_gui.review.camera import Camera

from .overlay_text import MARGIN, MUTED_TEXT, draw_text, elided
from .surface_painter import LADDER

TURN = 0.01
"""Radians a pixel."""
KEY_TURN = np.pi / 12
ZOOM_STEP = 1.15
BAR_WIDTH, BAR_HEIGHT = 11.0, 130.0
ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
}  # fmt: skip


class SurfaceView(QWidget):
    """Shows what a painter made of a :class:`~proseg_gui.review.camera.Camera`; asks for another when it is turned."""

    camera_changed = Signal()
    """It was turned or zoomed, or has another size: a new picture is wanted."""
    picked = Signal(float, float)
    """A click, in widget pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.camera = Camera()
        self._image: QImage | None = None
        self._case, self._notice, self._top = "", "", 0.0
        self._grabbed: QPointF | None = None
        self._moved = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 80)
        self.setAccessibleName(tr("Surface in 3D"))
        self.setToolTip(
            tr("Drag: turn\nWheel: zoom\nClick: go to the place\nDouble click: from the front\nArrow keys: turn")
        )

    def set_case(self, text: str) -> None:
        """Whose surface it is."""
        self._case = text
        self.update()

    def set_notice(self, text: str) -> None:
        """A sentence in the middle, for as long as there is nothing to see, or what lacks."""
        self._notice = text
        self.update()

    def set_top(self, top_mm: float) -> None:
        """The doubt at the end of the scale, mm; 0 for no scale."""
        self._top = top_mm
        self.update()

    def set_picture(self, pixels: npt.NDArray[np.uint8] | None) -> None:
        """``(h, w, 3)`` RGB, as large as the widget in device pixels."""
        if pixels is None:
            self._image = None
        else:
            height, width, _ = pixels.shape
            self._image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        self.update()

    def sizeHint(self) -> QSize:
        """As a pane."""
        return QSize(480, 480)

    # -- hands ----------------------------------------------------------------------------------------------------
    def _look(self, camera: Camera) -> None:
        self.camera = camera
        self.camera_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size needs another picture."""
        super().resizeEvent(event)
        self.camera_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed, self._moved = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn with the hand."""
        if self._grabbed is None:
            return
        by = event.position() - self._grabbed
        if self._moved or by.manhattanLength() >= QApplication.startDragDistance():
            self._moved, self._grabbed = True, event.position()
            self._look(self.camera.turned(TURN * by.x(), -TURN * by.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click without a move goes to the place."""
        if event.button() == Qt.MouseButton.LeftButton and self._grabbed is not None:
            self._grabbed = None
            if not self._moved:
                self.picked.emit(event.position().x(), event.position().y())

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """From the front, whole."""
        self.reset()

    def reset(self) -> None:
        """From the front, whole."""
        self._look(Camera(centre_mm=self.camera.centre_mm, radius_mm=self.camera.radius_mm))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nearer, farther."""
        self._look(self.camera.zoomed(ZOOM_STEP ** (event.angleDelta().y() / 120.0)))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows turn by 15 degrees."""
        arrow = ARROWS.get(Qt.Key(event.key()))
        if arrow is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            self._look(self.camera.turned(arrow[0] * KEY_TURN, arrow[1] * KEY_TURN))

    # -- painting -------------------------------------------------------------------------------------------------
    def paintEvent(self, _event: QPaintEvent) -> None:
        """The picture, the letters of the patient at its borders, the scale, and what is to be said."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        area = QRectF(self.rect()).adjusted(MARGIN, MARGIN - 3, -MARGIN, -MARGIN + 3)
        metrics = QFontMetricsF(painter.font())
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(self.rect()), self._image)
            self._paint_letters(painter, area, metrics)
            if self._top > 0:
                self._paint_scale(painter, area, metrics)
        draw_text(painter, QPointF(area.left(), area.top() + metrics.ascent()),
                  elided(metrics, self._case, area.width() / 2 - 24))  # fmt: skip
        if self._notice:
            painter.setPen(MUTED_TEXT)
            wrap = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            room = area if self._image is None else QRectF(area.left(), area.bottom() - 60, area.width(), 40)
            painter.drawText(room, wrap, self._notice)
        if self.hasFocus():
            painter.setPen(QColor(255, 255, 255, 90))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _paint_letters(self, painter: QPainter, area: QRectF, metrics: QFontMetricsF) -> None:
        right, up, _ = (np.array(axis) for axis in self.camera.axes)
        middle, row = area.center(), area.center().y() + metrics.capHeight() / 2
        top, foot, end = letters_towards(up), letters_towards(-up), letters_towards(right)
        width = metrics.horizontalAdvance
        draw_text(painter, QPointF(middle.x() - width(top) / 2, area.top() + metrics.ascent()), top)
        draw_text(painter, QPointF(middle.x() - width(foot) / 2, area.bottom() - metrics.descent()), foot)
        draw_text(painter, QPointF(area.left(), row), letters_towards(-right))
        draw_text(painter, QPointF(area.right() - width(end), row), end)

    def _paint_scale(self, painter: QPainter, area: QRectF, metrics: QFontMetricsF) -> None:
        height = min(BAR_HEIGHT, area.height() * 0.4)
        bar = QRectF(area.right() - BAR_WIDTH, area.top() + metrics.height() + 6, BAR_WIDTH, height)
        ladder = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        for number, colour in enumerate(LADDER):
            ladder.setColorAt(number / (len(LADDER) - 1), QColor(colour))
        painter.fillRect(bar, ladder)
        title = tr("doubt, mm")
        draw_text(painter, QPointF(area.right() - metrics.horizontalAdvance(title), area.top() + metrics.ascent()),
                  title, MUTED_TEXT)  # fmt: skip
        for share in (0.0, 0.5, 1.0):
            text = f"{share * self._top:.2g}"
            y = bar.bottom() - share * height + metrics.capHeight() / 2
            draw_text(painter, QPointF(bar.left() - 6 - metrics.horizontalAdvance(text), y), text, MUTED_TEXT)
