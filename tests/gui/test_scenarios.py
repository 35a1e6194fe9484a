"""What people do with the window, from start to end, with real mouse and key events on the real widgets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import highdicom
import nibabel
import numpy as np
import pydicom
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton

from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.open import open_study
from proseg_gui.volume import Geometry

from .conftest import SETTLE_MS, drag

BRAIN = Path(__file__).resolve().parents[3] / "shared" / "data" / "brain_growth"


def settled(qtbot, window, act) -> None:
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        act()
    assert window.failures == []


def preset(window, name: str) -> QPushButton:
    found = [b for b in window.preference.findChildren(QPushButton) if b.accessibleName() == name or b.text() == name]
    assert found, f"no preset button {name}"
    return found[0]


def tracks(panel) -> list:
    from proseg_gui.gui.panels.latent_slider import SliderTrack

    return [track for track in panel.findChildren(SliderTrack) if track.isVisible()]


def pull(track, share: float) -> None:
    """Drag a slider's handle from its middle by ``share`` of half its length."""
    middle = track.rect().center()
    drag(
        track,
        middle,
        middle + QPoint(int(share * track.width() / 4), 0),
        middle + QPoint(int(share * track.width() / 2), 0),
    )


def contour(window) -> np.ndarray:
    return window.controller.desk.drawn.frame.probability[0] > 0.5


def export(qtbot, window, folder: Path, fmt: str, *, what: tuple[str, ...] = ("current",)) -> None:
    """Ctrl+E, fill the dialog in by mouse, press Export, wait for the files."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = next(d for d in window.findChildren(QDialog) if d.isVisible())
    for key, box in dialog.what.items():
        if box.isChecked() != (key in what):
            QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    QTest.mouseClick(dialog.formats[fmt], Qt.MouseButton.LeftButton, pos=QPoint(8, dialog.formats[fmt].height() // 2))
    dialog.folder.selectAll()
    QTest.keyClicks(dialog.folder, str(folder))
    qtbot.waitUntil(dialog.export.isEnabled, timeout=SETTLE_MS)  # the folder is looked at in the background
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.controller.jobs.busy("export"), timeout=SETTLE_MS)
    assert window.failures == []


def nifti_array(path: Path, geometry: Geometry) -> np.ndarray:
    """Read with nibabel alone: voxels in (z, y, x), the affine compared with the image's."""
    image = nibabel.load(path)
    assert np.allclose(image.affine, geometry.ras_affine(), atol=1e-3)
    return np.asarray(image.dataobj).transpose(2, 1, 0)


def review_and_export(qtbot, window, third_rater: str, folder: Path) -> None:
    """Choose rater 3, move ambiguity 1, see contour, maps and readout change, export both ways, read back."""
    controller = window.controller
    window.scene.scan.setFocus()
    start = contour(window)
    settled(qtbot, window, lambda: QTest.mouseClick(preset(window, third_rater), Qt.MouseButton.LeftButton))
    assert controller.latents.who.rater == third_rater
    as_third = contour(window)
    assert (as_third != start).any()
    assert controller.latents.weights()[2] > 0.99

    ambiguity = tracks(window.ambiguity)
    before_text = controller.desk.figures.ml
    settled(qtbot, window, lambda: pull(ambiguity[0], 0.8))
    assert abs(controller.latents.position(controller.desk.axes.ambiguity[0])) > 1.0
    moved = contour(window)
    assert (moved != as_third).any()
    assert controller.desk.figures.ml != before_text

    texts = []
    controller.readout_changed.connect(texts.append)
    inside = np.argwhere(moved)[0]
    place = window.scene.scan.widget_position((controller.desk.slice_index, *map(int, inside)))
    QTest.mouseMove(window.scene.scan, place.toPoint() + QPoint(1, 1))
    QTest.mouseMove(window.scene.scan, place.toPoint())
    assert texts
    assert texts[-1].probability

    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert controller.display.view.settings.map_name == "intra"
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)

    export(qtbot, window, folder / "nifti", "nifti", what=("current", "raters", "consensus", "maps"))
    wanted = controller.desk.review.engine.mask(controller.latents.point).array
    geometry = controller.desk.study.geometry
    assert np.array_equal(nifti_array(folder / "nifti" / "current.nii.gz", geometry) > 0, wanted)
    parts = {
        name: nifti_array(folder / "nifti" / f"uncertainty_{name}.nii.gz", geometry)
        for name in ("total", "inter", "intra", "ambiguity", "residual")
    }
    assert np.allclose(parts.pop("total"), sum(parts.values()), atol=1e-5)
    latents = json.loads((folder / "nifti" / "latents.json").read_text())
    assert latents["point"]["eps"] == list(controller.latents.point["eps"])
    export(qtbot, window, folder / "rt", "rtstruct")
    assert pydicom.dcmread(folder / "rt" / "rtstruct.dcm").ApprovalStatus == "UNAPPROVED"
    export(qtbot, window, folder / "seg", "seg", what=("current", "consensus"))
    planes = wanted.any(axis=(1, 2)).nonzero()[0]
    binary = highdicom.seg.segread(folder / "seg" / "seg.dcm")
    frames = binary.pixel_array[: len(planes)]  # the current contour is segment 1
    assert {int(frame.sum()) for frame in frames} == {int(wanted[k].sum()) for k in planes}
    assert pydicom.dcmread(folder / "seg" / "seg_probability.dcm").SegmentationType == "FRACTIONAL"


@pytest.fixture
def demo(window, qtbot):
    settled(qtbot, window, lambda: QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier))
    assert window.controller.desk.review is not None
    return window


def test_demo_review_export(demo, qtbot, tmp_path) -> None:
    controller = demo.controller
    third = controller.desk.review.engine.raters[2]
    peak, opened = int(np.nanargmax(controller.desk.summary.by_slice)), controller.desk.slice_index
    settled(qtbot, demo, lambda: QTest.mouseClick(demo.strip, Qt.MouseButton.LeftButton, pos=QPoint(60, 60)))
    clicked = controller.desk.slice_index
    assert clicked not in (peak, opened)
    doubts = controller.desk.summary.by_slice
    region = controller.desk.doubts.regions[0]
    settled(qtbot, demo, lambda: QTest.keyClick(demo, Qt.Key.Key_N))
    assert controller.desk.slice_index == region.middle[0]
    seen = (clicked, opened, region.middle[0])
    first, last = region.slices
    unseen = [k for k in np.argsort(-doubts, kind="stable") if k not in seen and first <= k <= last]
    for wanted in unseen[:2]:
        settled(qtbot, demo, lambda: QTest.keyClick(demo, Qt.Key.Key_N))
        assert controller.desk.slice_index == wanted
    review_and_export(qtbot, demo, third, tmp_path)
    # The demo is no DICOM series, so one was written beside the contours: the pair is read as others would.
    series = open_study(tmp_path / "rt" / "rtstruct_image").image
    assert series.geometry.same_grid(controller.desk.study.geometry)
    assert np.array_equal(series.array, controller.desk.study.image.array)
    masks = read_rtstruct(tmp_path / "rt" / "rtstruct.dcm", series)
    wanted = controller.desk.review.engine.mask(controller.latents.point).array
    assert np.array_equal(masks[0].array, wanted)

    # The command line gives the window's mask from the latents that the window wrote, voxel for voxel.
    from proseg_gui.cli import main

    image = tmp_path / "image.nii.gz"
    from proseg_gui.io.images.nifti_write import write_nifti

    write_nifti(controller.desk.study.image.array, controller.desk.study.geometry, image)
    code = main(
        ["predict", str(image), "--model", "phantom", "--out", str(tmp_path / "again"), "--quiet",
         "--latents", str(tmp_path / "nifti" / "latents.json"), "--rater", third, "--device", "cpu"]
    )  # fmt: skip
    assert code == 0
    again = nifti_array(tmp_path / "again" / "latents.nii.gz", controller.desk.study.geometry) > 0
    assert np.array_equal(again, wanted)
    by_rater = nifti_array(tmp_path / "again" / f"rater_{third}.nii.gz", controller.desk.study.geometry)
    window_rater = nifti_array(tmp_path / "nifti" / f"rater_{third}.nii.gz", controller.desk.study.geometry)
    assert np.array_equal(by_rater, window_rater)


@pytest.mark.shared_data
def test_brain_growth_review_export(window, qtbot, tmp_path) -> None:
    window.opener._wanted_model = "brain_growth"
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(BRAIN / "case02"))])
    centre = QPointF(window.rect().center())
    drop = QDropEvent(centre, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    settled(qtbot, window, lambda: window.dropEvent(drop))
    assert len(window.controller.desk.study.raters) == 7
    review_and_export(qtbot, window, "rater3", tmp_path)


def test_keys_of_the_review(demo, qtbot) -> None:
    controller, pane = demo.controller, demo.scene.scan
    pane.setFocus()
    k = controller.desk.slice_index
    for key, change in ((Qt.Key.Key_Up, 1), (Qt.Key.Key_PageUp, 1), (Qt.Key.Key_Down, -1)):
        before = controller.desk.slice_index
        QTest.keyClick(demo, key)
        assert controller.desk.slice_index == before + change
    assert controller.desk.slice_index == k + 1
    for key, name in ((Qt.Key.Key_Space, "show_contours"), (Qt.Key.Key_U, "show_heatmap"), (Qt.Key.Key_T, "show_thin"),
                      (Qt.Key.Key_B, "show_bounds"), (Qt.Key.Key_I, "interpolate")):  # fmt: skip
        before = getattr(controller.display.view.settings, name)
        QTest.keyClick(demo, key)
        assert getattr(controller.display.view.settings, name) is not before
        QTest.keyClick(demo, key)
    QTest.keyClick(demo, Qt.Key.Key_2)
    assert controller.display.view.window == (-600.0, 1500.0)
    QTest.keyClick(demo, Qt.Key.Key_0)
    assert controller.display.view.window == controller.desk.study.image.display_window()
    settled(qtbot, demo, lambda: (QTest.keyClick(demo, Qt.Key.Key_R), QTest.keyClick(demo, Qt.Key.Key_4)))
    assert controller.latents.who.rater == controller.desk.review.engine.raters[3]
    settled(qtbot, demo, lambda: QTest.keyClick(demo, Qt.Key.Key_C))
    assert controller.latents.who.consensus
    QTest.keyClick(demo, Qt.Key.Key_L)
    assert not demo.scene.heat.isVisible()
    QTest.keyClick(demo, Qt.Key.Key_L)
    QTest.keyClick(demo, Qt.Key.Key_M)
    assert len(controller.latents.remembered) == 1
    QTest.keyClick(demo, Qt.Key.Key_F1)
    sheet = next(d for d in demo.findChildren(QDialog) if d.isVisible())
    QTest.keyClick(sheet, Qt.Key.Key_Escape)


def test_settings_and_docks_come_back(demo, qtbot, tmp_path) -> None:
    from proseg_gui.gui.shell.main_window import MainWindow
    from proseg_gui.gui.shell.settings_store import SettingsStore
    from proseg_gui.review.keeper import Keeper

    demo.controller.display.set_view(show_thin=True, heat_opacity=0.5, theme="light")
    demo.docks["volumes"].close()
    demo.close()
    again = MainWindow(SettingsStore(demo._store._store), Keeper(), "cpu")
    qtbot.addWidget(again)
    again.show()
    assert again.controller.display.view.settings.show_thin
    assert again.controller.display.view.settings.heat_opacity == 0.5
    assert again.controller.display.view.settings.theme == "light"
    assert again.docks["volumes"].isHidden()
    assert not again.docks["strip"].isHidden()
    again.reset_layout()
    assert not again.docks["volumes"].isHidden()
    again.close()


def test_the_installed_program_makes_a_picture(tmp_path) -> None:
    picture = tmp_path / "demo.png"
    ended = subprocess.run(
        [sys.executable, "-m", "proseg_gui", "--demo", "--screenshot", str(picture), "--size", "1366x768"],
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    from PySide6.QtGui import QImage

    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1366, 768)
