"""Section 1 of the Trainer tab: which data, what was found in it, what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QWidget

from proseg_gui.gui.panels.widgets import AdaptiveLabel, Section, button, muted
from proseg_gui.gui.trainer.case_table import CaseTable, paint_state
from proseg_gui.gui.trainer.survey import CaseRow

INVITATION = (
    "Choose or drop a folder of cases:\nCASE/image.nii.gz and CASE/masks/RATER.nii.gz,\n"
    "or a DICOM series with one structure set a rater."
)
LEGEND = ("annotated", "empty", "missing", "problem")


class _Square(QWidget):
    def __init__(self, state: str) -> None:
        super().__init__()
        self._state = state
        self.setFixedSize(12, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_state(QPainter(self), QRectF(self.rect()), self._state)


class DataPanel(Section):
    """Setters in, gestures out; knows no training."""

    folder_chosen = Signal(Path)
    part_clicked = Signal(str)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__("1 · Data")
        self.choose = button("Choose folder…", "open", tip="A folder of cases with several raters' masks")
        self.choose.clicked.connect(self._ask)
        self.where = AdaptiveLabel("", role="muted")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.choose)
        line.addWidget(self.where, 1)
        self.table = CaseTable()
        self.table.part_clicked.connect(lambda row: self.part_clicked.emit(self._name(row)))
        self.table.opened.connect(lambda row: self.opened.emit(self._name(row)))
        self.table.selectionModel().currentRowChanged.connect(lambda index, _old: self._show_problem(index.row()))
        self.invitation = muted(INVITATION)
        self.problem = QLabel()
        self.problem.setProperty("role", "notice")
        self.problem.setWordWrap(True)
        self._legend = QWidget()
        squares = QHBoxLayout(self._legend)
        squares.setContentsMargins(0, 0, 0, 0)
        squares.setSpacing(5)
        for state in LEGEND:
            squares.addWidget(_Square(state))
            squares.addWidget(muted(state, wrap=False))
            squares.addSpacing(6)
        squares.addStretch(1)
        self.body.addLayout(line)
        self.body.addWidget(self.invitation)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._legend)
        self.body.addWidget(self.problem)
        self._last_folder = ""
        self.clear()

    def clear(self) -> None:
        """No data yet."""
        self.hint.set_texts(("",))
        self.where.set_texts(("",))
        self.begin((), "")

    def begin(self, raters: tuple[str, ...], folder: str) -> None:
        """Begin a table for the data in ``folder``; empty shows the invitation."""
        self.table.cases.begin(raters)
        self.invitation.setVisible(not folder)
        self.table.setVisible(bool(folder))
        self._legend.setVisible(bool(folder))
        self.problem.setVisible(False)
        if folder:
            self._last_folder = folder
            self.where.set_texts((folder, Path(folder).name), folder)

    def add(self, row: CaseRow) -> None:
        """Add a case."""
        self.table.cases.add(row)

    def set_parts(self, parts: dict[str, str]) -> None:
        """Show which case is used for what."""
        self.table.cases.set_parts(parts)

    def set_summary(self, *texts: str) -> None:
        """The words at the right of the heading, longest first."""
        self.hint.set_texts(texts)

    def set_locked(self, locked: bool) -> None:
        """While a training is there its data stay what they are."""
        self.choose.setEnabled(not locked)
        self.choose.setToolTip("Accept or discard the training first" if locked else "A folder of cases with masks")

    def show_first_problem(self) -> None:
        """Tell of the first case that cannot be used."""
        rows = self.table.cases.rows
        self._show_problem(next((i for i, row in enumerate(rows) if row.problem), -1))

    def _show_problem(self, row: int) -> None:
        rows = self.table.cases.rows
        found = rows[row] if 0 <= row < len(rows) else None
        self.problem.setVisible(found is not None and bool(found.problem))
        if found is not None and found.problem:
            self.problem.setText(f"{found.case.name} is left out. {found.problem}")

    def _name(self, row: int) -> str:
        return self.table.cases.rows[row].case.name

    def _ask(self) -> None:
        dialog = QFileDialog(self, "Folder of cases", self._last_folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda folder: self.folder_chosen.emit(Path(folder)))
        dialog.open()

    def sizeHint(self) -> QSize:
        """Room for the table."""
        return QSize(390, 640)
