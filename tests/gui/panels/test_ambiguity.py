"""The ambiguity panel: sliders with previews, the three buttons, and the strip of remembered settings."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from proseg_gui.gui.panels.ambiguity import NOTHING_LEFT, NOTHING_OPEN, AmbiguityPanel
from proseg_gui.gui.panels.model import RememberedItem

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def items(kit) -> list[RememberedItem]:
    return [RememberedItem(f"Setting {i}", 10.0 + i, kit.thumbnail(i), current=i == 1) for i in range(3)]


@pytest.fixture
def panel(shown, kit, items) -> AmbiguityPanel:
    panel = AmbiguityPanel()
    panel.set_axes(kit.axes(5))
    panel.set_remembered(items)
    return shown(panel, 290, 320)


def test_the_three_buttons_ask_for_what_they_say(panel, kit):
    said = kit.Recorder(panel)
    for each in (panel.random, panel.reset, panel.remember):
        QTest.mouseClick(each, LEFT)
    assert said.names == ["random_requested", "reset_requested", "remember_requested"]


def test_sliders_emit_their_axis_and_three_are_shown_at_first(panel, kit):
    said = kit.Recorder(panel)
    track = panel.axes.sliders["axis2"].track
    track.setFocus()
    QTest.keyClick(track, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert said.of("axis_moved") == [("axis2", -0.5)]
    assert [key for key, slider in panel.axes.sliders.items() if not slider.isHidden()] == ["axis0", "axis1", "axis2"]
    QTest.mouseClick(panel.axes.fold, LEFT)
    assert not panel.axes.sliders["axis4"].isHidden()


def test_effects_are_written_with_sign_unit_and_share(panel):
    effects = [slider.effect.full_text() for slider in panel.axes.sliders.values()]
    assert effects == [
        "+2.1 ml per sd · 62 % of this image's ambiguity",
        "−0.80 ml per sd · 21 % of this image's ambiguity",
        "+0.50 ml per sd · 9 % of this image's ambiguity",
        "4 % of this image's ambiguity",  # not measured yet: no figure
        "+0.034 ml per sd · 2 % of this image's ambiguity",
    ]


def test_previews_are_painted(panel, kit):
    picture = panel.axes.sliders["axis0"].picture
    before = picture.grab().toImage()
    panel.set_preview("axis0", kit.thumbnail(7))
    assert picture.grab().toImage() != before
    panel.set_preview("axis0", None)
    assert picture.grab().toImage() == before
    panel.set_preview("gone", kit.thumbnail(7))  # a late preview of an axis that is no longer there


def test_provisional_axes_say_how_far_they_are(panel, kit):
    panel.set_axes(kit.axes(2), provisional=True, notice="provisional: 12 of 48 slices encoded")
    assert panel.notice.isVisible()
    assert panel.notice.text() == "provisional: 12 of 48 slices encoded"
    assert all(slider.effect.provisional for slider in panel.axes.sliders.values())
    panel.set_axes(kit.axes(2))
    assert not panel.notice.isVisible()
    assert not any(slider.effect.provisional for slider in panel.axes.sliders.values())


def test_nothing_open_and_nothing_left_open_are_told_apart(panel):
    panel.set_axes(None)
    assert panel.empty.text() == NOTHING_OPEN
    assert not panel.random.isEnabled()
    assert not panel.remember.isEnabled()
    panel.set_axes(())
    assert panel.empty.text() == NOTHING_LEFT
    assert not panel.random.isEnabled()
    assert panel.remember.isEnabled()  # the preference alone can be remembered


def centre_of(strip, row):
    return strip.visualItemRect(strip.item(row)).center()


def test_a_click_recalls(panel, kit):
    said = kit.Recorder(panel)
    QTest.mouseClick(panel.strip.viewport(), LEFT, pos=centre_of(panel.strip, 2))
    assert said.calls == [("recalled", (2,))]


def test_keys_recall_and_forget(panel, kit):
    said = kit.Recorder(panel)
    panel.strip.setFocus(Qt.FocusReason.TabFocusReason)
    assert panel.strip.currentRow() == 1  # the current setting
    QTest.keyClick(panel.strip, Qt.Key.Key_Right)
    QTest.keyClick(panel.strip, Qt.Key.Key_Return)
    QTest.keyClick(panel.strip, Qt.Key.Key_Delete)
    assert said.calls == [("recalled", (2,)), ("forgotten", (2,))]
    override = QKeyEvent(QKeyEvent.Type.ShortcutOverride, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    override.ignore()
    QApplication.sendEvent(panel.strip, override)
    assert override.isAccepted()


def test_the_context_menu_recalls_and_forgets(panel, kit):
    said = kit.Recorder(panel)
    menu = panel.strip.menu_for(0)
    for action in menu.actions():
        action.trigger()
    assert said.calls == [("recalled", (0,)), ("forgotten", (0,))]


def test_the_current_setting_is_outlined_and_tooltips_tell_the_volume(dark, panel, items):
    assert "Setting 2 · 12.0 ml" in panel.strip.item(2).toolTip()
    before = panel.strip.grab().toImage()
    panel.set_remembered([RememberedItem(i.name, i.volume_ml, i.thumbnail, current=False) for i in items])
    assert panel.strip.grab().toImage() != before


def test_showing_the_same_settings_again_touches_nothing(panel, items):
    rows = [panel.strip.item(i) for i in range(3)]
    panel.strip.setCurrentRow(0)
    panel.set_remembered(list(items))
    assert [panel.strip.item(i) for i in range(3)] == rows
    assert panel.strip.currentRow() == 0


def test_forgetting_all_hides_the_strip(panel):
    panel.set_remembered(())
    assert not panel.strip.isVisible()
    assert panel.strip.count() == 0


def test_many_settings_scroll_sideways_and_keep_their_height(dark, panel, kit, items, qtbot):
    panel.resize(290, 500)
    strip = panel.strip
    height = strip.sizeHint().height()
    panel.set_remembered([*items, *(RememberedItem(f"more {i}", None, None) for i in range(12))])
    bar = strip.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert strip.sizeHint().height() == height + bar.sizeHint().height()
    qtbot.waitUntil(lambda: strip.viewport().height() >= strip.visualItemRect(strip.item(0)).height())
