"""What is asked when a mask's header puts it beside the scan: take it voxel for voxel, or leave it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from proseg_gui.gui.language import marked, tr
from proseg_gui.io.images.grid import OtherGrid

TAKE = marked("Take it voxel for voxel")


def grid_question(error: OtherGrid, take: Callable[[], None], parent: QWidget) -> QMessageBox:
    """A question whose answer :data:`TAKE` calls ``take()``; the difference stands in it."""
    name = "" if error.path is None else error.path.name
    box = QMessageBox(
        QMessageBox.Icon.Question,
        tr("Open contours"),
        tr("{name} lies beside this scan").format(name=name),
        parent=parent,
    )
    box.setInformativeText(
        tr(
            "{difference}. It has as many voxels as the scan, so it can be taken voxel for voxel; files made from it "
            "will say so. Only do this if it was drawn on this scan."
        ).format(difference=f"{error.difference[:1].upper()}{error.difference[1:]}")
    )
    agreed = box.addButton(tr(TAKE), QMessageBox.ButtonRole.AcceptRole)
    leave = box.addButton(tr("Leave it"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(leave)
    box.setEscapeButton(leave)
    box.buttonClicked.connect(lambda button: take() if button is agreed else None)
    return box
