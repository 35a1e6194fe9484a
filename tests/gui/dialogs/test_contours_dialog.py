"""The dialog that asks what contours are."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from proseg_gui.gui.dialogs.contours_dialog import ContoursDialog, Region

REGIONS = (Region("anna", "BODY", 900.0), Region("anna", "lesion", 1.25))


def test_raters_are_the_default_and_the_region_matters_for_a_reference_only(shown):
    dialog = shown(ContoursDialog(REGIONS, "Lesion", ["anna.dcm: 2 contours lay between slices."]))
    assert dialog.role() == "raters" and not dialog.regions.isEnabled() and dialog.notices.isVisible()
    dialog.roles["reference"].setChecked(True)
    assert dialog.role() == "reference" and dialog.regions.isEnabled()
    assert dialog.region() == 1, "the one that is called like the structure in view"
    assert dialog.regions.currentText() == "anna: lesion, 1.25 ml" and "'Lesion'" in dialog.what.text()


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        (REGIONS[:1], "1 region lies on this scan"),
        (REGIONS, "2 regions lie on this scan"),
        ((*REGIONS, Region("ben", "a", 1.0)), "3 regions of 2 raters lie on this scan"),
    ],
)
def test_it_counts(shown, regions, said):
    dialog = shown(ContoursDialog(regions, ""))
    assert any(said in label.text() for label in dialog.findChildren(QLabel))
    assert not dialog.what.isVisible() and not dialog.notices.isVisible()
