"""Where the panes of a layout stand, and the colour bar beside the one that shows the heat map."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from proseg_gui.gui.views.colour_bar import ColourBar
from proseg_gui.gui.views.image_pane import ImagePane

SINGLE, TWO, MPR, COMPARE, GALLERY, SURFACE = "single", "two", "mpr", "compare", "gallery", "surface"
_LEFT, _BESIDE, _RIGHT, _END = range(4)
"""Columns: panes stand in the first and the third, the bar in the second or the last."""
_FOOT = 2
"""The row below the panes."""
Place = tuple[int, int, int, int]
FOOT, WHOLE, RIGHT = "foot", "whole", "right"
_EXTRA_PLACES: dict[str, Place] = {
    FOOT: (_FOOT, _LEFT, 1, 4), WHOLE: (0, _LEFT, _FOOT, 4), RIGHT: (0, _RIGHT, 1, 1),
}  # fmt: skip


class PaneGrid(QGridLayout):
    """Where the panes of each layout stand, and which are hidden.

    Layouts: *two* (scan | heat map), *single* (the scan), *mpr* (scan over heat map, beside the planes across),
    *compare* (scan | difference, over a row of choices), *gallery* (a wall of samples) and *surface* (scan | 3D).
    Scan and heat map are always of one width, so that they show the patient in one size. Any pane can stand alone for
    a while.
    """

    def __init__(self, owner: QWidget, scan: ImagePane, heat: ImagePane, across: tuple[ImagePane, ImagePane]) -> None:
        super().__init__(owner)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(6)
        self.bar = ColourBar(owner)
        self.bar.hide()
        self.arranged = ""
        self.alone: ImagePane | None = None
        """The pane that stands alone for now, of those of the layout."""
        self._panes = (scan, heat, *across)
        self._extras: dict[str, tuple[QWidget, Place]] = {}

    def add_extra(self, layout: str, widget: QWidget, place: str = FOOT) -> None:
        """Show a widget below the panes of a layout, in their place, or in the right one's place."""
        self._extras[layout] = widget, _EXTRA_PLACES[place]
        self.addWidget(widget, *self._extras[layout][1])
        widget.hide()

    def arrange(self, layout: str, alone: ImagePane | None = None) -> bool:
        """Put the layout's panes (or one of them) into place and hide the others; says whether anything changed."""
        if (layout, alone) == (self.arranged, self.alone):
            return False
        self.arranged, self.alone = layout, alone
        scan, heat, first, second = self._panes
        one_row: dict[ImagePane, Place] = {scan: (0, _LEFT, 1, 1), heat: (0, _RIGHT, 1, 1)}
        two_rows: dict[ImagePane, Place] = {
            scan: (0, _LEFT, 1, 1), first: (0, _BESIDE, 1, 2), heat: (1, _LEFT, 1, 1), second: (1, _RIGHT, 1, 1),
        }  # fmt: skip
        only_scan = {scan: one_row[scan]}
        places = {SINGLE: only_scan, SURFACE: only_scan, MPR: two_rows, GALLERY: {}}.get(layout, one_row)
        if alone is not None:
            places = {alone: one_row[scan]}
        one, rows = len(places) < 2 and (layout != SURFACE or alone is not None), 2 if len(places) > 2 else 1
        for pane in self._panes:
            self.removeWidget(pane)
            pane.setVisible(pane in places)
        for pane, place in places.items():
            self.addWidget(pane, *place)
        self.removeWidget(self.bar)
        self.addWidget(self.bar, *((1, _BESIDE) if rows == 2 else (0, _END)))
        for name, (widget, place) in self._extras.items():
            widget.setVisible(name == layout and not (alone is not None and place == _EXTRA_PLACES[RIGHT]))
        for row in range(2):
            self.setRowStretch(row, 1 if row < rows else 0)
        for column in (_LEFT, _RIGHT):
            self.setColumnStretch(column, 1 if column == _LEFT or not one else 0)
        return True
