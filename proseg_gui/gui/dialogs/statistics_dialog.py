"""Every structure of the case in figures: volume, place, and the scan's values inside."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QHeaderView, QWidget

from proseg_gui.gui.dialogs.figure_table import BAR, MOST_WIDTH, FigureTable
from proseg_gui.gui.dialogs.frame import EDGE, DialogFrame, words
from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.widgets import muted
from proseg_gui.review.figures import ml_text
from proseg_gui.review.statistics import Statistics
from proseg_gui.volume import letters_of


class StatisticsDialog(DialogFrame):
    """Setters in; stays open beside the window, and is filled anew when it is asked for again."""

    save_asked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Structures in figures"), parent)
        self.setModal(False)
        self.about = words("", "muted")
        self.table = FigureTable(tr("Structures in figures"))
        self.left_out = muted("")
        self.body.addWidget(self.about)
        self.body.addWidget(self.table)
        self.body.addWidget(self.left_out)
        self.body.addWidget(muted(tr("Values are those of the voxels inside, in the channel in view.")))
        self.copy = self.add_button(tr("Copy"))
        self.copy.setToolTip(tr("Copy the table as text with tabs, for a spreadsheet"))
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.table.text()))
        self.save = self.add_button(tr("Save CSV\u2026"))
        self.save.setEnabled(False)
        self.save.clicked.connect(self.save_asked)
        self.add_button(tr("Close"), primary=True).clicked.connect(self.accept)
        self.finished.connect(lambda _code: self.closed.emit())
        self.resize(760, 300)

    def begin(self, about: str, names: Sequence[str]) -> None:
        """Structures that are being measured."""
        self.about.setText(about)
        self.left_out.setText("")
        self.save.setEnabled(False)
        self._fill([(name, []) for name in names], "")

    def show_found(self, found: Sequence[Statistics], unit: str, empty: Sequence[str]) -> None:
        """What was measured; ``empty`` are the structures of which nothing is drawn."""
        self.left_out.setText(tr("Nothing is drawn of {names}").format(names=", ".join(empty)) if empty else "")
        self._fill([(one.structure, _texts(one)) for one in found], unit)
        self.save.setEnabled(bool(found))
        self.fit()

    def _fill(self, rows: Sequence[tuple[str, Sequence[str]]], unit: str) -> None:
        of = f" ({unit})" if unit else ""
        self.table.fill(
            [tr("state"), tr("volume"), tr("slices"), tr("mean") + of, tr("SD"), tr("min"), tr("median"), tr("max"),
             tr("centre (mm)")], rows
        )  # fmt: skip
        self.left_out.setVisible(bool(self.left_out.text()))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)  # places are longer than numbers
        wide = header.length() + self.table.verticalHeader().sizeHint().width() + 2 * self.table.frameWidth()
        most = min(MOST_WIDTH, self.room().width() - 2 * EDGE)
        self.table.setMinimumWidth(min(wide, most))
        if wide > most:
            self.table.setFixedHeight(self.table.minimumHeight() + BAR)


def _texts(one: Statistics) -> list[str]:
    first, last = one.slices[0] + 1, one.slices[1] + 1
    values = [f"{value:.4g}" for value in (one.mean, one.sd, one.low, one.median, one.high)]
    slices = f"{first}" if first == last else f"{first}\u2013{last}"
    return [tr(one.state), ml_text(one.ml), slices, *values, letters_of(one.centre_mm)]
