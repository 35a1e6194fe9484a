"""Error, keys and About."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.about import AboutDialog
from proseg_gui.gui.dialogs.error_dialog import ErrorDialog
from proseg_gui.gui.dialogs.frame import RESEARCH_USE
from proseg_gui.gui.dialogs.shortcut_sheet import COLUMNS, ShortcutSheet, _balanced

LEFT = Qt.MouseButton.LeftButton
GROUPS = [
    ("File", [("Ctrl+O", "Open scan"), ("Ctrl+E|Ctrl+S", "Export")]),
    ("View", [("Space", "Contours"), ("U", "Heatmap"), ("L", "Single pane")]),
    ("Empty", []),
    ("Mouse", [("Wheel", "Slice"), ("Ctrl+Wheel", "Zoom")]),
]


def texts(dialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_an_error_is_a_sentence_with_the_files_name(shown):
    error = UserError("the file ends early", path="/data/case07/image.nii.gz", remedy="Copy it again")
    dialog = shown(ErrorDialog.of(error))
    assert dialog.message.text() == "image.nii.gz: the file ends early. Copy it again."
    assert dialog.place.text() == str(Path("/data/case07/image.nii.gz"))
    assert not dialog.fold.isVisible()
    QTest.mouseClick(dialog.ok, LEFT)
    assert dialog.result() == ErrorDialog.DialogCode.Accepted


def test_details_are_folded_and_everything_can_be_copied(shown):
    dialog = shown(ErrorDialog("Something went wrong", "Traceback\n  line 1"))
    assert not dialog.details.isVisible()
    height = dialog.height()
    QTest.mouseClick(dialog.fold, LEFT)
    assert dialog.details.isVisible()
    assert dialog.height() > height
    QTest.mouseClick(dialog.copy, LEFT)
    assert QGuiApplication.clipboard().text() == "Something went wrong\n\nTraceback\n  line 1"
    QTest.mouseClick(dialog.fold, LEFT)
    assert not dialog.details.isVisible()


def test_an_error_without_a_place_shows_none(shown):
    dialog = shown(ErrorDialog.of(UserError("no model is chosen")))
    assert dialog.message.text() == "no model is chosen."
    assert not dialog.place.isVisible()


def test_markup_in_a_message_is_shown_as_it_is(shown):
    dialog = shown(ErrorDialog("<b>bold.dcm</b> is no image"))
    assert dialog.message.textFormat() == Qt.TextFormat.PlainText


def test_the_sheet_lists_every_key_once_in_balanced_columns(shown):
    sheet = shown(ShortcutSheet(GROUPS))
    shown_texts = texts(sheet)
    for title, rows in GROUPS:
        assert (title.upper() in shown_texts) is bool(rows)
        for keys, text in rows:
            assert text in shown_texts
            assert all(key in shown_texts for key in keys.split("|"))
    columns = _balanced([group for group in GROUPS if group[1]])
    assert len(columns) == COLUMNS
    assert [group[0] for column in columns for group in column] == ["File", "View", "Mouse"]
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_about_tells_versions_citation_licence_and_what_it_is_not(shown):
    dialog = shown(AboutDialog({"proseg-gui": "0.1.0", "Python": "3.11"}, "arXiv 2512.00748", "Apache-2.0"))
    words = texts(dialog)
    assert "proseg-gui 0.1.0" in words
    assert "Apache-2.0" in words
    assert any(RESEARCH_USE in text for text in words)
    QTest.mouseClick(dialog.copy_versions, LEFT)
    assert QGuiApplication.clipboard().text() == "proseg-gui 0.1.0\nPython 3.11"
    QTest.mouseClick(dialog.copy_citation, LEFT)
    assert QGuiApplication.clipboard().text() == "arXiv 2512.00748"
