"""Who draws here: a pseudonym, asked for once, at the first acceptance."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import muted

LONGEST = 40
WHY = marked(
    "Readings are signed, so that those of several people can be told apart. Choose a pseudonym, such as reader1: it "
    "is written into the project and into what is exported from it. It can be changed in the status bar; readings keep "
    "the one under which they were accepted."
)


class PersonDialog(DialogFrame):
    """Asks for a pseudonym; :meth:`name` is what was typed."""

    def __init__(self, present: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Who draws here?"), parent)
        label = QLabel(tr("I draw as"))
        self.field = QLineEdit(present)
        self.field.setMaxLength(LONGEST)
        self.field.setAccessibleName(tr("Pseudonym"))
        self.field.setPlaceholderText("reader1")
        label.setBuddy(self.field)
        self.body.addWidget(label)
        self.body.addWidget(self.field)
        self.body.addWidget(muted(tr(WHY)))
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.sign = self.add_button(tr("Use this name"), primary=True)
        self.sign.clicked.connect(self.accept)
        self.field.textChanged.connect(lambda _text: self._check())
        self._check()
        self.resize(460, self.sizeHint().height())
        self.field.setFocus()

    def name(self) -> str:
        """The pseudonym, without spaces around it."""
        return self.field.text().strip()

    def _check(self) -> None:
        self.sign.setEnabled(bool(self.name()))
