"""What is said above the scan for as long as a model that does not fit looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from proseg_gui.gui import theme
from proseg_gui.gui.language import marked, tr

if TYPE_CHECKING:
    from proseg_gui.inference.fit import Fit

TITLE = marked("This model does not fit this scan: its contours may mean nothing.")
ICON_SIDE = 18


class FitBanner(QFrame):
    """Shown while there is a misfit, and only then; nobody can put it away but by another model or another scan."""

    model_asked = Signal()
    """Another model is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")  # without padding, which layouts do not count
        self.setAccessibleName(tr("The model does not fit"))
        self.icon = QLabel()
        self.icon.setPixmap(theme.icon("warning").pixmap(ICON_SIDE, ICON_SIDE))
        self.title, self.reasons = QLabel(tr(TITLE)), QLabel()
        for label in (self.title, self.reasons):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)  # a model's name comes from a file
            policy = label.sizePolicy()  # with its height for width
            policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
            label.setSizePolicy(policy)
        self.title.setProperty("role", "warning")
        self.choose = QPushButton(tr("Choose a model…"))
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(lambda _checked=False: self.model_asked.emit())
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.reasons)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 5, 8, 5)
        line.setSpacing(8)
        line.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        line.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignTop)
        self.setVisible(False)

    def set_fit(self, fit: Fit | None) -> None:
        """Show the reasons of a misfit; nothing where the model fits, or where it is not known (yet)."""
        wrong = fit is not None and not fit.ok
        self.reasons.setText(" ".join(fit.reasons) if fit is not None and wrong else "")
        self.setAccessibleDescription(self.reasons.text())
        self.setVisible(wrong)
