"""Export from the window: asks what and where, then computes and writes in the background."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog

from proseg_gui.gui.dialogs.export_dialog import ExportDialog
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.work import JobState
from proseg_gui.gui.views.palette import rater_colour
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.colours import rgb
from proseg_gui.review.export_request import ExportOffer, ExportRequest, Place, look
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.volume import Volume

TITLE = marked("Exporting")
LOOKS = 4
"""So many folders may keep us waiting before another one has to wait for them."""
SERIES_NOTE = marked("The scan is no DICOM series: a DICOM copy of it is written beside the file.")
RESAMPLED_NOTE = marked("The scan was resampled: it is written beside the file, as a new series of the same study.")


class Exporting:
    """The File menu's ways out: export, and latents to and from a file."""

    def __init__(self, host: Host, controller: Controller) -> None:
        self._host, self._controller = host, controller
        self._looks = 0
        self._used = ("", Path())
        """The scan that was exported last, and where to."""

    def ask(self) -> None:
        """Open the export dialog."""
        desk = self._controller.desk
        study, review = desk.study, desk.review
        if study is None or not desk.structures:
            self._controller.noticed.emit(
                tr("There is nothing to export before something was drawn or a model has looked")
            )
            return
        from proseg_gui.review.exports import has_latents, levels_of, maps_of, targets

        settings, raters = self._controller.display.view.settings, () if review is None else review.engine.raters
        series, latents = study.image.dicom is None, has_latents(desk.shapes.outgoing(), review)
        names = desk.structures
        offer = ExportOffer(
            raters=raters if review is not None and review.engine.method.capabilities.personalised else (),
            maps=maps_of(review),
            structures=tuple(names[number] for number in desk.drafts.listed),
            structure=desk.drafts.listed.index(desk.structure),
            folder=self._folder(study.name, settings.export_folder),
            targets=lambda request: targets(request, raters, with_series=series, with_latents=latents),
            dicom_note=_series_note(study.image),
            model_refusal=""
            if desk.is_modelled
            else tr("no model draws {structure}").format(structure=desk.structure_name),
            fmt=settings.export_format,
            what=settings.export_what,
            samples=settings.export_samples,
            all_structures=settings.export_all,
            levels=levels_of(review),
        )
        dialog = ExportDialog(offer, partial(self._look, offer), parent=self._host.parent)
        self._host.show_dialog(dialog, lambda: self.run(dialog.request()))

    def _folder(self, name: str, base: str) -> Path:
        """Where this scan went before; another one goes beside it, in a folder of its own."""
        return self._used[1] if name == self._used[0] else Path(base or Path.home()) / f"{name}_export"

    def _look(self, offer: ExportOffer, request: ExportRequest, answered: Callable[[Place], None]) -> None:
        """Look at the disk beside whatever still waits for a folder that does not answer."""
        self._looks += 1
        self._controller.jobs.start(
            f"export look {self._looks % LOOKS}",
            lambda _token, _progress: look(offer, request),
            title=tr("Looking at the folder"),
            done=answered,
            failed=self._controller.failed.emit,
            latest=True,
        )

    def run(self, request: ExportRequest) -> None:
        """Compute and write what was asked for, with progress; the window stays live."""
        controller = self._controller
        desk, study = controller.desk, controller.desk.study
        if study is None or not desk.structures:
            return
        desk.drafts.end()
        review, names, active = desk.review, desk.structures, desk.shapes.outgoing()
        work_on = [desk.shapes.outgoing(names.index(name)) for name in request.structures or () if name in names]
        work_on = work_on if request.structures else [active]
        raters = () if review is None else review.engine.raters
        colours = {f"rater_{name}": rgb(rater_colour(i)) for i, name in enumerate(raters)}
        controller.display.set_view(
            export_folder=str(request.folder.parent),
            export_format=request.fmt,
            export_what=tuple(sorted(request.what)),
            export_samples=request.samples or controller.display.view.settings.export_samples,
            export_all=bool(request.structures),
        )
        self._used = (study.name, request.folder)

        def work(token: CancelToken, progress: Progress) -> tuple[list[Path], tuple[str, ...]]:
            from proseg_gui.review.exports import export

            return export(study, review, request, work_on, active, colours, token, progress)

        controller.jobs.start(
            "export",
            work,
            title=tr(TITLE),
            done=self._done,
            failed=controller.failed.emit,
            progress=lambda share, text: controller.job_changed.emit(JobState(tr(TITLE), share, text, None)),
            ended=lambda: controller.job_changed.emit(None),
            latest=True,
        )

    def _done(self, result: tuple[list[Path], tuple[str, ...]]) -> None:
        files, notices = result
        for notice in notices:
            self._controller.noticed.emit(notice)
        count = plural(len(files), tr("file"), tr("files"))
        self._controller.exported.emit(files[0].parent)
        self._controller.noticed.emit(
            tr("Wrote {count} to {folder}, read back and compared. Research use, not a medical device.").format(
                count=count, folder=files[0].parent
            )
        )

    # -- latents --------------------------------------------------------------------------------------------------
    def save_latents(self) -> None:
        """Ask for a file and write the current setting for ``predict --latents``."""
        folder = self._controller.display.view.settings.last_folder
        dialog = QFileDialog(self._host.parent, tr("Save latents"), folder, tr("JSON (*.json)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        self._host.show_dialog(dialog, lambda: self.write_latents(Path(dialog.selectedFiles()[0])))

    def write_latents(self, path: Path) -> None:
        """Write the current setting; the file dialog has asked before replacing one."""
        review, latents = self._controller.desk.review, self._controller.latents
        point, name = latents.point, latents.who.text
        if review is None:
            return

        def work(_token: CancelToken, _progress: Progress) -> Path:
            from proseg_gui.inference.latents import latents_json
            from proseg_gui.io.base.atomic import atomic_json

            atomic_json(path, latents_json(point, review.bundle.card, name=name), overwrite=True)
            return path

        self._file_job(work, lambda done: self._controller.noticed.emit(tr("Wrote {done}").format(done=done)))

    def load_latents(self) -> None:
        """Ask for a file of latents and go to that setting."""
        folder = self._controller.display.view.settings.last_folder
        dialog = QFileDialog(self._host.parent, tr("Load latents"), folder, tr("JSON (*.json)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._host.show_dialog(dialog, lambda: self.read_latents(Path(dialog.selectedFiles()[0])))

    def read_latents(self, path: Path) -> None:
        """Go to the setting in a file; one of another model is refused with a sentence."""
        review = self._controller.desk.review
        if review is None:
            return

        def work(_token: CancelToken, _progress: Progress) -> Any:
            from proseg_gui.inference.latents import read_latents

            return read_latents(path, review.bundle)

        self._file_job(work, self._controller.latents.set_point)

    def _file_job(self, work: Any, done: Any) -> None:
        controller = self._controller
        controller.jobs.start("files", work, title=tr("Latents"), done=partial(done), failed=controller.failed.emit)


def _series_note(image: Volume) -> str:
    """What an RTSTRUCT or SEG brings with it."""
    if image.dicom is not None:
        return ""
    return tr(SERIES_NOTE if image.derived_from is None else RESAMPLED_NOTE)
