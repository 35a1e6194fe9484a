"""The worklist: order, opening, states."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.panels.model import WORK_STATES, WorkRow
from proseg_gui.gui.panels.worklist import WorklistPanel

LEFT = Qt.MouseButton.LeftButton
ROWS = (
    WorkRow("c", "case 2", "in progress", 0.9, current=True, detail="CT 512×512×48", flagged=True),
    WorkRow("d", "Case 1", "in progress", 0.5),
    WorkRow("a", "case 10", "accepted", 0.2),
    WorkRow("b", "case 9", "not started", None),
)


@pytest.fixture
def panel(shown) -> WorklistPanel:
    panel = WorklistPanel()
    panel.set_items(ROWS)
    return shown(panel, 250, 220)


def names(panel: WorklistPanel) -> list[str]:
    return [panel._row_of(panel.list.item(i)).name for i in range(panel.list.count())]


def test_the_rows_stand_as_they_are_given_and_the_order_is_asked_for(panel, kit):
    said = kit.Recorder(panel)
    assert names(panel) == [row.name for row in ROWS]
    menu = panel.sort_menu()
    assert [action.isChecked() for action in menu.actions()] == [True, False, False]
    menu.actions()[1].trigger()
    assert said.of("order_chosen") == [("name",)]
    panel.set_order("name")
    assert panel.hint.full_text() == "by name"
    assert [action.isChecked() for action in panel.sort_menu().actions()] == [False, True, False]


def test_the_sort_button_opens_its_menu(panel, qtbot):
    QTest.mouseClick(panel.sort, LEFT)
    from PySide6.QtWidgets import QApplication

    menu = QApplication.activePopupWidget()
    assert menu is not None
    menu.close()


def test_double_click_and_enter_open(panel, kit):
    said = kit.Recorder(panel)
    spot = panel.list.visualItemRect(panel.list.item(1)).center()
    QTest.mouseClick(panel.list.viewport(), LEFT, pos=spot)
    assert said.calls == []  # one click only marks
    QTest.mouseDClick(panel.list.viewport(), LEFT, pos=spot)
    assert said.calls == [("open_requested", ("d",))]
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert said.of("open_requested")[-1] == ("a",)


def test_the_context_menu_opens_and_flags(panel, kit):
    said = kit.Recorder(panel)
    for row, words in ((ROWS[0], "Take the flag away"), (ROWS[1], "Flag")):
        actions = {action.text(): action for action in panel.case_menu(row).actions() if action.text()}
        actions["Open"].trigger()
        actions[words].trigger()
    assert said.of("open_requested") == [("c",), ("d",)]
    assert said.of("flag_chosen") == [("c", False), ("d", True)]


def test_the_marked_case_stays_marked_when_rows_change(panel):
    panel.list.setCurrentRow(3)
    assert panel._row_of(panel.list.currentItem()).key == "b"
    panel.set_items([WorkRow("b", "case 9", "not started", 0.95), *ROWS[:3]])
    assert names(panel)[0] == "case 9"
    assert panel._row_of(panel.list.currentItem()).key == "b"


def test_tooltips_and_accessible_texts_say_state_and_doubt(panel):
    item = panel.list.item(0)
    assert item.toolTip() == "case 2\nCT 512×512×48\nin progress, flagged · doubt 90 %"
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "case 2, in progress, flagged, doubt 90 %"
    assert "not measured yet" in panel.list.item(3).toolTip()


def test_every_state_looks_different(panel):
    pictures = []
    for state in WORK_STATES:
        for flagged in (False, True):
            panel.set_items([WorkRow("x", "same", state, flagged=flagged)])
            pictures.append(panel.list.viewport().grab().toImage())
    assert all(a != b for i, a in enumerate(pictures) for b in pictures[:i])


def test_empty_says_what_to_do_and_unknown_states_are_a_fault(panel):
    panel.set_items(())
    assert panel.empty.isVisible()
    assert not panel.list.isVisible()
    assert not panel.sort.isVisible()
    with pytest.raises(ValueError, match="done"):
        panel.set_items([WorkRow("x", "x", "done")])
