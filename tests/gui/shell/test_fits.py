"""The window, its header and its dialogs fit a small screen; an export is remembered."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QApplication, QToolButton

from proseg_gui.gui.dialogs.frame import DialogFrame, words


def test_the_header_has_room_from_960_pixels(reviewed) -> None:
    for width in (960, 1366):
        QApplication.processEvents()
        reviewed.resize(width, 540)
        QApplication.processEvents()
        QApplication.processEvents()
        header = reviewed.header
        parts = sorted([*header.findChildren(QToolButton), header._export], key=lambda part: part.x())
        assert all(a.geometry().right() < b.x() for a, b in pairwise(parts)), (
            width,
            [(p.text(), p.geometry()) for p in parts],
        )
        assert parts[-1].mapTo(reviewed, parts[-1].rect().topRight()).x() < reviewed.width() == width
        assert header._model.text() != "tiny" or "tiny \u00b7 3 raters \u00b7 v1" in header._model.toolTip(), (
            "what is cut"
        )
        menus = reviewed.menuWidget().menus
        assert menus.geometry().right() <= header.x()


def test_the_buttons_of_a_long_dialog_stay_on_the_screen(qtbot) -> None:
    dialog = DialogFrame("Long")
    qtbot.addWidget(dialog)
    for _ in range(80):
        dialog.body.addWidget(words("A line."))
    button = dialog.add_button("Close", primary=True)
    dialog.show()
    room = dialog.screen().availableGeometry()
    assert dialog.height() <= room.height() - 40 and room.contains(dialog.frameGeometry())
    assert button.mapTo(dialog, button.rect().bottomLeft()).y() < dialog.height()


def test_the_export_dialog_opens_with_the_choice_of_last_time(reviewed) -> None:
    reviewed.controller.display.set_view(export_what=("consensus", "maps"), export_samples=7)
    reviewed.commands.exporting.ask()
    dialog = reviewed._dialogs[-1]
    assert dialog.request().what == {"consensus", "maps"} and dialog.samples.value() == 7
    height = dialog.height()
    dialog.folder.setText("/no_such_folder_yet")
    dialog.what["raters"].setChecked(True)
    QApplication.processEvents()
    assert dialog.height() == height, "it stands still"
    dialog.reject()


def test_the_folder_that_was_written_to_is_offered(window, tmp_path) -> None:
    window.controller.exported.emit(tmp_path)
    assert window.status._open_folder.isVisible() and str(tmp_path) in window.status._open_folder.toolTip()
