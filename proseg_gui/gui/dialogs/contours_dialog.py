"""Asks what contours from files are to the scan in view: who drew what, or the reference to compare with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QHeaderView,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from proseg_gui.gui.dialogs.frame import DialogFrame, words
from proseg_gui.gui.language import marked, tr
from proseg_gui.io.base.shown import plain
from proseg_gui.io.contours.naming import Row, problem
from proseg_gui.review.figures import ml_number
from proseg_gui.wording import plural

RATERS, REFERENCE = "raters", "reference"
ROLES = {
    RATERS: marked("Drawings of raters of this case, as in the table"),
    REFERENCE: marked("The reference to compare the current contour with"),
}
COLUMNS = (marked("Region"), marked("File"), marked("Rater"), marked("Structure"), "ml")
_REGION, _FILE, _RATER, _STRUCTURE, _ML = range(len(COLUMNS))
_MOST_SHOWN = 10


class ContoursDialog(DialogFrame):
    """:meth:`role`, :meth:`rows` and :meth:`region` are what was chosen when the dialog was accepted.

    ``rows`` is the proposed table, ``ml`` each region's volume, ``there`` what the case has already, by
    (rater, structure). Raters and structures are edited in place; a region without a tick is left out.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        ml: Sequence[float],
        compared: str,
        notices: Sequence[str] = (),
        there: Mapping[tuple[str, str], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Contours on this scan"), parent)
        if not rows:
            raise ValueError("there must be something to choose from")
        self._proposed, self._there = tuple(rows), dict(there or {})
        raters = len({row.rater for row in rows})
        many = tr("regions of {raters} raters lie").format(raters=raters) if raters > 1 else tr("regions lie")
        count = plural(len(rows), tr("region lies"), many)
        self.body.addWidget(words(tr("{count} on this scan. What are they?").format(count=count), "title"))
        self.roles = {key: QRadioButton(tr(text)) for key, text in ROLES.items()}
        self._group = QButtonGroup(self)
        for button in self.roles.values():
            self._group.addButton(button)
        self.body.addWidget(self.roles[RATERS])
        self.table = _table(rows, ml)
        self.body.addWidget(self.table)
        self.trouble = words("", "notice")
        self.body.addWidget(self.trouble)
        self.body.addWidget(self.roles[REFERENCE])
        self.roles[RATERS].setChecked(True)
        self.regions = QComboBox()
        self.regions.setAccessibleName(tr("Region to compare with"))
        self.regions.addItems([f"{r.rater}: {r.region}, {ml_number(v)} ml" for r, v in zip(rows, ml, strict=True)])
        self.regions.setCurrentIndex(_likeliest(rows, compared))
        self.body.addWidget(self.regions)
        self.what = words(
            tr("It is compared with the contour of {compared!r}.").format(compared=compared) if compared else "",
            "muted",
        )
        self.body.addWidget(self.what)
        self.notices = words(" ".join(notices), "notice")
        self.notices.setVisible(bool(notices))
        self.body.addWidget(self.notices)
        self.body.addStretch(1)
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.add = self.add_button(tr("Add"), primary=True)
        self.add.clicked.connect(self.accept)
        self._group.buttonToggled.connect(lambda _button, _on: self._refresh())
        self.table.itemChanged.connect(lambda _item: self._refresh())
        self._refresh()
        self.setMinimumWidth(560)

    def role(self) -> str:
        """``raters`` or ``reference``."""
        return REFERENCE if self.roles[REFERENCE].isChecked() else RATERS

    def region(self) -> int:
        """Which region is the reference."""
        return self.regions.currentIndex()

    def rows(self) -> tuple[Row, ...]:
        """The table as it stands."""
        return tuple(
            replace(
                row,
                rater=self._item(at, _RATER).text().strip(),
                structure=self._item(at, _STRUCTURE).text().strip(),
                take=self._item(at, _REGION).checkState() == Qt.CheckState.Checked,
            )
            for at, row in enumerate(self._proposed)
        )

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        item = self.table.item(row, column)
        assert item is not None
        return item

    def _refresh(self) -> None:
        reference = self.role() == REFERENCE
        self.table.setEnabled(not reference)
        self.regions.setEnabled(reference)
        self.what.setVisible(reference and bool(self.what.text()))
        wrong = "" if reference else problem(self.rows(), self._there)
        self.trouble.setText(f"{wrong[:1].upper()}{wrong[1:]}." if wrong else "")
        self.trouble.setVisible(bool(wrong))
        self.add.setEnabled(not wrong)


def _table(rows: Sequence[Row], ml: Sequence[float]) -> QTableWidget:
    table = QTableWidget(len(rows), len(COLUMNS))
    table.setAccessibleName(tr("Who drew what"))
    table.setHorizontalHeaderLabels([tr(column) for column in COLUMNS])
    table.verticalHeader().hide()
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    fixed = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
    for at, (row, volume) in enumerate(zip(rows, ml, strict=True)):
        texts = (row.region, plain(Path(row.file).name), row.rater, row.structure, ml_number(volume))
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(row.file if column == _FILE else text)
            if column == _REGION:
                item.setFlags(fixed | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if row.take else Qt.CheckState.Unchecked)
            elif column in (_FILE, _ML):
                item.setFlags(fixed)
            table.setItem(at, column, item)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(_ML, QHeaderView.ResizeMode.ResizeToContents)
    shown = min(len(rows), _MOST_SHOWN)
    table.setMinimumHeight(header.sizeHint().height() + shown * table.verticalHeader().defaultSectionSize() + 4)
    return table


def _likeliest(rows: Sequence[Row], compared: str) -> int:
    """The region that is called like the structure in view, else the first."""
    names = [row.region.casefold() for row in rows]
    return names.index(compared.casefold()) if compared.casefold() in names else 0
