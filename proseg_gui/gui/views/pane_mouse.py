"""Mouse habits of an image pane: turns raw events into what the hand meant. Knows nothing of pictures."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

WHEEL_STEP = 120
"""Qt's wheel units for one notch; touch pads send fractions, which add up."""
ZOOM_PER_NOTCH = 1.2
ZOOM_PER_PIXEL = 1.006

MouseProfile = Literal["window", "zoom"]


class Drag(Enum):
    """What a pressed button does."""

    NONE = "none"
    CLICK = "click"
    PAN = "pan"
    ZOOM = "zoom"
    WINDOW = "window"
    RULER = "ruler"
    PEN = "pen"


class PaneMouse(QObject):
    """Listens to one widget. Positions are widget pixels.

    Wheel = slice, Ctrl+wheel = zoom, middle drag = pan, right drag = window (profile ``window``) or zoom (profile
    ``zoom``, where the left drag sets the window), double click = maximise, left click = click. With ``ruler`` on, a
    left drag measures instead; with ``pen`` on it draws (Ctrl pressed: the other way round), and Shift+wheel sizes the
    pen. With ``both`` the pen takes Shift for Ctrl too, and a right click that goes nowhere is its other way round.
    Shift+move leads the crosshair.
    """

    stepped = Signal(int)
    zoomed = Signal(float, QPointF)
    panned = Signal(QPointF)
    window_pressed = Signal()
    window_moved = Signal(QPointF)
    clicked = Signal(QPointF)
    double_clicked = Signal()
    pointed = Signal(object)
    ruler_moved = Signal(QPointF, QPointF)
    ruler_finished = Signal(QPointF, QPointF)
    ruler_dropped = Signal()
    pen_pressed = Signal(QPointF, bool)
    """Where, and whether it is to do the opposite."""
    pen_moved = Signal(QPointF)
    pen_lifted = Signal(QPointF)
    pen_dropped = Signal()
    """The gesture is not wanted."""
    pen_closed = Signal()
    """A double click: what was begun point by point is complete."""
    pen_sized = Signal(int)
    led = Signal(QPointF)
    """Shift and a move: other planes follow here."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.profile: MouseProfile = "window"
        self.ruler = False
        self.pen = False
        self.both = False
        self._drag = Drag.NONE
        self._button = Qt.MouseButton.NoButton
        self._press = QPointF()
        self._last = QPointF()
        self._wheel = 0
        widget.setMouseTracking(True)
        widget.installEventFilter(self)

    @property
    def measuring(self) -> bool:
        """Whether a ruler is being drawn."""
        return self._drag is Drag.RULER

    def drop(self) -> None:
        """Forget the gesture under way; a ruler in progress disappears."""
        if self._drag is Drag.RULER:
            self.ruler_dropped.emit()
        elif self._drag is Drag.PEN:
            self.pen_dropped.emit()
        self._drag = Drag.NONE

    def lift(self) -> None:
        """The picture changes under the hand: a stroke is complete, anything else is forgotten."""
        if self._drag is Drag.PEN:
            self._drag = Drag.NONE
            self.pen_lifted.emit(self._last)
        self.drop()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Handle the widget's mouse events; everything else passes."""
        kind = event.type()
        if isinstance(event, QWheelEvent):
            self._on_wheel(event)
        elif isinstance(event, QMouseEvent):
            if kind == QEvent.Type.MouseButtonPress:
                self._on_press(event)
            elif kind == QEvent.Type.MouseButtonDblClick:
                self._on_double_click(event)
            elif kind == QEvent.Type.MouseMove:
                self._on_move(event.position())
                if self._drag is Drag.NONE and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                    self.led.emit(event.position())
            elif kind == QEvent.Type.MouseButtonRelease:
                self._on_release(event)
        elif kind == QEvent.Type.Leave:
            self.pointed.emit(None)
            return False
        else:
            return False
        event.accept()
        return True

    def _on_wheel(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(ZOOM_PER_NOTCH ** (turned / WHEEL_STEP), event.position())
            return
        if turned * self._wheel < 0:
            self._wheel = 0
        self._wheel += turned
        steps = int(self._wheel / WHEEL_STEP)
        if steps:
            self._wheel -= steps * WHEEL_STEP
            sizing = self.pen and event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.pen_sized if sizing else self.stepped).emit(steps)

    def _meaning(self, button: Qt.MouseButton) -> Drag:
        if button == Qt.MouseButton.MiddleButton:
            return Drag.PAN
        if button == Qt.MouseButton.RightButton:
            return Drag.WINDOW if self.profile == "window" else Drag.ZOOM
        if button == Qt.MouseButton.LeftButton:
            return Drag.RULER if self.ruler else Drag.PEN if self.pen else Drag.CLICK
        return Drag.NONE

    def _on_press(self, event: QMouseEvent) -> None:
        if self._drag is not Drag.NONE:
            return
        self._drag, self._button = self._meaning(event.button()), event.button()
        self._press = self._last = event.position()
        if self._drag is Drag.WINDOW:
            self.window_pressed.emit()
        elif self._drag is Drag.PEN:
            self.pen_pressed.emit(event.position(), bool(event.modifiers() & self._inverting))

    @property
    def _inverting(self) -> Qt.KeyboardModifier:
        """Keys that turn the pen round."""
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        return control | shift if self.both else control

    def _on_double_click(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.pen and not self.ruler:
            self._on_press(event)
            self.pen_closed.emit()
        elif event.button() == Qt.MouseButton.LeftButton and not self.ruler:
            self.double_clicked.emit()
        else:  # a quick second press of another button, or of the ruler, is a press like any other
            self._on_press(event)

    def _on_move(self, at: QPointF) -> None:
        moved, self._last = at - self._last, at
        if self._drag is Drag.CLICK and self._far(at):
            self._drag = Drag.WINDOW if self.profile == "zoom" else Drag.NONE
            if self._drag is Drag.WINDOW:
                self.window_pressed.emit()
        if self._drag is Drag.PAN:
            self.panned.emit(moved)
        elif self._drag is Drag.ZOOM:
            self.zoomed.emit(ZOOM_PER_PIXEL ** -moved.y(), self._press)
        elif self._drag is Drag.WINDOW:
            self.window_moved.emit(at - self._press)
        elif self._drag is Drag.RULER:
            self.ruler_moved.emit(self._press, at)
        elif self._drag is Drag.PEN:
            self.pen_moved.emit(at)
        self.pointed.emit(at)

    def _far(self, at: QPointF) -> bool:
        """Whether a press that came to ``at`` is a drag."""
        return (at - self._press).manhattanLength() >= QApplication.startDragDistance()

    def _on_release(self, event: QMouseEvent) -> None:
        if event.button() != self._button:
            return
        drag, self._drag = self._drag, Drag.NONE
        if drag is Drag.CLICK:
            self.clicked.emit(event.position())
        elif drag is Drag.PEN:
            self.pen_lifted.emit(event.position())
        elif self.both and self._button == Qt.MouseButton.RightButton and not self._far(event.position()):
            self.pen_pressed.emit(self._press, True)
            self.pen_lifted.emit(self._press)
        elif drag is Drag.RULER:
            if (event.position() - self._press).manhattanLength() >= 2:
                self.ruler_finished.emit(self._press, event.position())
            else:
                self.ruler_dropped.emit()
