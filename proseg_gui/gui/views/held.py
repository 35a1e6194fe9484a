"""What a pane shows while a hand zooms or pans: its last sharp picture, laid where it belongs now.

Scan, map and outlines are then copied with one transform instead of being scaled and stroked for each step of a wheel.
Places are right to within a pixel; what is sharper comes when the hand rests, or has gone too far from that picture.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform

from .strokes import Canvas

FURTHEST = 1.6
"""Enlarged or reduced by more than this, a picture is not held on to."""
LARGEST_SHIFT = 0.3
"""Nor where it would leave more than this share of the pane empty at one side."""


class HeldPicture:
    """A pane's last sharp picture. ``paint`` draws it for a canvas, as the pane itself would."""

    def __init__(self, paint: Callable[[QPainter, Canvas], None]) -> None:
        self._paint = paint
        self._sharp: Canvas | None = None
        self._pixels: QPixmap | None = None

    def drop(self) -> None:
        """Something else than the view has changed: what was kept is no longer what is shown."""
        self._pixels = None

    def paint(self, painter: QPainter, canvas: Canvas, *, moving: bool) -> None:
        """Draw the picture for ``canvas``: sharp, or while the view is ``moving`` what was kept of it."""
        if self._sharp is not None and moving and self._near(self._sharp, canvas):
            if self._pixels is None:
                self._pixels = self._kept(self._sharp)
            painter.fillRect(QRect(QPoint(), canvas.size), Qt.GlobalColor.black)
            painter.setTransform(_step(self._sharp, canvas))
            painter.drawPixmap(0, 0, self._pixels)
            painter.resetTransform()
        else:
            self._sharp, self._pixels = canvas, None
            self._paint(painter, canvas)

    def _kept(self, canvas: Canvas) -> QPixmap:
        """The picture as it was painted last; what it is made of is still at hand."""
        pixels = QPixmap(canvas.size * canvas.ratio)
        pixels.setDevicePixelRatio(canvas.ratio)
        painter = QPainter(pixels)
        self._paint(painter, canvas)
        painter.end()
        return pixels

    @staticmethod
    def _near(sharp: Canvas, canvas: Canvas) -> bool:
        if (sharp.size, sharp.ratio) != (canvas.size, canvas.ratio):
            return False
        step = _step(sharp, canvas)
        if not 1 / FURTHEST <= abs(step.determinant()) ** 0.5 <= FURTHEST:
            return False
        pane = QRectF(0, 0, canvas.size.width(), canvas.size.height())
        covered = step.mapRect(pane)
        empty_x = max(covered.left(), pane.right() - covered.right()) / max(pane.width(), 1.0)
        empty_y = max(covered.top(), pane.bottom() - covered.bottom()) / max(pane.height(), 1.0)
        return max(empty_x, empty_y) <= LARGEST_SHIFT


def _step(sharp: Canvas, canvas: Canvas) -> QTransform:
    """From widget pixels of one canvas to those of another where the same place lies."""
    return sharp.to_widget.inverted()[0] * canvas.to_widget
