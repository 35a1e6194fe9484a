"""Contours of every kind onto the scan in view, by menu and by drop: as raters, as the reference, or refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from proseg_gui.bundle import load_bundle
from proseg_gui.gui.dialogs.contours_dialog import ContoursDialog
from proseg_gui.gui.dialogs.error_dialog import ErrorDialog
from proseg_gui.gui.dialogs.grid_question import TAKE
from proseg_gui.gui.review import drawings
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import open_study
from proseg_gui.metrics.overlap import dice
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.session import begin_review
from proseg_gui.volume import Mask

from ..conftest import SETTLE_MS, small_study

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def scan(tmp_path):
    """The small study as a DICOM series on the disk, opened again, and a mask on it."""
    study = small_study()
    write_series(study.image, tmp_path / "ct", patient={"PatientID": "P1"})
    opened = open_study(tmp_path / "ct")
    return opened, Mask(study.readings[0].mask.array, opened.geometry)


def drop(window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, buttons, keys = Qt.DropAction.CopyAction, LEFT, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(50, 50), actions, data, buttons, keys))


def asked(window, qtbot, kind=ContoursDialog):
    """The dialog that comes once the files were read."""
    qtbot.waitUntil(lambda: any(d.isVisible() for d in window.findChildren(kind)), timeout=SETTLE_MS)
    return next(d for d in window.findChildren(kind) if d.isVisible())


def test_files_become_raters_of_the_case_and_are_drawn(window, scan, qtbot, tmp_path):
    study, mask = scan
    other = Mask(np.roll(mask.array, 3, axis=2), mask.geometry)
    write_rtstruct([Roi("GTV", mask)], study.image, tmp_path / "dora.dcm")
    write_seg([Segment("tumour", other)], study.image, tmp_path / "emil.dcm")
    write_nifti(mask, study.geometry, tmp_path / "finn.nii.gz")
    window.controller.desk.show(OpenedCase.fresh(study))
    window.commands.drawings.read([tmp_path / name for name in ("dora.dcm", "emil.dcm", "finn.nii.gz")])
    dialog = asked(window, qtbot)
    QTest.mouseClick(dialog.add, LEFT)
    found = window.controller.desk.study
    assert found.raters == ("dora", "emil", "finn") and found.structures == ("structure",)
    assert [np.array_equal(r.mask.array, m.array) for r, m in zip(found.readings, (mask, other, mask), strict=True)]
    assert set(window.show_panel.references) == {"dora", "emil", "finn"}
    assert window.controller.display.view.masks_shown == {"dora", "emil", "finn"}
    window.controller.desk.set_slice(1)
    assert len(window.scene._given_layers) == 3
    assert window.failures == []
    window.commands.drawings.read([tmp_path / "dora.dcm"])
    QTest.mouseClick(asked(window, qtbot).add, LEFT)
    assert window.controller.desk.study.raters == ("dora", "emil", "finn", "dora (2)")


def test_the_table_decides_and_is_remembered_for_the_next_file_of_its_origin(
    window, scan, qtbot, tmp_path, monkeypatch
):
    study, mask = scan
    monkeypatch.setattr(drawings, "name_store", lambda: tmp_path / "store" / "names.json")
    other = Mask(np.roll(mask.array, 3, axis=2), mask.geometry)
    for name in ("case1", "case2"):
        rois = [Roi("GTV anna", mask), Roi("GTV ben", other), Roi("BODY", mask)]
        write_rtstruct(rois, study.image, tmp_path / f"{name}.dcm", label="two readers")
    window.controller.desk.show(OpenedCase.fresh(study))
    window.commands.drawings.read([tmp_path / "case1.dcm"])
    dialog = asked(window, qtbot)
    for row, rater in enumerate(("anna", "ben")):
        dialog.table.item(row, 2).setText(rater)
        dialog.table.item(row, 3).setText("GTV")
    dialog.table.item(2, 0).setCheckState(Qt.CheckState.Unchecked)
    QTest.mouseClick(dialog.add, LEFT)
    found = window.controller.desk.study
    assert found.raters == ("anna", "ben") and found.structures == ("GTV",)
    assert np.array_equal(found.readings[1].mask.array, other.array)
    window.controller.desk.show(OpenedCase.fresh(study))
    window.commands.drawings.read([tmp_path / "case2.dcm"])
    dialog = asked(window, qtbot)
    assert [(row.rater, row.structure, row.take) for row in dialog.rows()] == [
        ("anna", "GTV", True), ("ben", "GTV", True), ("case2", "BODY", False)
    ]  # fmt: skip
    assert "as you chose them" in dialog.notices.text()
    QTest.mouseClick(dialog.add, LEFT)
    assert window.controller.desk.study.raters == ("anna", "ben") and window.failures == []


def test_a_dropped_structure_set_is_the_reference_with_its_dice(window, scan, tiny_bundle, qtbot, tmp_path):
    study, mask = scan
    whole = Mask(np.ones_like(mask.array), mask.geometry)
    write_rtstruct([Roi("BODY", whole), Roi("GTV", mask)], study.image, tmp_path / "planner.dcm")
    window.controller.desk.show(OpenedCase.fresh(study))
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        window.controller.desk.begin(begin_review(study, load_bundle(tiny_bundle), "cpu"))
    drop(window, tmp_path / "planner.dcm")
    dialog = asked(window, qtbot)
    dialog.roles["reference"].setChecked(True)
    dialog.regions.setCurrentIndex(1)
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        QTest.mouseClick(dialog.add, LEFT)
    assert window.controller.display.view.compare_with == "planner"
    assert window.controller.desk.study.readings[0].structure == "lesion", "compared with the model's structure"
    drawn = window.controller.desk.review.mask(window.controller.latents.point, 0, *_idle())
    assert window.controller.desk.figures.dice == pytest.approx(dice(drawn.array, mask.array))
    assert window.measurements.dice.text() == f"{window.controller.desk.figures.dice:.3f}"
    assert window.measurements.reference.currentText() == "planner"
    assert len(window.scene._given_layers) == 1 and window.failures == []


def _idle():
    from proseg_gui.jobs import CancelToken, no_progress

    return CancelToken(), no_progress


def test_a_mask_of_another_grid_is_refused_in_one_sentence(window, scan, qtbot, tmp_path):
    study, mask = scan
    steps = (mask.geometry.spacing_mm[0], 2 * mask.geometry.spacing_mm[1], mask.geometry.spacing_mm[2])
    small = Mask(mask.array[:, ::2], replace(mask.geometry, shape=(5, 20, 40), spacing_mm=steps))
    write_nifti(small, small.geometry, tmp_path / "small.nii.gz")
    window.controller.desk.show(OpenedCase.fresh(study))
    drop(window, tmp_path / "small.nii.gz")
    asked(window, qtbot, ErrorDialog)
    (failure,) = window.failures
    assert "not on the image's grid" in str(failure) and "small.nii.gz" in str(failure)
    assert window.controller.desk.study is study
    window.failures.clear()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"patient": {"PatientID": "P2"}}, "another patient"),
        ({"study_instance_uid": "9.9", "series_instance_uid": "9.8"}, "belongs to the study 9.9, the image to "),
        ({"frame_of_reference_uid": "8.8"}, "frame of reference 8.8, the image in "),
    ],
)
def test_contours_of_another_image_are_blocked_with_the_difference(window, scan, qtbot, tmp_path, change, said):
    study, mask = scan
    image = replace(study.image, dicom=replace(study.image.dicom, **change))
    write_rtstruct([Roi("GTV", mask)], image, tmp_path / "rt.dcm")
    window.controller.desk.show(OpenedCase.fresh(study))
    window.commands.drawings.read([tmp_path / "rt.dcm"])
    asked(window, qtbot, ErrorDialog)
    assert said in str(window.failures[0]) and "P2" not in str(window.failures[0])
    assert window.controller.desk.study is study
    window.failures.clear()


def test_a_dropped_scan_still_opens_as_a_scan(window, scan, qtbot, tmp_path):
    study, _ = scan
    write_nifti(study.image.array, study.geometry, tmp_path / "other.nii.gz")
    window.controller.desk.show(OpenedCase.fresh(study))
    with qtbot.waitSignal(window.controller.study_changed, timeout=SETTLE_MS):
        drop(window, tmp_path / "other.nii.gz")
    assert window.controller.desk.study.name == "other"


def test_the_menu_offers_it_only_with_a_scan_in_view(window, scan):
    (command,) = [c for c in window.commands.table() if "contours on this scan" in c.text]
    assert command.blocked() == "Open a scan first"
    window.controller.desk.show(OpenedCase.fresh(scan[0]))
    assert command.blocked() == ""


@pytest.mark.parametrize("taken", [True, False])
def test_a_mask_whose_header_puts_it_elsewhere_is_asked_about(taken, window, scan, qtbot, tmp_path):
    study, mask = scan
    moved = replace(study.geometry, origin_mm=study.geometry.origin_mm + [0, 0, 4.5])
    write_nifti(Mask(mask.array, moved), moved, tmp_path / "finn.nii.gz")
    window.controller.desk.show(OpenedCase.fresh(study))
    drop(window, tmp_path / "finn.nii.gz")
    box = asked(window, qtbot, QMessageBox)
    assert "4.5 mm" in box.informativeText() and "finn.nii.gz" in box.text()
    assert box.defaultButton().text() == "Leave it" and box.escapeButton() is box.defaultButton()
    button = next(b for b in box.buttons() if b.text() == (TAKE if taken else "Leave it"))
    QTest.mouseClick(button, LEFT)
    if taken:
        QTest.mouseClick(asked(window, qtbot).add, LEFT)
        (reading,) = window.controller.desk.study.readings
        assert np.array_equal(reading.mask.array, mask.array)
        assert reading.mask.remark.startswith("grid accepted by the user: was off by 4.5 mm")
    else:
        assert not window.controller.desk.study.readings
    assert window.failures == [] and not [d for d in window.findChildren(ErrorDialog) if d.isVisible()]
