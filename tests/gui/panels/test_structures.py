"""Structures: current one, visible ones."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.panels.model import StructureRow
from proseg_gui.gui.panels.structures import StructuresPanel

LEFT = Qt.MouseButton.LeftButton
ROWS = (
    StructureRow("Lesion", "#ffd166", current=True),
    StructureRow("Edema", "#70a0f0", visible=False, number=1),
)


@pytest.fixture
def panel(shown) -> StructuresPanel:
    panel = StructuresPanel()
    panel.set_structures(ROWS)
    return shown(panel, 250, 100)


def test_a_click_asks_for_the_structure_and_the_answer_marks_it(panel, kit):
    said = kit.Recorder(panel)
    QTest.mouseClick(panel.lines[1].name, LEFT)
    assert said.calls == [("structure_chosen", (1,))]
    assert [line.name.isChecked() for line in panel.lines] == [True, False]
    panel.set_structures([StructureRow("Lesion", "#ffd166"), StructureRow("Edema", "#70a0f0", current=True)])
    assert [line.name.isChecked() for line in panel.lines] == [False, True]


def test_the_eye_asks_for_the_opposite(panel, kit):
    said = kit.Recorder(panel)
    QTest.mouseClick(panel.lines[0].eye, LEFT)
    QTest.mouseClick(panel.lines[1].eye, LEFT)
    assert said.calls == [("visibility_changed", (0, False)), ("visibility_changed", (1, True))]
    assert panel.lines[0].eye.accessibleName() == "Hide Lesion"
    assert panel.lines[1].eye.accessibleName() == "Show Edema"


def test_lines_are_kept_for_the_same_structures_and_remade_for_others(panel):
    before = list(panel.lines)
    panel.set_structures([StructureRow("Lesion", "#ffffff", current=True), ROWS[1]])
    assert panel.lines == before
    panel.set_structures([StructureRow("Heart", "#ffffff", current=True)])
    assert len(panel.lines) == 1
    panel.set_structures(())
    assert panel.empty.isVisible()
