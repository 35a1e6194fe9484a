"""Asking where a training's report goes, and writing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QFileDialog, QWidget

from proseg_gui.gui.dialogs.saving import SaveDialog
from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.language import tr
from proseg_gui.jobs import CancelToken, Progress

if TYPE_CHECKING:
    from proseg_gui.bundle import Card


def report_dialog(
    card: Card, log: Sequence[Mapping[str, Any]], pictures: Sequence[np.ndarray], parent: QWidget,
    jobs: QtJobs, said: tuple[Callable[[str], Any], Callable[[BaseException], Any]],
) -> QFileDialog:  # fmt: skip
    """A dialog that writes the report where it is told to, in the background; ``said``: told of success, of failure."""
    dialog = SaveDialog(parent, tr("Report of the training"), f"{card.name}.html", tr("Web page (*.html)"), "html")
    noticed, failed = said

    def write(name: str) -> None:
        path = Path(name)

        def work(_token: CancelToken, _progress: Progress) -> tuple[Path, Path]:
            from proseg_gui.training.report import write_report

            return write_report(path, card, log, pictures, overwrite=path.exists())

        def done(written: tuple[Path, Path]) -> None:
            shown = tr(", with pictures of the validation cases") if len(pictures) else ""
            noticed(
                tr("Wrote {first} and {second}{pictures}").format(
                    first=written[0].name, second=written[1].name, pictures=shown
                )
            )

        jobs.start("report", work, title=tr("Writing the report"), done=done, failed=failed)

    dialog.fileSelected.connect(write)
    return dialog
