"""The project that the window works in: open another, copy it, collect images into it, take a case out of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QMessageBox

from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.saving import SaveDialog
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.keeper import LAST_S, Keeper, open_keeper

FILES = marked("Projects (*.project);;All files (*)")
LANE = "files"


class Projects:
    """The Project menu."""

    def __init__(self, host: Host, controller: Controller, opener: Opener) -> None:
        self._host, self._controller, self._opener = host, controller, opener

    @property
    def has_case(self) -> bool:
        """Whether a case of the project is open."""
        return self._opener.keeper.project is not None and self._controller.desk.case is not None

    def ask_open(self) -> None:
        """Ask for a project, existing or new, and work in it."""
        dialog = QFileDialog(self._host.parent, tr("Open or make a project"), self._folder(), tr(FILES))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)  # so that a new name can be given
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, tr("Open"))
        dialog.setDefaultSuffix("project")
        self._host.show_dialog(dialog, lambda: self.open(Path(dialog.selectedFiles()[0])))

    def open(self, path: Path, *, has_all: bool = False) -> None:
        """Work in the project at ``path`` (made if it is not there), with what was open in it.

        ``has_all``: it is a copy that has every step of this one.
        """
        project = self._opener.keeper.project

        def done(same: bool) -> None:
            if same:
                self._controller.noticed.emit(tr("This window works in that project already"))
            else:
                self._switch(lambda: open_keeper(path), has_all=has_all)

        self._start(tr("Opening the project"), lambda _token, _progress: project is not None
                    and path.resolve() == project.path, done)  # fmt: skip

    def open_private(self) -> None:
        """Go back to the private project of this computer's user."""
        if self._opener.keeper.private:
            self._controller.noticed.emit(tr("This window works in a private project already"))
        else:
            self._switch(lambda: open_keeper(None))

    def _switch(self, load: Callable[[], Keeper], *, has_all: bool = False) -> None:
        old, desk = self._opener.keeper, self._controller.desk
        desk.leave()

        def work(_token: CancelToken, _progress: Progress) -> tuple[Keeper, bool]:
            left = 0 if has_all or old.project is None else old.unsaved(LAST_S)
            if left and old.project is not None:
                steps = tr("1 step is") if left == 1 else tr("{left} steps are").format(left=left)
                left_out = tr("{steps} not in the project yet, so it stays open").format(steps=steps)
                raise UserError(left_out, path=old.project.path,
                                remedy=tr("Save it under another name, or wait until it can be written"))  # fmt: skip
            keeper = load()
            old.close()
            return keeper, keeper.is_foreign

        def done(found: tuple[Keeper, bool]) -> None:
            keeper, foreign = found
            keeper.failed = old.failed
            self._opener.use_keeper(keeper)
            if foreign:
                self._ask_paths(keeper)

        self._start(tr("Opening the project"), work, done)

    def _ask_paths(self, keeper: Keeper) -> None:
        box = QMessageBox(QMessageBox.Icon.Question, tr("A project from elsewhere"), "", parent=self._host.parent)
        box.setText(tr("This project was made by another account or on another computer."))
        box.setInformativeText(
            tr("May the places where its images lie be looked at? Until then its cases cannot be opened.")
        )
        agreed = box.addButton(tr("Look there"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(tr("Not now"), QMessageBox.ButtonRole.RejectRole))
        box.buttonClicked.connect(lambda button: self._allow_paths(keeper) if button is agreed else None)
        self._host.show_dialog(box)

    def _allow_paths(self, keeper: Keeper) -> None:
        self._start(
            tr("Project"), lambda _token, _progress: keeper.allow_paths(), lambda _none: self._opener.open_last()
        )

    def ask_copy(self, *, share: bool = False) -> None:
        """Ask where a copy of the project goes; ``share``: without paths, names and what says whose images they are."""
        title = tr("Save a copy to share") if share else tr("Save project as")
        dialog = SaveDialog(self._host.parent, title, self._folder(), tr(FILES), "project")
        self._host.show_dialog(dialog, lambda: self.copy(dialog.path, share=share))

    def copy(self, path: Path, *, share: bool) -> None:
        """Copy the project to ``path``, and go on in the copy unless it is to share; replacing was asked before."""
        keeper = self._opener.keeper

        def work(_token: CancelToken, _progress: Progress) -> None:
            keeper.copy_to(path, share=share)

        def done(_none: None) -> None:
            self._controller.noticed.emit(tr("Wrote {path}").format(path=path))
            if not share:
                self.open(path, has_all=True)

        self._start(tr("Copying the project"), work, done)

    def collect(self) -> None:
        """Copy the open case's images beside the project."""
        case, keeper = self._controller.desk.case, self._opener.keeper
        if case is None:
            return

        def work(_token: CancelToken, _progress: Progress) -> Path:
            return keeper.collect(case.case_id, case.study)

        self._start(
            tr("Collecting images"),
            work,
            lambda folder: self._controller.noticed.emit(tr("Copied to {folder}").format(folder=folder)),
        )

    def ask_to_remove(self) -> None:
        """Ask before everything that was done to the open case is erased."""
        box = QMessageBox(
            QMessageBox.Icon.Warning, tr("Remove case"), tr("Erase what was done to this case?"), parent=None
        )
        box.setParent(self._host.parent, box.windowFlags())
        box.setInformativeText(
            tr(
                "Its sliders, contours, accepted readings and history are erased from the project and cannot be "
                "brought back. The scan's own files are not touched."
            )
        )
        erase = box.addButton(tr("Erase"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole))
        box.buttonClicked.connect(lambda button: self._opener.remove_current() if button is erase else None)
        self._host.show_dialog(box)

    def _folder(self) -> str:
        return self._controller.display.view.settings.last_folder

    def _start(self, title: str, work: Callable[[CancelToken, Progress], object], done: Callable[[Any], None]) -> None:
        self._host.jobs.start(LANE, work, title=title, done=done, failed=self._host.failed)
