"""The frame of the dialogs, and the list with pictures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.dialogs.frame import DialogFrame, PictureList, PictureRow, banner, words

LONG = "A sentence that is much longer than one line of a narrow dialog can hold. " * 6


def test_enter_answers_with_the_primary_button_and_escape_leaves(shown):
    frame = DialogFrame("Title")
    go = frame.add_button("Go", primary=True)
    go.clicked.connect(frame.accept)
    shown(frame)
    QTest.keyClick(frame, Qt.Key.Key_Return)
    assert frame.result() == DialogFrame.DialogCode.Accepted
    frame.show()
    QTest.keyClick(frame, Qt.Key.Key_Escape)
    assert frame.result() == DialogFrame.DialogCode.Rejected


def test_buttons_stand_at_the_right_and_extras_at_the_left(shown):
    frame = DialogFrame("Title")
    extra = words("extra")
    frame.add_left(extra)
    cancel, go = frame.add_button("Cancel"), frame.add_button("Go", primary=True)
    frame.resize(400, 100)
    shown(frame)
    assert extra.x() < cancel.x() < go.x()
    assert go.geometry().right() > frame.width() - 30
    assert not cancel.autoDefault()


def test_it_opens_high_enough_for_wrapped_words_and_grows_when_they_come(shown):
    frame = DialogFrame("Title")
    label = words("short")
    frame.body.addWidget(label)
    frame.add_button("OK", primary=True)
    frame.resize(300, 60)
    shown(frame)
    before = frame.height()
    label.setText(LONG)
    frame.fit()
    assert frame.height() > before
    assert label.height() >= label.heightForWidth(label.width())


@pytest.mark.parametrize("kind", [banner, words])
def test_words_are_never_markup(kind, qtbot):
    label = kind("<i>x</i> & y")
    qtbot.addWidget(label)
    assert label.text() == "<i>x</i> & y"
    if kind is words:
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_rows_tell_all_they_show_and_can_be_changed(shown, thumbnail):
    frame = DialogFrame("Title")
    rows = PictureList("Things")
    frame.body.addWidget(rows)
    rows.add_row(PictureRow("One", "a · b", "careful", thumbnail))
    rows.add_row(PictureRow("Two", "c"))
    rows.add_row(PictureRow("Three", "d", with_picture=False))
    frame.resize(300, 300)
    shown(frame)
    assert rows.item(0).data(Qt.ItemDataRole.AccessibleTextRole) == "One, a · b, careful"
    assert rows.row_at(1).title == "Two"
    heights = [rows.visualItemRect(rows.item(i)).height() for i in range(3)]
    assert heights[0] >= heights[1] > heights[2]
    before = rows.viewport().grab().toImage()
    rows.set_row(1, PictureRow("Two", "c", "now with a warning"))
    assert rows.viewport().grab().toImage() != before
    assert rows.accessibleName() == "Things"
