"""The model library of the Trainer at work: lists, uses, rolls back, removes, compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from proseg_gui.errors import UserError
from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.trainer.compare_dialog import CompareDialog
from proseg_gui.gui.trainer.comparing import judged_alike, judged_anew
from proseg_gui.gui.trainer.data_link import DataLink
from proseg_gui.gui.trainer.library import LibraryPanel, Model, find_model, find_models, remove_model
from proseg_gui.gui.trainer.notes_dialog import NotesDialog
from proseg_gui.gui.trainer.questions import confirm
from proseg_gui.gui.trainer.reports import report_dialog
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.state import ViewState
from proseg_gui.training.process import LOG


class LibraryLink(QObject):
    """The models on this computer, and which of them looks at the scan in Review."""

    listed = Signal()
    review_requested = Signal()
    failed = Signal(object)
    noticed = Signal(str)
    dialog_made = Signal(object)

    def __init__(
        self, panel: LibraryPanel, own: Path, data: DataLink, jobs: QtJobs, controller: Controller, opener: Opener,
        parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._panel, self._own, self._data, self._jobs = panel, own, data, jobs
        self._controller, self._opener = controller, opener
        self.models: tuple[Model, ...] = ()
        self._used = ("", "")
        panel.activate_asked.connect(self._activate)
        panel.remove_asked.connect(self._ask_remove)
        panel.compare_asked.connect(self.compare)
        panel.notes_asked.connect(self.write_notes)
        panel.report_asked.connect(self.report)
        panel.back_asked.connect(self.roll_back)
        controller.bundle_changed.connect(lambda _bundle: self.show())
        controller.view_changed.connect(self._show_previous)

    def refresh(self) -> None:
        """List the models again, in the background."""
        self._change(tr("Listing the models"), lambda: None)

    def _change(self, title: str, work: Callable[[], Any], then: Callable[[], Any] = lambda: None) -> None:
        """Do something with the models' folders in the background, ``then()``; the models are listed in any case."""

        def whole(_token: CancelToken, _progress: Progress) -> tuple[UserError | None, list[Model]]:
            trouble = None
            try:
                work()
            except UserError as error:
                trouble = error
            return trouble, find_models(self._own)

        def done(found: tuple[UserError | None, list[Model]]) -> None:
            trouble, models = found
            if trouble is not None:
                self.failed.emit(trouble)
            then()
            self._listed(models)

        self._panel.setEnabled(False)
        self._jobs.start("library", whole, title=title, done=done, failed=self.failed.emit,
                         ended=lambda: self._panel.setEnabled(not self._jobs.busy("library")))  # fmt: skip

    def _listed(self, models: Sequence[Model]) -> None:
        self.models = tuple(models)
        self.show()
        self.listed.emit()

    def in_use(self) -> Path | None:
        """Folder of the model that looks at the scan in Review."""
        review = self._controller.desk.review
        return None if review is None else review.bundle.folder

    def show(self) -> None:
        """Show the list as it is now."""
        self._panel.set_models(self.models, self.in_use(), self.previous())

    # -- using ----------------------------------------------------------------------------------------------------
    def previous(self) -> Model | None:
        """The model that was in use before the present one, if it is still there."""
        settings = self._controller.display.view.settings
        found = find_model(self.models, settings.previous_model) if settings.previous_model else None
        return None if found is not None and found is find_model(self.models, settings.model) else found

    def _show_previous(self, view: ViewState) -> None:
        used = view.settings.model, view.settings.previous_model
        if used != self._used:
            self._used = used
            self.show()

    def _activate(self, model: Model) -> None:
        self._opener.use_model(str(model.folder))
        self.review_requested.emit()

    def roll_back(self) -> None:
        """Use the model again that was in use before."""
        model = self.previous()
        if model is not None:
            self._opener.use_model(str(model.folder))
            self.noticed.emit(tr("Back to {name} {version}").format(name=model.card.name, version=model.card.version))

    def _ask_remove(self, model: Model) -> None:
        asked = tr("Remove the model {name}?").format(name=model.card.name)
        remove = partial(self._remove, model)
        box = confirm(asked, tr("Its folder is deleted for good."), tr("Remove"), remove, self._panel)
        self.dialog_made.emit(box)

    def _remove(self, model: Model) -> None:
        def then() -> None:
            if self.in_use() == model.folder:
                self._opener.use_model("")

        self._change(tr("Removing the model"), partial(remove_model, model), then)

    def write_notes(self, model: Model) -> None:
        """Ask for author and notes of one's own model, and keep them in its card."""
        dialog = NotesDialog(model.card.name, model.card.author, model.card.notes, self._panel)

        def keep(author: str, notes: str) -> None:
            from proseg_gui.bundle import annotate

            self._change(tr("Keeping the notes"), lambda: annotate(model.folder, author=author, notes=notes))

        dialog.answered.connect(keep)
        self.dialog_made.emit(dialog)

    def report(self, model: Model) -> None:
        """Write what is known of a model's training to a file."""

        def work(_token: CancelToken, _progress: Progress) -> list[dict[str, Any]]:
            from proseg_gui.training.log import read_rows

            return read_rows(model.folder / LOG)

        def done(log: list[dict[str, Any]]) -> None:
            said = self.noticed.emit, self.failed.emit
            self.dialog_made.emit(report_dialog(model.card, log, (), self._panel, self._jobs, said))

        self._jobs.start("report", work, title=tr("Reading the log"), done=done, failed=self.failed.emit)

    # -- comparing ------------------------------------------------------------------------------------------------
    def compare(self, model: Model) -> None:
        """Open two models side by side: the marked one, and first the one in use or the next in the list."""
        others = [other for other in self.models if other is not model]
        other = next((o for o in others if o.folder == self.in_use()), others[0])
        data = self._data.arranged
        held_out = self._data.names("val") if data is not None and self._data.complete else ()
        dialog = CompareDialog(self.models, other, model, len(held_out), self._panel)
        dialog.chosen.connect(lambda a, b: self._look_whether_alike(dialog, a, b))
        dialog.judge_asked.connect(lambda a, b: self._judge(dialog, a, b))
        dialog.finished.connect(lambda _code: self._jobs.cancel("compare"))
        self._look_whether_alike(dialog, other, model)
        self.dialog_made.emit(dialog)

    def _look_whether_alike(self, dialog: CompareDialog, a: Model, b: Model) -> None:
        dataset = self._data.arranged.dataset if self._data.arranged is not None else None
        self._run(dialog, lambda token, progress: judged_alike(a.card, b.card, dataset, token, progress),
                  dialog.show_alike)  # fmt: skip

    def _judge(self, dialog: CompareDialog, a: Model, b: Model) -> None:
        assert self._data.arranged is not None
        dataset, names = self._data.arranged.dataset, self._data.names("val")
        self._run(dialog, lambda token, progress: judged_anew(a.folder, b.folder, dataset, names, token, progress),
                  dialog.show_judged)  # fmt: skip

    def _run(
        self, dialog: CompareDialog, work: Callable[[CancelToken, Progress], Any], done: Callable[[Any], None]
    ) -> None:
        def failed(error: BaseException) -> None:
            if isinstance(error, UserError):
                dialog.show_trouble(str(error))
            else:
                self.failed.emit(error)

        dialog.show_working(tr("looking which cases they were judged on"), 0.0)
        self._jobs.start("compare", work, title=tr("Comparing"), done=done, failed=failed, latest=True,
                         progress=lambda share, text: dialog.show_working(text, share))  # fmt: skip
