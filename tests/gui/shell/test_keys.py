"""Keys can be changed, clashes are named, and keys go where the hands are: real key events in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QStyle, QStyleOptionSpinBox

from proseg_gui.gui.dialogs.keys_dialog import KeysDialog
from proseg_gui.gui.dialogs.shortcut_sheet import ShortcutSheet
from proseg_gui.gui.shell.settings_store import SettingsStore

CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


def change_keys(window, qtbot, command: str) -> KeysDialog:
    """Help > Change keys, at a command."""
    window.menus.give("change_keys")
    (dialog,) = [one for one in window.findChildren(KeysDialog) if one.isVisible()]
    dialog.activateWindow()
    dialog.choose(command)
    dialog.field.setFocus()
    qtbot.waitUntil(dialog.field.hasFocus)
    return dialog


def texts(dialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_a_new_key_acts_is_kept_and_stands_on_the_sheet_and_in_the_tool_tip(reviewed, qtbot, tmp_path):
    window, view = reviewed, reviewed.controller.display.view
    dialog = change_keys(window, qtbot, "heatmap")
    QTest.keyClick(dialog.field, Qt.Key.Key_F8)
    assert dialog.field.text() == "F8" and dialog.said.text() == ""
    QTest.mouseClick(dialog.use, LEFT)
    dialog.choose("single_pane")
    QTest.keyClick(dialog.field, Qt.Key.Key_F7)
    QTest.mouseClick(dialog.also, LEFT)
    QTest.mouseClick(dialog.ok, LEFT)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    before = view.settings.show_heatmap
    QTest.keyClick(window, Qt.Key.Key_U)
    assert window.controller.display.view.settings.show_heatmap is before
    QTest.keyClick(window, Qt.Key.Key_F8)
    assert window.controller.display.view.settings.show_heatmap is not before
    QTest.keyClick(window, Qt.Key.Key_F1)
    (sheet,) = window.findChildren(ShortcutSheet)
    assert "F8" in texts(sheet) and "U" not in texts(sheet) and "F7" in texts(sheet)
    sheet.reject()
    tip = window.header._layout.toolTip()
    assert tip.startswith("Panes (L, F7)\n") and "Ctrl + wheel: Zoom at the cursor" in tip
    window.close()
    kept = SettingsStore(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)).load()
    assert set(kept.keys) == {"heatmap=F8", "single_pane=L|F7"}


def test_a_clash_is_named_and_nothing_changes_hands_before_it_is_said(reviewed, qtbot):
    dialog = change_keys(reviewed, qtbot, "heatmap")
    QTest.keyClick(dialog.field, Qt.Key.Key_E, CTRL)
    assert dialog.said.text() == "Ctrl+E gives Export now"
    assert dialog.use.text() == "Take it from Export" and not dialog.also.isEnabled()
    QTest.mouseClick(dialog.use, LEFT)
    assert dialog.table_of_keys.of("export") == ("Ctrl+S",)
    QTest.mouseClick(dialog.own, LEFT)
    assert dialog.table_of_keys.of("export") == ("Ctrl+E", "Ctrl+S") and dialog.table_of_keys.of("heatmap") == ("U",)
    QTest.mouseClick(dialog.none, LEFT)
    assert dialog.table_of_keys.of("heatmap") == ()
    QTest.mouseClick(dialog.all_own, LEFT)
    assert dialog.table_of_keys.stored() == () and not dialog.all_own.isEnabled()
    QTest.keyClick(dialog.field, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    assert dialog.said.text() == "Alt+F: it opens the menu File" and not dialog.use.isEnabled()
    QTest.keyClick(dialog.field, "|")
    assert not dialog.use.isEnabled()
    QTest.mouseClick(dialog.cancel, LEFT)
    assert reviewed.controller.display.view.settings.keys == ()


def test_the_table_is_searched_by_name_and_by_key_and_the_field_can_be_left(reviewed, qtbot):
    dialog = change_keys(reviewed, qtbot, "heatmap")
    visible = lambda: [row for row in range(dialog.list.rowCount()) if not dialog.list.isRowHidden(row)]  # noqa: E731
    dialog.search.setText("ctrl+e")
    assert [dialog.list.item(row, 0).text() for row in visible()] == ["Export"]
    dialog.search.setText("spaghetti")
    assert [dialog.list.item(row, 0).text() for row in visible()] == ["Thin samples"]
    QTest.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert dialog.isVisible() and dialog.list.hasFocus()
    dialog.field.setFocus()
    QTest.keyClick(dialog.field, Qt.Key.Key_Tab)
    assert not dialog.field.hasFocus() and dialog.field.key == ""


def arrow(box) -> QPoint:
    """Where the upper arrow of a number box is."""
    option = QStyleOptionSpinBox()
    box.initStyleOption(option)
    up = QStyle.SubControl.SC_SpinBoxUp
    return box.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, up, box).center()


@pytest.fixture
def said(reviewed) -> list[str]:
    """What the window says: of an image that is no CT, that the keys of grey-level windows are for CT."""
    found: list[str] = []
    reviewed.controller.noticed.connect(found.append)
    return found


def presets(said) -> int:
    """How often a digit was a command."""
    return sum(sentence.startswith("Window presets are for CT") for sentence in said)


def test_digits_are_commands_after_the_arrows_of_a_number_box(reviewed, said, qtbot):
    box = reviewed.show_panel.width_box
    before = box.value()
    QTest.mouseClick(box, LEFT, pos=arrow(box))
    assert box.value() > before
    qtbot.waitUntil(lambda: not box.hasFocus())
    value = box.value()
    QTest.keyClick(QApplication.focusWidget(), "2")
    assert presets(said) == 1 and box.value() == value


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape])
def test_a_number_is_typed_until_enter_and_then_digits_are_commands(reviewed, said, qtbot, end):
    box = reviewed.show_panel.width_box
    field = box.findChild(QLineEdit)
    QTest.mouseClick(field, LEFT, pos=QPoint(8, field.height() // 2))
    qtbot.waitUntil(box.hasFocus)
    box.selectAll()
    QTest.keyClicks(box, "3.5")
    assert not presets(said)
    QTest.keyClick(box, end)
    qtbot.waitUntil(reviewed.scene.scan.hasFocus)
    assert box.value() == 3.5
    QTest.keyClick(reviewed.scene.scan, "2")
    assert presets(said) == 1 and box.value() == 3.5


def test_the_pointer_on_a_pane_ends_typing_into_a_number_box_but_not_into_a_text_field(reviewed, said, qtbot):
    box, pane = reviewed.show_panel.width_box, reviewed.scene.scan
    box.setFocus()
    enter = QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(pane.mapToGlobal(QPoint(5, 5))))
    QApplication.sendEvent(pane, enter)
    assert pane.hasFocus()
    name = QLineEdit(reviewed.show_panel)
    name.show()
    name.setFocus()
    QApplication.sendEvent(pane, enter)
    assert name.hasFocus()
    settings = reviewed.controller.display.view.settings
    QTest.keyClicks(name, "utbl 12rzx")
    assert name.text() == "utbl 12rzx"
    assert reviewed.controller.display.view.settings == settings and not presets(said)
