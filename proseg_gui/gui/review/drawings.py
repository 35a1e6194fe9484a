"""Contours from files onto the scan in view: read and checked in the background, then asked what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from proseg_gui.gui.dialogs.contours_dialog import REFERENCE, ContoursDialog, Region
from proseg_gui.gui.host import Host
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.volume import Reading, Study

CONTOURS = "Contours (*.dcm *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.hdr *.xml *.png *.tif *.tiff);;All files (*)"
NOTHING = "There is no closed contour in it"


class Drawings:
    """File > Open contours, and contour files dropped on a scan."""

    def __init__(self, host: Host, controller: Controller, opener: Opener) -> None:
        self._host, self._controller, self._opener = host, controller, opener

    def ask(self) -> None:
        """Ask for files and read them onto the scan in view."""
        folder = self._controller.display.view.settings.last_folder
        dialog = QFileDialog(self._host.parent, "Open contours", folder, CONTOURS)
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
        if study is None or not all(path.is_file() for path in paths):
            self._opener.open_paths(paths)
        else:
            self._start(study, paths, unless_scan=True)

    def _start(self, study: Study, paths: Sequence[Path], *, unless_scan: bool = False) -> None:
        def work(token: CancelToken, progress: Progress) -> tuple[list[Reading], list[str]] | None:
            from proseg_gui.io.contours.reading import drawings_on, is_drawing

            if unless_scan and not all(is_drawing(path) for path in paths):
                return None
            notices: list[str] = []
            progress(0.3, "reading contours")
            return drawings_on(study, paths, notices, token), notices

        def done(found: tuple[list[Reading], list[str]] | None) -> None:
            if found is None:
                self._opener.open_paths(paths)
            elif not found[0]:
                self._controller.noticed.emit(NOTHING)
            elif study is self._controller.desk.study:
                self._choose(study, *found)

        self._opener.read_beside("Reading contours", work, done)

    def _choose(self, study: Study, readings: list[Reading], notices: list[str]) -> None:
        regions = [Region(r.rater, r.structure, r.mask.volume_ml) for r in readings]
        dialog = ContoursDialog(regions, self._compared(), notices, parent=self._host.parent)
        self._host.show_dialog(dialog, lambda: self._add(study, readings, dialog.role(), dialog.region()))

    def _compared(self) -> str:
        """The structure of the current contour; empty before a model looks at the scan."""
        review = self._controller.desk.review
        return "" if review is None else review.engine.structures[self._controller.desk.structure]

    def _add(self, study: Study, readings: list[Reading], role: str, region: int) -> None:
        chosen = None
        if role == REFERENCE:
            one = readings[region]
            known = self._compared() or (study.structures[0] if len(study.structures) == 1 else one.structure)
            readings = [replace(one, structure=known)]
            chosen = one.rater
        self._controller.desk.add_drawings(readings, chosen)
        raters = list(dict.fromkeys(reading.rater for reading in readings))
        said = f"{raters[0]} is the reference" if chosen else f"Added {', '.join(raters)} to the raters of this case"
        self._controller.noticed.emit(said)
