"""Other keys for the commands: find one, press the new key. A key that is taken is named before it changes hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from proseg_gui.gui.dialogs.frame import DialogFrame, words
from proseg_gui.gui.dialogs.fuzzy import score
from proseg_gui.gui.dialogs.key_table import KeyTable
from proseg_gui.gui.language import tr

MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
LEAVING = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape)
"""Go on to the next control, or back: these stay what they are everywhere."""


@dataclass(frozen=True)
class KeyRow:
    """A command in the table of keys; ``words`` are what it is found by beside its name."""

    id: str
    name: str
    menu: str
    words: str = ""


def shown_key(key: str) -> str:
    """A key as people read it, in their language."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class KeyField(QLineEdit):
    """Takes the key that is pressed in it; Tab and Escape leave it."""

    pressed = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setPlaceholderText(tr("Press the new key here"))
        self.setAccessibleName(tr("New key"))
        self.key = ""

    def set_key(self, key: str) -> None:
        """Show a key."""
        self.key = key
        self.setText(shown_key(key))

    def event(self, event: QEvent) -> bool:
        """Claim every key, so that none of them is a shortcut while it is pressed here."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the key."""
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = not modifiers & ~Qt.KeyboardModifier.ShiftModifier
        if key in LEAVING and plain:
            if key == Qt.Key.Key_Escape:
                self.left.emit()
            else:
                super().keyPressEvent(event)
        elif key not in MODIFIERS:
            text = event.text()
            if plain and text and text.isprintable() and not text.isalnum() and not text.isspace():
                modifiers = Qt.KeyboardModifier.NoModifier  # a sign is the key, however it is reached
            self.pressed.emit(QKeySequence(modifiers.value | key.value).toString())


class KeysDialog(DialogFrame):
    """The table of commands with their keys. Nothing counts before OK.

    Parameters
    ----------
    reserved:
        Keys that no command can have -> what they do.
    """

    def __init__(
        self, rows: Sequence[KeyRow], table: KeyTable, reserved: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Change keys"), parent)
        self._rows = {row.id: row for row in rows}
        self._cells: dict[str, QTableWidgetItem] = {}
        """Where the keys of a command stand."""
        self.table_of_keys, self._reserved = table, reserved
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a command, or type a key such as Ctrl+E"))
        self.search.setAccessibleName(tr("Find a command"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.list = QTableWidget(0, 3)
        self.list.setAccessibleName(tr("Commands and their keys"))
        self.list.setHorizontalHeaderLabels([tr("Command"), tr("Menu"), tr("Keys")])
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setTabKeyNavigation(False)
        self.list.setShowGrid(False)
        self.list.verticalHeader().hide()
        self.list.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.field = KeyField()
        self.use = QPushButton(tr("Use"))
        self.also = QPushButton(tr("Use as well"))
        self.none = QPushButton(tr("No key"))
        self.own = QPushButton(tr("Reset"))
        self.said = words("")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.field, 1)
        for button in (self.use, self.also, self.none, self.own):
            button.setAutoDefault(False)
            row.addWidget(button)
        self.also.setToolTip(tr("The keys that it has stay too"))
        self.own.setToolTip(tr("The keys that the program gives it"))
        for widget in (self.search, self.list):
            self.body.addWidget(widget, 1 if widget is self.list else 0)
        self.body.addLayout(row)
        self.body.addWidget(self.said)
        self.all_own = QPushButton(tr("Reset all"))
        self.all_own.setAutoDefault(False)
        self.add_left(self.all_own)
        self.cancel = self.add_button(tr("Cancel"))
        self.ok = self.add_button(tr("OK"), primary=True)
        self._connect()
        self._fill()
        self.resize(640, 560)

    def _connect(self) -> None:
        self.list.itemSelectionChanged.connect(lambda: self._show_key(""))
        self.list.itemActivated.connect(lambda _item: self.field.setFocus())
        self.field.pressed.connect(self._show_key)
        self.field.left.connect(self.list.setFocus)
        self.use.clicked.connect(lambda: self._give(()))
        self.also.clicked.connect(lambda: self._give(self.table_of_keys.of(self._current())))
        self.none.clicked.connect(lambda: self._take(self.table_of_keys.with_keys(self._current(), ())))
        self.own.clicked.connect(lambda: self._take(self.table_of_keys.reset(self._current())))
        self.all_own.clicked.connect(lambda: self._take(self.table_of_keys.reset_all()))
        self.cancel.clicked.connect(self.reject)
        self.ok.clicked.connect(self.accept)

    def choose(self, command_id: str) -> None:
        """Select a command's row."""
        self.list.selectRow(list(self._rows).index(command_id))

    def _fill(self) -> None:
        self.list.setRowCount(len(self._rows))
        for number, row in enumerate(self._rows.values()):
            self._cells[row.id] = QTableWidgetItem()
            for column, item in enumerate(
                (QTableWidgetItem(row.name), QTableWidgetItem(row.menu), self._cells[row.id])
            ):
                self.list.setItem(number, column, item)
        self.list.selectRow(0)
        self._write_keys()
        self.list.resizeColumnToContents(1)
        self.list.setColumnWidth(2, 190)

    def _write_keys(self) -> None:
        for name, item in self._cells.items():
            item.setText(", ".join(shown_key(key) for key in self.table_of_keys.of(name)))
            font = item.font()
            font.setBold(not self.table_of_keys.is_own(name))  # what was changed can be seen
            item.setFont(font)
        self._filter()
        self._say()

    def _filter(self) -> None:
        typed = self.search.text().strip()
        for number, row in enumerate(self._rows.values()):
            keys = [text for key in self.table_of_keys.of(row.id) for text in (key.lower(), shown_key(key).lower())]
            there = not typed or typed.lower() in keys or score(typed, row.name, (row.menu, row.words, row.id)) > 0
            self.list.setRowHidden(number, not there)

    def _current(self) -> str:
        return list(self._rows)[max(0, self.list.currentRow())]

    def _show_key(self, key: str) -> None:
        self.field.set_key(key)
        self._say()

    def _say(self) -> None:
        """Say what the key in the field does now, and offer what can be done with it."""
        key, name = self.field.key, self._current()
        holder = self.table_of_keys.holder(key) if key else None
        blocked = self._reserved.get(key, tr("That sign cannot be a key here") if "|" in key else "")
        self.use.setText(tr("Use"))
        text = ""
        if blocked:
            text = f"{shown_key(key)}: {blocked}"
        elif holder == name:
            text = tr("{key} gives this command already").format(key=shown_key(key))
        elif holder is not None:
            other = self._rows[holder].name
            text = tr("{key} gives {other} now").format(key=shown_key(key), other=other)
            self.use.setText(tr("Take it from {other}").format(other=other))
        self.said.setText(text)
        free = bool(key) and not blocked
        self.use.setEnabled(free and self.table_of_keys.of(name) != (key,))
        self.also.setEnabled(free and holder is None and bool(self.table_of_keys.of(name)))
        self.none.setEnabled(bool(self.table_of_keys.of(name)))
        self.own.setEnabled(not self.table_of_keys.is_own(name))
        self.all_own.setEnabled(bool(self.table_of_keys.stored()))

    def _give(self, before: Sequence[str]) -> None:
        self._take(self.table_of_keys.with_keys(self._current(), (*before, self.field.key)))

    def _take(self, table: KeyTable) -> None:
        self.table_of_keys = table
        self.field.set_key("")
        self._write_keys()
