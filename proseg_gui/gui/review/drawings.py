"""Contours from files onto the scan in view: read and checked in the background, then asked what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from proseg_gui.errors import UserError
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.volume import Study

if TYPE_CHECKING:
    from proseg_gui.io.contours.naming import Row
    from proseg_gui.io.contours.reading import Drawn

CONTOURS = marked(
    "Contours (*.dcm *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.hdr *.xml *.png *.tif *.tiff);;All files (*)"
)


def name_store() -> Path:
    """Where the names that somebody gave in the table are kept: on this computer only."""
    from platformdirs import user_data_path

    return user_data_path("proseg-gui") / "contour_names.json"


class Drawings:
    """File > Open contours, and contour files dropped on a scan."""

    def __init__(self, host: Host, controller: Controller, opener: Opener) -> None:
        self._host, self._controller, self._opener = host, controller, opener

    def ask(self) -> None:
        """Ask for files and read them onto the scan in view."""
        folder = self._controller.display.view.settings.last_folder
        dialog = QFileDialog(self._host.parent, tr("Open contours"), folder, tr(CONTOURS))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self._host.show_dialog(dialog, lambda: self.read([Path(name) for name in dialog.selectedFiles()]))

    def read(self, paths: Sequence[Path]) -> None:
        """Read contours on the scan in view; what does not belong to it is refused with the difference."""
        study = self._controller.desk.study
        if study is not None:
            self._start(study, paths)

    def drop(self, paths: Sequence[Path]) -> None:
        """What was dropped on the window: contours go onto the scan in view, anything else is opened."""
        study = self._controller.desk.study
        if study is None:
            self._opener.open_paths(paths)
        else:
            self._start(study, paths, unless_scan=True)

    def _start(
        self, study: Study, paths: Sequence[Path], *, unless_scan: bool = False, accept_grid: bool = False
    ) -> None:
        def work(token: CancelToken, progress: Progress) -> tuple[Drawn, list[Row], list[str]] | UserError | None:
            from proseg_gui.io.contours.naming_map import recall
            from proseg_gui.io.contours.reading import is_drawing, read_drawn
            from proseg_gui.io.images.grid import OtherGrid

            if unless_scan and not all(path.is_file() and is_drawing(path) for path in paths):
                return None
            notices: list[str] = []
            progress(0.3, tr("reading contours"))
            try:
                drawn = read_drawn(paths, study.image, notices, token=token, accept_grid=accept_grid)
            except OtherGrid as other:
                if not other.can_accept:
                    raise
                return other  # asked about, and no failure yet
            table = drawn.proposed(study)
            notices += table.notices
            return drawn, recall(name_store(), drawn.sources, table.rows, notices), notices

        def done(found: tuple[Drawn, list[Row], list[str]] | UserError | None) -> None:
            if isinstance(found, UserError):
                self._ask_about_grid(study, paths, found)
            elif found is None:
                self._opener.open_paths(paths)
            elif study is self._controller.desk.study:
                self._choose(study, *found)

        self._opener.read_beside(tr("Reading contours"), work, done)

    def _ask_about_grid(self, study: Study, paths: Sequence[Path], error: UserError) -> None:
        from proseg_gui.gui.dialogs.grid_question import grid_question
        from proseg_gui.io.images.grid import OtherGrid

        assert isinstance(error, OtherGrid)

        def take() -> None:
            if study is self._controller.desk.study:
                self._start(study, paths, accept_grid=True)

        self._host.show_dialog(grid_question(error, take, self._host.parent))

    def _choose(self, study: Study, drawn: Drawn, rows: list[Row], notices: list[str]) -> None:
        from proseg_gui.gui.dialogs.contours_dialog import REFERENCE, ContoursDialog  # late: it brings every reader

        ml = [mask.volume_ml for masks in drawn.masks for mask in masks]
        there = {
            (r.rater, r.structure): tr("a drawing of {rater} that the case has").format(rater=r.rater)
            for r in study.readings
        }
        dialog = ContoursDialog(rows, ml, self._compared(), notices, there, parent=self._host.parent)

        def chosen() -> None:
            if dialog.role() == REFERENCE:
                self._refer(study, drawn, [replace(row, take=at == dialog.region()) for at, row in enumerate(rows)])
            else:
                self._add(drawn, rows, dialog.rows())

        self._host.show_dialog(dialog, chosen)

    def _compared(self) -> str:
        """The structure of the current contour; empty before a model looks at the scan."""
        review = self._controller.desk.review
        return "" if review is None else self._controller.desk.structure_name

    def _refer(self, study: Study, drawn: Drawn, rows: list[Row]) -> None:
        """Compare with the only row that is taken."""
        (one,) = drawn.readings(rows)
        known = self._compared() or (study.structures[0] if len(study.structures) == 1 else one.structure)
        self._controller.desk.add_drawings([replace(one, structure=known)], one.rater)
        self._controller.noticed.emit(tr("{rater} is the reference").format(rater=one.rater))

    def _add(self, drawn: Drawn, proposed: list[Row], rows: tuple[Row, ...]) -> None:
        """Add the taken rows; what was changed in the table is kept for the next files of the same origin."""
        from proseg_gui.io.contours.naming_map import remember

        readings = drawn.readings(rows)
        self._controller.desk.add_drawings(readings)
        raters = list(dict.fromkeys(reading.rater for reading in readings))
        self._controller.noticed.emit(tr("Added {raters} to the raters of this case").format(raters=", ".join(raters)))
        if rows == tuple(proposed):
            return

        def failed(error: BaseException) -> None:
            if isinstance(error, OSError | UserError):
                self._controller.noticed.emit(
                    tr("The names could not be kept for the next time ({error})").format(error=error)
                )
            else:
                self._host.failed(error)

        self._host.jobs.start("files", lambda _token, _progress: remember(name_store(), drawn.sources, rows),
                              title=tr("Keeping the names"), done=lambda _none: None, failed=failed)  # fmt: skip
