"""The structures of the case: colour, visible or not, locked, which one is current; adding and changing them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from proseg_gui.gui import theme
from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.model import StructureRow
from proseg_gui.gui.panels.widgets import Eliding, Section, button, flat_button, muted, own_keys, swatch_icon


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
        self.eye: QToolButton = flat_button("eye", tr("Show {name}").format(name=row.name))
        self.eye.setCheckable(True)
        self.lock: QToolButton = flat_button("lock", tr("{name} is accepted: click to reopen it").format(name=row.name))
        self.more: QToolButton = flat_button("more", tr("What can be done with {name}").format(name=row.name))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.name, 1)
        line.addWidget(self.lock)
        line.addWidget(self.eye)
        line.addWidget(self.more)
        self.show_row(row)

    def show_row(self, row: StructureRow) -> None:
        self.row = row
        self.name.setIcon(swatch_icon(row.colour, hollow=not row.visible))
        self.name.setChecked(row.current)
        stands = tr("accepted") if row.accepted else tr("edited") if row.edited else ""
        what = tr("current structure") if row.current else tr("click to make it current")
        self.name.setToolTip(f"{', '.join(filter(None, (row.name, stands)))}: {what}")
        self.lock.setVisible(row.accepted or row.locked)
        tip = tr("{name} is accepted: click to reopen it").format(name=row.name)
        if not row.accepted:
            tip = tr("{name} is locked: click to unlock it").format(name=row.name)
        self.lock.setToolTip(tip)
        self.lock.setAccessibleName(tip)
        self.eye.setChecked(row.visible)
        theme.set_icon(self.eye, "eye" if row.visible else "eye_off")
        tip = (tr("Hide {name}") if row.visible else tr("Show {name}")).format(name=row.name)
        self.eye.setToolTip(tip)
        self.eye.setAccessibleName(tip)


class StructuresPanel(Section):
    """The structures; a click makes one current, the eye shows or hides it, the dots say what else can be done."""

    structure_chosen = Signal(int)
    visibility_changed = Signal(int, bool)
    reopen_asked = Signal(int)
    lock_changed = Signal(int, bool)
    add_asked = Signal()
    rename_asked = Signal(int)
    delete_asked = Signal(int)
    colour_asked = Signal(int)
    clear_asked = Signal(int)
    moved = Signal(int, int)
    """A structure and so many lines down (up where negative)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Structures"), parent=parent)
        self._rows: tuple[StructureRow, ...] = ()
        self.lines: list[_StructureLine] = []
        self._box = QVBoxLayout()
        self._box.setSpacing(3)
        self.empty = muted(tr("Open a scan to see and add structures."))
        self.add = button(tr("Add structure"), "plus", tip=tr("Add a structure of your own, to be drawn by hand"))
        self.add.clicked.connect(lambda _checked=False: self.add_asked.emit())
        self.add.setEnabled(False)
        self.body.addWidget(self.empty)
        self.body.addLayout(self._box)
        self.body.addWidget(self.add)

    def set_structures(self, rows: Sequence[StructureRow]) -> None:
        """Show these structures; emits nothing."""
        if [row.name for row in rows] != [row.name for row in self._rows]:
            self._rebuild(rows)
        self._rows = tuple(rows)
        for line, row in zip(self.lines, rows, strict=True):
            if line.row != row:
                line.show_row(row)
        self.empty.setVisible(not rows and not self.add.isEnabled())

    def set_open(self, is_open: bool) -> None:
        """Whether there is a scan to add structures to."""
        self.add.setEnabled(is_open)
        self.empty.setVisible(not self._rows and not is_open)

    def menu_of(self, index: int) -> QMenu:
        """What can be done with the structure in line ``index``."""
        row, menu = self._rows[index], QMenu(self)
        number = row.number
        entries: list[tuple[str, Callable[[], object], bool]] = [
            (tr("Rename\u2026"), lambda: self.rename_asked.emit(number), row.own and not row.accepted),
            (tr("Colour\u2026"), lambda: self.colour_asked.emit(number), True),
            (tr("Unlock") if row.locked else tr("Lock"), lambda: self.lock_changed.emit(number, not row.locked), True),
            (tr("Move up"), lambda: self.moved.emit(number, -1), index > 0),
            (tr("Move down"), lambda: self.moved.emit(number, 1), index + 1 < len(self._rows)),
            (tr("Forget all strokes"), lambda: self.clear_asked.emit(number), row.edited and not row.accepted),
            (tr("Delete"), lambda: self.delete_asked.emit(number), row.own and not row.accepted),
        ]
        for text, run, enabled in entries:
            action = menu.addAction(text)
            action.setEnabled(enabled)
            action.triggered.connect(lambda _checked=False, run=run: run())
        return menu

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
            line.lock.clicked.connect(partial(self._lock_clicked, index))
            line.more.clicked.connect(partial(self._more_clicked, index))
            self._box.addWidget(line)
            self.lines.append(line)

    def _chosen(self, index: int, _checked: bool = False) -> None:
        self.lines[index].show_row(self._rows[index])  # the answer to the signal moves the mark
        self.structure_chosen.emit(self._rows[index].number)

    def _eye_clicked(self, index: int, _checked: bool = False) -> None:
        visible = self._rows[index].visible
        self.lines[index].show_row(self._rows[index])
        self.visibility_changed.emit(self._rows[index].number, not visible)

    def _lock_clicked(self, index: int, _checked: bool = False) -> None:
        row = self._rows[index]
        if row.accepted:
            self.reopen_asked.emit(row.number)
        else:
            self.lock_changed.emit(row.number, not row.locked)

    def _more_clicked(self, index: int, _checked: bool = False) -> None:
        menu = self.menu_of(index)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.lines[index].more.mapToGlobal(QPoint(0, self.lines[index].more.height())))
