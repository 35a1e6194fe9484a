"""A line in which one writes how to draw, and below it what came of it, with greyed what was not understood."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.widgets import muted
from proseg_gui.prompts.reading import MOST_CHARACTERS


class PromptBox(QWidget):
    """Enter says it; the words stay, so that they can be changed and said again."""

    given = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setMaxLength(MOST_CHARACTERS)
        self.line.setClearButtonEnabled(True)
        self.line.setPlaceholderText(tr("Describe the style: tighter, smooth, no spikes"))
        self.line.setAccessibleName(tr("Describe the style"))
        self.line.setToolTip(
            tr("Say in words how to draw, and press Enter: the sliders below move, and stay yours to move")
        )
        self.answer: QLabel = muted("")
        self.answer.setWordWrap(True)
        self.answer.setTextFormat(Qt.TextFormat.PlainText)
        self.unknown: QLabel = muted("")
        self.unknown.setWordWrap(True)
        self.unknown.setTextFormat(Qt.TextFormat.PlainText)
        self.unknown.setEnabled(False)  # greyed
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 1)
        column.setSpacing(2)
        for part in (self.line, self.answer, self.unknown):
            column.addWidget(part)
        self.line.returnPressed.connect(self._say)
        self.set_answer("")

    def _say(self) -> None:
        self.line.home(False)  # a long text is read from its beginning
        self.given.emit(self.line.text())

    def set_answer(self, answer: str, unknown: Sequence[str] = ()) -> None:
        """Say what came of it, and which words were not understood."""
        self.answer.setText(answer)
        self.answer.setVisible(bool(answer))
        self.unknown.setText(tr("Not understood: {words}").format(words=" \u00b7 ".join(unknown)))
        self.unknown.setVisible(bool(unknown))

    def begin(self) -> None:
        """Put the cursor there; what was written before is marked, so that typing replaces it."""
        over = self.parentWidget()
        while over is not None and not isinstance(over, QScrollArea):
            over = over.parentWidget()
        if over is not None:
            over.ensureWidgetVisible(self)
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()
