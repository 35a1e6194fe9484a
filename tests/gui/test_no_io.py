"""The window's thread never waits for a disk, a network or another process: a day is played, every look is noted."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from proseg_gui.gui.shell.main_window import MainWindow
from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.planes import Plane
from proseg_gui.review.edits import code
from proseg_gui.review.keeper import open_keeper
from proseg_gui.review.project import open_project
from proseg_gui.review.viewing import Ruler, View, ViewPlace

from .conftest import SETTLE_MS
from .test_day import open_set, press, settled
from .watching import Watch, WatchedSettings, on, watch

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def watched(qtbot, tmp_path, monkeypatch) -> Iterator[tuple[MainWindow, Watch]]:
    """A window whose thread can be watched."""
    found = watch(monkeypatch)
    settings = WatchedSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(SettingsStore(settings), open_keeper(tmp_path / "work.project"), "cpu")
    window.resize(1366, 768)
    window.failures = []
    window.controller.failed.connect(window.failures.append)
    window.asks_before_closing = False
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window, found
    window.close()
    on(None)
    window.deleteLater()
    QApplication.processEvents()


def test_a_day_of_gestures_touches_no_disk_on_the_windows_thread(watched, qtbot, scans, tiny_bundle, tmp_path) -> None:
    window, found = watched
    on(found)
    open_set(qtbot, window, scans, tiny_bundle)
    desk = window.controller.desk
    window.opener.set_person("kay")
    window.scene.scan.setFocus()
    axis = (*desk.axes.preference, *desk.axes.ambiguity)[0]
    desk.latents.begin_drag()
    desk.latents.move_axis(axis, 1.0)
    settled(qtbot, window, desk.latents.end_drag)
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_S))
    settled(qtbot, window, lambda: (press(window, Qt.Key.Key_R), press(window, Qt.Key.Key_2)))
    press(window, Qt.Key.Key_M)
    for key in (Qt.Key.Key_C, Qt.Key.Key_Z, Qt.Key.Key_N, Qt.Key.Key_Up, Qt.Key.Key_Down):
        press(window, key)
    press(window, Qt.Key.Key_F, CTRL | SHIFT)
    press(window, Qt.Key.Key_Z, CTRL)
    press(window, Qt.Key.Key_Z, CTRL | SHIFT)
    window.scene.link.restore(
        ViewPlace((View(2.5, (1.0, 2.0)), View(), View()), (Ruler(Plane(0, 2), (1.0, 2.0), (3.0, 4.0)),))
    )
    said = np.full((1, 2, 3), code("hand", True), np.uint8)
    assert desk.drafts.put("brush", "lesion", [((slice(2, 3), slice(4, 6), slice(4, 7)), said)]) is not None
    press(window, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: desk.shapes.state == "accepted", timeout=SETTLE_MS)

    mask = np.zeros(desk.study.geometry.shape, np.uint8)
    mask[1, 5:9, 6:12] = 1
    on(None)
    write_nifti(mask, desk.study.geometry, tmp_path / "carl.nii.gz")
    on(found)
    window.commands.drawings.read([tmp_path / "carl.nii.gz"])
    qtbot.waitUntil(lambda: bool(window._dialogs), timeout=SETTLE_MS)
    table = window._dialogs[0]
    table.accept()
    assert desk.study.raters == ("carl",)

    window.controller.display.set_view(show_thin=True, theme="light")
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_D))
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_A))
    window.opener.flag(window.opener.worklist.items[1].key, True)
    qtbot.waitUntil(lambda: window.opener.worklist.items[1].flagged, timeout=SETTLE_MS)
    window.opener.sort("name")
    settled(qtbot, window, lambda: window.opener.use_model(str(tiny_bundle)))
    window.tabs.stack.setCurrentIndex(1)
    QTest.qWait(100)
    window.tabs.stack.setCurrentIndex(0)
    window.close()
    on(None)
    assert window.failures == []
    assert not found.faults, "\n".join(dict.fromkeys(found.faults))


def test_closing_on_a_slow_disk_leaves_the_windows_thread_free_and_writes_the_last_step(
    watched, qtbot, scans, tiny_bundle, tmp_path, monkeypatch
) -> None:
    window, found = watched
    open_set(qtbot, window, scans, tiny_bundle)
    project = window.opener.keeper.project
    qtbot.waitUntil(lambda: window.opener.keeper.unsaved(0.0) == 0)
    goes_on, last = threading.Event(), project._last
    monkeypatch.setattr(project, "_last", lambda: (goes_on.wait(60.0), last()))
    on(found)
    window.scene.scan.setFocus()
    settled(qtbot, window, lambda: press(window, Qt.Key.Key_S))
    turns: list[int] = []

    def turn() -> None:
        turns.append(1)
        if len(turns) == 20:
            goes_on.set()

    timer = QTimer()
    timer.timeout.connect(turn)
    timer.start(5)
    assert window.close()
    timer.stop()
    on(None)
    assert len(turns) >= 20, "while the disk took its time, the window's thread had its turns"
    assert not found.faults, "\n".join(dict.fromkeys(found.faults))
    kept = open_project(tmp_path / "work.project", write=False)
    assert [len(kept.history(case.id)) for case in kept.cases()] == [1]
    kept.close()
