"""Measured figures, and the mask to compare with."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.panels.measurements import MeasurementsPanel
from proseg_gui.gui.panels.model import Measure


@pytest.fixture
def panel(shown) -> MeasurementsPanel:
    return shown(MeasurementsPanel(), 250, 140)


def texts(panel: MeasurementsPanel) -> list[tuple[str, str]]:
    return [(label.full_text(), value.full_text()) for line, label, value in panel.lines if not line.isHidden()]


def test_rows_come_and_go(panel):
    assert panel.empty.isVisible()
    panel.set_rows([Measure("Volume", "14.2 ml", "why"), Measure("Longest diameter", "31 mm")])
    assert texts(panel) == [("Volume", "14.2 ml"), ("Longest diameter", "31 mm")]
    assert panel.lines[0][2].toolTip() == "why"
    panel.set_rows([Measure("Volume", "15.0 ml")])
    assert texts(panel) == [("Volume", "15.0 ml")]
    panel.set_rows(())
    assert panel.empty.isVisible()


def test_a_mask_is_chosen_and_its_dice_shown(panel, kit):
    said = kit.Recorder(panel)
    assert not panel.reference.isVisible()
    panel.set_references(("rater1", "rater2"), "rater1")
    panel.set_dice("0.87")
    assert panel.reference.currentText() == "rater1"
    assert panel.dice.text() == "0.87"
    assert said.calls == []
    panel.reference.setFocus()
    QTest.keyClick(panel.reference, Qt.Key.Key_Down)
    assert said.calls == [("reference_chosen", ("rater2",))]
    panel.set_references(("rater1", "rater2"), None)
    panel.set_dice("")
    assert panel.reference.currentIndex() == -1
    assert panel.dice.text() == "–"


def test_the_wheel_never_changes_the_mask(panel, kit):
    panel.set_references(("rater1", "rater2"), "rater1")
    assert not kit.wheel(panel.reference, -1).isAccepted()
    assert panel.reference.currentText() == "rater1"
