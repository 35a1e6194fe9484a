"""The table of cases x raters: a picture, a square a rater (drawn, empty, missing, problem), and the case's part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import pixmap_of
from proseg_gui.gui.theme import colour
from proseg_gui.gui.trainer.survey import CaseRow

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT, PICTURE, SQUARE = 34, 30, 15
NAME_WIDTH, RATER_WIDTH, PART_WIDTH = 96, 23, 46
HEADER_PADDING = 14
"""What the style sheet puts around the words of a heading."""
PART_TEXTS = {
    "train": marked("The model learns from it"),
    "val": marked("Validation: never learnt from; the best weights are chosen by it"),
    "test": marked("Test: set aside, never looked at in training; judged once, afterwards"),
    "out": marked("Left out"),
}
STATE_TEXTS = {
    "annotated": marked("annotated"), "resampled": marked("resampled"), "empty": marked("empty"),
    "missing": marked("missing"), "problem": marked("problem"),
}  # fmt: skip
_EMPTY = QModelIndex()


def short_names(names: Sequence[str]) -> list[str]:
    """Names for narrow columns: what is left without the common beginning, at most three letters."""
    columns = zip(*names, strict=False) if len(names) > 1 else ()
    common = len(list(takewhile(lambda letters: len(set(letters)) == 1 and not letters[0].isdigit(), columns)))
    return [name[common:][:3] or name[:3] for name in names]


class CaseModel(QAbstractTableModel):
    """Rows of :class:`CaseRow` and the part of each case; the last column is the part."""

    def __init__(self) -> None:
        super().__init__()
        self.raters: tuple[str, ...] = ()
        self.rows: list[CaseRow] = []
        self.parts: dict[str, str] = {}

    def begin(self, raters: Sequence[str]) -> None:
        """Start an empty table."""
        self.beginResetModel()
        self.raters, self.rows, self.parts = tuple(raters), [], {}
        self.endResetModel()

    def put(self, row: CaseRow) -> None:
        """Add a case at the end, or show what is now known of one that is there."""
        known = next((i for i, there in enumerate(self.rows) if there.case.name == row.case.name), None)
        if known is not None:
            self.rows[known] = row
            self.dataChanged.emit(self.index(known, 0), self.index(known, self.columnCount() - 1))
            return
        self.beginInsertRows(_EMPTY, len(self.rows), len(self.rows))
        self.rows.append(row)
        self.endInsertRows()

    def set_parts(self, parts: Mapping[str, str]) -> None:
        """Set which part each case belongs to."""
        self.parts = dict(parts)
        if self.rows:
            last = self.columnCount() - 1
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, last))

    def rowCount(self, _parent: Index = _EMPTY) -> int:
        """Cases."""
        return len(self.rows)

    def columnCount(self, _parent: Index = _EMPTY) -> int:
        """Case, raters, part."""
        return len(self.raters) + 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for the screen reader and the tooltip; the delegate paints."""
        row, column = self.rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if column == 0:
                return row.case.name
            if column == self.columnCount() - 1:
                return self.parts.get(row.case.name, "")
            return tr(STATE_TEXTS[row.cells[self.raters[column - 1]].state])
        if role == Qt.ItemDataRole.ToolTipRole:
            if column == 0:
                patient = (
                    ""
                    if row.case.patient == row.case.name
                    else tr("patient {patient}").format(patient=row.case.patient)
                )
                return "\n".join(
                    filter(None, (row.case.name, patient, row.problem, tr("Double click opens it in Review")))
                )
            if column == self.columnCount() - 1:
                return tr("{part}\nClick to change (whole patients)").format(
                    part=tr(PART_TEXTS.get(self.parts.get(row.case.name, ""), ""))
                )
            rater = self.raters[column - 1]
            return f"{rater}\n{row.cells[rater].text}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Short names above; the whole name as tooltip."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        last = self.columnCount() - 1
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                tr("case") if section == 0 else tr("set") if section == last else short_names(self.raters)[section - 1]
            )
        if role == Qt.ItemDataRole.ToolTipRole and 0 < section < last:
            return self.raters[section - 1]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            return left if section in (0, last) else Qt.AlignmentFlag.AlignCenter
        return None


def paint_state(painter: QPainter, box: QRectF, state: str) -> None:
    """The square of one state: filled, with a slash, framed, dim, or red with a cross (never told by colour alone)."""
    good, bad = colour("good"), colour("danger")
    good.setAlphaF(0.75)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = box.adjusted(0.5, 0.5, -0.5, -0.5)
    if state == "missing":
        painter.setPen(QPen(colour("track"), 1.0, Qt.PenStyle.DotLine))
        painter.drawRoundedRect(box, 2.5, 2.5)
    elif state == "empty":
        painter.setPen(QPen(good, 1.4))
        painter.drawRoundedRect(box, 2.5, 2.5)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(bad if state == "problem" else good)
        painter.drawRoundedRect(box, 2.5, 2.5)
    if state == "resampled":
        painter.setPen(QPen(colour("well"), 2.0))
        painter.drawLine(box.bottomLeft() + QPointF(3, -3), box.topRight() + QPointF(-3, 3))
    if state == "problem":
        painter.setPen(QPen(colour("well"), 2.0))
        inner = box.adjusted(4, 4, -4, -4)
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.bottomLeft(), inner.topRight())
    painter.restore()


class _Delegate(QStyledItemDelegate):
    def __init__(self, model: CaseModel, view: QTableView) -> None:
        super().__init__(view)
        self._model, self._view = model, view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, column = self._model.rows[index.row()], index.column()
        box = QRectF(option.rect)
        part = self._model.parts.get(row.case.name, "")
        if self._view.currentIndex().row() == index.row():
            painter.fillRect(box, colour("accent_soft"))
        muted = part in ("out", "test")
        painter.save()
        if column == 0:
            self._paint_case(painter, box, row, muted)
        elif column == self._model.columnCount() - 1:
            painter.setPen({"val": colour("accent"), "train": colour("text")}.get(part, colour("muted")))
            painter.drawText(box.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, part)
        else:
            square = QRectF(0, 0, SQUARE, SQUARE)
            square.moveCenter(box.center())
            state = row.cells[self._model.raters[column - 1]].state
            painter.setOpacity(0.4 if muted and state != "problem" else 1.0)
            paint_state(painter, square, state)
        painter.restore()

    @staticmethod
    def _paint_case(painter: QPainter, box: QRectF, row: CaseRow, muted: bool) -> None:
        place = QRectF(box.left() + 4, box.center().y() - PICTURE / 2, PICTURE, PICTURE)
        if row.picture is not None:
            pixmap = pixmap_of(row.picture, PICTURE, painter.device().devicePixelRatioF())
            painter.drawPixmap(place, pixmap, QRectF(pixmap.rect()))
        else:
            painter.setPen(colour("border"))
            painter.drawRect(place)
        words = box.adjusted(PICTURE + 12, 0, -2, 0)
        painter.setPen(colour("danger") if row.problem else colour("muted" if muted else "text"))
        name = painter.fontMetrics().elidedText(row.case.name, Qt.TextElideMode.ElideMiddle, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(RATER_WIDTH, ROW_HEIGHT)


class CaseTable(QTableView):
    """Shows a :class:`CaseModel`; says what a person wants of a case."""

    part_clicked = Signal(int)
    """Row whose part is to change."""
    opened = Signal(int)
    """Row whose case is to be looked at in Review."""

    def __init__(self) -> None:
        super().__init__()
        self.cases = CaseModel()
        self.setModel(self.cases)
        self.setItemDelegate(_Delegate(self.cases, self))
        self.setAccessibleName(tr("Cases and raters"))
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        self.cases.modelReset.connect(self._set_widths)
        self.clicked.connect(lambda index: self.part_clicked.emit(index.row()) if self._is_part(index) else None)
        self.doubleClicked.connect(lambda index: None if self._is_part(index) else self.opened.emit(index.row()))

    def _is_part(self, index: Index) -> bool:
        return index.column() == self.cases.columnCount() - 1

    def _set_widths(self) -> None:
        """Raters narrow, names in what is left, but never too narrow to be read: then the table scrolls sideways."""
        last = self.cases.columnCount() - 1
        words = (self.fontMetrics().horizontalAdvance(name) for name in short_names(self.cases.raters))
        narrow = max(RATER_WIDTH, max(words, default=0) + HEADER_PADDING)
        for column in range(1, last + 1):
            self.setColumnWidth(column, PART_WIDTH if column == last else narrow)
        left = self.viewport().width() - narrow * (last - 1) - PART_WIDTH
        self.setColumnWidth(0, max(left, NAME_WIDTH))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._set_widths()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space changes the part of the current case, Enter opens it."""
        row = self.currentIndex().row()
        if row >= 0 and event.key() == Qt.Key.Key_Space:
            self.part_clicked.emit(row)
        elif row >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(row)
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Paint the whole rows, not only the cells."""
        super().currentChanged(current, previous)
        self.viewport().update()
