"""The structures of the study: colour, visible or not, and which one is current."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from proseg_gui.gui import theme
from proseg_gui.gui.panels.model import StructureRow
from proseg_gui.gui.panels.widgets import Eliding, Section, flat_button, muted, own_keys, swatch_icon


class _NameButton(Eliding, QPushButton):
    """A structure's name."""


class _StructureLine(QWidget):
    """One structure: a button with its colour and name, and an eye."""

    def __init__(self, row: StructureRow) -> None:
        super().__init__()
        self.name = _NameButton()
        self.name.set_full_name(row.name)
        self.name.setProperty("kind", "preset")
        self.name.setCheckable(True)
        self.name.setAutoDefault(False)
        self.name.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.name.setIconSize(QSize(12, 12))
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        own_keys(self.name, Qt.Key.Key_Space)
        self.eye: QToolButton = flat_button("eye", f"Show {row.name}")
        self.eye.setCheckable(True)
        self.lock: QToolButton = flat_button("lock", f"{row.name} is accepted: click to reopen it")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.name, 1)
        line.addWidget(self.lock)
        line.addWidget(self.eye)
        self.show_row(row)

    def show_row(self, row: StructureRow) -> None:
        self.row = row
        self.name.setIcon(swatch_icon(row.colour, hollow=not row.visible))
        self.name.setChecked(row.current)
        accepted = ", accepted" if row.accepted else ""
        what = "current structure" if row.current else "click to make it current"
        self.name.setToolTip(f"{row.name}{accepted}: {what}")
        self.lock.setVisible(row.accepted)
        self.eye.setChecked(row.visible)
        theme.set_icon(self.eye, "eye" if row.visible else "eye_off")
        tip = f"{'Hide' if row.visible else 'Show'} {row.name}"
        self.eye.setToolTip(tip)
        self.eye.setAccessibleName(tip)


class StructuresPanel(Section):
    """The structures; a click makes one current, the eye shows or hides it."""

    structure_chosen = Signal(int)
    visibility_changed = Signal(int, bool)
    reopen_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Structures", parent=parent)
        self._rows: tuple[StructureRow, ...] = ()
        self.lines: list[_StructureLine] = []
        self._box = QVBoxLayout()
        self._box.setSpacing(3)
        self.empty = muted("Open a scan with a model to see its structures.")
        self.body.addWidget(self.empty)
        self.body.addLayout(self._box)

    def set_structures(self, rows: Sequence[StructureRow]) -> None:
        """Show these structures; emits nothing."""
        if [row.name for row in rows] != [row.name for row in self._rows]:
            self._rebuild(rows)
        self._rows = tuple(rows)
        for line, row in zip(self.lines, rows, strict=True):
            if line.row != row:
                line.show_row(row)
        self.empty.setVisible(not rows)

    def _rebuild(self, rows: Sequence[StructureRow]) -> None:
        for line in self.lines:
            self._box.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = []
        for index, row in enumerate(rows):
            line = _StructureLine(row)
            line.name.clicked.connect(partial(self._chosen, index))
            line.eye.clicked.connect(partial(self._eye_clicked, index))
            line.lock.clicked.connect(lambda _checked=False, index=index: self.reopen_asked.emit(index))
            self._box.addWidget(line)
            self.lines.append(line)

    def _chosen(self, index: int, _checked: bool = False) -> None:
        self.lines[index].show_row(self._rows[index])  # the answer to the signal moves the mark
        self.structure_chosen.emit(index)

    def _eye_clicked(self, index: int, _checked: bool = False) -> None:
        visible = self._rows[index].visible
        self.lines[index].show_row(self._rows[index])
        self.visibility_changed.emit(index, not visible)
