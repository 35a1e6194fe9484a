"""The column of panels in a dock, and the panels together as one gesture after another."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QWidget

from proseg_gui.gui.panels.ambiguity import AmbiguityPanel
from proseg_gui.gui.panels.column import NARROWEST, USUAL_WIDTH, PanelColumn
from proseg_gui.gui.panels.model import PreferenceState
from proseg_gui.gui.panels.preference import PreferencePanel
from proseg_gui.gui.panels.widgets import Section


def tall(name: str, height: int) -> QLabel:
    label = QLabel(name)
    label.setFixedHeight(height)
    return label


def test_panels_stand_one_below_the_other_with_hairlines_between(shown):
    panels = [tall(name, 40) for name in "abc"]
    column = shown(PanelColumn(*panels), 300, 400)
    tops = [panel.mapTo(column.widget(), panel.rect().topLeft()).y() for panel in panels]
    assert tops == sorted(tops)
    rules = [frame for frame in column.findChildren(QFrame) if frame.property("role") == "rule"]
    assert len(rules) == 2
    assert all(panel.width() == column.viewport().width() for panel in panels)


def test_it_scrolls_down_but_never_sideways(shown):
    column = shown(PanelColumn(tall("a", 900)), 300, 300)
    assert column.verticalScrollBar().maximum() > 0
    assert column.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    assert column.minimumWidth() == NARROWEST
    assert column.sizeHint().width() == USUAL_WIDTH


def test_a_focused_control_below_is_scrolled_into_view(dark, shown):
    button = QPushButton("far down")
    column = shown(PanelColumn(tall("above", 900), button), 290, 300)
    column.ensureWidgetVisible(button)
    assert column.viewport().rect().contains(button.mapTo(column.viewport(), button.rect().center()))


@pytest.mark.parametrize("names", [("A", "B"), ("A", "B", "C", "D", "E", "F", "G", "H", "I")])
def test_the_column_grows_with_what_its_panels_get(dark, shown, kit, qtbot, names):
    preference, ambiguity = PreferencePanel(), AmbiguityPanel()
    column = shown(PanelColumn(preference, ambiguity), 290, 300)
    before = column.widget().minimumSizeHint().height()
    preference.set_raters(kit.raters(names))
    preference.set_axes(kit.axes(min(7, len(names) - 1)))
    ambiguity.set_axes(kit.axes(4))
    for panel in (preference, ambiguity):
        qtbot.waitUntil(lambda panel=panel: panel.height() >= panel.layout().heightForWidth(panel.width()))
    assert column.widget().minimumSizeHint().height() > before


def test_tab_leads_from_the_presets_over_the_pad_to_the_sliders(dark, shown, kit):
    panel = PreferencePanel()
    panel.set_raters(kit.raters(("A", "B")))
    panel.set_axes(kit.axes(2))
    panel.set_state(PreferenceState(active="A", weights=(1.0, 0.0), sample_rater="A"))
    shown(panel, 290, 260)
    panel.presets["A"].setFocus(Qt.FocusReason.TabFocusReason)
    order: list[QWidget] = []
    for _ in range(7):
        order.append(QApplication.focusWidget())
        QTest.keyClick(order[-1], Qt.Key.Key_Tab)
    sliders = [slider.track for slider in panel.axes.sliders.values()]
    assert order[:5] == [panel.presets["A"], panel.presets["B"], panel.consensus, panel.pad, panel.sample]
    assert set(sliders) <= set(order)


def test_a_section_keeps_its_heading_whole(dark, shown):
    section = Section("Why uncertain", "share of total · choose a map", "choose a map")
    for width in (400, 290, 250):
        shown(section, width, 40)
        assert section.title.text() == "WHY UNCERTAIN"
    assert section.hint.text() == "choose a map"
    assert section.accessibleName() == "Why Uncertain"


def test_a_long_preset_is_cut_in_the_middle_and_the_full_name_is_a_tooltip_away(dark, shown, kit):
    panel = PreferencePanel()
    panel.set_raters(kit.raters(kit.long_names))
    column = shown(PanelColumn(panel), 290, 500)
    long = panel.presets[kit.long_names[3]]
    assert "…" in long.text()
    assert kit.long_names[3] in long.toolTip()
    assert long.width() <= column.width() // 2
    assert panel.presets["p5_imagej"].text() == "p5_imagej"
