"""A day's work in the window by keys and mouse: undo, accept, one case at a time, the next start, two windows."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import nibabel
import numpy as np
import pytest
from platformdirs import user_log_path
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.error_dialog import ErrorDialog
from proseg_gui.gui.dialogs.person_dialog import PersonDialog
from proseg_gui.gui.shell.application import _tell_of_every_failure
from proseg_gui.gui.shell.main_window import MainWindow
from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import open_study
from proseg_gui.planes import Plane
from proseg_gui.review.edits import Bricks
from proseg_gui.review.export_request import ExportRequest
from proseg_gui.review.keeper import open_keeper
from proseg_gui.review.project import open_project
from proseg_gui.review.viewing import Ruler, View, ViewPlace

from .conftest import SETTLE_MS, small_study

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def another(tmp_path: Path, qtbot, *, project: Path | None = None) -> MainWindow:
    """One more start of the program on the same settings and project."""
    store = SettingsStore(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    window = MainWindow(store, open_keeper(project or tmp_path / "kept" / "work.project"), "cpu")
    window.failures = []
    window.controller.failed.connect(window.failures.append)
    window.asks_before_closing = False
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def settled(qtbot, window, act) -> None:
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        act()
    assert window.failures == []


def press(window, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    window.activateWindow()  # offscreen nobody else gives it back its keys after a dialog
    QTest.qWaitForWindowActive(window)
    QApplication.processEvents()  # the first key after a dialog finds no shortcut before
    QTest.keyClick(QApplication.focusWidget() or window, key, modifiers)


def open_set(qtbot, window, scans, tiny_bundle) -> None:
    window.opener.use_model(str(tiny_bundle))
    settled(qtbot, window, lambda: window.opener.open_paths([scans[0].parent.parent]))


def test_every_step_can_be_undone_by_keys_and_the_menu_names_it(reviewed, qtbot) -> None:
    window, latents = reviewed, reviewed.controller.latents
    window.scene.scan.setFocus()
    start = latents.point
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_S))
    sampled = latents.point
    settled(qtbot, window, lambda: (press(window, Qt.Key.Key_R), press(window, Qt.Key.Key_2)))
    rater = latents.point
    press(window, Qt.Key.Key_M)
    assert len(latents.remembered) == 1
    edit = window.menus.by_name["Edit"].actions()
    window.menus.refresh()
    assert edit[0].text() == "&Undo remember setting"
    press(window, Qt.Key.Key_Z, CTRL)
    assert latents.remembered == ()
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_Z, CTRL))
    assert latents.point == sampled
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_Z, CTRL))
    assert latents.point == start
    window.menus.refresh()
    assert not edit[0].isEnabled()
    assert edit[1].text() == "&Redo random sample"
    settled(qtbot, window, lambda: (press(window, Qt.Key.Key_Z, CTRL | SHIFT), press(window, Qt.Key.Key_Y, CTRL)))
    assert latents.point == rater
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_Z))
    assert window.controller.desk.undo_name == "reset ambiguity"


def test_accepting_asks_once_who_signs_and_locks_the_contour(window, qtbot, scans, tiny_bundle) -> None:
    open_set(qtbot, window, scans, tiny_bundle)
    desk = window.controller.desk
    press(window, Qt.Key.Key_Return, CTRL)
    dialog = next(d for d in window._dialogs if isinstance(d, PersonDialog))
    assert not dialog.sign.isEnabled()
    QTest.keyClicks(dialog.field, "reader7")
    QTest.mouseClick(dialog.sign, LEFT)
    qtbot.waitUntil(lambda: desk.shapes.state == "accepted", timeout=SETTLE_MS)
    reading = desk.document.accepted("lesion")
    assert reading.person == "reader7"
    assert window.status._person.text() == "reader: reader7"
    assert window.scene.scan.case_text.endswith("\u2713 lesion")
    assert window.structures.lines[0].lock.isVisible()
    assert window.opener.worklist.current.state == "accepted"
    mask = desk.document.masks[reading.mask].mask()
    assert np.array_equal(mask, desk.review.engine.mask(desk.latents.point).array)
    frozen = desk.document.masks[reading.mask].digest
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_S))
    assert desk.shapes.locked(0).digest == frozen
    QTest.mouseClick(window.structures.lines[0].lock, LEFT)
    assert desk.shapes.locked(0) is None
    assert not window.structures.lines[0].lock.isVisible()
    press(window, Qt.Key.Key_Z, CTRL)
    assert desk.shapes.locked(0).digest == frozen
    press(window, Qt.Key.Key_F, CTRL | SHIFT)
    assert window.opener.worklist.current.flagged
    qtbot.waitUntil(lambda: window.opener.keeper.unsaved(0.0) == 0)
    assert open_project(window.opener.keeper.project.path, write=False).cases()[0].n_readings == 1


def test_an_export_writes_the_accepted_voxels_and_says_whose_they_are(window, qtbot, scans, tiny_bundle, tmp_path):
    open_set(qtbot, window, scans, tiny_bundle)
    desk = window.controller.desk
    window.opener.set_person("reader7")
    everything = np.ones(desk.study.geometry.shape, bool)  # what no untrained model draws
    desk.document.accept("lesion", Bricks.of(everything), how="by hand", model=desk.model)
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_S))
    for fmt in ("nifti", "rtstruct"):
        out = tmp_path / fmt
        window.commands.exporting.run(ExportRequest(frozenset({"current"}), (), 0, (), fmt, out, "lesion", ""))
        qtbot.waitUntil(lambda: not window.controller.jobs.busy("export"), timeout=SETTLE_MS)
        assert window.failures == []
    assert nibabel.load(tmp_path / "nifti" / "current.nii.gz").get_fdata().all()
    record = json.loads((tmp_path / "nifti" / "current.json").read_text())
    told = record["provenance"]
    assert (told["person"], told["reading"]) == ("reader7", "accepted, by hand (lesion#1)") and told["accepted"]
    assert told["bundle_sha256"] == desk.model["sha256"]
    series = open_study(tmp_path / "rtstruct" / "rtstruct_image").image
    assert read_rtstruct(tmp_path / "rtstruct" / "rtstruct.dcm", series)[0].array.all()


def test_a_and_d_follow_the_list_never_ask_and_each_case_has_its_own(window, qtbot, scans, tiny_bundle) -> None:
    open_set(qtbot, window, scans, tiny_bundle)
    desk, link = window.controller.desk, window.scene.link
    window.scene.scan.setFocus()
    names = [item.name for item in window.opener.worklist.items]
    assert window.opener.worklist.current.name == names[0]
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_S))
    settled(qtbot, window, lambda: desk.set_slice(4))
    ruler = Ruler(Plane(0, 4), (1.0, 2.0), (3.0, 4.0))
    link.restore(ViewPlace((View(2.5, (1.0, 2.0)), View(), View()), (ruler,)))
    window.controller.display.set_window(11.0, 22.0)
    press(window, Qt.Key.Key_M)
    point = window.controller.latents.point

    settled(qtbot, window, lambda: press(window, Qt.Key.Key_D))
    assert window.opener.worklist.current.name == names[1]
    assert link.state() == ViewPlace()
    assert (desk.slice_index, window.controller.latents.remembered) == (2, ())
    assert window.controller.latents.point != point
    assert not any(window.controller.latents.point["eps"])
    assert window.controller.display.view.window != (11.0, 22.0)
    assert window._dialogs == []
    assert desk.study.name in window.scene.scan.case_text

    settled(qtbot, window, lambda: press(window, Qt.Key.Key_A))
    assert (desk.slice_index, window.controller.latents.point) == (4, point)
    assert link.rulers == (ruler,)
    assert link.view(0).zoom == 2.5
    assert window.controller.display.view.window == (11.0, 22.0)
    assert len(window.controller.latents.remembered) == 1
    assert desk.undo_name == "remember setting"
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_D))
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_D))
    assert window.opener.worklist.current.name == names[2]
    press(window, Qt.Key.Key_D)
    assert "no further case" in window.status.currentMessage()


def test_the_next_start_goes_on_where_the_last_one_was_left(window, qtbot, scans, tiny_bundle, tmp_path) -> None:
    open_set(qtbot, window, scans, tiny_bundle)
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_D))
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_S))
    window.controller.desk.set_slice(0)
    point, name = window.controller.latents.point, window.opener.worklist.current.name
    window.controller.display.set_view(show_thin=True)
    window.close()

    again = another(tmp_path, qtbot)
    assert again.controller.display.view.settings.show_thin
    settled(qtbot, again, again.opener.open_last)
    assert again.opener.worklist.current.name == name
    assert len(again.opener.worklist.items) == 3
    assert again.controller.desk.slice_index == 0
    assert again.controller.latents.point == point
    assert again.controller.desk.review.bundle.card.name == "tiny"
    settled(qtbot, again, lambda: press(again, Qt.Key.Key_Z, CTRL))
    assert again.controller.latents.who.consensus
    again.close()


def test_a_moved_folder_is_found_again(window, qtbot, scans, tiny_bundle, tmp_path) -> None:
    window.opener.use_model(str(tiny_bundle))
    settled(qtbot, window, lambda: window.opener.open_paths([scans[0]]))
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_S))
    point, case_id = window.controller.latents.point, window.controller.desk.case.case_id
    window.controller.desk.clear()
    moved = tmp_path / "elsewhere" / "renamed.nii.gz"
    moved.parent.mkdir()
    scans[0].rename(moved)
    settled(qtbot, window, lambda: window.opener.open_paths([moved]))
    assert window.controller.desk.case.case_id == case_id
    assert window.controller.latents.point == point


def test_two_windows_never_erase_each_others_work(window, qtbot, scans, tiny_bundle, tmp_path) -> None:
    window.opener.use_model(str(tiny_bundle))
    settled(qtbot, window, lambda: window.opener.open_paths([scans[0]]))
    second = another(tmp_path, qtbot)
    second.opener.use_model(str(tiny_bundle))
    assert second.opener.keeper.read_only
    assert second.notices.isVisible()
    assert second.opener.keeper.read_only in second.notices.text.text()
    settled(qtbot, second, lambda: second.opener.open_paths([scans[1]]))
    second.controller.desk.shapes.flag()
    window.controller.desk.shapes.flag()
    assert window.opener.keeper.unsaved(10.0) == 0
    assert second.opener.keeper.unsaved(0.2) == 1
    second.asks_before_closing = True
    second.close()
    assert second.isVisible(), "it asks before steps are lost"
    box = next(d for d in second._dialogs if isinstance(d, QMessageBox))
    assert "1 step could not be kept" in box.text()
    window.close()
    QTest.mouseClick(next(b for b in box.findChildren(QPushButton) if b.text() == "Try again"), LEFT)
    qtbot.waitUntil(lambda: not second.isVisible(), timeout=SETTLE_MS)
    kept = open_project(tmp_path / "kept" / "work.project", write=False)
    assert [case.flagged for case in kept.cases()] == [True, True]
    kept.close()


def test_a_full_disk_is_said_and_the_work_goes_on_and_is_kept_once_there_is_room(
    window, qtbot, scans, tiny_bundle, tmp_path, monkeypatch
) -> None:
    open_set(qtbot, window, scans, tiny_bundle)
    keeper, desk = window.opener.keeper, window.controller.desk
    qtbot.waitUntil(lambda: keeper.unsaved(0.0) == 0)

    def full() -> None:
        raise UserError("the disk is full", path=keeper.project.path)

    monkeypatch.setattr(keeper.project, "_last", full)
    window.scene.scan.setFocus()
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_S))
    point = desk.latents.point
    qtbot.waitUntil(lambda: any(isinstance(dialog, ErrorDialog) for dialog in window._dialogs))
    dialog = next(dialog for dialog in window._dialogs if isinstance(dialog, ErrorDialog))
    assert "work.project: the disk is full" in dialog.message.text()
    dialog.accept()
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_D))
    press(window, Qt.Key.Key_F, CTRL | SHIFT)
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_A))
    assert desk.latents.point == point
    assert desk.undo_name == "random sample"
    assert keeper.unsaved(0.0) == 2
    window.commands.projects.open_private()
    qtbot.waitUntil(lambda: any(isinstance(dialog, ErrorDialog) for dialog in window._dialogs), timeout=SETTLE_MS)
    assert "2 steps are not in the project yet" in window._dialogs[-1].message.text()
    window._dialogs[-1].accept()
    monkeypatch.undo()
    qtbot.waitUntil(lambda: keeper.unsaved(0.0) == 0, timeout=SETTLE_MS)
    window.close()
    kept = open_project(tmp_path / "kept" / "work.project", write=False)
    assert [(case.n_gestures, case.flagged) for case in kept.cases()] == [(1, False), (1, True)]
    kept.close()


def test_opened_contours_come_back_with_the_case(window, qtbot, scans, tiny_bundle, tmp_path) -> None:
    window.opener.use_model(str(tiny_bundle))
    settled(qtbot, window, lambda: window.opener.open_paths([scans[0]]))
    study = window.controller.desk.study
    mask = np.zeros(study.geometry.shape, np.uint8)
    mask[1, 5:9, 6:12] = 1
    write_nifti(mask, study.geometry, tmp_path / "carl.nii.gz")
    window.commands.drawings.read([tmp_path / "carl.nii.gz"])
    qtbot.waitUntil(lambda: bool(window._dialogs), timeout=SETTLE_MS)
    window._dialogs[0].accept()
    assert window.controller.desk.study.raters == ("carl",)
    (tmp_path / "carl.nii.gz").unlink()
    window.opener.open_paths([scans[1]])
    qtbot.waitUntil(lambda: window.controller.desk.study.raters == (), timeout=SETTLE_MS)
    window.opener.open_paths([scans[0]])
    qtbot.waitUntil(lambda: window.controller.desk.study.raters == ("carl",), timeout=SETTLE_MS)
    assert np.array_equal(window.controller.desk.study.readings[0].mask.array, mask > 0)
    press(window, Qt.Key.Key_Z, CTRL)
    assert window.controller.desk.study.raters == ()


def test_another_model_is_undone_by_loading_the_one_before(window, qtbot, scans, tiny_bundle, tmp_path) -> None:
    from dataclasses import replace

    from proseg_gui.bundle import load_bundle, save_bundle

    tiny = load_bundle(tiny_bundle)
    save_bundle(tmp_path / "second", replace(tiny.card, name="second"), tiny.method)
    window.opener.use_model(str(tiny_bundle))
    settled(qtbot, window, lambda: window.opener.open_paths([scans[0]]))
    settled(qtbot, window, lambda: window.opener.use_model(str(tmp_path / "second")))
    desk = window.controller.desk
    assert desk.review.bundle.card.name == "second"
    assert desk.undo_name == "use model second"
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_Z, CTRL))
    assert desk.review.bundle.card.name == "tiny"
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_Z, CTRL | SHIFT))
    assert desk.review.bundle.card.name == "second"


@pytest.fixture
def hooks(monkeypatch):
    """The program's own hooks instead of the test runner's, which would count each fault as a failed test."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


def test_a_fault_in_a_thread_or_slot_reaches_the_person_once(window, qtbot, hooks) -> None:
    _tell_of_every_failure(window)
    sys.excepthook(RuntimeError, RuntimeError("in a slot"), None)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: any(isinstance(d, ErrorDialog) for d in window._dialogs))
    QApplication.processEvents()
    (dialog,) = (d for d in window._dialogs if isinstance(d, ErrorDialog))
    qtbot.waitUntil(lambda: dialog.place.text().startswith("Details are in "))
    assert "RuntimeError" in Path(dialog.place.text().removeprefix("Details are in ")).read_text()
    logs = user_log_path("proseg-gui")
    qtbot.waitUntil(lambda: any("ZeroDivisionError" in file.read_text() for file in logs.glob("crash-*")))


def test_warnings_about_the_scan_stay_readable(window, qtbot) -> None:
    from dataclasses import replace

    from proseg_gui.review.case import OpenedCase

    study = replace(small_study(), notices=("There is a gap of 7.5 mm.", "Channel T2 was resampled.", "A third."))
    window.controller.desk.show(OpenedCase.fresh(study))
    assert window.notices.isVisible()
    assert "7.5 mm" in window.notices.text.text()
    assert window.notices.more.text() == "1 more"
    QTest.mouseClick(window.notices.more, LEFT)
    assert "A third." in window.notices.text.text()
    QTest.mouseClick(window.notices.hide_now, LEFT, pos=QPoint(4, 4))
    assert not window.notices.isVisible()
    window.controller.desk.show(OpenedCase.fresh(study))
    assert window.notices.isVisible()
    window.controller.desk.show(OpenedCase.fresh(small_study()))
    assert not window.notices.isVisible()


def test_projects_are_opened_copied_and_cases_taken_out(window, qtbot, scans, tiny_bundle, tmp_path) -> None:
    window.opener.use_model(str(tiny_bundle))
    settled(qtbot, window, lambda: window.opener.open_paths([scans[0]]))
    window.controller.desk.shapes.flag()
    projects = window.commands.projects
    projects.copy(tmp_path / "copy.project", share=False)
    qtbot.waitUntil(lambda: window.opener.keeper.project.path == tmp_path / "copy.project", timeout=SETTLE_MS)
    qtbot.waitUntil(lambda: window.controller.desk.case is not None, timeout=SETTLE_MS)
    assert window.controller.desk.shapes.flagged
    projects.copy(tmp_path / "shared.project", share=True)
    qtbot.waitUntil(lambda: (tmp_path / "shared.project").exists() and not window.controller.jobs.busy("files"))
    assert str(tmp_path).encode() not in (tmp_path / "shared.project").read_bytes()
    qtbot.waitUntil(lambda: window.controller.desk.review is not None, timeout=SETTLE_MS)
    window.opener.remove_current()
    qtbot.waitUntil(lambda: not window.controller.jobs.busy("open"), timeout=SETTLE_MS)
    assert window.controller.desk.study is None
    assert window.opener.keeper.project.cases() == ()
    assert window.opener.worklist.items == ()
    assert scans[0].exists()
    assert window.failures == []


def test_a_model_that_does_not_fit_is_said_above_the_panes_as_long_as_it_looks(window, qtbot) -> None:
    from dataclasses import replace

    from proseg_gui.review.case import OpenedCase

    settled(qtbot, window, window.opener.open_demo)
    qtbot.waitUntil(lambda: window.controller.desk.fit is not None, timeout=SETTLE_MS)
    assert window.controller.desk.fit.ok
    assert not window.fit_banner.isVisible()
    demo = window.controller.desk.study
    image = replace(demo.image, array=demo.image.array.max() - demo.image.array)
    inverted = replace(demo, channels={"image": image}, readings=())
    window.controller.desk.show(OpenedCase.fresh(inverted))
    assert window.controller.desk.fit is None
    window.opener.use_model("phantom")
    qtbot.waitUntil(lambda: window.controller.desk.fit is not None, timeout=SETTLE_MS)
    assert not window.controller.desk.fit.ok
    assert window.fit_banner.isVisible()
    window.controller.desk.show(OpenedCase.fresh(small_study()))
    assert not window.fit_banner.isVisible()
