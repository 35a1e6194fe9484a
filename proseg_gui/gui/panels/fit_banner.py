"""What is said above the scan of how it and the model go together: a misfit, and of some models how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from proseg_gui.gui import theme
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import own_keys, swatch_icon

if TYPE_CHECKING:
    from proseg_gui.inference.fit import Fit

TITLE = marked("This model does not fit this scan: its contours may mean nothing.")
LIGHTS = {
    "": ("#8a94a6", marked("How this scan was made is not known")),
    "alike": ("#35b36a", marked("Made like the training scans")),
    "other": ("#f0b429", marked("Unlike the training scans: {times} times as far as they go")),
    "far": ("#e5484d", marked("Very unlike the training scans: {times} times as far as they go")),
}
"""A traffic light's colour, and its words, which say the same."""
ICON_SIDE, LIGHT_SIDE = 18, 14


class FitBanner(QFrame):
    """Shown while there is a misfit, or a model looks that adjusts for the scanner, and only then.

    Nobody can put it away but by another model or another scan.
    """

    model_asked = Signal()
    """Another model is wanted."""
    adjust_asked = Signal()
    """The switch was turned over; the state decides where it stands."""

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
        self.light, self.made, self.adjust = QLabel(), QLabel(), QCheckBox(tr("Adjust for the scanner"))
        self.made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.made.setWordWrap(True)
        self.adjust.setToolTip(
            tr("On: drawn as if any scanner of the training had made the scan. Dashed: without. Off: as this one did")
        )
        self.adjust.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        own_keys(self.adjust, Qt.Key.Key_Space)
        self.adjust.clicked.connect(self._turned)
        self._adjusts = self._adjusted = False
        scanner = QHBoxLayout()
        scanner.setSpacing(8)
        scanner.addWidget(self.light, 0, Qt.AlignmentFlag.AlignVCenter)
        scanner.addWidget(self.made, 1)
        scanner.addWidget(self.adjust)
        line = QHBoxLayout()
        line.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 5, 8, 5)
        column.setSpacing(4)
        column.addLayout(line)
        column.addLayout(scanner)
        line.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        line.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignTop)
        self._fit: Fit | None = None
        self._show()

    def set_fit(self, fit: Fit | None) -> None:
        """Show the reasons of a misfit, and how the scan was made; neither where it is not known (yet)."""
        self._fit = fit
        self._show()

    def set_adjusting(self, adjusts: bool, adjusted: bool) -> None:
        """Whether the model that looks adjusts for the scanner, and whether the switch is on."""
        self._adjusts, self._adjusted = adjusts, adjusted
        self._show()

    def _show(self) -> None:
        fit = self._fit
        wrong = fit is not None and not fit.ok
        self.reasons.setText(" ".join(fit.reasons) if fit is not None and wrong else "")
        misfit: tuple[QWidget, ...] = (self.icon, self.title, self.reasons, self.choose)
        for widget in misfit:
            widget.setVisible(wrong)
        colour, words = LIGHTS["" if fit is None else fit.light]
        times = "" if fit is None or fit.scanner_times is None else f"{fit.scanner_times:.1f}"
        self.light.setPixmap(swatch_icon(colour).pixmap(LIGHT_SIDE, LIGHT_SIDE))
        self.made.setText(tr(words).format(times=times))
        self.adjust.setChecked(self._adjusted)
        for widget in (self.light, self.made, self.adjust):
            widget.setVisible(self._adjusts)
        told = (self.reasons.text(), self.made.text() if self._adjusts else "")
        self.setAccessibleDescription(" ".join(filter(None, told)))
        self.setVisible(wrong or self._adjusts)

    def _turned(self, _checked: bool = False) -> None:
        self.adjust.setChecked(self._adjusted)  # the answer to the signal sets the tick
        self.adjust_asked.emit()
