"""Every dialog keeps its buttons on a small screen, and what does not fit is scrolled to: 1920 x 1080 at 200 %."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QAbstractButton, QPushButton

from proseg_gui.gui.dialogs.contours_dialog import ContoursDialog
from proseg_gui.gui.dialogs.error_dialog import ErrorDialog
from proseg_gui.gui.dialogs.export_dialog import ExportDialog
from proseg_gui.gui.dialogs.frame import DialogFrame
from proseg_gui.gui.dialogs.model_chooser import ModelChooser, ModelItem
from proseg_gui.gui.dialogs.pacs_dialog import PacsDialog
from proseg_gui.gui.dialogs.series_chooser import SeriesChooser, SeriesOption
from proseg_gui.gui.dialogs.shortcut_sheet import ShortcutSheet
from proseg_gui.gui.dialogs.structure_dialog import StructureDialog
from proseg_gui.gui.trainer.people_dialog import PeopleDialog
from proseg_gui.io.contours.naming import Row
from proseg_gui.io.pacs.nodes import Node
from proseg_gui.review.export_request import ExportOffer, Place

ROOM = QRect(0, 0, 960, 520)
PEOPLE = tuple(f"Dr. {name} of the long hospital" for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def export() -> DialogFrame:
    offer = ExportOffer(PEOPLE[:9], ("total", "inter"), ("Lesion",), 0, Path("/x"), lambda _request: [])
    return ExportDialog(offer, lambda _request, answered: answered(Place((Path("/x/current.nii.gz"),))))


def contours() -> DialogFrame:
    rows = tuple(Row(f"/d/{name}.dcm", "lesion", name, "lesion") for name in PEOPLE)
    said = [f"{name}.dcm: 2 contours lay between slices." for name in PEOPLE]
    return ContoursDialog(rows, (1.0,) * len(rows), "Lesion", said)


def models() -> DialogFrame:
    items = [ModelItem(n, n, "1", PEOPLE, ("a",), "CT", tuple((f"m{i}", "1") for i in range(30))) for n in PEOPLE]
    return ModelChooser(items)


def series() -> DialogFrame:
    facts = ("CT", "120 slices", "512 x 512", "1 x 1 x 3 mm, axial")
    options = [SeriesOption(name, f"thorax of {name}", *facts) for name in PEOPLE]
    return SeriesChooser(options, "A folder with a long name", "Something was left out.", likely="cases", channels=True)


def people() -> DialogFrame:
    return PeopleDialog("a_model", {name: name for name in PEOPLE}, dict.fromkeys(PEOPLE), {}, None)


def archive() -> DialogFrame:
    return PacsDialog([Node("old", "dimse", host="archive", port=11112, called_ae="OLD")], Path("/x"))


def keys() -> DialogFrame:
    return ShortcutSheet([(name, [("N", "goes to the next most doubtful slice")] * 6) for name in PEOPLE])


def failure() -> DialogFrame:
    return ErrorDialog("Something went wrong. " * 40, "a line of the log\n" * 200)


def name() -> DialogFrame:
    return StructureDialog("Add a structure")


@pytest.mark.parametrize("make", [export, contours, models, series, people, archive, keys, failure, name])
def test_the_buttons_are_on_the_screen_and_the_rest_can_be_scrolled_to(
    qtbot, monkeypatch, make: Callable[[], DialogFrame]
) -> None:
    monkeypatch.setattr(DialogFrame, "room", lambda _self: ROOM)
    dialog = make()
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    assert ROOM.contains(dialog.geometry()), dialog.geometry()
    row = [part for i in range(dialog.buttons.count()) if (part := dialog.buttons.itemAt(i).widget()) is not None]
    shown = [part for part in row if part.isVisible()]
    assert shown and all(isinstance(part, QAbstractButton) for part in shown)
    for part in shown:
        assert dialog.rect().contains(part.geometry()) and part.width() >= part.minimumSizeHint().width()
    page = dialog._page
    inside = [part for part in page.findChildren(QPushButton) if part.isVisible()]
    for part in inside:  # what lies below is scrolled to, and nothing is cut at the side
        right = part.mapTo(page, part.rect().topRight()).x()
        assert right <= dialog._scroll.viewport().width() or part.window() is not dialog
    dialog.close()
