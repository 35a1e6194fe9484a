"""What somebody writes about a model: who made it, and what others should know."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame, words
from proseg_gui.gui.language import tr

MOST_LETTERS = 10_000


class NotesDialog(DialogFrame):
    """``answered`` gives author and notes."""

    answered = Signal(str, str)

    def __init__(self, model: str, author: str, notes: str, parent: QWidget) -> None:
        super().__init__(tr("Notes on {model}").format(model=model), parent)
        self.author = QLineEdit(author)
        self.author.setMaxLength(200)
        self.author.setAccessibleName(tr("Author"))
        self.notes = QPlainTextEdit(notes)
        self.notes.setAccessibleName(tr("Notes"))
        self.notes.setTabChangesFocus(True)
        self.notes.setMinimumHeight(140)
        self.body.addWidget(
            words(tr("They are kept in the model's card and go wherever the model goes: name no patient."))
        )
        for text, field in ((tr("Author"), self.author), (tr("Notes"), self.notes)):
            label = QLabel(text)
            label.setBuddy(field)
            self.body.addWidget(label)
            self.body.addWidget(field, 1 if field is self.notes else 0)
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.save = self.add_button(tr("Save"), primary=True)
        self.save.clicked.connect(self._answer)
        self.setMinimumWidth(440)

    def _answer(self) -> None:
        self.answered.emit(self.author.text().strip(), self.notes.toPlainText().strip()[:MOST_LETTERS])
        self.accept()
