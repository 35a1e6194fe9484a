"""How much, of what and where: what an operation on a structure needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame
from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.widgets import muted


@dataclass(frozen=True)
class Amount:
    """A number to ask for: its label, unit, first value and limits."""

    label: str
    unit: str
    value: float
    low: float
    high: float


class OperationDialog(DialogFrame):
    """Asks for an amount, a choice and whether only the slice in view is meant; each only where it is given."""

    def __init__(
        self,
        title: str,
        *,
        amount: Amount | None = None,
        choices: Sequence[str] = (),
        label: str = "",
        here: bool = True,
        note: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self.amount = QDoubleSpinBox()
        self.choice = QComboBox()
        self.here = QCheckBox(tr("On this slice only"))
        if choices:
            self.choice.addItems(list(choices))
            self.choice.setAccessibleName(label or title)
            if label:
                self.body.addWidget(QLabel(label))
            self.body.addWidget(self.choice)
        if amount is not None:
            self.amount.setRange(amount.low, amount.high)
            self.amount.setDecimals(2)
            self.amount.setValue(amount.value)
            self.amount.setSuffix(f" {amount.unit}")
            self.amount.setAccessibleName(amount.label)
            self.body.addWidget(QLabel(amount.label))
            self.body.addWidget(self.amount)
        if here:
            self.body.addWidget(self.here)
        if note:
            self.body.addWidget(muted(note))
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.confirm = self.add_button(tr("Do it"), primary=True)
        self.confirm.clicked.connect(self.accept)
        self.resize(360, self.sizeHint().height())
        (self.amount if amount is not None else self.choice if choices else self.confirm).setFocus()
        if amount is not None:
            self.amount.selectAll()
