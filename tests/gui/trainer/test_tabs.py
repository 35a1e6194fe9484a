"""Review and Trainer in the real window: what is shown where, which keys act, and what closing does."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QWidget

from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.error_dialog import ErrorDialog
from proseg_gui.gui.trainer.library import find_models
from proseg_gui.gui.trainer.tab import Column, TrainerTab
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
    assert not any(window.menus.action(f"panel_{name}").isEnabled() for name in window.docks)
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
def busy(window, tmp_path, monkeypatch, qtbot):
    """The window with a training that says it is running."""
    requests = []
    monkeypatch.setattr(Training, "poll", lambda _self: Snapshot("running", 30, 100))
    monkeypatch.setattr(Training, "stop", lambda _self: requests.append("stop"))
    link = window.trainer.link
    qtbot.waitUntil(lambda: not link.jobs.busy("training"))  # it has seen that none was left here
    link.training = Training(tmp_path / "run", Plan("d", "mine", 100, 0, ("a",), ()))
    link.look()
    qtbot.waitUntil(lambda: window.trainer.working)
    window.requests = requests
    yield window
    link.training = None
    link.look()


def test_how_far_a_training_is_can_be_read_from_review(busy):
    assert busy.tabs.bar.tabText(1) == "Trainer \u00b7 30%"


@pytest.mark.parametrize(
    ("reply", "closes", "requests"),
    [("Keep running", True, []), ("Stop and save", True, ["stop"]), ("Cancel", False, [])],
)
def test_closing_while_training_asks(busy, qtbot, reply, closes, requests):
    busy.close()
    assert busy.isVisible()
    box = next(dialog for dialog in busy._dialogs if isinstance(dialog, QMessageBox))
    QTest.mouseClick(next(b for b in box.buttons() if b.text() == reply), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    qtbot.waitUntil(lambda: busy.isVisible() != closes)
    assert busy.requests == requests


def test_a_training_that_cannot_be_stopped_keeps_the_window_and_says_so(busy, qtbot, monkeypatch):
    def cannot(_training):
        raise UserError("the request could not be written")

    monkeypatch.setattr(Training, "stop", cannot)
    busy.close()
    box = next(dialog for dialog in busy._dialogs if isinstance(dialog, QMessageBox))
    stop = next(b for b in box.buttons() if b.text() == "Stop and save")
    QTest.mouseClick(stop, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    qtbot.waitUntil(lambda: any(isinstance(dialog, ErrorDialog) for dialog in busy._dialogs))
    assert busy.isVisible()


def test_without_a_person_nothing_is_asked(busy):
    busy.asks_before_closing = False
    assert busy.close() and not busy.isVisible()


@pytest.mark.parametrize("size", [(1366, 708), (960, 480), (2560, 1380)])
def test_nothing_stands_on_anything_else_and_all_can_be_reached(qtbot, tmp_path, size):
    """Also 1920 x 1080 at 200 %: every column scrolls where its content is higher than the window."""
    tab = TrainerTab()
    qtbot.addWidget(tab)
    tab.resize(*size)
    tab.library.set_models(find_models(tmp_path / "none"), None)
    own = {f"rater{i}": 0.5 + 0.01 * i for i in range(1, 11)}
    figures = {"dice_identity_mean": 0.8, "dice_identity_permuted": 0.8, "ged2": 0.3, "dice_soft": 0.8, "n_cases": 1,
               "sample_diversity": 0.2, "rater_diversity": 0.2, "human_majority": 0.9, "dice_identity": own,
               "own_minus_wrong": {"mean": 0.0, "low": -0.1, "high": 0.1, "n_cases": 1}}  # fmt: skip
    card = SimpleNamespace(raters=tuple(own), sha256="", metrics={"validation": figures}, training={"seed": 0})
    tab.result.show_card(card, 100, n_test=2)
    tab.setup.advanced.fold.setChecked(True)
    tab.setup.set_fixed("MR", "each image's own range", "Known: " + ", ".join(own))
    tab.show()
    qtbot.wait(50)
    assert (tab.width(), tab.height()) == size  # it fits
    for column in tab.findChildren(Column):
        view, content = column.viewport(), column.widget()
        assert content.width() == view.width(), "nothing is cut at the side"
        assert content.height() <= view.height() or column.verticalScrollBar().maximum() > 0
    panels = (tab.setup, tab.run), (tab.result, tab.library)
    for panel, below in panels:
        assert panel.height() >= panel.layout().minimumHeightForWidth(panel.width())
        assert panel.geometry().bottom() < below.geometry().top()
        children = [w for w in panel.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
                    if w.isVisible() and w.height()]  # fmt: skip
        for one, other in itertools.combinations(children, 2):
            assert not one.geometry().intersects(other.geometry()), (one, other, one.geometry(), other.geometry())
    for name in ("accept", "attempt", "test", "report", "discard"):
        button = getattr(tab.result, name)
        assert button.isVisible() and button.width() >= button.minimumSizeHint().width()


def test_the_wheel_scrolls_a_column_and_changes_no_choice_under_it(qtbot):
    tab = TrainerTab()
    qtbot.addWidget(tab)
    tab.resize(960, 300)
    tab.setup.advanced.fold.setChecked(True)
    tab.show()
    qtbot.wait(50)
    box, column = tab.setup.modality, next(c for c in tab.findChildren(Column) if c.isAncestorOf(tab.setup))

    def turn():
        place = QPointF(box.mapTo(tab, box.rect().center()))
        QTest.wheelEvent(tab.windowHandle(), place, QPoint(0, -120))
        qtbot.wait(20)

    turn()
    assert box.currentIndex() == 0 and column.verticalScrollBar().value() > 0, column.verticalScrollBar().maximum()
    column.verticalScrollBar().setValue(0)
    tab.activateWindow()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus, timeout=5000)
    turn()
    assert box.currentIndex() == 1
