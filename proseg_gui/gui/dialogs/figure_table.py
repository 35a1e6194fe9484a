"""A table of figures to read and to copy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

ROW, MOST_ROWS, MOST_WIDTH, BAR, LEAST_COLUMN = 23, 12, 1060, 12, 58
"""Height of a row, rows and width shown without scrolling, what a scroll bar takes, a column's least width."""


class FigureTable(QTableWidget):
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
