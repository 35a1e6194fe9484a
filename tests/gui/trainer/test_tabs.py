"""Review and Trainer in the real window: what is shown where, which keys act, and what closing does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from proseg_gui.review.case import OpenedCase
from proseg_gui.training.process import Plan, Snapshot, Training


def go(window, index):
    QTest.mouseClick(window.tabs.bar, Qt.MouseButton.LeftButton, pos=window.tabs.bar.tabRect(index).center())


def test_docks_quick_choices_and_keys_belong_to_review(reviewed, qtbot):
    window = reviewed
    window.docks["volumes"].hide()
    go(window, 1)
    assert window.trainer.isVisible() and not window.scene.isVisible() and not window.header.isVisible()
    assert not any(dock.isVisible() for dock in window.docks.values())
    assert not any(dock.toggleViewAction().isEnabled() for dock in window.docks.values())
    shown = window.controller.display.view.settings.show_heatmap
    QTest.keyClick(window, Qt.Key.Key_U)
    QTest.keyClick(window.trainer, Qt.Key.Key_Space)
    assert window.controller.display.view.settings.show_heatmap == shown
    assert window.controller.display.view.settings.show_contours
    go(window, 0)
    assert window.scene.isVisible() and window.header.isVisible() and window.docks["latents"].isVisible()
    assert not window.docks["volumes"].isVisible()  # what was hidden stays hidden
    QTest.keyClick(window, Qt.Key.Key_U)
    assert window.controller.display.view.settings.show_heatmap != shown


def test_both_tabs_fit_on_a_small_screen(reviewed, qtbot):
    for index in (1, 0, 1, 0):
        go(reviewed, index)
        qtbot.wait(50)
        assert (reviewed.width(), reviewed.height()) == (1366, 768)
        assert reviewed.minimumSizeHint().width() <= 1366


def test_opening_a_scan_brings_review_to_the_front(reviewed):
    go(reviewed, 1)
    reviewed.controller.desk.show(OpenedCase.fresh(reviewed.controller.desk.study))
    assert reviewed.tabs.bar.currentIndex() == 0


def test_the_layout_is_remembered_as_review_has_it(window):
    go(window, 1)
    window.close()
    assert window.tabs.bar.currentIndex() == 0 and not window.docks["cases"].isHidden()


@pytest.fixture
def busy(window, tmp_path, monkeypatch):
    """The window with a training that says it is running."""
    requests = []
    monkeypatch.setattr(Training, "poll", lambda _self: Snapshot("running", 30, 100))
    monkeypatch.setattr(Training, "stop", lambda _self: requests.append("stop"))
    window.training.training = Training(tmp_path / "run", Plan("d", "mine", 100, 0, ("a",), ()))
    window.training.look()
    window.requests = requests
    yield window
    window.training.training = None
    window.training.look()


def test_how_far_a_training_is_can_be_read_from_review(busy):
    assert busy.tabs.bar.tabText(1) == "Trainer \u00b7 30%"


@pytest.mark.parametrize(
    ("reply", "closes", "requests"),
    [("Keep running", True, []), ("Stop and save", True, ["stop"]), ("Cancel", False, [])],
)
def test_closing_while_training_asks(busy, reply, closes, requests):
    busy.close()
    assert busy.isVisible()
    box = next(dialog for dialog in busy._dialogs if isinstance(dialog, QMessageBox))
    QTest.mouseClick(next(b for b in box.buttons() if b.text() == reply), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert busy.isVisible() != closes and busy.requests == requests


def test_without_a_person_nothing_is_asked(busy):
    busy.asks_before_closing = False
    assert busy.close() and not busy.isVisible()
