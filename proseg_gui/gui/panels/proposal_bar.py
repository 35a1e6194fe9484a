"""The bar above the panes while a proposal is offered: what it would change, and what can be made of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.widgets import AdaptiveLabel, Swatch, button


class ProposalBar(QWidget):
    """Setters in, signals out; hidden while nothing is offered."""

    here_asked = Signal()
    slice_asked = Signal()
    all_asked = Signal()
    reject_asked = Signal()
    add_asked = Signal()
    """To add the person as a rater of the model."""

    def __init__(self, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("proposal")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 4, 2)
        row.setSpacing(6)
        row.addWidget(Swatch(colour))
        self.label = AdaptiveLabel("", minimum=80)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addWidget(self.label, 1)
        self.add = button(
            tr("Add me as a rater\u2026"),
            tip=tr(
                "No rater of the model explains your strokes. Train the model on your accepted readings, in the Trainer"
            ),
        )
        self.here = button(tr("Take here"), tip=tr("The change under the pointer, or nearest to it, on this slice"))
        self.slice = button(tr("This slice"), tip=tr("The whole proposal on this slice"))
        self.all = button(
            tr("All slices"), kind="primary", tip=tr("On every slice: the sliders move, your strokes stay")
        )
        self.reject = button(tr("Reject"), tip=tr("Offer nothing until you draw again"))
        for made, signal in (
            (self.add, self.add_asked),
            (self.here, self.here_asked),
            (self.slice, self.slice_asked),
            (self.all, self.all_asked),
            (self.reject, self.reject_asked),
        ):
            made.clicked.connect(lambda _checked=False, signal=signal: signal.emit())
            row.addWidget(made)
        self.hide()

    def offer(self, texts: tuple[str, ...], *, complete: bool, stranger: bool = False) -> None:
        """Show what is offered, in wordings from long to short; not ``complete``: other slices are being worked out.

        ``stranger``: the person draws as no rater of the model does, and can be added to them.
        """
        self.add.setVisible(stranger)
        self.label.set_texts(texts)
        self.all.setEnabled(complete)
        self.show()

    def withdraw(self) -> None:
        """Nothing is offered."""
        self.hide()

    def set_keys(self, keys: dict[str, str]) -> None:
        """Name the keys of ``here``, ``slice``, ``all`` and ``reject`` in the tool tips."""
        for name, key in keys.items():
            made = getattr(self, name)
            tip = made.toolTip().split(" (")[0]
            made.setToolTip(f"{tip} ({key})" if key else tip)
