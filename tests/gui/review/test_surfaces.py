"""The surface layout in the real window: seen, turned, clicked; and where PyVista is missing, said."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.review import surfaces

from ..conftest import SETTLE_MS, drag

needs_pyvista = pytest.mark.skipif(importlib.util.find_spec("pyvista") is None, reason="view3d is not installed")


@pytest.fixture
def shown(reviewed, qtbot):
    QTest.keyClick(reviewed, Qt.Key.Key_F9)
    found = reviewed.scene.surfaces
    qtbot.waitUntil(lambda: found._made is not None and found._made.pixels is not None, timeout=SETTLE_MS)
    return reviewed


def picture(window) -> np.ndarray:
    return window.scene.surfaces._made.pixels


@needs_pyvista
def test_the_key_shows_the_surface_beside_the_scan(shown):
    assert shown.scene.surfaces.view.isVisible() and shown.scene.scan.isVisible()
    assert not shown.scene.heat.isVisible()
    assert picture(shown).max() > 100 and picture(shown).shape[2] == 3


@needs_pyvista
def test_a_drag_turns_a_wheel_zooms_and_a_double_click_brings_the_front_back(shown, qtbot):
    found, view = shown.scene.surfaces, shown.scene.surfaces.view
    first, front = picture(shown), view.camera
    middle = view.rect().center()
    drag(view, middle, middle + QPoint(60, 0), middle + QPoint(90, -40))
    assert view.camera.axes != front.axes
    qtbot.waitUntil(lambda: not np.array_equal(picture(shown), first), timeout=SETTLE_MS)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=middle)
    assert view.camera == front
    qtbot.waitUntil(lambda: np.array_equal(found._made.pixels, first), timeout=SETTLE_MS)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.camera.axes != front.axes


@needs_pyvista
def test_a_click_goes_to_the_slice_of_the_place(shown, qtbot):
    found, view = shown.scene.surfaces, shown.scene.surfaces.view
    geometry = shown.controller.desk.study.geometry
    seen = view.camera.on_screen(found._made.points_mm, view.width(), view.height())
    top = int(np.argmin(seen[:, 1]))
    at = QPoint(round(seen[top, 0]), round(seen[top, 1]))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    hit = view.camera.nearest(found._made.points_mm, (at.x(), at.y()), (view.width(), view.height()), surfaces.REACH)
    place = np.rint(geometry.world_to_index(found._made.points_mm[hit])).astype(int)
    place = np.clip(place, 0, np.array(geometry.shape) - 1)
    assert shown.controller.desk.slice_index == place[0]
    assert shown.scene.link.crosshair == tuple(place)


@needs_pyvista
def test_a_stroke_changes_the_surface_and_leaving_lets_the_graphics_go(shown, qtbot):
    desk, found = shown.controller.desk, shown.scene.surfaces
    before = len(found._made.points_mm)
    k = desk.slice_index
    codes = np.ones((1, 8, 8), np.uint8)  # a block in a corner, where the model draws nothing
    assert desk.drafts.put("block", desk.structures[0], [((slice(k, k + 1), slice(0, 8), slice(0, 8)), codes)])
    qtbot.waitUntil(lambda: len(found._made.points_mm) > before, timeout=SETTLE_MS)
    shown.scene.choose_layout("two")
    qtbot.waitUntil(lambda: found._maker._painter._plotter is None, timeout=SETTLE_MS)
    assert not found.view.isVisible()


def test_without_pyvista_the_command_says_what_to_install(reviewed, monkeypatch):
    monkeypatch.setattr(surfaces, "is_installed", lambda: False)
    assert "proseg-gui[view3d]" in reviewed.menus.why_not("surface")
    reviewed.menus.give("surface")
    assert reviewed.controller.display.view.settings.layout == "two"
    # a layout that was remembered from before it was taken away
    reviewed.controller.display.set_view(layout="surface")
    assert reviewed.scene.heat.isVisible() and not reviewed.scene.surfaces.view.isVisible()


def test_the_list_of_layouts_offers_the_menus_commands(reviewed):
    offered = reviewed.header._layout.menu().actions()
    assert [action.text().replace("&", "") for action in offered][:2] == ["Scan | heat map", "Single pane"]
    assert reviewed.menus.action("gallery") in offered
    reviewed.scene.maximise(reviewed.scene.scan)  # one pane for a while; the list brings all of a layout
    reviewed.menus.action("mpr").trigger()
    assert all(pane.isVisible() for pane in reviewed.scene.all_panes)
