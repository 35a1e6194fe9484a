"""The sheet of keys and mouse habits (F1), made from the window's own table of commands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame, heading, words
from proseg_gui.gui.language import tr

Group = tuple[str, Sequence[tuple[str, str]]]
COLUMNS = 2


class ShortcutSheet(DialogFrame):
    """Groups of (keys, what they do), in two columns of about the same length."""

    change_asked = Signal()

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(tr("Keys and mouse"), parent)
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(0, 0, 8, 0)
        columns.setSpacing(28)
        for column in _balanced([group for group in groups if group[1]]):
            box = QVBoxLayout()
            box.setSpacing(4)
            for title, rows in column:
                box.addWidget(heading(title))
                box.addLayout(_table(rows))
                box.addSpacing(8)
            box.addStretch(1)
            columns.addLayout(box, 1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.body.addWidget(area, 1)
        self.change = self.add_button(tr("Change keys\u2026"))
        self.change.clicked.connect(self._change)
        self.add_button(tr("Close"), primary=True).clicked.connect(self.accept)
        self.resize(760, 560)

    def _change(self) -> None:
        self.accept()
        self.change_asked.emit()


def _balanced(groups: Sequence[Group]) -> list[list[Group]]:
    """Deal the groups, in order, into columns so that the first ones are not longer than they need to be."""
    total = sum(len(rows) + 2 for _, rows in groups)
    columns: list[list[Group]] = [[]]
    height = 0
    for group in groups:
        size = len(group[1]) + 2
        if height and len(columns) < COLUMNS and height + size / 2 > total / COLUMNS:
            columns.append([])
            height = 0
        columns[-1].append(group)
        height += size
    return columns


def _table(rows: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    for number, (keys, text) in enumerate(rows):
        caps = QHBoxLayout()
        caps.setSpacing(3)
        for key in keys.split("|"):
            cap = QLabel(key)
            cap.setProperty("role", "key")
            cap.setTextFormat(Qt.TextFormat.PlainText)
            caps.addWidget(cap)
        caps.addStretch(1)
        grid.addLayout(caps, number, 0)
        grid.addWidget(words(text), number, 1)
    return grid
