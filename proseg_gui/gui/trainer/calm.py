"""Choices that stand in something that scrolls: the wheel scrolls, and changes none that happens to be under it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget


class _Calm(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()  # whoever scrolls gets it
            return True
        return super().eventFilter(watched, event)


def calm_choices(content: QWidget) -> None:
    """Let the wheel change the choices and numbers in ``content`` only where somebody clicked or went to them."""
    calm = _Calm(content)
    for kind in (QComboBox, QAbstractSpinBox):
        for choice in content.findChildren(kind):
            choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            choice.installEventFilter(calm)
