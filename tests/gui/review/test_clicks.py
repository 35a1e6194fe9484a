"""The tool that points, by mouse: candidates, the gallery, undo; and nothing of it where a model takes no clicks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from proseg_gui.bundle import Card, load_bundle, save_bundle
from proseg_gui.gui.review.click_marks import BOX_COLOUR, IN_COLOUR, OUT_COLOUR
from proseg_gui.networks.registry import METHODS, build
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.session import begin_review
from proseg_gui.review.tools import CLICK
from proseg_gui.volume import Geometry, Study, Volume

SETTLE_MS = 120_000
KIND = next(name for name, method in METHODS.items() if method.capabilities.clicks)
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def opened(window, qtbot, tmp_path):
    """A scan with a bright square through an untrained model of a kind."""

    def open_with(kind):
        torch.manual_seed(3)
        method = build(kind, {"n_raters": 3, "widths": [8, 8], "features": 8, "hidden": 8}).eval()
        card = Card(kind, "tiny", "1", method.architecture(), ("a", "b", "c"), ("lesion",), ("image",), "MR",
                    (2.0, 2.0), {"kind": "percentile", "low": 1.0, "high": 99.0}, {"kind": "whole"})  # fmt: skip
        save_bundle(tmp_path / kind, card, method, overwrite=True)
        image = np.random.default_rng(5).normal(0, 10, (3, 32, 32)).astype(np.float32)
        image[:, 8:20, 8:20] += 100
        study = Study("blob", {"image": Volume(image, Geometry.plain(image.shape, (3.0, 2.0, 2.0)), modality="MR")},
                      ("lesion",))  # fmt: skip
        window.controller.desk.show(OpenedCase.fresh(study))
        with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
            window.controller.desk.begin(begin_review(study, load_bundle(tmp_path / kind), "cpu"))
        assert window.failures == []
        return window

    return open_with


@pytest.fixture
def clicking(opened, qtbot):
    window = opened(KIND)
    QTest.keyClick(window, Qt.Key.Key_C, SHIFT)
    assert window.controller.desk.tools.state.kind == CLICK and window.toolbar.clear.isVisible()
    return window


@pytest.fixture
def press(clicking, qtbot):
    """A click at a share of the pane's size, until what came of it is drawn."""
    pane, desk = clicking.scene.scan, clicking.controller.desk

    def at(x, y):
        return QPoint(round(x * pane.width()), round(y * pane.height()))

    def do(x, y, button=Qt.MouseButton.LeftButton, keys=Qt.KeyboardModifier.NoModifier, to=None):
        steps = len(desk.document.history)
        if to is None:
            QTest.mouseClick(pane, button, keys, at(x, y))
        else:
            QTest.mousePress(pane, button, keys, at(x, y))
            QTest.mouseMove(pane, at((x + to[0]) / 2, (y + to[1]) / 2))
            QTest.mouseMove(pane, at(*to))
            QTest.mouseRelease(pane, button, keys, at(*to))
        qtbot.waitUntil(lambda: len(desk.document.history) == steps + 1, timeout=SETTLE_MS)
        assert clicking.failures == []
        return desk.latents.who.clicks

    return do


def test_clicks_in_and_out_and_a_box_are_a_step_each(clicking, press, qtbot):
    desk = clicking.controller.desk
    before = desk.latents.point
    assert [c.inside for c in press(0.45, 0.45).places] == [True] and desk.undo_name == "click in"
    first = desk.latents.point
    assert first["tau"] != before["tau"]
    window_before = clicking.controller.display.view
    assert [c.inside for c in press(0.7, 0.7, Qt.MouseButton.RightButton).places] == [True, False]
    assert clicking.controller.display.view.settings == window_before.settings and desk.undo_name == "click out"
    assert [c.inside for c in press(0.2, 0.7, keys=SHIFT).places] == [True, False, False]
    clicks = press(0.3, 0.3, to=(0.6, 0.6))
    assert len(clicks.places) == 3 and clicks.box is not None and desk.undo_name == "box"
    assert not clicking.scene.scan._outline

    def marks():
        return {layer.colour for layer in clicking.scene.scan._contours}

    qtbot.waitUntil(lambda: {IN_COLOUR, OUT_COLOUR, BOX_COLOUR} <= marks(), timeout=SETTLE_MS)
    for _ in range(3):
        desk.undo()
    assert desk.latents.point == first and len(desk.latents.who.clicks.places) == 1
    clicking.menus.commands["clear_clicks"].run()
    assert desk.latents.point == before and desk.latents.who.clicks.empty and desk.undo_name == "clear clicks"


def test_a_click_is_where_the_pointer_is(clicking, press):
    pane = clicking.scene.scan
    (click,) = press(0.45, 0.4).places
    index = clicking.controller.desk.study.geometry.world_to_index(click.place)
    assert round(index[0]) == clicking.controller.desk.slice_index
    shown = pane._pen_place(QPoint(round(0.45 * pane.width()), round(0.4 * pane.height()))).lps()
    assert click.place == pytest.approx(shown.tolist(), abs=0.5)


def test_two_quick_clicks_both_count(clicking, press, qtbot):
    pane, desk = clicking.scene.scan, clicking.controller.desk
    for x in (0.4, 0.5):
        QTest.mouseClick(pane, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                         QPoint(round(x * pane.width()), pane.height() // 2))  # fmt: skip
    qtbot.waitUntil(lambda: len(desk.latents.who.clicks.places) == 2, timeout=SETTLE_MS)
    assert clicking.failures == []


def test_the_gallery_shows_the_candidates_and_a_click_takes_one(clicking, press, qtbot):
    desk, gallery = clicking.controller.desk, clicking.scene.gallery
    clicks = press(0.45, 0.45)
    QTest.keyClick(clicking, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: bool(gallery._samples), timeout=SETTLE_MS)
    panes = [pane for pane in gallery.panes if pane.isVisible()]
    assert 1 <= len(panes) == len(gallery._samples) <= 6 and "meant" in gallery.view.said.text()
    assert sum(int(pane._notice.removesuffix(" %")) for pane in panes) == 100
    assert {sample.point["tau"] for sample in gallery._samples} == {desk.latents.point["tau"]}
    QTest.mouseClick(panes[-1], Qt.MouseButton.LeftButton)
    assert desk.latents.point == gallery._samples[-1].point and desk.latents.who.clicks == clicks
    assert clicking.failures == []


def test_a_place_outside_of_the_image_is_told(clicking, qtbot):
    told = []
    clicking.controller.noticed.connect(told.append)
    clicking.controller.desk.clicking.click((1e4, 0.0, 0.0), True)
    qtbot.waitUntil(lambda: bool(told), timeout=SETTLE_MS)
    assert "outside of what the model looks at" in told[0] and clicking.failures == []


def test_a_model_without_it_shows_nothing_of_it(opened):
    window = opened("majority")
    command = window.menus.commands[CLICK]
    assert not window.toolbar.buttons[CLICK].isVisible() and command.blocked() == "This model takes no clicks"
    QTest.keyClick(window, Qt.Key.Key_C, SHIFT)
    assert window.controller.desk.tools.state.kind == ""
    opened(KIND)
    assert window.toolbar.buttons[CLICK].isVisible() and not command.blocked()
    QTest.keyClick(window, Qt.Key.Key_C, SHIFT)
    opened("majority")
    assert window.controller.desk.tools.state.kind == ""
