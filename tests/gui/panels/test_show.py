"""What is shown: every control says what it changed, and nothing else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from proseg_gui.gui.panels.model import ShowState
from proseg_gui.gui.panels.show import ShowPanel

STATE = ShowState(raters=frozenset({"A"}), references=frozenset(), fill=0.2, line_width=2.0)


@pytest.fixture
def panel(shown, kit) -> ShowPanel:
    panel = ShowPanel()
    panel.set_raters(kit.raters(("A", "B")))
    panel.set_references(kit.raters(("A", "C")))
    panel.set_show(STATE)
    return shown(panel, 260, 260)


def press(toggle) -> None:
    QTest.mouseClick(toggle, Qt.MouseButton.LeftButton, pos=toggle.rect().center() - toggle.rect().center() / 1.2)


def test_toggles_say_what_is_wanted_and_wait_for_the_answer(panel, kit):
    said = kit.Recorder(panel)
    press(panel.current)
    press(panel.inner_outer)
    press(panel.thin)
    assert said.of("changed") == [({"current": False},), ({"inner_outer": False},), ({"thin": True},)]
    assert panel.current.isChecked()
    assert not panel.thin.isChecked()


def test_raters_and_given_masks_are_sets_of_their_own(panel, kit):
    said = kit.Recorder(panel)
    press(panel.raters["B"])
    press(panel.raters["A"])
    press(panel.references["C"])
    assert [args[0] for args in said.of("changed")] == [
        {"raters": frozenset({"A", "B"})},
        {"raters": frozenset()},
        {"references": frozenset({"C"})},
    ]


def test_names_that_fit_the_panel_are_whole_and_so_is_the_heading(panel, kit):
    names = ("Dr. K. Obermann", "A", "Dr. Katharina Meier")
    panel.set_references(kit.raters(names))
    panel.set_raters(kit.raters(names))
    QApplication.processEvents()
    assert [toggle.text() for toggle in panel.references.values()] == list(names)
    assert [toggle.text() for toggle in panel.raters.values()] == list(names)
    title = panel._reference_title
    assert title.text() == "Masks given with the case"
    assert title.fontMetrics().horizontalAdvance(title.text()) <= title.width()


def test_all_and_none(panel, kit):
    said = kit.Recorder(panel)
    assert panel.all_raters.text() == "all"
    QTest.mouseClick(panel.all_raters, Qt.MouseButton.LeftButton)
    panel.set_show(ShowState(raters=frozenset({"A", "B"})))
    assert panel.all_raters.text() == "none"
    QTest.mouseClick(panel.all_raters, Qt.MouseButton.LeftButton)
    assert said.of("changed") == [({"raters": frozenset({"A", "B"})},), ({"raters": frozenset()},)]


def test_levels_width_and_fill(panel, kit):
    said = kit.Recorder(panel)
    for box, name, value in (
        (panel.inner, "inner", 0.91),
        (panel.outer, "outer", 0.11),
        (panel.width_box, "line_width", 2.5),
    ):
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Up)
        assert said.of("changed")[-1][0] == {name: pytest.approx(value)}
    panel.fill.slider.setFocus()
    QTest.keyClick(panel.fill.slider, Qt.Key.Key_Right)
    assert said.of("changed")[-1][0] == {"fill": pytest.approx(0.21)}


def test_typed_digits_reach_the_field_and_not_the_window(panel):
    panel.inner.setFocus()
    override = QKeyEvent(QKeyEvent.Type.ShortcutOverride, Qt.Key.Key_8, Qt.KeyboardModifier.NoModifier, "8")
    override.ignore()
    QApplication.sendEvent(panel.inner, override)
    assert override.isAccepted()


def test_setting_the_state_is_silent(panel, kit):
    said = kit.Recorder(panel)
    panel.set_show(ShowState(False, False, True, 6, 0.8, 0.2, frozenset({"B"}), frozenset({"C"}), 0.5, 3.0))
    assert said.calls == []
    assert not panel.current.isChecked()
    assert panel.thin.full_name == "6 samples"
    assert (panel.inner.value(), panel.outer.value()) == (80, 20)
    assert panel.raters["B"].isChecked()
    assert panel.references["C"].isChecked()
    assert panel.fill.fraction == 0.5
    assert panel.width_box.value() == 3.0


def test_what_is_not_surveyed_yet_is_greyed_with_the_reason_and_stays_so(panel, kit):
    panel.set_show(STATE, thin_ready=False, raters_ready=False)
    panel.set_references(kit.raters(("D",)))
    for toggle in (panel.inner_outer, panel.thin, panel.raters["A"]):
        assert not toggle.isEnabled()
        assert "not surveyed" in toggle.toolTip()
    assert panel.references["D"].isEnabled()
    assert panel.current.isEnabled()


def test_colours_are_taken_over(panel):
    before = panel.current.icon().pixmap(12, 12).toImage()
    panel.set_colours(current="#00ff00", thin="#ff00ff")
    assert panel.current.icon().pixmap(12, 12).toImage() != before


def test_nothing_to_list_shows_no_empty_titles(shown):
    panel = shown(ShowPanel(), 260, 160)
    assert not panel.all_raters.isVisible()
    assert not panel._reference_title.isVisible()
