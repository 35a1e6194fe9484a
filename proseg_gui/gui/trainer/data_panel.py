"""Section 1 of the Trainer tab: which data, what was found in it, what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QWidget

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.flow import FlowLayout
from proseg_gui.gui.panels.widgets import AdaptiveLabel, Section, button, muted
from proseg_gui.gui.trainer.case_table import STATE_TEXTS, CaseTable, paint_state
from proseg_gui.gui.trainer.survey import CaseRow

INVITATION = marked(
    "Choose or drop a folder of cases:\nCASE/image.nii.gz and CASE/masks/RATER.nii.gz,\n"
    "or a DICOM series with one structure set a rater."
)
PROJECT_TIP = marked("Your accepted readings in Review: every case of the project that has one")
LEGEND = ("annotated", "resampled", "empty", "missing", "problem")


class _Square(QWidget):
    def __init__(self, state: str) -> None:
        super().__init__()
        self._state = state
        self.setFixedSize(12, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_state(QPainter(self), QRectF(self.rect()), self._state)


def _entry(state: str) -> QWidget:
    """A square and its word."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    row.addWidget(_Square(state))
    row.addWidget(muted(tr(STATE_TEXTS[state]), wrap=False))
    return made


class DataPanel(Section):
    """Setters in, gestures out; knows no training."""

    folder_chosen = Signal(Path)
    project_chosen = Signal()
    part_clicked = Signal(str)
    opened = Signal(str)
    resample_asked = Signal(str)
    left_out = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("1 · Data"))
        self.choose = button(tr("Choose folder…"), "open", tip=tr("A folder of cases with several raters' masks"))
        self.choose.clicked.connect(self._ask)
        self.project = button(tr("This project"), tip=tr(PROJECT_TIP))
        self.project.clicked.connect(self.project_chosen)
        self.where = AdaptiveLabel("", role="muted")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.choose)
        line.addWidget(self.project)
        line.addStretch(1)
        self.table = CaseTable()
        self.table.part_clicked.connect(lambda row: self.part_clicked.emit(self._name(row)))
        self.table.opened.connect(lambda row: self.opened.emit(self._name(row)))
        self.table.selectionModel().currentRowChanged.connect(lambda index, _old: self._show_problem(index.row()))
        self.invitation = muted(tr(INVITATION))
        self.problem = QLabel()
        self.problem.setProperty("role", "notice")
        self.problem.setWordWrap(True)
        self._legend = QWidget()
        squares = FlowLayout(self._legend, spacing=8)
        for state in LEGEND:
            squares.addWidget(_entry(state))
        self.answers = self._build_answers()
        self.body.addLayout(line)
        self.body.addWidget(self.where)
        self.body.addWidget(self.invitation)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._legend)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.answers)
        self._last_folder = ""
        self._asked = ""
        self._settled: set[str] = set()
        self.clear()

    def _build_answers(self) -> QWidget:
        """What can be done about a case with a problem."""
        self.look = button(
            tr("Open"), tip=tr("Look at the case in Review; masks on another grid are put on the image's")
        )
        self.resample = button(tr("Resample"), tip=tr(
            "Put the masks on the image's grid by nearest neighbour, and use the case; the files stay as they are, and "
            "the training's record says so"))  # fmt: skip
        self.leave = button(tr("Leave out"), tip=tr("Do not use this case"))
        self.look.clicked.connect(lambda: self.opened.emit(self._asked))
        self.resample.clicked.connect(lambda: self.resample_asked.emit(self._asked))
        self.leave.clicked.connect(lambda: self.left_out.emit(self._asked))
        answers = QWidget()
        row = QHBoxLayout(answers)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for made in (self.look, self.resample, self.leave):
            row.addWidget(made)
        row.addStretch(1)
        return answers

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
        self._settled = set()
        self._show_problem(-1)
        if folder:
            self._last_folder = folder
            self.where.set_texts((folder, Path(folder).name), folder)

    def put(self, row: CaseRow) -> None:
        """Add a case, or show what is now known of one that is there."""
        self.table.cases.put(row)

    def set_parts(self, parts: dict[str, str]) -> None:
        """Show which case is used for what."""
        self.table.cases.set_parts(parts)

    def set_summary(self, *texts: str) -> None:
        """The words at the right of the heading, longest first."""
        self.hint.set_texts(texts)

    def set_locked(self, locked: bool) -> None:
        """While a training is there its data stay what they are."""
        self.choose.setEnabled(not locked)
        self.project.setEnabled(not locked)
        for made in (self.resample, self.leave):
            made.setEnabled(not locked)
        self.choose.setToolTip(
            tr("Accept or discard the training first") if locked else tr("A folder of cases with masks")
        )

    def show_first_problem(self) -> None:
        """Tell of the first case that cannot be used and about which nothing was decided."""
        rows = self.table.cases.rows
        open_ones = (i for i, row in enumerate(rows) if row.problem and row.case.name not in self._settled)
        self._show_problem(next(open_ones, -1))

    def answer_problem(self, name: str) -> None:
        """Case ``name`` stays out: tell of the next one."""
        self._settled.add(name)
        self.show_first_problem()

    def show_case(self, name: str) -> None:
        """Tell what there is to tell of case ``name``."""
        self._show_problem(next((i for i, row in enumerate(self.table.cases.rows) if row.case.name == name), -1))

    def _show_problem(self, row: int) -> None:
        rows = self.table.cases.rows
        found = rows[row] if 0 <= row < len(rows) else None
        told = found is not None and bool(found.problem or found.notices)
        self.problem.setVisible(told)
        self.answers.setVisible(told)
        if found is None or not told:
            return
        self._asked = found.case.name
        words = tr("{case} is left out. {why}") if found.problem else tr("{case} is used. {why}")
        self.problem.setText(words.format(case=found.case.name, why=found.problem or found.notices[0]))
        self.look.setVisible(found.other_grid or bool(found.notices))
        self.resample.setVisible(found.other_grid)

    def _name(self, row: int) -> str:
        return self.table.cases.rows[row].case.name

    def _ask(self) -> None:
        dialog = QFileDialog(self, tr("Folder of cases"), self._last_folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda folder: self.folder_chosen.emit(Path(folder)))
        dialog.open()

    def sizeHint(self) -> QSize:
        """Room for the table."""
        return QSize(390, 640)
