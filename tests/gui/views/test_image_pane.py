"""What a pane shows: slices, windows, contours, maps, notices, and where things are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QPainterPath

from proseg_gui.gui.views.contours import trace, trace_mask
from proseg_gui.gui.views.image_pane import ContourLayer
from proseg_gui.gui.views.palette import rater_colour
from proseg_gui.gui.views.picture import HeatStyle, Placing
from proseg_gui.planes import Plane
from proseg_gui.review.colours import CURRENT_COLOUR
from proseg_gui.review.viewing import Ruler, ViewPlace
from proseg_gui.volume import Geometry, Volume

YELLOW = CURRENT_COLOUR


def block(y: slice, x: slice) -> QPainterPath:
    mask = np.zeros((96, 96), dtype=bool)
    mask[y, x] = True
    return trace_mask(mask)


def test_every_voxel_is_found_where_it_is_drawn(pane):
    for index in ((3, 0, 0), (3, 95, 95), (3, 17, 60)):
        assert pane.voxel_at(pane.widget_position(index)) == index
    top_left = pane.picture_to_widget().map(QPointF(0, 0))
    assert pane.voxel_at(top_left - QPointF(1, 0)) is None
    assert pane.voxel_at(top_left - QPointF(0, 1)) is None


def test_the_picture_fits_and_keeps_its_shape(make_pane):
    geometry = Geometry((1, 40, 100), np.zeros(3), (1.0, 2.0, 0.5), np.eye(3))  # 80 mm high, 50 mm wide
    pane = make_pane(Volume(np.zeros((1, 40, 100), np.float32), geometry), 500, 400)
    box = pane.picture_to_widget().mapRect(block(slice(0, 40), slice(0, 96)).boundingRect())
    assert (box.height(), box.width()) == pytest.approx((400, 96 * 0.5 * 5))
    assert pane.pixels_per_mm() == pytest.approx(5)


def test_a_contour_is_drawn_on_the_border_of_its_pixels(pane, eye):
    pane.set_contours([ContourLayer(block(slice(30, 60), slice(20, 70)), YELLOW)])
    yellow = eye.nearness(eye.grabbed(pane), YELLOW) < 40
    to_widget = pane.picture_to_widget()
    for point, expected in {(20, 45): True, (70, 45): True, (45, 30): True, (45, 60): True, (45, 45): False}.items():
        at = to_widget.map(QPointF(*point)).toPoint()
        assert yellow[at.y() - 2 : at.y() + 3, at.x() - 2 : at.x() + 3].any() == expected, point
    pane.set_contours([])
    assert not (eye.nearness(eye.grabbed(pane), YELLOW) < 40).any()


def test_the_last_layer_lies_on_top(pane, eye):
    path = block(slice(30, 60), slice(20, 70))
    layers = [ContourLayer(path, rater_colour(0), 3.0), ContourLayer(path, YELLOW, 3.0)]
    pane.set_contours(layers)
    first = eye.grabbed(pane)
    pane.set_contours(layers[::-1])
    second = eye.grabbed(pane)
    assert (eye.nearness(first, YELLOW) < 10).sum() > 10 * (eye.nearness(first, rater_colour(0)) < 10).sum()
    assert (eye.nearness(second, rater_colour(0)) < 10).sum() > 10 * (eye.nearness(second, YELLOW) < 10).sum()


def test_line_styles_and_fill_differ(pane, eye):
    path = block(slice(30, 60), slice(20, 70))

    def drawn(layer: ContourLayer) -> int:
        pane.set_contours([layer])
        return int((eye.nearness(eye.grabbed(pane), "#00ff00") < 30).sum())

    solid, wide = drawn(ContourLayer(path, "#00ff00")), drawn(ContourLayer(path, "#00ff00", 5.0))
    assert wide > 1.8 * solid
    dashed, dotted = (drawn(ContourLayer(path, "#00ff00", style=style)) for style in ("dash", "dot"))
    assert 0.3 * solid < dashed < 0.8 * solid
    assert 0.35 * solid < dotted < 0.9 * dashed, "to be seen as well as the model's, and told apart"
    assert drawn(ContourLayer(path, "#00ff00", fill_alpha=1.0)) > 5 * solid
    pane.set_contours([])
    bare = eye.grabbed(pane).astype(int)
    pane.set_contours([ContourLayer(path, "#00ff00", style="thin")])
    green = (eye.grabbed(pane).astype(int) - bare)[:, :, 1]
    assert green.max() > 25
    assert drawn(ContourLayer(path, "#00ff00", style="thin")) == 0  # translucent: never the pure colour


def test_holes_stay_empty_when_filled(pane, eye):
    mask = np.zeros((96, 96), dtype=bool)
    mask[20:80, 20:80] = True
    mask[40:60, 40:60] = False
    pane.set_contours([ContourLayer(trace_mask(mask), "#00ff00", fill_alpha=1.0)])
    pixels = eye.grabbed(pane)
    middle, ring = pane.widget_position((3, 50, 50)).toPoint(), pane.widget_position((3, 30, 50)).toPoint()
    assert eye.nearness(pixels, "#00ff00")[ring.y(), ring.x()] < 10
    assert eye.nearness(pixels, "#00ff00")[middle.y(), middle.x()] > 60


def test_another_slice_drops_contours_and_map_of_the_old_one(pane, eye, draw_lesion):
    pane.set_contours([ContourLayer(trace(draw_lesion(96)), "#00ff00")])
    pane.set_heatmap(np.full((96, 96), 0.25, dtype=np.float32))
    pane.show_plane(Plane(0, 3))  # it is there already: nothing changes
    assert (eye.nearness(eye.grabbed(pane), "#00ff00") < 30).any()
    pane.show_plane(Plane(0, 4))
    pixels = eye.grabbed(pane)
    assert not (eye.nearness(pixels, "#00ff00") < 30).any()
    assert (pixels.max(axis=2).astype(int) - pixels.min(axis=2) < 12).mean() > 0.99  # grey only


def test_slices_stay_within_the_volume(pane):
    for asked, shown in ((99, 5), (0, 0)):
        pane.show_plane(Plane(0, asked))
        assert pane.voxel_at(pane.widget_position((0, 40, 40)))[0] == shown


def test_the_window_changes_the_picture_not_the_contours(pane, eye):
    lung, tissue = (pane.widget_position((3, 20, 40)).toPoint(), pane.widget_position((3, 3, 90)).toPoint())
    before = eye.grabbed(pane)
    pane.set_window(40, 400)
    after = eye.grabbed(pane)
    assert before[lung.y(), lung.x(), 0] > 60
    assert after[lung.y(), lung.x(), 0] < 15
    assert 100 < after[tissue.y(), tissue.x(), 0] < 160


def test_moving_contours_paints_the_picture_below_only_once(pane, eye, draw_lesion, monkeypatch):
    painted: list[QSize] = []
    paint = Placing.paint

    def counted(self, *rest):
        painted.append(self.size)
        paint(self, *rest)

    monkeypatch.setattr(Placing, "paint", counted)
    eye.grabbed(pane)
    painted.clear()
    for grow in (0.0, 0.01, 0.02):
        pane.set_contours([ContourLayer(trace(draw_lesion(96, grow)), YELLOW)])
        eye.grabbed(pane)
    assert painted == []
    pane.set_window(0, 100)
    pane.set_window(0, 120)
    eye.grabbed(pane)
    assert len(painted) == 1


def test_a_map_lies_over_the_scan(make_pane, volume, eye):
    pane = make_pane(volume, role="heatmap")
    bare = eye.grabbed(pane)
    heat = np.zeros((96, 96), dtype=np.float32)
    heat[60:70, 20:30] = 0.25
    pane.set_heatmap(heat, HeatStyle(opacity=1.0))
    shown = eye.grabbed(pane)
    hot, cold = pane.widget_position((3, 65, 25)).toPoint(), pane.widget_position((3, 30, 40)).toPoint()
    assert eye.nearness(shown, "#fcffa4")[hot.y(), hot.x()] < 10  # inferno's upper end
    np.testing.assert_array_equal(shown[cold.y(), cold.x()], bare[cold.y(), cold.x()])
    pane.set_heatmap(None)
    np.testing.assert_array_equal(eye.grabbed(pane), bare)


def test_a_contour_keeps_a_dark_edge_on_a_map_of_its_own_colour(pane, eye):
    path = block(slice(30, 60), slice(20, 70))
    pane.set_contours([ContourLayer(path, "#fcffa4")])
    pane.set_heatmap(np.full((96, 96), 0.25, dtype=np.float32), HeatStyle(opacity=1.0))
    at = pane.picture_to_widget().map(QPointF(20, 45)).toPoint()
    across = eye.grabbed(pane)[at.y(), at.x() - 5 : at.x() + 6].mean(axis=1)
    line = across[4:7].max()
    assert line > 200
    assert across[:5].min() < line - 60
    assert across[6:].min() < line - 60


def test_blocks_or_blended(pane, eye):
    smooth = eye.grabbed(pane)
    pane.set_interpolate(False)
    blocks = eye.grabbed(pane)
    row = slice(200, 201)
    assert len(np.unique(blocks[row, 100:300], axis=1)[0]) < 0.5 * len(np.unique(smooth[row, 100:300], axis=1)[0])


def test_without_a_scan_the_pane_says_what_to_do_and_is_deaf(make_pane, eye, hand, qtbot):
    pane = make_pane(None)
    pane.set_empty_text("")
    assert eye.grabbed(pane).max() == 0
    pane.set_empty_text("Drop a scan here")
    assert eye.grabbed(pane)[200:300].max() > 100
    heard: list[object] = []
    for signal in (pane.stepped, pane.window_dragged, pane.clicked, pane.maximise_requested):
        signal.connect(lambda *values: heard.append(values))
    hand.wheel(pane, QPointF(100, 100), 120)
    hand.wheel(pane, QPointF(100, 100), 120, control=True)
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
        hand.drag(pane, button, QPoint(50, 50), QPoint(90, 80))
    pane.show_plane(Plane(0, 3))
    pane.set_window(3, 4)
    assert heard == []
    assert pane.voxel_at(QPointF(100, 100)) is None


def test_closing_the_study_clears_the_pane(pane, eye):
    pane.set_volume(None)
    pane.set_empty_text("")
    assert eye.grabbed(pane).max() == 0


def test_a_notice_is_shown_and_goes(pane, eye):
    bare = eye.grabbed(pane)
    pane.set_notice("Uncertainty of this slice is being computed")
    assert (eye.grabbed(pane) != bare).any()
    pane.set_notice("")
    np.testing.assert_array_equal(eye.grabbed(pane), bare)


def test_another_channel_keeps_slice_and_zoom_another_scan_does_not(pane, volume, link):
    pane.show_plane(Plane(0, 1))
    pane.zoom_by(3.0)
    other = Volume(volume.array * 2, volume.geometry)
    pane.set_channel(other)
    assert pane.voxel_at(pane.widget_position((0, 48, 48)))[0] == 1
    assert link.view(0).zoom == pytest.approx(3.0)
    with pytest.raises(ValueError, match="grid"):
        pane.set_channel(Volume(np.zeros((9, 50, 50), np.float32), Geometry.plain((9, 50, 50))))
    pane.set_volume(Volume(np.zeros((9, 50, 50), np.float32), Geometry.plain((9, 50, 50))))
    assert pane.voxel_at(QPointF(240, 250))[0] == 4
    assert link.view(0).zoom == 1.0


def test_another_case_on_the_same_grid_has_no_ruler_and_no_zoom_of_the_one_before(pane, volume, link):
    pane.zoom_by(3.0)
    link.add_ruler(Ruler(Plane(0, 3), (10.0, 10.0), (20.0, 30.0)))
    pane.set_volume(Volume(volume.array, volume.geometry))
    assert link.state() == ViewPlace()
