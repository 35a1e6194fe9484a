"""Which keys the widget that has the focus keeps for itself, where the window has commands on the same keys.

A button is pressed by Enter as by Space. A field keeps Enter and Escape while one types. A number box gives the focus
back to the pictures as soon as nobody types in it: digits are commands (grey-level windows), and a box which kept the
focus after a click on its arrows would take them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KINDS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)
_EVENTS = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
_WATCHED = "focusWatched"


class FocusKeys(QObject):
    """Watches the buttons and fields of a window once they have the focus.

    Typing into a number box goes on until Enter or Escape, or until the pointer comes to a pane; arrows and wheel never
    begin it.
    """

    def __init__(self, window: QWidget, panes: Sequence[QWidget]) -> None:
        super().__init__(window)
        self._window, self._panes = window, tuple(panes)
        self._rings = {pane: _Ring(pane) for pane in panes}
        for pane in panes:
            pane.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._watch)

    def _watch(self, _old: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, _KINDS) and not now.property(_WATCHED) and now.window() is self._window:
            now.setProperty(_WATCHED, True)
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep what is the widget's own, press buttons, and give the focus back where the typing ends."""
        if watched in self._panes:
            self._pane(watched, event)
        elif isinstance(watched, QAbstractSpinBox) and event.type() == QEvent.Type.MouseButtonRelease:
            self._home_later()  # only its arrows are the box itself; a click into its text goes to the field in it
        elif isinstance(event, QKeyEvent) and isinstance(watched, _KINDS) and event.type() in _EVENTS:
            return self._key(watched, event)
        return False

    def _pane(self, pane: QObject, event: QEvent) -> None:
        if event.type() == QEvent.Type.Enter:
            self._home()
        elif event.type() == QEvent.Type.Resize:
            for one, ring in self._rings.items():
                ring.setGeometry(one.rect())
        elif isinstance(event, QFocusEvent):
            by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
            for one, ring in self._rings.items():
                ring.mark(one is pane and event.gotFocus() and by_key)

    def _key(self, watched: QWidget, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        typing = isinstance(watched, QAbstractSpinBox | QLineEdit)
        own = plain and (event.key() in ENTER or (typing and event.key() == Qt.Key.Key_Escape))
        if not own:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if isinstance(watched, QAbstractButton):
            watched.click()
            return True
        if isinstance(watched, QComboBox):
            watched.showPopup()
            return True
        if isinstance(watched, QAbstractSpinBox):
            self._home_later()
        return False

    def _home_later(self) -> None:
        QTimer.singleShot(0, self, self._home)  # after the box has taken the value

    def _home(self) -> None:
        box = QApplication.focusWidget()
        if isinstance(box, QAbstractSpinBox) and self._panes[0].isVisible():
            self._panes[0].setFocus()


class _Ring(QWidget):
    """Frames a pane that the keyboard went to; a click needs none, the hand is there."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._of = pane
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def mark(self, on: bool) -> None:
        """Show or hide it."""
        self.setGeometry(self._of.rect())
        self.setVisible(on)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The colour that focus has everywhere."""
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().link().color(), 2.0))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
