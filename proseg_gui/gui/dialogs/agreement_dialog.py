"""The current contour and every rater's preset against the masks that came with the case."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from proseg_gui.gui.dialogs.frame import DialogFrame, heading, words
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import muted
from proseg_gui.metrics import SURFACE_TOLERANCE_MM
from proseg_gui.review.agreement import Agreement
from proseg_gui.review.figures import LEAST_ML, ml_number

ROW, MOST_ROWS, MOST_WIDTH, BAR, LEAST_COLUMN = 23, 12, 1060, 12, 58
"""Height of a row, rows and width shown without scrolling, what a scroll bar takes, a column's least width."""


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
        self.current = _Table(tr("Current contour"))
        self.figure = QComboBox()
        self.figure.setAccessibleName(tr("Figure of the presets"))
        for name, title, _, tip in FIGURES:
            self.figure.addItem(tr(title), name)
            self.figure.setItemData(self.figure.count() - 1, _tip(tip), Qt.ItemDataRole.ToolTipRole)
        self.figure.currentIndexChanged.connect(lambda _index: self._show_presets())
        self.presets = _Table(tr("Presets of the raters"))
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


class _Table(QTableWidget):
    """Figures to read and to copy; as high as its rows."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setHighlightSections(False)

    def fill(
        self,
        columns: Sequence[str],
        rows: Sequence[tuple[str, Sequence[str]]],
        bold: frozenset[tuple[str, int]] | set[tuple[str, int]] = frozenset(),
        tips: Sequence[str] = (),
    ) -> None:
        """Show texts, each column's ``tips`` with them; a row without any text is not measured yet."""
        self.setColumnCount(len(columns))
        self.setRowCount(len(rows))
        self.setHorizontalHeaderLabels(list(columns))
        self.setVerticalHeaderLabels([name for name, _ in rows])
        for r, (name, texts) in enumerate(rows):
            for c in range(len(columns)):
                item = QTableWidgetItem(texts[c] if texts else "…")
                item.setToolTip(tips[c] if tips else "")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if (name, c) in bold:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                self.setItem(r, c, item)
        shown = min(max(len(rows), 1), MOST_ROWS)
        least = max((self.fontMetrics().horizontalAdvance(text) for text in columns), default=0) + 18
        self.horizontalHeader().setMinimumSectionSize(max(least, LEAST_COLUMN))
        needed = len(columns) * max(least, LEAST_COLUMN) + self.verticalHeader().sizeHint().width() + BAR
        self.setMinimumWidth(min(needed, MOST_WIDTH))
        below = BAR if needed > MOST_WIDTH else 2
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + ROW * shown + 2 * self.frameWidth() + below)

    def text(self) -> str:
        """The table as lines with tabs, headings included."""
        columns, rows = range(self.columnCount()), range(self.rowCount())
        model = self.model()
        heads = {way: [str(model.headerData(i, way)) for i in part] for way, part in
                 ((Qt.Orientation.Horizontal, columns), (Qt.Orientation.Vertical, rows))}  # fmt: skip
        lines = [["", *heads[Qt.Orientation.Horizontal]]]
        lines += [[heads[Qt.Orientation.Vertical][r], *(str(model.index(r, c).data()) for c in columns)] for r in rows]
        return "\n".join("\t".join(line) for line in lines)


def _tip(tip: str) -> str:
    return tr(tip).format(mm=SURFACE_TOLERANCE_MM)


def _texts(agreement: Agreement) -> list[str]:
    return [write(getattr(agreement, name)) for name, _, write, _ in FIGURES]
