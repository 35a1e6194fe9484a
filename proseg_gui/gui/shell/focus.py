"""Keys belong to the pictures: a number box gives the focus back as soon as nobody types in it.

Digits are commands (grey-level windows): a box which kept the focus after a click on its arrows would take them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QWidget

_WATCHED = "givesFocusBack"


class FocusHome(QObject):
    """Watches the number boxes of ``places`` once they have the focus.

    Typing goes on until Enter or Escape, or until the pointer comes to a pane; arrows and wheel never begin it.
    """

    def __init__(self, panes: Sequence[QWidget], places: Sequence[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._panes, self._places = tuple(panes), tuple(places)
        for pane in panes:
            pane.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._watch)

    def _watch(self, _old: QWidget | None, now: QWidget | None) -> None:
        if (
            isinstance(now, QAbstractSpinBox)
            and not now.property(_WATCHED)
            and any(place.isAncestorOf(now) for place in self._places)
        ):
            now.setProperty(_WATCHED, True)
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the focus back where the typing ends."""
        if isinstance(watched, QAbstractSpinBox):
            # Only its arrows are the box itself; a click into its text goes to the field in it.
            ends = event.type() == QEvent.Type.MouseButtonRelease
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                ends = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
            if ends:
                QTimer.singleShot(0, self, self._home)  # after the box has taken the value
        elif event.type() == QEvent.Type.Enter and isinstance(QApplication.focusWidget(), QAbstractSpinBox):
            self._home()
        return False

    def _home(self) -> None:
        if isinstance(QApplication.focusWidget(), QAbstractSpinBox):
            self._panes[0].setFocus()
