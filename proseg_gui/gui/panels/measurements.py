"""Measured figures of the current contour, and its agreement with a mask that came with the case."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.model import NO_FIGURE, Measure
from proseg_gui.gui.panels.widgets import AdaptiveLabel, Section, SplitLine, button, muted, own_keys


class _QuietCombo(QComboBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the panel scrolls; a choice is made by click or keys


class MeasurementsPanel(Section):
    """Label left, value with unit right."""

    reference_chosen = Signal(str)
    details_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Measurements"), parent=parent)
        self.lines: list[tuple[SplitLine, AdaptiveLabel, AdaptiveLabel]] = []
        self._names: tuple[str, ...] = ()
        self._box = QVBoxLayout()
        self._box.setSpacing(1)
        self.empty = muted(tr("Figures of the current contour appear here."))
        self.reference = _QuietCombo()
        self.reference.setAccessibleName(tr("Mask to compare with"))
        self.reference.setPlaceholderText(tr("choose a mask"))
        self.reference.setToolTip(tr("Mask to compare the current contour with"))
        self.reference.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.reference.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        own_keys(self.reference, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space)
        self.reference.activated.connect(lambda index: self.reference_chosen.emit(self._names[index]))
        self.dice = QLabel(NO_FIGURE)
        self.dice.setProperty("role", "value")
        self._compare = QWidget()
        row = QHBoxLayout(self._compare)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        row.addWidget(QLabel(tr("Dice to")))
        row.addWidget(self.reference, 1)
        row.addWidget(self.dice)
        self.details = button(tr("All figures…"), kind="small", tip=tr(
            "Dice, surface distances and volume of the current contour and of every rater's preset against each given "
            "mask"))  # fmt: skip
        self.details.clicked.connect(self.details_asked)
        self.body.addWidget(self.empty)
        self.body.addLayout(self._box)
        self.body.addWidget(self._compare)
        self.body.addWidget(self.details, 0, Qt.AlignmentFlag.AlignLeft)
        self.set_references((), None)

    def set_rows(self, rows: Sequence[Measure]) -> None:
        """Show these figures, in this order."""
        while len(self.lines) < len(rows):
            label, value = AdaptiveLabel(role="muted", minimum=50), AdaptiveLabel(role="value")
            line = SplitLine(label, value)
            self._box.addWidget(line)
            self.lines.append((line, label, value))
        for index, (line, label, value) in enumerate(self.lines):
            line.setVisible(index < len(rows))
            if index < len(rows):
                label.set_texts((rows[index].label,), rows[index].hint)
                value.set_texts((rows[index].value,), rows[index].hint)
        self.empty.setVisible(not rows)

    def set_references(self, names: Sequence[str], chosen: str | None) -> None:
        """Offer the masks that came with the case; emits nothing."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            self.reference.clear()
            self.reference.addItems(list(names))
        self.reference.setCurrentIndex(self._names.index(chosen) if chosen in self._names else -1)
        self._compare.setVisible(bool(names))
        self.details.setVisible(bool(names))

    def set_dice(self, text: str) -> None:
        """Show the agreement with the chosen mask, such as "0.87"; empty while there is none."""
        self.dice.setText(text or NO_FIGURE)
