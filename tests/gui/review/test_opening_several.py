"""Several images at once: two files are two cases or the channels of one, as one answers; patients are cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.dialogs.series_chooser import CASES, CHANNELS, SeriesChooser

from ..conftest import SETTLE_MS, small_study
from .test_controller import settle


def nifti(path: Path, spacing: float = 1.0) -> Path:
    path.parent.mkdir(exist_ok=True)
    image = sitk.GetImageFromArray(np.random.default_rng(3).normal(100, 20, (4, 16, 16)).astype(np.int16))
    image.SetSpacing((spacing, spacing, 3.0))
    sitk.WriteImage(image, str(path))
    return path


def asked(window, qtbot, paths: list[Path]) -> SeriesChooser:
    """The question that comes up when these are opened."""
    with qtbot.waitSignal(window.opener.choose_requested, timeout=SETTLE_MS):
        window.opener.open_paths(paths)
    return next(dialog for dialog in window._dialogs if isinstance(dialog, SeriesChooser))


def test_two_files_on_one_grid_are_channels_when_enter_is_pressed(window, qtbot, tmp_path) -> None:
    dialog = asked(window, qtbot, [nifti(tmp_path / "t1.nii"), nifti(tmp_path / "t2.nii")])
    assert dialog.as_channels.isDefault() and "2 images were chosen" in dialog.findChild(type(dialog.left_out)).text()
    settle(qtbot, window, lambda: QTest.keyClick(dialog, Qt.Key.Key_Return))
    assert dialog.how == CHANNELS and list(window.controller.desk.study.channels) == ["t1", "t2"]
    (item,) = window.opener.worklist.items
    settle(qtbot, window, lambda: window.opener.open_item(item.key))
    assert list(window.controller.desk.study.channels) == ["t1", "t2"], "also when it is opened again"
    assert window.failures == []


def test_two_files_on_two_grids_are_two_cases(window, qtbot, tmp_path) -> None:
    dialog = asked(window, qtbot, [nifti(tmp_path / "a.nii"), nifti(tmp_path / "b.nii", 1.5)])
    assert dialog.as_cases.isDefault() and dialog.as_cases.text() == "As 2 cases" and dialog.as_channels.isVisible()
    settle(qtbot, window, lambda: QTest.keyClick(dialog, Qt.Key.Key_Return))
    assert dialog.how == CASES and [item.path.name for item in window.opener.worklist.items] == ["a.nii", "b.nii"]
    assert window.controller.desk.study.image.geometry.spacing_mm[1] == pytest.approx(1.0)
    settle(qtbot, window, lambda: window.opener.open_neighbour(1))
    assert window.controller.desk.study.image.geometry.spacing_mm[1] == pytest.approx(1.5)


def test_a_folder_with_two_images_asks_which_one(window, qtbot, tmp_path) -> None:
    nifti(tmp_path / "scans" / "a.nii"), nifti(tmp_path / "scans" / "b.nii")
    dialog = asked(window, qtbot, [tmp_path / "scans"])
    assert dialog.open_button.isDefault() and dialog.open_button.text() == "Open"
    dialog.list.setCurrentRow(1)
    settle(qtbot, window, lambda: QTest.keyClick(dialog, Qt.Key.Key_Return))
    assert window.opener.worklist.current.path.name == "b.nii"


def test_a_folder_of_two_patients_is_two_cases(window, qtbot, tmp_path) -> None:
    import pydicom

    from proseg_gui.io.dicom.write import write_series

    for name in ("one", "two"):
        write_series(small_study(3).image, tmp_path / name, description=name)
        for file in (tmp_path / name).iterdir():
            header = pydicom.dcmread(file)
            header.PatientID = name
            header.save_as(file)
    settle(qtbot, window, lambda: window.opener.open_paths([tmp_path]))
    first = window.opener.worklist.current
    assert len(window.opener.worklist.items) == 2 and not window._dialogs
    settle(qtbot, window, lambda: QTest.keyClick(window, Qt.Key.Key_D))
    assert window.opener.worklist.current.key != first.key
    said = []
    window.controller.noticed.connect(said.append)
    QTest.keyClick(window, Qt.Key.Key_D)
    assert said == ["There is no further case in the worklist"]
    settle(qtbot, window, lambda: QTest.keyClick(window, Qt.Key.Key_A))
    assert window.opener.worklist.current.key == first.key
