"""The current contour and every rater's preset against the masks that came with the case."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QProgressBar, QWidget

from proseg_gui.gui.dialogs.figure_table import FigureTable
from proseg_gui.gui.dialogs.frame import DialogFrame, heading, words
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import muted
from proseg_gui.metrics import SURFACE_TOLERANCE_MM
from proseg_gui.review.agreement import Agreement
from proseg_gui.review.figures import LEAST_ML, ml_number


def _share(value: float) -> str:
    return f"{value:.3f}"


def _mm(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "∞"


def _ml(value: float) -> str:
    return f"+{ml_number(value)}" if value >= LEAST_ML / 2 else ml_number(value)


FIGURES: tuple[tuple[str, str, Callable[[float], str], str], ...] = (
    ("dice", marked("Dice"), _share, marked("Overlap of the volumes: 1 is the same, 0 nothing shared")),
    ("surface_dice", marked("Surface Dice"), _share,
     marked("Share of both surfaces that lies within {mm:g} mm of the other")),
    ("hd95_mm", marked("HD95 (mm)"), _mm,
     marked("95 % of each surface lie at most this far from the other; ∞ where one is empty")),
    ("assd_mm", marked("ASSD (mm)"), _mm, marked("Mean distance between the surfaces; ∞ where one is empty")),
    ("volume_ml", marked("Volume (ml)"), _ml, marked("The contour's volume minus the mask's")),
)  # fmt: skip
"""Field of :class:`Agreement`, heading, how it is written, what it means."""


class AgreementDialog(DialogFrame):
    """Setters in; stays open beside the window and follows it."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Agreement with given masks"), parent)
        self.setModal(False)
        self.about = words("", "muted")
        self.current = FigureTable(tr("Current contour"))
        self.figure = QComboBox()
        self.figure.setAccessibleName(tr("Figure of the presets"))
        for name, title, _, tip in FIGURES:
            self.figure.addItem(tr(title), name)
            self.figure.setItemData(self.figure.count() - 1, _tip(tip), Qt.ItemDataRole.ToolTipRole)
        self.figure.currentIndexChanged.connect(lambda _index: self._show_presets())
        self.presets = FigureTable(tr("Presets of the raters"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.working = muted("", wrap=False)
        self._names: tuple[str, ...] = ()
        self._by_preset: dict[str, Sequence[Agreement]] = {}
        self._own: Mapping[str, frozenset[str]] = {}
        line = QHBoxLayout()
        line.addWidget(heading(tr("Each rater's preset")))
        line.addWidget(self.figure)
        line.addStretch(1)
        state = QHBoxLayout()
        state.addWidget(self.working)
        state.addWidget(self.bar, 1)
        self.body.addWidget(self.about)
        self.body.addWidget(heading(tr("Current contour")))
        self.body.addWidget(self.current)
        self.body.addLayout(line)
        self.body.addWidget(self.presets)
        self.body.addWidget(muted(tr("Bold: a rater's preset against that rater's own masks.")))
        self.body.addLayout(state)
        self.copy = self.add_button(tr("Copy"), primary=False)
        self.copy.setToolTip(tr("Copy both tables as text with tabs, for a spreadsheet"))
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.text()))
        self.add_button(tr("Close"), primary=True).clicked.connect(self.accept)
        self.finished.connect(lambda _code: self.closed.emit())
        self.resize(660, 460)

    def begin(self, about: str, references: Sequence[str], own: Mapping[str, frozenset[str]]) -> None:
        """Other masks: empty tables. ``own`` names, for each preset, the references that the same person drew."""
        self.about.setText(about)
        self._names, self._own, self._by_preset = tuple(references), own, {}
        self._fill_current([(name, []) for name in references])
        self._show_presets()
        self.fit()

    def show_current(self, found: Sequence[Agreement]) -> None:
        """Show the current contour against each reference."""
        self._fill_current([(name, _texts(agreement)) for name, agreement in zip(self._names, found, strict=True)])

    def _fill_current(self, rows: Sequence[tuple[str, Sequence[str]]]) -> None:
        self.current.fill([tr(title) for _, title, _, _ in FIGURES], rows, tips=[_tip(tip) for *_, tip in FIGURES])

    def show_preset(self, rater: str, found: Sequence[Agreement]) -> None:
        """Show one rater's preset against each reference."""
        self._by_preset[rater] = tuple(found)
        self._show_presets()

    def _show_presets(self) -> None:
        name, _, write, _ = FIGURES[self.figure.currentIndex()]
        rows = [(rater, [write(getattr(agreement, name)) for agreement in self._by_preset.get(rater, ())])
                for rater in self._own]  # fmt: skip
        bold = {(rater, column) for rater, own in self._own.items()
                for column, reference in enumerate(self._names) if reference in own}  # fmt: skip
        self.presets.fill(self._names, rows, bold)

    def show_progress(self, text: str, share: float) -> None:
        """Say what is being measured; an empty text when all is."""
        self.working.setText(text)
        self.bar.setVisible(bool(text))
        self.bar.setValue(round(100 * share))

    def text(self) -> str:
        """Both tables as lines with tabs."""
        name = self.figure.currentText()
        return tr("Current contour\n{current}\n\nPresets: {figure}\n{presets}\n").format(
            current=self.current.text(), figure=name, presets=self.presets.text()
        )


def _tip(tip: str) -> str:
    return tr(tip).format(mm=SURFACE_TOLERANCE_MM)


def _texts(agreement: Agreement) -> list[str]:
    return [write(getattr(agreement, name)) for name, _, write, _ in FIGURES]
