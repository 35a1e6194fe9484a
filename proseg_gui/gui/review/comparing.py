"""The compare layout: two contours of the active structure, where they agree and where only one is, and how much."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from proseg_gui.gui.dialogs.saving import SaveDialog
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import AdaptiveLabel
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.work import JobState
from proseg_gui.gui.sentences import told
from proseg_gui.gui.views.contours import trace_flat
from proseg_gui.gui.views.palette import AGREED_COLOUR, ONLY_A_COLOUR, ONLY_B_COLOUR
from proseg_gui.gui.views.strokes import ContourLayer
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.review.compare import (
    DRAFT,
    Compared,
    Parts,
    Side,
    draft_voxels,
    given_pairs,
    on_plane,
    pairs_there,
    sides,
    voxels_of,
    write_pairs,
)  # fmt: skip
from proseg_gui.review.edits import Bricks
from proseg_gui.review.session import point_key

LANE, TITLE, TABLE_TITLE = "compare", marked("Comparing"), marked("Comparing given masks")
FILL, LINE = 0.42, 1.6
LONGEST_CHOICE = 22
"""Letters that a choice shows at least."""


class CompareBar(QWidget):
    """The two choices, what the colours mean, and the figures in a line."""

    chosen = Signal()
    table_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 2, 6, 2)
        column.setSpacing(2)
        row = QHBoxLayout()
        column.addLayout(row)
        self.choices = (QComboBox(self), QComboBox(self))
        for letter, colour, box in zip("AB", (ONLY_A_COLOUR, ONLY_B_COLOUR), self.choices, strict=True):
            mark = QLabel(f"\u25a0 {letter}", self)
            mark.setStyleSheet(f"color: {QColor(colour).name()}; font-weight: 600")
            mark.setToolTip(tr("Only {letter} includes it").format(letter=letter))
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(LONGEST_CHOICE)
            box.setAccessibleName(tr("Contour {letter}").format(letter=letter))
            box.currentIndexChanged.connect(lambda _index: self.chosen.emit())
            row.addWidget(mark)
            row.addWidget(box)
        both = QLabel("\u25a8 " + tr("both"), self)
        both.setToolTip(tr("Slanting lines: both include it"))
        row.addWidget(both)
        self.figures = AdaptiveLabel(parent=self)
        self.figures.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column.addWidget(self.figures)
        row.addStretch(1)
        self.table = QPushButton(tr("All given pairs\u2026"), self)
        self.table.setToolTip(tr("Every pair of given masks with its figures, as a CSV table"))
        self.table.clicked.connect(self.table_asked)
        row.addWidget(self.table)

    def set_sides(self, offered: tuple[Side, ...], now: tuple[str, str]) -> None:
        """Offer these, of which two are chosen, by their keys."""
        for box, key in zip(self.choices, now, strict=True):
            before = box.blockSignals(True)
            if [(box.itemData(i), box.itemText(i)) for i in range(box.count())] != [(s.key, s.name) for s in offered]:
                box.clear()
                for side in offered:
                    box.addItem(told(side.name), side.key)
            box.setCurrentIndex(max(box.findData(key), 0))
            box.blockSignals(before)


class Comparing(QObject):
    """Keeps the two sides drawn while the layout is in view; :meth:`layers` gives what a pane shows of them."""

    changed = Signal()
    """There is something else to draw."""

    def __init__(self, controller: Controller, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller = controller
        self.bar = CompareBar(parent)
        self.bar.chosen.connect(self._choose)
        self._on = False
        self._offered: tuple[Side, ...] = ()
        self._keys = (DRAFT, "")
        self._drawn: Compared | None = None
        self._asked: tuple[Any, ...] = ()
        self._kept: tuple[tuple[Any, ...], list[ContourLayer]] | None = None
        for signal in (
            controller.study_changed, controller.bundle_changed, controller.structure_changed,
            controller.structure_state_changed, controller.drawings_changed, controller.remembered_changed,
            controller.figures_changed,
        ):  # fmt: skip
            signal.connect(lambda _value: self.look())

    def show(self, on: bool) -> None:
        """The layout came into view, or left it."""
        self._on = on
        if on:
            self.look()
        else:
            self._forget()

    def _forget(self) -> None:
        self._controller.work.cancel(LANE)
        self._drawn, self._asked, self._kept = None, (), None

    def look(self) -> None:
        """Offer what there is, and draw the two that are chosen where that was not done yet."""
        if not self._on:
            return
        desk = self._controller.desk
        self._offered = sides(desk)
        keys = [side.key for side in self._offered]
        a, b = (key if key in keys else "" for key in self._keys)
        a = a or (keys[0] if keys else "")
        b = b or next((key for key in reversed(keys) if key != a and key.startswith("given")), "")
        b = b or next((key for key in keys if key != a), a)
        self._keys = a, b
        self.bar.set_sides(self._offered, self._keys)
        self.bar.table.setEnabled(pairs_there(desk.study))
        self._draw()

    def _choose(self) -> None:
        first, second = (box.currentData() or "" for box in self.bar.choices)
        self._keys = first, second
        self._draw()

    def _sides(self) -> tuple[Side, ...]:
        return tuple(side for key in self._keys for side in self._offered if side.key == key)

    def _draw(self) -> None:
        """Have both sides' voxels worked out, and measured against each other."""
        desk, chosen = self._controller.desk, self._sides()
        draft = draft_voxels(desk) if DRAFT in self._keys else None
        points = tuple(point_key(side.point) for side in chosen if side.otherwise and side.point)  # it moves
        asked = (desk.study, desk.review, desk.structure, *self._keys, draft, points)
        if len(chosen) < 2 or desk.study is None:
            self._forget()
            self._tell("")
        elif DRAFT in self._keys and draft is None:
            self._tell(tr("The volume is being worked out"))
        elif asked != self._asked:
            self._asked = asked
            self._tell(tr("Comparing\u2026"))
            self._start(chosen[0], chosen[1], draft)
        self.changed.emit()

    def _start(self, first: Side, second: Side, draft: Bricks | None) -> None:
        desk = self._controller.desk
        review, structure, study, asked = desk.review, desk.structure, desk.study, self._asked
        assert study is not None

        def voxels(side: Side, token: CancelToken) -> np.ndarray:
            if side.key == DRAFT:
                assert draft is not None
                return draft.mask()
            return voxels_of(side, review, structure, token)

        def work(token: CancelToken, tell: Callable[[Any], None]) -> None:
            a, b = (voxels(side, token) for side in (first, second))
            token.check()
            tell((asked, Compared.of(a, b, study.geometry)))

        self._controller.work.look(LANE, tr(TITLE), work, self._take)

    def _take(self, found: tuple[tuple[Any, ...], Compared]) -> None:
        if found[0] == self._asked:
            self._drawn, self._kept = found[1], None
            self._tell(found[1].text)
            self.changed.emit()

    def _tell(self, text: str) -> None:
        self.bar.figures.set_texts([text], text)

    def layers(self, plane: Plane, grid: PlaneGrid) -> list[ContourLayer]:
        """Where both are, where only A is and where only B is, and both outlines."""
        chosen, drawn = self._sides(), self._drawn
        if len(chosen) < 2:
            return []
        wholes = (None, None) if drawn is None else (drawn.a, drawn.b)
        desk = self._controller.desk
        a, b = (on_plane(side, whole, desk, plane) for side, whole in zip(chosen, wholes, strict=True))
        if a is None or b is None:
            return []
        known = self._kept
        if known is not None and known[0][0] == (plane, grid) and _same(known[0][1], a) and _same(known[0][2], b):
            return known[1]
        parts = Parts.of(a, b)
        found = [
            ContourLayer(trace_flat(parts.both, grid), AGREED_COLOUR, 1.0, "thin", FILL, hatched=True),
            ContourLayer(trace_flat(parts.only_a, grid), ONLY_A_COLOUR, 1.0, "thin", FILL),
            ContourLayer(trace_flat(parts.only_b, grid), ONLY_B_COLOUR, 1.0, "thin", FILL),
            ContourLayer(trace_flat(a, grid), ONLY_A_COLOUR, LINE),
            ContourLayer(trace_flat(b, grid), ONLY_B_COLOUR, LINE),
        ]
        self._kept = ((plane, grid), a.copy(), b.copy()), found
        return found


def _same(before: np.ndarray, now: np.ndarray) -> bool:
    return bool(np.array_equal(before, now))


class PairsTable:
    """Asks for a file, and writes every pair of given masks with its figures."""

    def __init__(self, host: Host, controller: Controller) -> None:
        self._host, self._controller = host, controller

    def blocked(self) -> str:
        """Why there is no such table."""
        study = self._controller.desk.study
        if study is None:
            return tr("Open a scan first")
        return "" if pairs_there(study) else tr("This case came without two masks of one structure")

    def ask(self) -> None:
        """Ask where to."""
        if self.blocked():
            self._host.notice(self.blocked())
            return
        folder = self._controller.display.view.settings.export_folder
        title = tr("Given masks against each other")
        dialog = SaveDialog(self._host.parent, title, folder, tr("CSV (*.csv)"), "csv")
        self._host.show_dialog(dialog, lambda: self.write(dialog.path))

    def write(self, path: Path) -> None:
        """Measure and write in the background; the file dialog has asked before replacing one."""
        study, tell = self._controller.desk.study, self._controller.job_changed.emit
        assert study is not None

        def work(token: CancelToken, progress: Progress) -> int:
            rows = given_pairs(study, token, progress)
            write_pairs(path, rows)
            return len(rows)

        def done(count: int) -> None:
            self._controller.exported.emit(path.parent)
            self._host.notice(tr("Wrote {count} rows to {path}").format(count=count, path=path))

        self._host.jobs.start(
            "export", work, title=tr(TABLE_TITLE), done=done, failed=self._host.failed, latest=True,
            progress=lambda share, text: tell(JobState(tr(TABLE_TITLE), share, text, None)), ended=partial(tell, None),
        )  # fmt: skip
