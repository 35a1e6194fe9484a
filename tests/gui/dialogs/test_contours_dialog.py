"""The dialog that asks what contours are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from proseg_gui.gui.dialogs.contours_dialog import ContoursDialog
from proseg_gui.io.contours.naming import Row

ROWS = (Row("/d/anna.dcm", "BODY", "anna", "BODY"), Row("/d/anna.dcm", "lesion", "anna", "lesion"))
ML = (900.0, 1.25)
BEN = Row("/d/ben.dcm", "a", "ben", "a")


def test_raters_are_the_default_and_the_region_matters_for_a_reference_only(shown):
    dialog = shown(ContoursDialog(ROWS, ML, "Lesion", ["anna.dcm: 2 contours lay between slices."]))
    assert dialog.role() == "raters" and not dialog.regions.isEnabled() and dialog.notices.isVisible()
    assert dialog.table.isEnabled() and dialog.rows() == ROWS
    dialog.roles["reference"].setChecked(True)
    assert dialog.role() == "reference" and dialog.regions.isEnabled() and not dialog.table.isEnabled()
    assert dialog.region() == 1, "the one that is called like the structure in view"
    assert dialog.regions.currentText() == "anna: lesion, 1.25 ml" and "'Lesion'" in dialog.what.text()


def test_the_table_is_edited_and_decides(shown):
    dialog = shown(ContoursDialog(ROWS, ML, ""))
    dialog.table.item(0, 2).setText(" ben ")
    dialog.table.item(1, 3).setText("GTV")
    assert dialog.rows() == (replace(ROWS[0], rater="ben"), replace(ROWS[1], structure="GTV"))
    dialog.table.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    assert [row.take for row in dialog.rows()] == [True, False] and dialog.add.isEnabled()
    for column in (0, 1, 4):
        assert not dialog.table.item(0, column).flags() & Qt.ItemFlag.ItemIsEditable


def test_two_raters_of_one_name_are_asked_about(shown):
    rows = [replace(ROWS[1], file=f"/{folder}/seg.dcm") for folder in "ab"]
    dialog = shown(ContoursDialog(rows, ML, ""))
    assert not dialog.add.isEnabled() and dialog.trouble.text() == (
        "'lesion' of a/seg.dcm and 'lesion' of b/seg.dcm would both be the drawing of 'lesion' by 'anna'."
    )
    dialog.table.item(1, 2).setText("ben")
    assert dialog.add.isEnabled() and not dialog.trouble.isVisible()
    dialog.table.item(1, 2).setText(" ")
    assert "needs a rater" in dialog.trouble.text() and not dialog.add.isEnabled()
    dialog.roles["reference"].setChecked(True)
    assert dialog.add.isEnabled(), "the reference is one region, whoever drew the others"


def test_a_rater_that_the_case_has_is_no_free_name(shown):
    dialog = shown(ContoursDialog(ROWS, ML, "", there={("anna", "lesion"): "a drawing of anna"}))
    assert not dialog.add.isEnabled() and "A drawing of anna and 'lesion' of d/anna.dcm" in dialog.trouble.text()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS[:1], "1 region lies on this scan"),
        (ROWS, "2 regions lie on this scan"),
        ((*ROWS, BEN), "3 regions of 2 raters lie on this scan"),
    ],
)
def test_it_counts(shown, rows, said):
    dialog = shown(ContoursDialog(rows, (900.0, 1.25, 1.0)[: len(rows)], ""))
    assert any(said in label.text() for label in dialog.findChildren(QLabel))
    assert not dialog.what.isVisible() and not dialog.notices.isVisible()
