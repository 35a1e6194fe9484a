"""Both panes turned to planes across the acquired slices: where one is, what is drawn there, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from proseg_gui.gui.review import work
from proseg_gui.gui.review.scene import NO_MODEL, SLICES_ONLY
from proseg_gui.gui.views.contours import trace
from proseg_gui.gui.views.palette import rater_colour
from proseg_gui.planes import Plane
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.colours import CURRENT_COLOUR
from proseg_gui.review.viewing import Ruler, ViewPlace
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

from ..conftest import point_at

SHAPE = (6, 30, 40)
TURNED = SLICES_ONLY.format(name="axial")


def box_study(name: str = "case 1") -> Study:
    """Noise with a box of slices 1 to 4, rows 10 to 19, columns 5 to 29, drawn by one rater."""
    geometry = Geometry(SHAPE, np.array([-30.0, -40.0, 20.0]), (3.0, 2.0, 1.0), np.eye(3))
    box = np.zeros(SHAPE, dtype=bool)
    box[1:5, 10:20, 5:30] = True
    image = np.random.default_rng(2).normal(0, 10, SHAPE).astype(np.float32) + 60 * box
    reading = Reading("anna", "lesion", Mask(box, geometry))
    return Study(name, {"image": Volume(image, geometry, modality="MR")}, ("lesion",), (reading,))


@pytest.fixture
def opened(window):
    window.controller.desk.show(OpenedCase.fresh(box_study()))
    return window


def wheel(widget: QWidget, notches: int) -> None:
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at, QPointF(widget.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def where(widget: QWidget, colour: str, within: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the widget's pixels near a colour."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    pixels = np.ndarray((image.height(), image.bytesPerLine()), np.uint8, image.constBits())[:, : image.width() * 3]
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    near = np.abs(pixels.reshape(image.height(), -1, 3).astype(int) - wanted).max(axis=2) < within
    return np.nonzero(near)


def planes(window) -> list[Plane]:
    return [pane.plane for pane in window.scene.panes]


@pytest.mark.parametrize(("axis", "middle"), [(1, 15), (2, 20)])
def test_turned_panes_step_along_their_own_axis(opened, axis, middle):
    scene, k = opened.scene, opened.controller.desk.slice_index
    scene.show_axis(axis)
    assert planes(opened) == [Plane(axis, middle)] * 2
    wheel(scene.scan, 1)
    wheel(scene.heat, 2)
    wheel(scene.scan, -1)
    assert planes(opened) == [Plane(axis, middle + 2)] * 2
    wheel(scene.scan, 99)
    assert planes(opened) == [Plane(axis, SHAPE[axis] - 1)] * 2
    assert opened.controller.desk.slice_index == k


def test_on_acquired_slices_the_wheel_chooses_the_slice(opened):
    k = opened.controller.desk.slice_index
    wheel(opened.scene.scan, 1)
    assert opened.controller.desk.slice_index == k + 1
    assert planes(opened) == [Plane(0, k + 1)] * 2
    wheel(opened.scene.scan, 99)
    assert opened.controller.desk.slice_index == SHAPE[0] - 1


def test_panes_turn_about_the_voxel_under_the_pointer_and_back(opened):
    scene = opened.scene
    point_at(scene.scan, scene.scan.widget_position((3, 11, 27)).toPoint())
    scene.show_axis(1)
    assert planes(opened) == [Plane(1, 11)] * 2
    point_at(scene.heat, scene.heat.widget_position((1, 11, 8)).toPoint())
    scene.show_axis(2)
    assert planes(opened) == [Plane(2, 8)] * 2
    QApplication.sendEvent(scene.heat, QEvent(QEvent.Type.Leave))
    scene.show_axis(0)
    assert planes(opened) == [Plane(0, 1)] * 2
    assert opened.controller.desk.slice_index == 1


def test_without_a_pointer_panes_turn_about_the_last_place(opened):
    scene = opened.scene
    scene.show_axis(1)
    scene.step(3)
    scene.show_axis(2)
    scene.show_axis(1)
    assert planes(opened) == [Plane(1, 18)] * 2


def test_a_slice_that_is_chosen_is_shown(opened):
    opened.scene.show_axis(2)
    opened.controller.desk.set_slice(5)
    assert planes(opened) == [Plane(0, 5)] * 2


def test_given_masks_are_outlined_on_every_axis(opened):
    scene, red = opened.scene, rater_colour(0)
    opened.controller.display.show_masks(frozenset({"anna"}))
    for axis, corners in ((1, ((1, 15, 5), (4, 15, 29))), (2, ((1, 10, 20), (4, 19, 20)))):
        scene.show_axis(axis)
        rows, columns = where(scene.scan, red, 30)
        scale = scene.scan.pixels_per_mm()
        ends = [scene.scan.widget_position(corner) for corner in corners]
        half = (0.5 * (3.0, 2.0, 1.0)[3 - axis] * scale, 0.5 * 3.0 * scale)  # of a voxel: across, and up
        assert (columns.min(), columns.max()) == pytest.approx((ends[0].x() - half[0], ends[1].x() + half[0]), abs=4)
        assert (rows.min(), rows.max()) == pytest.approx((ends[1].y() - half[1], ends[0].y() + half[1]), abs=4)
    scene.step(-99)  # the first sagittal plane misses the box
    assert not len(where(scene.scan, red, 30)[0])


def contour_pixels(pane: QWidget) -> int:
    return len(where(pane, CURRENT_COLOUR, 30)[0])


def test_the_models_contour_and_map_are_drawn_on_acquired_slices_only(reviewed, qtbot, monkeypatch):
    scene, controller = reviewed.scene, reviewed.controller
    bare = contour_pixels(scene.scan)  # an untrained model includes nothing at 0.5, so it is outlined at its median
    monkeypatch.setattr(work, "trace", lambda probability: trace(probability, float(np.median(probability))))
    with qtbot.waitSignal(controller.settled, timeout=120_000):
        controller.latents.choose_consensus_style()
    drawn = contour_pixels(scene.scan)
    assert drawn > bare + 200
    painted: list[float] = []
    for axis in (1, 2):
        scene.show_axis(axis)
        scene.link.set_view(axis, 0.2, None)  # so far away that a slice's contour would not fall outside the pane
        scene.pixels_shown.connect(painted.append)
        with qtbot.waitSignal(controller.settled, timeout=120_000):
            controller.latents.choose_consensus_style()  # a frame that comes meanwhile belongs to the slice, too
        for pane in scene.panes:
            assert contour_pixels(pane) <= bare
            assert pane._notice == TURNED
            assert not pane._picture.has_heat
    assert painted == []
    scene.show_axis(0)
    assert contour_pixels(scene.scan) == drawn
    assert scene.heat._picture.has_heat
    assert [pane._notice for pane in scene.panes] == ["", ""]


def test_without_a_model_only_that_is_said(opened):
    opened.scene.show_axis(1)
    assert [pane._notice for pane in opened.scene.panes] == ["", NO_MODEL]


def test_the_case_stands_on_both_panes_and_the_next_one_starts_afresh(opened):
    scene = opened.scene
    assert [pane._case for pane in scene.panes] == ["case 1"] * 2
    scene.link.add_ruler(Ruler(Plane(0, 3), (1.0, 1.0), (5.0, 5.0)))
    scene.scan.zoom_by(4.0)
    scene.show_axis(1)
    kept = scene.link.state()
    opened.controller.desk.show(OpenedCase.fresh(box_study("case 2")))  # the same grid, another patient
    assert planes(opened) == [Plane(0, 3)] * 2
    assert scene.link.state() == ViewPlace()
    assert [pane._case for pane in scene.panes] == ["case 2"] * 2
    opened.controller.desk.show(OpenedCase.fresh(box_study("case 1")))
    scene.link.restore(kept)
    assert scene.link.state() == kept


def test_without_a_scan_there_is_nothing_to_turn(window):
    window.scene.show_axis(1)
    window.scene.step(1)
    assert planes(window) == [Plane(0, 0)] * 2


def test_grey_levels_opacity_and_zoom_trace_nothing_and_ask_no_command(reviewed, qtbot, monkeypatch):
    display, scene, traced, asked = reviewed.controller.display, reviewed.scene, [], []
    display.show_raters(frozenset(reviewed.controller.desk.review.engine.raters))
    display.set_view(show_thin=True)
    qtbot.waitUntil(lambda: len(scene._spread_layers) > 5)
    for name in ("trace", "trace_flat", "trace_plane"):
        monkeypatch.setattr(f"proseg_gui.gui.review.outlines.{name}", lambda *_a, name=name: traced.append(name))
    monkeypatch.setattr("proseg_gui.gui.review.work.trace", lambda *_a: traced.append("frame"))
    monkeypatch.setattr(reviewed.menus, "refresh", lambda: asked.append("menus"))
    shown = scene._spread_layers
    display.set_window(50.0, 300.0)
    display.set_view(heat_opacity=0.3, heat_threshold=0.1)
    scene.scan.zoom_by(1.5)
    scene.scan.repaint()
    assert scene.scan._picture.window == (50.0, 300.0) and scene.heat._picture.heat_style.opacity == 0.3
    assert reviewed.uncertainty.opacity.slider.value() == 30
    assert traced == [] and asked == [] and scene._spread_layers is shown
    display.set_view(show_heatmap=False)
    assert asked == ["menus"]
