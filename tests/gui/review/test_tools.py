"""Drawing with the mouse and keys: what lands in the voxels, on which plane, and how it is taken back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from proseg_gui.gui.dialogs.operation_dialog import OperationDialog
from proseg_gui.gui.dialogs.structure_dialog import StructureDialog
from proseg_gui.planes import Plane
from proseg_gui.review.case import OpenedCase

from .test_scene import SHAPE, box_study

LEFT, CTRL, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
SPACING = np.array([3.0, 2.0, 1.0])


@pytest.fixture
def drawing(window):
    """A scan without a model, with a structure of one's own, and the brush of 4 mm in the hand."""
    window.controller.desk.show(OpenedCase.fresh(box_study()))
    desk = window.controller.desk
    desk.drafts.add("GTV")
    desk.tools.set_radius(4.0)
    window.scene.scan.setFocus()
    QTest.keyClick(window, Qt.Key.Key_W)
    assert desk.tools.state.kind == "brush"
    return window


def draw(pane, *voxels: tuple[int, int, int], modifier=NONE) -> None:
    places = [pane.widget_position(voxel).toPoint() for voxel in voxels]
    QTest.mousePress(pane, LEFT, modifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(pane, place)
    QTest.mouseRelease(pane, LEFT, modifier, places[-1])


def shown(window, name: str = "GTV") -> np.ndarray:
    drafts = window.controller.desk.drafts
    planes = [drafts.shown(name, Plane(0, k), None) for k in range(SHAPE[0])]
    return np.stack([np.zeros(SHAPE[1:], bool) if plane is None else plane for plane in planes])


def within(centres: list, radius: float, axis: int) -> np.ndarray:
    """Voxels of a plane of ``axis`` within ``radius`` mm of the line through voxel centres, one by one."""
    found = np.zeros(SHAPE, bool)
    ends = np.array(centres, float) * SPACING
    line = ends[-1] - ends[0]
    for place in np.ndindex(SHAPE):
        if place[axis] == centres[0][axis]:
            away = np.array(place) * SPACING - ends[0]
            share = np.clip(away @ line / max(line @ line, 1e-12), 0, 1)
            found[place] = np.linalg.norm(away - share * line) <= radius
    return found


@pytest.mark.parametrize(("axis", "start", "end"), [(0, (3, 8, 10), (3, 14, 10)), (1, (1, 15, 12), (4, 15, 12)),
                                                    (2, (1, 10, 20), (1, 20, 20))])  # fmt: skip
def test_a_stroke_covers_what_lies_within_its_radius_in_mm_on_any_plane(drawing, axis, start, end):
    scene, desk = drawing.scene, drawing.controller.desk
    if axis:
        desk.tools.lay_down()
        scene._place = start
        scene.show_axis(axis)
        QTest.keyClick(drawing, Qt.Key.Key_W)
    pane = scene.scan
    assert pane.plane.axis == axis and pane.plane.index == start[axis]
    draw(pane, start, end)
    found, expected = shown(drawing), within([start, end], 4.0, axis)
    # widget pixels are whole: a voxel whose centre lies within a pixel of the rim may fall on either side
    sure = within([start, end], 4.0 - 1.5 / pane.pixels_per_mm(), axis)
    maybe = within([start, end], 4.0 + 1.5 / pane.pixels_per_mm(), axis)
    assert expected.any() and (sure <= found).all() and (found <= maybe).all()
    what = "slice" if axis == 0 else "plane"
    assert desk.undo_name == f"brush on {what} {start[axis] + 1}"
    QTest.keyClick(drawing, Qt.Key.Key_Z, CTRL)
    assert not shown(drawing).any()


def test_ctrl_inverts_and_shift_wheel_sizes(drawing):
    pane, desk = drawing.scene.scan, drawing.controller.desk
    k = pane.plane.index
    draw(pane, (k, 15, 10), (k, 15, 30))
    full = shown(drawing).sum()
    draw(pane, (k, 15, 20), modifier=CTRL)
    assert 0 < shown(drawing).sum() < full
    assert not shown(drawing)[k, 15, 20]
    before = desk.tools.state.radius_mm
    at = QPointF(pane.rect().center())
    event = QWheelEvent(at, QPointF(pane.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.ShiftModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(pane, event)
    assert desk.tools.state.radius_mm == pytest.approx(before * 1.15**2, abs=0.01)
    assert desk.slice_index == k
    assert drawing.toolbar.radius.value() == desk.tools.state.radius_mm


def test_a_ball_reaches_into_the_neighbours(drawing):
    QTest.keyClick(drawing, Qt.Key.Key_V)
    pane = drawing.scene.scan
    k = pane.plane.index
    draw(pane, (k, 15, 20))
    assert shown(drawing).any(axis=(1, 2)).sum() == 3  # 3 mm apart: one slice on each side within 4 mm


def test_escape_drops_the_stroke_then_the_tool(drawing):
    pane, desk = drawing.scene.scan, drawing.controller.desk
    k = pane.plane.index
    place = pane.widget_position((k, 15, 20)).toPoint()
    QTest.mousePress(pane, LEFT, NONE, place)
    assert shown(drawing).any()
    QTest.keyClick(pane, Qt.Key.Key_Escape)
    assert not shown(drawing).any()
    assert desk.tools.state.kind == "brush"
    QTest.mouseRelease(pane, LEFT, NONE, place)
    QTest.keyClick(pane, Qt.Key.Key_Escape)
    assert desk.tools.state.kind == ""
    assert not any(made.isChecked() for made in drawing.toolbar.buttons.values())


def test_a_slice_that_is_left_in_mid_stroke_keeps_it(drawing):
    pane, desk = drawing.scene.scan, drawing.controller.desk
    k = pane.plane.index
    QTest.mousePress(pane, LEFT, NONE, pane.widget_position((k, 15, 20)).toPoint())
    desk.step_slice(1)
    assert desk.undo_name == f"brush on slice {k + 1}"
    assert shown(drawing)[k].any() and not shown(drawing)[k + 1].any()


def test_a_lasso_and_a_polygon_fill_what_they_surround(drawing):
    pane, desk = drawing.scene.scan, drawing.controller.desk
    k = pane.plane.index
    corners = [(k, 8, 10), (k, 8, 30), (k, 22, 30), (k, 22, 10)]
    QTest.keyClick(drawing, Qt.Key.Key_K)
    draw(pane, *corners)
    assert shown(drawing)[k, 9:22, 11:30].all()
    assert not shown(drawing)[k, :8].any() and not shown(drawing)[k, 23:].any()
    desk.undo()
    for corner in corners:
        QTest.mouseClick(pane, LEFT, NONE, pane.widget_position(corner).toPoint())
    assert not shown(drawing).any()
    QTest.keyClick(pane, Qt.Key.Key_Return)
    assert shown(drawing)[k, 9:22, 11:30].all()
    assert desk.undo_name == f"lasso on slice {k + 1}"


def test_threshold_brush_keeps_to_its_values_and_flood_to_what_is_connected(drawing, qtbot):
    pane, desk = drawing.scene.scan, drawing.controller.desk
    k, image = pane.plane.index, desk.study.image.array
    QTest.keyClick(drawing, Qt.Key.Key_J)
    desk.tools.set_range(40.0, 1000.0)
    draw(pane, (k, 10, 4), (k, 10, 20))
    found = shown(drawing)
    assert found.any() and (image[found] >= 40.0).all()
    desk.undo()
    QTest.keyClick(drawing, Qt.Key.Key_O)
    desk.tools.set_range(25.0, 1000.0)
    QTest.mouseClick(pane, LEFT, NONE, pane.widget_position((k, 15, 15)).toPoint())
    qtbot.waitUntil(lambda: shown(drawing).any(), timeout=10_000)
    found = shown(drawing)
    assert (image[found] >= 25.0).all() and found[k, 10:20, 5:30].mean() > 0.95


def test_structures_are_added_and_operations_asked_for_in_dialogs(drawing, qtbot):
    desk = drawing.controller.desk
    QTest.mouseClick(drawing.structures.add, LEFT)
    (dialog,) = drawing.findChildren(StructureDialog)
    QTest.keyClicks(dialog.field, "CTVn")
    QTest.mouseClick(dialog.confirm, LEFT)
    assert desk.structure_name == "CTVn"
    assert [line.row.name for line in drawing.structures.lines] == ["GTV", "CTVn"]
    pane = drawing.scene.scan
    k = pane.plane.index
    draw(pane, (k, 15, 20))
    area = shown(drawing, "CTVn").sum()
    drawing.menus.give("grow")
    (ask,) = drawing.findChildren(OperationDialog)
    ask.amount.setValue(3.0)
    ask.here.setChecked(True)
    QTest.mouseClick(ask.confirm, LEFT)
    qtbot.waitUntil(lambda: desk.undo_name.startswith("grow"), timeout=10_000)
    assert shown(drawing, "CTVn").sum() > area
    assert desk.undo_name == f"grow by 3 mm on slice {k + 1}"
    assert not shown(drawing, "GTV").any()


def test_in_mpr_a_stroke_is_drawn_on_its_plane_and_seen_in_the_others(drawing):
    QTest.keyClick(drawing, Qt.Key.Key_F4)
    scene = drawing.scene
    scene.look_at((3, 15, 20))
    coronal, sagittal = scene.across
    assert (scene.scan.plane, coronal.plane, sagittal.plane) == (Plane(0, 3), Plane(1, 15), Plane(2, 20))
    draw(coronal, (2, 15, 20), (4, 15, 20))
    found = shown(drawing)
    assert found[3, 15, 20] and found[:, :15].sum() == found[:, 16:].sum() == 0
    QApplication.processEvents()
    assert all(pane._contours for pane in (scene.scan, coronal, sagittal))


def test_a_locked_structure_is_not_drawn_on_and_says_so(drawing):
    desk, pane, said = drawing.controller.desk, drawing.scene.scan, []
    drawing.controller.noticed.connect(said.append)
    desk.drafts.lock("GTV", True)
    draw(pane, (pane.plane.index, 15, 20))
    assert not shown(drawing).any()
    assert said[-1] == "GTV is locked; unlock it in the list of structures first"
