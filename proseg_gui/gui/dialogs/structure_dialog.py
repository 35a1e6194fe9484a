"""What a structure is called; the names of TG-263 are offered while one types."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame
from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.widgets import muted
from proseg_gui.io.base.json_in import parse_json
from proseg_gui.locations import data_folder

LONGEST = 64
"""As long as a name in DICOM may be."""


@cache
def standard_names() -> tuple[str, ...]:
    """Names of structures that TG-263 recommends."""
    content = parse_json((data_folder("resources") / "tg263_names.json").read_bytes())
    return tuple(content["names"])


class StructureDialog(DialogFrame):
    """Asks for a name; :meth:`name` is what was typed."""

    def __init__(self, title: str, present: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.field = QLineEdit(present)
        self.field.setMaxLength(LONGEST)
        self.field.setAccessibleName(tr("Name of the structure"))
        self.field.setPlaceholderText("GTVp")
        completer = QCompleter(list(standard_names()), self.field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        self.body.addWidget(self.field)
        self.body.addWidget(muted(tr("Names of TG-263 are offered while you type; any other name will do as well.")))
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.confirm = self.add_button(tr("Use this name"), primary=True)
        self.confirm.clicked.connect(self.accept)
        self.field.textChanged.connect(lambda _text: self._check())
        self._check()
        self.resize(420, self.sizeHint().height())
        self.field.setFocus()

    def name(self) -> str:
        """The name, without spaces around it."""
        return self.field.text().strip()

    def _check(self) -> None:
        self.confirm.setEnabled(bool(self.name()))
