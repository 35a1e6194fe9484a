"""Where the panes of a layout stand, and the colour bar beside the one that shows the heat map."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from proseg_gui.gui.views.colour_bar import ColourBar
from proseg_gui.gui.views.image_pane import ImagePane

SINGLE, TWO, MPR = "single", "two", "mpr"
_LEFT, _BESIDE, _RIGHT, _END = range(4)
"""Columns: panes stand in the first and the third, the bar in the second or the last."""


class PaneGrid(QGridLayout):
    """Layouts *two* (scan | heat map), *single* (the scan), and *mpr* (scan over heat map, beside the planes across).

    Scan and heat map are always of one width, so that they show the patient in one size.
    """

    def __init__(self, owner: QWidget, scan: ImagePane, heat: ImagePane, across: tuple[ImagePane, ImagePane]) -> None:
        super().__init__(owner)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(6)
        self.bar = ColourBar(owner)
        self.bar.hide()
        self.arranged = ""
        self._panes = (scan, heat, *across)

    def arrange(self, layout: str) -> bool:
        """Put the layout's panes into place and hide the others; says whether anything changed."""
        if layout == self.arranged:
            return False
        self.arranged = layout
        scan, heat, first, second = self._panes
        one_row = {scan: (0, _LEFT, 1, 1), heat: (0, _RIGHT, 1, 1)}
        two_rows = {
            scan: (0, _LEFT, 1, 1), first: (0, _BESIDE, 1, 2), heat: (1, _LEFT, 1, 1), second: (1, _RIGHT, 1, 1),
        }  # fmt: skip
        places = {SINGLE: {scan: one_row[scan]}, MPR: two_rows}.get(layout, one_row)
        for pane in self._panes:
            self.removeWidget(pane)
            pane.setVisible(pane in places)
        for pane, place in places.items():
            self.addWidget(pane, *place)
        self.removeWidget(self.bar)
        self.addWidget(self.bar, *((1, _BESIDE) if layout == MPR else (0, _END)))
        for row in range(2):
            self.setRowStretch(row, 1 if row == 0 or layout == MPR else 0)
        for column in (_LEFT, _RIGHT):
            self.setColumnStretch(column, 1 if column == _LEFT or layout != SINGLE else 0)
        return True
