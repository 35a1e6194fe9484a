"""The blend pad: a polygon with a corner for each rater; the point inside is their weighted mixture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels import barycentric
from proseg_gui.gui.panels.model import RaterItem, percent
from proseg_gui.gui.panels.widgets import own_keys

STEP = 0.05
COARSE_STEP = 0.2
SNAP_PX = 6.0
"""A point this near to a corner is that rater alone."""

_CORNER_RADIUS = 4.5
_DOT_RADIUS = 6.0
_MARGIN = 6.5
_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class BlendPad(QWidget):
    """Drag, click or arrow keys move the point; Home goes to the middle. Setting weights by program emits nothing."""

    drag_started = Signal()
    moved = Signal(object)
    """``tuple[float, ...]``: one weight per rater, sum 1."""
    drag_ended = Signal()

    def __init__(self, side: int = 68, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._raters: tuple[RaterItem, ...] = ()
        self._polygon = barycentric.corners(1)
        self._weights: tuple[float, ...] | None = None
        self._dragging = False
        self._gesture = False
        self._side = side
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Blend of raters"))
        own_keys(self, *_ARROWS, Qt.Key.Key_Home)

    # -- what it shows --------------------------------------------------------------------------------------------
    @property
    def weights(self) -> tuple[float, ...] | None:
        """The weights shown, or ``None`` when the preference is not a blend."""
        return self._weights

    def set_raters(self, raters: Sequence[RaterItem]) -> None:
        """Give the polygon a corner for each rater."""
        self._raters = tuple(raters)
        self._polygon = barycentric.corners(max(1, len(self._raters)))
        self._weights = None
        self.setEnabled(len(self._raters) > 1)
        self.updateGeometry()
        self.update()

    def set_weights(self, weights: Sequence[float] | None) -> None:
        """Show a mixture, or no point at all; emits nothing, and gives way to a drag that is under way."""
        if self._dragging:
            return
        if weights is not None and len(weights) != len(self._raters):
            raise ValueError(f"expected {len(self._raters)} weights, got {len(weights)}")
        self._weights = None if weights is None else tuple(float(w) for w in weights)
        self.setAccessibleDescription(self.describe())
        self.update()

    def describe(self) -> str:
        """Say the mixture, the heaviest rater first."""
        if self._weights is None:
            return tr("not a blend")
        order = sorted(range(len(self._raters)), key=lambda i: -self._weights[i])  # type: ignore[index]
        parts = [f"{self._raters[i].text} {percent(self._weights[i])}" for i in order if self._weights[i] >= 0.005]
        return " · ".join(parts)

    # -- geometry -------------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """A square; a strip for two raters."""
        return QSize(self._side, 30 if len(self._raters) == 2 else self._side)

    def to_pixel(self, point: Sequence[float]) -> QPointF:
        """Logical pixel of a point of the polygon's plane."""
        radius = self._radius()
        return QPointF(self.width() / 2 + point[0] * radius, self._centre_y() + point[1] * radius)

    def _to_plane(self, pixel: QPointF) -> tuple[float, float]:
        radius = self._radius()
        return (pixel.x() - self.width() / 2) / radius, (pixel.y() - self._centre_y()) / radius

    def _radius(self) -> float:
        extent = float(np.abs(self._polygon).max()) or 1.0
        return max(1.0, (self.width() / 2 - _MARGIN) / extent)

    def _centre_y(self) -> float:
        ys = self._polygon[:, 1]
        return self.height() / 2 - float(ys.max() + ys.min()) / 2 * self._radius()

    # -- gestures -------------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the point to the hand."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._begin()
        self._dragging = True
        self._go(self._to_plane(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand; outside the polygon, along its outline."""
        if self._dragging:
            self._go(self._to_plane(event.position()))
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton and self._dragging:
            self._dragging = False
            self._end()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the point, with Shift further; Home mixes all raters alike."""
        key = Qt.Key(event.key())
        n = len(self._raters)
        if n < 2 or (key not in _ARROWS and key != Qt.Key.Key_Home):
            event.ignore()
            return
        self._begin()
        if key == Qt.Key.Key_Home:
            self._take((1.0 / n,) * n)
            return
        x, y = barycentric.point_of(self._weights or (1.0 / n,) * n, self._polygon)
        step = COARSE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        dx, dy = _ARROWS[key]
        self._go((x + dx * step, y + dy * step), snap=False)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """A held key is one gesture."""
        if not event.isAutoRepeat():
            self._end()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End a gesture whose key comes up elsewhere."""
        self._end()
        self.update()
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A pad that is disabled under the hand lets go."""
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self._dragging = False
            self._end()
        super().changeEvent(event)

    def _begin(self) -> None:
        if not self._gesture:
            self._gesture = True
            self.drag_started.emit()

    def _end(self) -> None:
        if self._gesture and not self._dragging:
            self._gesture = False
            self.drag_ended.emit()

    def _go(self, point: tuple[float, float], *, snap: bool = True) -> None:
        inside = barycentric.clip(point, self._polygon)
        if snap:
            gaps = np.linalg.norm(self._polygon - np.asarray(inside), axis=1) * self._radius()
            if gaps.min() < SNAP_PX:
                inside = tuple(self._polygon[gaps.argmin()])
        self._take(barycentric.weights(inside, self._polygon))

    def _take(self, weights: tuple[float, ...]) -> None:
        self._weights = weights
        self.setAccessibleDescription(self.describe())
        self.update()
        self.moved.emit(weights)

    # -- painting -------------------------------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        """Over a corner, the tooltip names its rater."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def tip_at(self, pixel: QPointF) -> str:
        """The rater whose corner is under ``pixel``, else how to use the pad."""
        for rater, corner in zip(self._raters, self._polygon, strict=False):
            gap = self.to_pixel(corner) - pixel
            if gap.x() ** 2 + gap.y() ** 2 <= (_CORNER_RADIUS + 3) ** 2:
                return rater.text
        return tr("Drag to blend raters; arrow keys move the point, Home mixes all alike")

    def paintEvent(self, event: QPaintEvent) -> None:
        """The polygon, its corners in the raters' colours, and the point."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        outline = QPolygonF([self.to_pixel(corner) for corner in self._polygon])
        edge = colours.link() if self.hasFocus() else colours.shadow()
        painter.setPen(QPen(edge.color(), 1.5 if self.hasFocus() else 1.0))
        painter.setBrush(colours.alternateBase())
        painter.drawPolygon(outline)
        point = None if self._weights is None else self.to_pixel(barycentric.point_of(self._weights, self._polygon))
        if point is not None and self._weights is not None:
            for corner, weight in zip(self._polygon, self._weights, strict=True):
                ray = QColor(colours.accent().color())
                ray.setAlphaF(min(1.0, 0.15 + 0.75 * weight))
                painter.setPen(QPen(ray, 1.0))
                painter.drawLine(point, self.to_pixel(corner))
        painter.setPen(QPen(colours.window().color(), 1.0))
        for rater, corner in zip(self._raters, self._polygon, strict=False):
            painter.setBrush(QColor(rater.colour) if self.isEnabled() else colours.mid())
            painter.drawEllipse(self.to_pixel(corner), _CORNER_RADIUS, _CORNER_RADIUS)
        if point is not None:
            painter.setPen(QPen(QColor("#ffffff"), 1.8))
            painter.setBrush(colours.accent())
            painter.drawEllipse(point, _DOT_RADIUS, _DOT_RADIUS)
