"""Says what went wrong in one sentence with the file's name; details are folded and can be copied."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QWidget

from proseg_gui.errors import UserError
from proseg_gui.gui import theme
from proseg_gui.gui.dialogs.frame import DialogFrame, words
from proseg_gui.gui.language import tr


class ErrorDialog(DialogFrame):
    """One sentence; under it, small, where it happened; a fold with details where there are any."""

    def __init__(self, what: str, details: str = "", parent: QWidget | None = None, *, place: str = "") -> None:
        super().__init__("proseg-gui", parent)
        self._details = details
        self._place = place
        sign = QLabel()
        sign.setPixmap(theme.icon("warning").pixmap(QSize(24, 24)))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.message = words(what, "title", selectable=True)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(sign)
        row.addWidget(self.message, 1)
        self.body.addLayout(row)
        self.place = words(place, "muted", selectable=True)
        self.place.setVisible(bool(place))
        self.body.addWidget(self.place)
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setMinimumHeight(160)
        self.details.setAccessibleName(tr("Details"))
        self.details.hide()
        self.body.addWidget(self.details, 1)
        self.body.addStretch(0)
        self.fold = QPushButton(tr("Details"))
        self.fold.setCheckable(True)
        self.fold.setAutoDefault(False)
        self.fold.setVisible(bool(details))
        self.fold.toggled.connect(self._unfold)
        self.copy = QPushButton(tr("Copy"))
        self.copy.setAutoDefault(False)
        self.copy.setToolTip(tr("Copy the message and its details"))
        theme.set_icon(self.copy, "copy")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        self.add_left(self.fold)
        self.add_left(self.copy)
        self.ok = self.add_button(tr("OK"), primary=True)
        self.ok.clicked.connect(self.accept)
        self.setMinimumWidth(460)

    @classmethod
    def of(cls, error: UserError, details: str = "", parent: QWidget | None = None) -> ErrorDialog:
        """Show an error of the user's matters: the file's name in the sentence, its folder below."""
        name = "" if error.path is None else f"{error.path.name or error.path}: "
        what = f"{name}{error.what}." + (f" {error.remedy}." if error.remedy else "")
        return cls(what, details, parent, place="" if error.path is None else str(error.path))

    def show_place(self, text: str) -> None:
        """Say below the sentence where something is."""
        self._place = text
        self.place.setText(text)
        self.place.show()

    def text(self) -> str:
        """Everything, as Copy puts it into the clipboard."""
        return "\n\n".join(filter(None, (self.message.text(), self._place, self._details)))

    def _unfold(self, on: bool) -> None:
        self.details.setVisible(on)
        self.setMinimumHeight(0)
        self.resize(self.width(), 0)
        self.fit()
