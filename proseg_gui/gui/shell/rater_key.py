"""R, then a digit: draw as that rater. Every other key ends the waiting and does what it always does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.wording import plural

MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class RaterKey(QObject):
    """Takes the next digit before anything else does; which commands have digits as keys does not matter."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._armed = False

    def arm(self) -> None:
        """Wait for a digit."""
        if not self._armed:
            self._armed = True
            _application().installEventFilter(self)
        self._controller.noticed.emit(tr("Draw as rater: press 1 to 9"))

    def _disarm(self) -> None:
        self._armed = False
        _application().removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim the digit (so that it is nobody's shortcut), then take it."""
        if not self._armed or not isinstance(event, QKeyEvent):
            return False
        number = event.key() - Qt.Key.Key_0
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.type() == QEvent.Type.ShortcutOverride:
            if 1 <= number <= 9 and plain:
                event.accept()
                return True
            if event.key() not in MODIFIERS:
                self._disarm()
        elif event.type() == QEvent.Type.KeyPress and 1 <= number <= 9 and plain:
            self._disarm()
            self._choose(number)
            return True
        return False

    def _choose(self, number: int) -> None:
        review = self._controller.desk.review
        if review is None:
            return
        raters = review.engine.raters
        if number <= len(raters):
            self._controller.latents.choose_rater(raters[number - 1])
        else:
            count = plural(len(raters), tr("rater"), tr("raters"))
            self._controller.noticed.emit(tr("This model has {count}").format(count=count))


def _application() -> QApplication:
    found = QApplication.instance()
    assert isinstance(found, QApplication)
    return found
