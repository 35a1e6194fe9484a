"""A card of the tour: a few sentences beside the part of the window that they are about; it stops nobody."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from proseg_gui.gui.dialogs.frame import words
from proseg_gui.gui.language import tr

WIDTH, GAP = 320, 12


class TourCard(QFrame):
    """Lies over its window and takes no keys from it; its buttons are reached by the mouse and by Tab."""

    forward = Signal()
    back = Signal()
    ended = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setProperty("role", "card")
        self.setAutoFillBackground(True)
        self.setFixedWidth(WIDTH)
        self.title, self.text, self.count = words("", "title"), words(""), words("", "muted")
        self.skip = QPushButton(tr("Skip the tour"))
        self.previous = QPushButton(tr("Back"))
        self.next = QPushButton()
        self.next.setProperty("kind", "primary")
        row = QHBoxLayout()
        row.addWidget(self.skip)
        row.addStretch(1)
        for button in (self.previous, self.next):
            row.addWidget(button)
        for button in (self.skip, self.previous, self.next):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        for part in (self.count, self.title, self.text):
            column.addWidget(part)
        column.addLayout(row)
        self.skip.clicked.connect(self.ended)
        self.previous.clicked.connect(self.back)
        self.next.clicked.connect(self.forward)

    def show_step(self, number: int, of: int, title: str, text: str, target: QWidget) -> None:
        """Show step ``number`` (from 1) beside ``target``."""
        self.count.setText(tr("Tour, {number} of {all}").format(number=number, all=of))
        self.title.setText(title)
        self.text.setText(text)
        self.previous.setVisible(number > 1)
        self.skip.setVisible(number < of)
        self.next.setText(tr("Next") if number < of else tr("Done"))
        self._column.activate()
        self.resize(WIDTH, self._column.totalHeightForWidth(WIDTH))
        self.move(self._place(target))
        self.show()
        self.raise_()

    def _place(self, target: QWidget) -> QPoint:
        """Beside the target where there is room, else over its middle; always inside the window."""
        inside = self._window.rect().adjusted(GAP, GAP, -GAP, -GAP)
        around = QRect(target.mapTo(self._window, QPoint(0, 0)), target.size())
        x, y = around.center().x() - self.width() // 2, around.center().y() - self.height() // 2
        if around.right() + GAP + self.width() <= inside.right():
            x = around.right() + GAP
        elif around.left() - GAP - self.width() >= inside.left():
            x = around.left() - GAP - self.width()
        elif around.top() - GAP - self.height() >= inside.top():
            y = around.top() - GAP - self.height()
        x = min(max(x, inside.left()), inside.right() - self.width())
        y = min(max(y, inside.top()), inside.bottom() - self.height())
        return QPoint(x, y)
