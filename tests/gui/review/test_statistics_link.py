"""Structures in figures, in the real window: what is shown is what the structures hold, and the file has it too."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ..conftest import SETTLE_MS


@pytest.fixture
def opened(reviewed, qtbot):
    desk = reviewed.controller.desk
    desk.drafts.add("GTV")
    codes = np.ones((1, 4, 5), np.uint8)
    desk.drafts.put("block", "GTV", [((slice(2, 3), slice(3, 7), slice(10, 15)), codes)])
    desk.drafts.add("empty")
    reviewed.menus.give("statistics")
    dialog = reviewed.commands.statistics.dialog
    qtbot.waitUntil(dialog.save.isEnabled, timeout=SETTLE_MS)
    return reviewed


def test_every_structure_has_its_row(opened):
    dialog, desk = opened.commands.statistics.dialog, opened.controller.desk
    rows = [line.split("\t") for line in dialog.table.text().splitlines()]
    assert [row[0] for row in rows[1:]] == [desk.structures[0], "GTV"]
    values = desk.display.shown.array[2, 3:7, 10:15]
    gtv = dict(zip(rows[0], rows[2], strict=True))
    assert gtv["slices"] == "3" and float(gtv["min"]) == pytest.approx(values.min(), rel=1e-3)
    assert "empty" in dialog.left_out.text() and opened.failures == []
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == dialog.table.text()


def test_the_file_has_what_is_shown_and_another_case_closes_the_dialog(opened, qtbot, tmp_path):
    link, desk = opened.commands.statistics, opened.controller.desk
    path = tmp_path / "figures.csv"
    link.write(path)
    qtbot.waitUntil(lambda: not opened.controller.jobs.busy("export") and path.is_file(), timeout=SETTLE_MS)
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    mask = desk.review.engine.mask(desk.latents.point).array
    assert [row["structure"] for row in rows] == [desk.structures[0], "GTV"]
    assert int(rows[0]["voxels"]) == mask.sum() and int(rows[1]["voxels"]) == 20
    assert float(rows[0]["mean"]) == pytest.approx(desk.display.shown.array[mask].mean(), rel=1e-4)
    opened.opener.open_demo()
    qtbot.waitUntil(lambda: not link.dialog.isVisible(), timeout=SETTLE_MS)
