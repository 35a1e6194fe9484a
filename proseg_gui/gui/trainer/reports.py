"""Asking where a training's report goes, and writing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QFileDialog, QWidget

from proseg_gui.errors import UserError

if TYPE_CHECKING:
    from proseg_gui.bundle import Card


def report_dialog(
    card: Card, log: Sequence[Mapping[str, Any]], pictures: Sequence[np.ndarray], parent: QWidget,
    said: tuple[Callable[[str], Any], Callable[[UserError], Any]],
) -> QFileDialog:  # fmt: skip
    """A dialog that writes the report where it is told to; ``said``: what is told of success, and of a failure."""
    dialog = QFileDialog(parent, "Report of the training", f"{card.name}.html", "Web page (*.html)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)  # asks before a file is replaced
    dialog.setDefaultSuffix("html")
    noticed, failed = said

    def write(name: str) -> None:
        from proseg_gui.training.report import write_report

        path = Path(name)
        try:
            page, table = write_report(path, card, log, pictures, overwrite=path.exists())
        except UserError as error:
            failed(error)
        else:
            shown = ", with pictures of the validation cases" if len(pictures) else ""
            noticed(f"Wrote {page.name} and {table.name}{shown}")

    dialog.fileSelected.connect(write)
    return dialog
