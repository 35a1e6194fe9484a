"""The dialog that asks where a file goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


class SaveDialog(QFileDialog):
    """Asks for a new file and before an old one is replaced; adds ``.suffix`` to a name without any.

    Parameters
    ----------
    where:
        A folder, or a file's name to begin with.
    files:
        What the list shows: ``"CSV (*.csv)"``.
    """

    def __init__(self, parent: QWidget, title: str, where: str, files: str, suffix: str) -> None:
        super().__init__(parent, title, where, files)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setDefaultSuffix(suffix)

    @property
    def path(self) -> Path:
        """What was chosen."""
        return Path(self.selectedFiles()[0])
