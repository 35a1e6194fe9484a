"""Pictures of the window, with and without what may name a patient; written by a worker, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from proseg_gui.errors import UserError
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import tr
from proseg_gui.io.base.atomic import atomic_write
from proseg_gui.jobs import CancelToken, Progress


def save_picture(picture: QImage, path: Path) -> None:
    """Write a picture as PNG, or as JPEG where the file's name says so; replaces a file of that name.

    Raises
    ------
    UserError
        If it cannot be written.
    """
    kind = "JPG" if path.suffix.lower() in (".jpg", ".jpeg") else "PNG"

    def write(file: Path) -> None:
        if not picture.save(str(file), kind):  # type: ignore[call-overload]  # wants a str, whatever the stub says
            raise UserError(
                tr("the picture could not be written"), path=path, remedy=tr("Check the folder and free space")
            )

    atomic_write(path, write, overwrite=True)


class Screenshots:
    """Takes the picture at once, then asks where it goes.

    Parameters
    ----------
    left_out:
        While it lasts, nothing that the window paints names the patient.
    folder:
        Where the file dialog begins.
    """

    def __init__(
        self,
        host: Host,
        window: QWidget,
        left_out: Callable[[], AbstractContextManager[None]],
        folder: Callable[[], str],
    ) -> None:
        self._host, self._window, self._left_out, self._folder = host, window, left_out, folder

    def take(self, *, patient_data: bool) -> QImage:
        """The window as it is now, at the screen's own pixels."""
        with nullcontext() if patient_data else self._left_out():
            return self._window.grab().toImage()

    def ask(self, *, patient_data: bool) -> None:
        """Take a picture and ask for the file that it is written to."""
        picture = self.take(patient_data=patient_data)
        title = tr("Save screenshot") if patient_data else tr("Save screenshot without patient data")
        start = str(Path(self._folder() or Path.home()) / "proseg-gui.png")
        dialog = QFileDialog(self._host.parent, title, start, tr("Pictures") + " (*.png *.jpg)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        self._host.show_dialog(dialog, lambda: self.save(picture, Path(dialog.selectedFiles()[0])))

    def save(self, picture: QImage, path: Path) -> None:
        """Write it in the background."""

        def work(_token: CancelToken, _progress: Progress) -> None:
            save_picture(picture, path)

        def done(_none: None) -> None:
            self._host.notice(tr("The picture is saved as {name}").format(name=path.name))

        self._host.jobs.start("picture", work, title=tr("Saving the picture"), done=done, failed=self._host.failed)
