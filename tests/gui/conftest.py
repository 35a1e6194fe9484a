"""A real window on settings of its own, and small models and scans for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.review.case import OpenedCase
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

SETTLE_MS = 120_000


@pytest.fixture(autouse=True)
def _no_button_stays_down(qapp: QApplication) -> Iterator[None]:
    """Let go of what a test still holds (a double click ends with the button down, and tests end at asserts).

    Qt has one mouse: with another button down, a widget of a later test would take a press for no press.
    """
    yield
    held = [button for button in Qt.MouseButton if button.value and button in QApplication.mouseButtons()]
    for button in held:
        QTest.mouseRelease(QWidget(), button)


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory):
    """Folder of an untrained model of three raters on a 2 mm grid: quick, and different for every rater."""
    import torch

    from proseg_gui.bundle import Card, save_bundle
    from proseg_gui.networks.proseg import ProSeg

    torch.manual_seed(3)
    method = ProSeg(3, widths=(8, 8), features=8, hidden=8, modes=4).eval()
    card = Card(
        kind="proseg",
        name="tiny",
        version="1",
        architecture=method.architecture(),
        raters=("anna", "ben", "cleo"),
        structures=("lesion",),
        channels=("image",),
        modality="MR",
        spacing_mm=(2.0, 2.0),
        window={"kind": "percentile", "low": 1.0, "high": 99.0},
        field_of_view={"kind": "whole"},
    )
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    save_bundle(folder, card, method)
    return folder


def small_study(n_slices: int = 5, size: int = 40, modality: str = "MR") -> Study:
    """A bright blob on noise, drawn by two raters."""
    rng = np.random.default_rng(5)
    z, y, x = np.mgrid[:n_slices, :size, :size]
    blob = np.hypot(y - size / 2, x - size / 2) < size / 4 + z
    image = (blob * 100 + rng.normal(0, 10, blob.shape)).astype(np.float32)
    geometry = Geometry((n_slices, size, size), np.array([-30.0, -40.0, 20.0]), (3.0, 2.0, 2.0), np.eye(3))
    smaller = blob & (np.hypot(y - size / 2, x - size / 2) < size / 5 + z)
    readings = tuple(
        Reading(name, "lesion", Mask(array, geometry)) for name, array in (("anna", blob), ("ben", smaller))
    )
    volume = Volume(image, geometry, modality=modality, description="blob")
    return Study("blob", {"image": volume}, ("lesion",), readings)


@pytest.fixture
def scans(tmp_path) -> list[Path]:
    """Three scans of different size in a folder each, as a data set without masks."""
    places = []
    for number, size in enumerate((40, 36, 44), 1):
        image = small_study(size=size).image
        place = tmp_path / "set" / f"case{number}" / "image.nii.gz"
        place.parent.mkdir(parents=True)
        write_nifti(image.array.astype(np.float32), image.geometry, place)
        places.append(place)
    return places


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator:
    """The main window, shown, with no model wanted."""
    from PySide6.QtCore import QSettings

    from proseg_gui.gui.shell.main_window import MainWindow
    from proseg_gui.gui.shell.settings_store import SettingsStore
    from proseg_gui.review.keeper import open_keeper

    kept = tmp_path / "kept"
    kept.mkdir()
    store = SettingsStore(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    found = MainWindow(store, open_keeper(kept / "work.project"), "cpu")
    found.resize(1366, 768)
    failures: list[BaseException] = []
    found.controller.failed.connect(failures.append)
    found.failures = failures
    found.show()
    found.activateWindow()  # keys reach an active window only
    qtbot.waitUntil(found.isActiveWindow)
    yield found
    found.close()
    found.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def reviewed(window, tiny_bundle, qtbot):
    """The window with the small study open and settled under the tiny model."""
    from proseg_gui.bundle import load_bundle
    from proseg_gui.review.session import begin_review

    study = small_study()
    window.controller.desk.show(OpenedCase.fresh(study))
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        window.controller.desk.begin(begin_review(study, load_bundle(tiny_bundle), "cpu"))
    assert window.failures == []
    return window


def drag(widget: QWidget, start: QPoint, *stops: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    """Press at ``start``, move through ``stops``, release at the last."""
    QTest.mousePress(widget, button, Qt.KeyboardModifier.NoModifier, start)
    for stop in stops:
        place = widget.mapToGlobal(stop)
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove, stop.toPointF(), place.toPointF(), Qt.MouseButton.NoButton, button,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(widget, move)
    QTest.mouseRelease(widget, button, Qt.KeyboardModifier.NoModifier, stops[-1])


def point_at(widget: QWidget, place: QPoint) -> None:
    """Move the mouse there; sent straight to the widget, as something else on a busy screen may take the real one."""
    where, none = QPointF(place), Qt.MouseButton.NoButton
    there = QPointF(widget.mapToGlobal(place))
    move = QMouseEvent(QMouseEvent.Type.MouseMove, where, there, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, move)
