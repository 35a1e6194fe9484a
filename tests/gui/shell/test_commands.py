"""One table of commands: every one in a menu and in the palette, with its key, and a reason where it must wait."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from proseg_gui.gui.dialogs.command_palette import CommandPalette
from proseg_gui.gui.shell.actions import menu_titles

CTRL = Qt.KeyboardModifier.ControlModifier


def palette(window, qtbot) -> CommandPalette:
    """Ctrl+K."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_K, CTRL)
    (found,) = [one for one in window.findChildren(CommandPalette) if one.isVisible()]
    qtbot.waitUntil(found.field.hasFocus)
    return found


def find(window, qtbot, typed: str) -> CommandPalette:
    found = palette(window, qtbot)
    QTest.keyClicks(found.field, typed)
    return found


def in_menus(window) -> set:
    def below(menu):
        for action in menu.actions():
            yield from below(action.menu()) if action.menu() else (action,)

    return {action for name in menu_titles() for action in below(window.menus.by_name[name])}


def test_ids_and_keys_are_there_once(window):
    table = window.commands.table()
    assert len({command.id for command in table}) == len(table)
    keys = [key for command in table for key in command.keys]
    assert len(set(keys)) == len(keys)
    assert all(QKeySequence(key).toString() == key for key in keys), "as Qt writes them"
    assert all(command.tip and command.menu in menu_titles() for command in table)


def test_every_command_is_in_a_menu_with_key_and_tip_and_in_the_palette(window, qtbot):
    menus, shown = in_menus(window), palette(window, qtbot).shown()
    there = {entry.id: entry for entry in shown}
    for command in window.commands.table():
        action = window.menus.action(command.id)
        assert action in menus
        assert [key.toString() for key in action.shortcuts()] == list(command.keys)
        assert action.toolTip() == command.tip
        if command.id != "find_command":
            assert there[command.id].keys == command.keys and there[command.id].tip == command.tip
    assert len(shown) == len(window.commands.table()) - 1


def test_enter_gives_what_is_found_and_it_comes_first_the_next_time(reviewed, qtbot):
    before = reviewed.controller.display.view.settings.show_thin
    found = find(reviewed, qtbot, "thin samp")
    assert found.current().id == "thin" and found.current().keys == ("T",)
    QTest.keyClick(found.field, Qt.Key.Key_Return)
    assert not found.isVisible()
    assert reviewed.controller.display.view.settings.show_thin is not before
    again = palette(reviewed, qtbot)
    assert again.shown()[0].id == "thin"
    assert reviewed.controller.display.view.settings.recent_commands == ("thin",)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("spaghetti", "thin"), ("coronal", "turn"), ("pacs", None), ("measure", "ruler"), ("approve", "accept"),
     ("anonymise", "share_project"), ("fine tune", "show_trainer"), ("shortcuts", "keys"), ("lung", "window_lung"),
     ("export", "export"), ("tema claro", None)],
)  # fmt: skip
def test_other_words_for_a_command_find_it(window, qtbot, typed, wanted):
    ids = [entry.id for entry in find(window, qtbot, typed).shown()]
    if wanted is not None:
        assert wanted in ids[:2], ids[:5]
    elif typed == "tema claro":
        assert ids == []


def test_arrows_go_through_the_list_and_around_its_ends(window, qtbot):
    found = palette(window, qtbot)
    last = found.list.count() - 1
    QTest.keyClick(found.field, Qt.Key.Key_Up)
    assert found.list.currentRow() == last
    QTest.keyClick(found.field, Qt.Key.Key_Down)
    assert found.list.currentRow() == 0
    QTest.keyClick(found.field, Qt.Key.Key_PageDown)
    assert 1 < found.list.currentRow() < last
    QTest.keyClick(found.field, Qt.Key.Key_Escape)
    assert not found.isVisible()


def test_what_cannot_be_given_says_why_and_stays(window, qtbot):
    found = find(window, qtbot, "export")
    assert found.current().id == "export"
    assert found.told.text() == "Open a scan first"
    QTest.keyClick(found.field, Qt.Key.Key_Return)
    assert found.isVisible() and found.told.text() == "Open a scan first"
    assert window.controller.display.view.settings.recent_commands == ()


def test_in_the_trainer_the_commands_of_review_say_so(reviewed, qtbot):
    QTest.keyClick(reviewed, Qt.Key.Key_2, CTRL)
    assert reviewed.trainer.isVisible()
    shown = {entry.id: entry.why_not for entry in palette(reviewed, qtbot).shown()}
    assert shown["thin"] == "Bring Review to the front first"
    assert shown["light_theme"] == "" == shown["show_review"]


def test_letters_typed_into_the_palette_are_no_keys_of_the_window(reviewed, qtbot):
    before = reviewed.controller.display.view.settings
    found = find(reviewed, qtbot, "u t b l1")
    assert found.field.text() == "u t b l1"
    assert reviewed.controller.display.view.settings == before


@pytest.mark.parametrize(("digits", "rater", "window_is"), [("2", 1, None), ("9", None, None), ("u2", None, "lung")])
def test_r_then_a_digit_is_a_rater_and_any_other_key_ends_the_waiting(reviewed, qtbot, digits, rater, window_is):
    latents, display = reviewed.controller.latents, reviewed.controller.display
    reviewed.scene.scan.setFocus()
    latents.choose_consensus_style()
    said: list[str] = []
    reviewed.controller.noticed.connect(said.append)
    QTest.keyClick(reviewed.scene.scan, Qt.Key.Key_R)
    before = display.view.window
    for digit in digits:
        QTest.keyClick(reviewed.scene.scan, digit)
    if rater is not None:
        assert latents.who.rater == reviewed.controller.desk.review.engine.raters[rater]
        assert display.view.window == before
        QTest.keyClick(reviewed.scene.scan, Qt.Key.Key_2)
        assert said[-1].startswith("Window presets are for CT")  # one digit is one rater
    elif window_is:
        assert latents.who.consensus
        assert said[-1].startswith("Window presets are for CT")
    else:
        assert latents.who.consensus and said[-1] == "This model has 3 raters"
