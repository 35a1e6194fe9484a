"""The gallery in the window: a click and keys take a sample as one step, which undo takes back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.review.gallery import NO_SAMPLES

from ..conftest import SETTLE_MS


@pytest.fixture
def wall(reviewed, qtbot):
    QTest.keyClick(reviewed, Qt.Key.Key_F6)
    gallery = reviewed.scene.gallery
    qtbot.waitUntil(lambda: bool(gallery._samples), timeout=SETTLE_MS)
    return reviewed


def shown(window) -> list:
    return [pane for pane in window.scene.gallery.panes if pane.isVisible()]


def test_every_pane_shows_its_share_and_they_sum_to_a_hundred(wall):
    samples, panes = wall.scene.gallery._samples, shown(wall)
    assert len(panes) == len(samples) and not wall.scene.scan.isVisible()
    assert sum(int(pane._notice.removesuffix(" %")) for pane in panes) == 100
    assert wall.controller.display.view.settings.layout == "gallery"


def test_a_click_takes_a_sample_as_one_step(wall, qtbot):
    desk, gallery = wall.controller.desk, wall.scene.gallery
    before, steps = desk.latents.point, len(desk.document.history)
    QTest.mouseClick(shown(wall)[-1], Qt.MouseButton.LeftButton)
    assert desk.latents.point == gallery._samples[-1].point != before
    assert len(desk.document.history) == steps + 1 and desk.undo_name == "take sample"
    desk.undo()
    assert desk.latents.point == before


def test_keys_walk_and_take(wall):
    gallery, panes = wall.scene.gallery, shown(wall)
    if len(panes) < 2:
        pytest.fail("the tiny model's draws differ")
    panes[0].setFocus()
    QTest.keyClick(panes[0], Qt.Key.Key_Right)
    assert panes[1].hasFocus()
    QTest.keyClick(panes[1], Qt.Key.Key_Return)
    assert wall.controller.desk.latents.point == gallery._samples[1].point


def test_a_double_click_lets_one_stand_alone_and_brings_all_back(wall):
    panes = shown(wall)
    QTest.mouseDClick(panes[0], Qt.MouseButton.LeftButton)
    assert shown(wall) == [panes[0]]
    QTest.mouseDClick(panes[0], Qt.MouseButton.LeftButton)
    assert shown(wall) == panes


def test_outlines_follow_the_slice(wall, qtbot):
    desk, pane = wall.controller.desk, wall.scene.gallery.panes[0]
    qtbot.waitUntil(lambda: bool(pane._contours), timeout=SETTLE_MS)
    desk.set_slice(0)
    assert pane.plane.index == 0 and not pane._contours
    qtbot.waitUntil(lambda: bool(pane._contours), timeout=SETTLE_MS)
    assert wall.failures == []


def test_without_draws_it_is_not_offered_and_a_remembered_gallery_gives_way(reviewed, monkeypatch):
    gallery = reviewed.scene.gallery
    monkeypatch.setattr(gallery, "blocked", lambda: NO_SAMPLES)
    reviewed.controller.display.set_view(layout="gallery")
    assert reviewed.scene.scan.isVisible() and not gallery.view.isVisible()


@pytest.mark.parametrize(("count", "wide"), [(1, 1), (2, 2), (3, 2), (4, 2), (5, 4), (12, 4)])
def test_few_samples_have_wide_panes(wall, count, wide):
    view = wall.scene.gallery.view
    view.set_count(count)
    assert [view.grid.getItemPosition(view.grid.indexOf(pane))[:2] for pane in view.panes[:count]] == [
        (1 + number // wide, number % wide) for number in range(count)
    ]
