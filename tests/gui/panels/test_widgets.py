"""The shared small parts: wordings that adapt, rows that wrap, thumbnails, own keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QWidget

from proseg_gui.gui.panels.flow import FlowLayout
from proseg_gui.gui.panels.widgets import (
    AdaptiveLabel,
    Eliding,
    Picture,
    SplitLine,
    button,
    notice,
    own_keys,
    pixmap_of,
    set_notice,
)


class Named(Eliding, QPushButton):
    """A button with a name that may be long."""


def advance(label, text: str) -> int:
    return label.fontMetrics().horizontalAdvance(text)


def test_a_label_shows_the_longest_wording_that_fits(shown):
    label = shown(AdaptiveLabel("a rather long wording", "short one"), 300, 20)
    assert label.text() == "a rather long wording"
    label.resize(advance(label, "short one") + 2, 20)
    assert label.text() == "short one"
    assert label.toolTip() == "a rather long wording"
    label.resize(advance(label, "short one") - 3, 20)
    assert label.text().endswith("…")
    assert "short one".startswith(label.text()[:-1])
    assert label.accessibleName() == "a rather long wording"


def test_a_split_line_keeps_the_left_whole_while_a_right_wording_fits(shown):
    left, right = AdaptiveLabel("Axis 1 · larger"), AdaptiveLabel("+1.9 ml per sd · 81 %", "+1.9 ml/sd")
    line = SplitLine(left, right)
    shown(line, 400, 20)
    assert (left.text(), right.text()) == ("Axis 1 · larger", "+1.9 ml per sd · 81 %")
    line.resize(advance(left, left.full_text()) + advance(right, "+1.9 ml/sd") + SplitLine.GAP + 8, 20)
    assert (left.text(), right.text()) == ("Axis 1 · larger", "+1.9 ml/sd")
    line.resize(advance(right, "+1.9 ml/sd") + SplitLine.GAP + 50, 20)
    assert right.text() == "+1.9 ml/sd"
    assert left.text().endswith("…")
    right.set_texts(("x",))
    assert left.text() != "…"
    assert left.geometry().right() < right.geometry().left()


def test_a_long_name_is_elided_in_the_middle_and_kept_whole_elsewhere(shown):
    named = Named()
    named.set_full_name("Dr. Hofmann & Partner, second reading")
    shown(named, 400, 24)
    assert named.text() == "Dr. Hofmann && Partner, second reading"
    natural = named.sizeHint()
    named.resize(120, 24)
    assert "…" in named.text()
    assert named.sizeHint() == natural
    assert named.accessibleName() == "Dr. Hofmann & Partner, second reading"


def holder_of(shown, names, *, columns=False, widest=1.0, width=200):
    holder = QWidget()
    flow = FlowLayout(holder, spacing=4, columns=columns)
    flow.set_widest(widest)
    for name in names:
        each = Named()
        each.set_full_name(name)
        each.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        flow.addWidget(each)
    shown(holder, width, flow.heightForWidth(width))
    flow.activate()
    return holder, flow, [flow.itemAt(i).widget() for i in range(flow.count())]


def test_rows_wrap_and_need_more_height_when_narrow(shown):
    holder, flow, buttons = holder_of(shown, ["one", "two", "three", "four"], width=1000)
    assert len({each.y() for each in buttons}) == 1
    narrow = sum(each.sizeHint().width() for each in buttons)  # less than they and the gaps need, in any style and font
    assert flow.heightForWidth(narrow) > flow.heightForWidth(1000) == buttons[0].height()
    holder.resize(narrow, flow.heightForWidth(narrow))
    flow.activate()
    assert len({each.y() for each in buttons}) > 1
    assert all(each.geometry().right() < narrow for each in buttons)


def test_nothing_overlaps_in_rows_or_columns(shown):
    for columns in (False, True):
        _holder, _flow, buttons = holder_of(
            shown, ["aaaaaaa", "bbbbbbbb", "cc", "d" * 60, "eee"], columns=columns, widest=0.5
        )
        for i, a in enumerate(buttons):
            assert all(not a.geometry().intersects(b.geometry()) for b in buttons[:i])
            assert a.width() <= 98  # half of 200 less half the gap
        if columns:
            assert len({each.width() for each in buttons}) == 1


def test_items_can_be_taken_out_again(shown):
    _holder, flow, buttons = holder_of(shown, ["one", "two"])
    assert flow.takeAt(0).widget() is buttons[0]
    assert flow.count() == 1
    assert flow.takeAt(5) is None
    assert flow.itemAt(5) is None


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_thumbnails_keep_their_proportions(qapp, kit, ratio):
    picture = pixmap_of(kit.thumbnail(shape=(20, 40)), 32, ratio)
    assert (picture.width(), picture.height()) == (32 * ratio, 16 * ratio)
    assert picture.devicePixelRatio() == ratio


def test_thumbnails_show_their_colours_and_wrong_shapes_are_refused(shown):
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 200
    picture = Picture(16)
    picture.set_thumbnail(red)
    shown(picture, 16, 16)
    assert picture.grab().toImage().pixelColor(8, 8).getRgb()[:3] == (200, 0, 0)
    with pytest.raises(ValueError, match="h, w, 3"):
        pixmap_of(np.zeros((8, 8), np.uint8), 16)


def test_buttons_leave_the_focus_where_it_is_and_claim_space_only_when_tabbed_to(shown, qtbot):
    each = shown(button("Go", "dice", tip="why"), 100, 24)
    QTest.mouseClick(each, Qt.MouseButton.LeftButton)
    assert each.focusPolicy() == Qt.FocusPolicy.TabFocus
    override = QKeyEvent(QKeyEvent.Type.ShortcutOverride, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier)
    override.ignore()
    QApplication.sendEvent(each, override)
    assert override.isAccepted()


def test_own_keys_leave_combinations_to_the_window(shown):
    widget = shown(QWidget(), 50, 50)
    own_keys(widget, Qt.Key.Key_Left)
    for modifier, claimed in (
        (Qt.KeyboardModifier.NoModifier, True),
        (Qt.KeyboardModifier.ShiftModifier, True),
        (Qt.KeyboardModifier.ControlModifier, False),
    ):
        override = QKeyEvent(QKeyEvent.Type.ShortcutOverride, Qt.Key.Key_Left, modifier)
        override.ignore()
        QApplication.sendEvent(widget, override)
        assert override.isAccepted() is claimed


def test_a_notice_is_there_only_when_it_says_something(shown):
    label = shown(notice("careful"), 100, 20)
    assert label.isVisible()
    set_notice(label, "")
    assert not label.isVisible()
