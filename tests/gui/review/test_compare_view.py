"""The compare layout and its table, in the window: what is where, drawn and said; files written in a worker."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.views.palette import AGREED_COLOUR, ONLY_A_COLOUR, ONLY_B_COLOUR
from proseg_gui.planes import Plane
from proseg_gui.review.compare import Parts

from ..conftest import SETTLE_MS


@pytest.fixture
def compared(reviewed, qtbot):
    """The small study, Anna's given mask against Ben's."""
    scene = reviewed.scene
    QTest.keyClick(reviewed, Qt.Key.Key_F5)
    choose(scene, "given/anna/", "given/ben/")
    qtbot.waitUntil(lambda: "Dice" in scene.comparing.bar.figures.full_text(), timeout=SETTLE_MS)
    return reviewed


def choose(scene, *keys: str) -> None:
    for box, key in zip(scene.comparing.bar.choices, keys, strict=True):
        box.setCurrentIndex(box.findData(key))


def test_regions_hold_the_voxels_of_both_and_of_one_alone(compared, qtbot):
    scene, study = compared.scene, compared.controller.desk.study
    anna, ben = (reading.mask.array for reading in study.readings)
    for k in (1, 3):
        compared.controller.desk.set_slice(k)
        parts = Parts.of(anna[k], ben[k])
        both, only_a, only_b = (layer.path for layer in scene.heat._contours[:3])
        assert [layer.colour for layer in scene.heat._contours[:3]] == [AGREED_COLOUR, ONLY_A_COLOUR, ONLY_B_COLOUR]
        for path, wanted in ((both, parts.both), (only_a, parts.only_a), (only_b, parts.only_b)):
            held = [[path.contains(QPointF(x + 0.5, y + 0.5)) for x in range(40)] for y in range(40)]
            assert np.array_equal(np.array(held), wanted)
        assert parts.only_a.any() and not parts.only_b.any()
    assert scene.comparing.bar.isVisible() and not scene.heat._picture.has_heat
    compared.menus.action("two_panes").trigger()
    assert not scene.comparing.bar.isVisible()
    qtbot.waitUntil(lambda: scene.heat._picture.has_heat, timeout=SETTLE_MS)


def test_the_figures_are_those_of_the_two_that_are_chosen(compared, qtbot):
    bar = compared.scene.comparing.bar
    anna, ben = (reading.mask.array for reading in compared.controller.desk.study.readings)
    assert f"Dice {2 * (anna & ben).sum() / (anna.sum() + ben.sum()):.3f}" in bar.figures.full_text()
    choose(compared.scene, "given/anna/", "given/anna/")
    qtbot.waitUntil(lambda: "Dice 1.000" in bar.figures.full_text(), timeout=SETTLE_MS)
    choose(compared.scene, "draft", "rater/ben")
    qtbot.waitUntil(lambda: "Dice" in bar.figures.full_text(), timeout=SETTLE_MS)
    assert compared.failures == []


def test_it_works_across_the_slices_too(compared):
    compared.scene.show_axis(1)
    assert compared.scene.heat.plane == Plane(1, compared.scene.heat.plane.index)
    assert len(compared.scene.heat._contours) == 5


def test_all_given_pairs_are_written_as_a_table(compared, qtbot, tmp_path):
    assert compared.commands.pairs.blocked() == ""
    compared.commands.pairs.write(tmp_path / "pairs.csv")
    qtbot.waitUntil((tmp_path / "pairs.csv").exists, timeout=SETTLE_MS)
    rows = list(csv.DictReader((tmp_path / "pairs.csv").read_text().splitlines()))
    assert {(row["A"], row["B"], row["structure"]) for row in rows} == {("anna", "ben", "lesion")} and len(rows) == 5
    assert [path.name for path in tmp_path.glob("*.csv")] == ["pairs.csv"]
    compared.commands.pairs.write(tmp_path / "pairs.csv" / "no")
    qtbot.waitUntil(lambda: bool(compared.failures), timeout=SETTLE_MS)


def test_without_given_masks_there_is_no_table(window):
    assert "Open a scan" in window.commands.pairs.blocked()
