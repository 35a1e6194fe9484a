"""A field to find and choose a coded structure in by typing a part of its name."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.io.contours.structure_codes import StructureCode, search_codes, structure_codes


class CodeBox(QComboBox):
    """All coded structures; typing lists those that match in any of their words. It starts with plain tissue."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit()
        self.setLineEdit(self.edit)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName(tr("Coded structure"))
        for entry in structure_codes():
            self.addItem(_label(entry), entry.key)
        self._found = QStringListModel(self)
        completer = QCompleter(self._found, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._choose)
        self.setCompleter(completer)
        self.edit.textEdited.connect(self._search)
        self.edit.editingFinished.connect(self._settle)
        self.currentIndexChanged.connect(self.changed)

    def key(self) -> str:
        """``SCHEME:code`` of the chosen entry."""
        return str(self.currentData())

    def _search(self, text: str) -> None:
        self._found.setStringList([_label(entry) for entry in search_codes(text)])

    def _choose(self, label: str) -> None:
        self.setCurrentIndex(self.findText(label))

    def _settle(self) -> None:
        """What was typed becomes the first entry that matches; without any the last choice stays."""
        text = self.edit.text()
        if text == self.itemText(self.currentIndex()):
            return
        exact = self.findText(text)
        found = search_codes(text) if text.strip() and exact < 0 else []
        self.setCurrentIndex(exact if exact >= 0 else self.findData(found[0].key) if found else self.currentIndex())
        self.setEditText(self.itemText(self.currentIndex()))


def _label(entry: StructureCode) -> str:
    return f"{entry.kind.meaning} ({entry.kind.scheme} {entry.kind.code})"
