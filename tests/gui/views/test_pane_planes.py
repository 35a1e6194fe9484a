"""Panes that show planes of any axis: pixels, hover, letters, rulers and what linked panes share."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from proseg_gui.gui.views import overlay_text, pane_overlay
from proseg_gui.gui.views.contours import trace_plane
from proseg_gui.gui.views.image_pane import ContourLayer
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.review.viewing import Ruler, View, ViewPlace
from proseg_gui.volume import Geometry, Volume

from ..conftest import point_at

SHAPE, SPACING = (4, 5, 6), (3.0, 2.0, 0.5)
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
VALUES = 2.0 * np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
AXIAL = Geometry(SHAPE, np.array([-1.0, 5.0, 30.0]), SPACING, np.eye(3))
# Per axis: the row and column axis, mm of a row and of a column, and whether the first row is at the bottom.
BY_HAND = {0: (1, 2, 2.0, 0.5, False), 1: (0, 2, 3.0, 0.5, True), 2: (0, 1, 3.0, 2.0, True)}


def place_by_hand(axis: int, voxel: tuple[int, int, int], scale: float) -> QPoint:
    """Widget pixel of a voxel's centre in a pane of 400 x 400, the picture in its middle at ``scale`` pixels a mm."""
    rows, columns, row_mm, column_mm, upwards = BY_HAND[axis]
    across = (voxel[columns] + 0.5 - SHAPE[columns] / 2) * column_mm
    down = (voxel[rows] + 0.5 - SHAPE[rows] / 2) * row_mm
    return QPointF(200 + across * scale, 200 + (-down if upwards else down) * scale).toPoint()


def uneven() -> Volume:
    """Axial slices at 0, 2 and 7 mm, 1 mm pixels; each slice has one value."""
    places = np.array([[0, 0, 0], [0, 0, 2.0], [0, 0, 7.0]])
    geometry = Geometry((3, 12, 12), places[0], (3.5, 1.0, 1.0), np.eye(3), places)
    values = np.broadcast_to(np.array([0.0, 100.0, 200.0], np.float32)[:, None, None], (3, 12, 12))
    return Volume(values, geometry, window=(100.0, 200.0))


@pytest.fixture
def small(make_pane, link):
    """A pane in whose middle half, clear of all text, lie big voxels of known value."""
    pane = make_pane(Volume(VALUES, AXIAL, window=(120.0, 240.0)), 400, 400)
    pane.set_interpolate(False)
    for axis in range(3):
        link.set_view(axis, 0.5, None)
    return pane


@pytest.mark.parametrize(("axis", "scale"), [(0, 20.0), (1, 400 / 12 / 2), (2, 400 / 12 / 2)])
def test_every_plane_shows_its_own_voxels_and_reads_them_out(small, eye, axis, scale):
    seen: list = []
    small.hovered.connect(seen.append)
    for index in range(SHAPE[axis]):
        small.show_plane(Plane(axis, index))
        assert small.pixels_per_mm() == pytest.approx(scale)
        pixels = eye.grabbed(small)
        for voxel in itertools.product(*(range(n) for n in SHAPE)):
            if voxel[axis] == index:
                at = place_by_hand(axis, voxel, scale)
                assert pixels[at.y(), at.x(), 0] == pytest.approx(VALUES[voxel] * 255 / 240, abs=1)
                point_at(small, at)
                assert seen[-1] == voxel
                assert small.widget_position(voxel).toPoint() == at
        point_at(small, QPoint(30, 200))
        assert seen[-1] is None


@pytest.mark.parametrize(
    ("axis", "left", "right", "top", "bottom", "heading"),
    [
        (0, "R", "L", "A", "P", ("Axial", "slice 3 / 4", "S 36.0 mm")),
        (1, "R", "L", "S", "I", ("Coronal", "plane 3 / 5", "P 9.0 mm")),
        (2, "A", "P", "S", "I", ("Sagittal", "plane 3 / 6", "L 0.0 mm")),
    ],
)
def test_letters_and_heading_say_which_plane(small, monkeypatch, axis, left, right, top, bottom, heading):
    written: dict[str, QPointF] = {}

    def note(_painter, baseline, text, *_rest):
        written[text] = QPointF(baseline)  # the caller goes on with its own

    monkeypatch.setattr(pane_overlay, "draw_text", note)
    monkeypatch.setattr(overlay_text, "draw_text", note)
    small.set_case("case 12")
    small.show_plane(Plane(axis, 2))
    small.grab()
    assert written[left].x() < 20
    assert written[right].x() > 380
    assert written[top].y() < 30
    assert written[bottom].y() > 380
    shown = " ".join(written)
    assert all(field in shown for field in heading)
    lines = sorted(written.items(), key=lambda item: item[1].y())
    assert written["case 12"].y() == lines[0][1].y()


def test_the_case_is_written_on_the_pane_and_goes(small, eye):
    bare = eye.grabbed(small)
    small.set_case("case 12")
    assert (eye.grabbed(small) != bare).any()
    small.set_case("")
    np.testing.assert_array_equal(eye.grabbed(small), bare)


def test_a_ruler_across_the_slices_measures_mm_and_stays_on_its_plane(small, hand, link, eye):
    small.set_ruler(True)
    small.show_plane(Plane(2, 4))
    blank = eye.grabbed(small)
    scale = 400 / 12 / 2
    hand.drag(small, LEFT, place_by_hand(2, (0, 0, 4), scale), place_by_hand(2, (3, 4, 4), scale))
    (ruler,) = link.rulers
    assert ruler.plane == Plane(2, 4)
    assert ruler.length_mm(AXIAL) == pytest.approx(np.hypot(9, 8), abs=0.1)
    assert ruler.start == pytest.approx((0, 0), abs=0.05)
    assert ruler.end == pytest.approx((3, 4), abs=0.05)
    drawn = eye.grabbed(small)
    assert (drawn != blank).any()
    small.show_plane(Plane(1, 4))
    other = eye.grabbed(small)
    link.clear_rulers(Plane(2, 4))
    np.testing.assert_array_equal(eye.grabbed(small), other)


@pytest.fixture
def crossed(make_pane, small):
    """The small pane, and one beside it that shows a coronal plane."""
    coronal = make_pane(Volume(VALUES, AXIAL, window=(120.0, 240.0)), 400, 400)
    for axis in range(3):
        small.link.set_view(axis, 0.5, None)
    coronal.show_plane(Plane(1, 2))
    return small, coronal


def test_the_voxel_pointed_at_is_marked_in_the_other_plane(crossed, eye):
    axial, coronal = crossed
    bare = eye.grabbed(coronal).astype(int)

    def marked(voxel):
        point_at(axial, place_by_hand(0, voxel, 20.0))
        changed = np.abs(eye.grabbed(coronal) - bare).sum(axis=2)
        rows, columns = np.nonzero(changed)
        at = place_by_hand(1, voxel, 400 / 12 / 2)
        assert abs(rows.mean() - at.y()) < 2
        assert abs(columns.mean() - at.x()) < 2
        return changed.sum()

    axial.show_plane(Plane(0, 0))
    assert marked((0, 2, 1)) > 1.2 * marked((0, 4, 1))  # fainter where the voxel lies on another plane


def test_zoom_and_pan_are_shared_within_an_axis_only(crossed, hand, link):
    axial, coronal = crossed
    before = coronal.widget_position((1, 2, 3))
    axial.zoom_by(3.0)
    hand.drag(axial, MIDDLE, QPoint(200, 200), QPoint(230, 210))
    assert coronal.widget_position((1, 2, 3)) == before
    assert link.view(1) == View(0.5)
    coronal.show_plane(Plane(0, 1))
    assert coronal.widget_position((1, 2, 3)) == axial.widget_position((1, 2, 3))


def test_a_case_gets_its_own_view_back(crossed, link, volume):
    axial, coronal = crossed
    axial.zoom_by(3.0)
    coronal.zoom_by(5.0)
    link.add_ruler(Ruler(Plane(1, 2), (0.0, 0.0), (3.0, 1.0)))
    kept = link.state()
    places = axial.widget_position((1, 2, 3)), coronal.widget_position((1, 2, 3))
    heard: list[str] = []
    link.view_changed.connect(lambda: heard.append("view"))
    link.rulers_changed.connect(lambda: heard.append("rulers"))
    for pane in crossed:
        pane.set_volume(volume)
    assert link.state() == ViewPlace()
    for pane in crossed:
        pane.set_volume(Volume(VALUES, AXIAL))
    coronal.show_plane(Plane(1, 2))
    assert heard == ["view", "rulers"]
    link.restore(kept)
    assert (axial.widget_position((1, 2, 3)), coronal.widget_position((1, 2, 3))) == places
    assert heard == ["view", "rulers"] * 2
    assert link.state() == kept


def test_a_map_must_fit_the_plane_that_is_shown(small):
    small.show_plane(Plane(1, 2))
    small.set_heatmap(np.zeros((4, 6), np.float32))
    with pytest.raises(ValueError, match="does not fit"):
        small.set_heatmap(np.zeros((5, 6), np.float32))


def test_a_pane_says_where_it_filled_in_between_slices(make_pane, small, monkeypatch):
    written: list[str] = []
    monkeypatch.setattr(overlay_text, "draw_text", lambda _painter, _at, text, *_rest: written.append(text))
    pane = make_pane(uneven(), 460, 400)
    pane.grab()
    small.show_plane(Plane(1, 2))
    small.grab()
    assert pane_overlay.FILLED_IN not in written
    pane.show_plane(Plane(1, 5))
    pane.grab()
    assert pane_overlay.FILLED_IN in written


@pytest.mark.parametrize("axis", [1, 2])
def test_across_uneven_slices_each_lies_at_its_true_height(make_pane, eye, link, axis):
    pane = make_pane(uneven(), 400, 400)
    link.set_view(axis, 0.6, None)
    pane.show_plane(Plane(axis, 5))
    scale = 20.0  # 12 mm across 400 pixels, times 0.6; 10.5 mm high, slice 0 at the bottom
    assert pane.pixels_per_mm() == pytest.approx(scale)

    def grey(mm_up: float) -> float:
        return float(eye.grabbed(pane)[round(200 + (5.25 - mm_up) * scale), 200, 0])

    # Slices at 1, 3 and 8 mm of 10.5; half way between two of them, and beyond them.
    assert [grey(mm) for mm in (0.5, 2.0, 5.5, 9.0)] == pytest.approx([0, 64, 191, 255], abs=6)
    pane.set_interpolate(False)
    assert [grey(mm) for mm in (1.5, 2.5, 5.0, 6.0, 10.0)] == pytest.approx([0, 127, 127, 255, 255], abs=2)
    outline = np.zeros((3, 12, 12), dtype=bool)
    outline[1, 2:9, 2:9] = True
    grid = PlaneGrid.of(uneven().geometry, axis)
    path = trace_plane(outline, Plane(axis, 5), grid)
    box = pane.picture_to_widget().mapRect(path.boundingRect())
    # From half way to the slice below (2 mm) to half way to the one above (5.5 mm); pixels 2 to 8.
    edges = (200 + (5.25 - 5.5) * scale, 200 + (5.25 - 2.0) * scale)
    assert (box.top(), box.bottom()) == pytest.approx(edges, abs=0.01)
    assert (box.left(), box.right()) == pytest.approx((200 - 4 * scale, 200 + 3 * scale), abs=1)
    pane.set_contours([ContourLayer(path, "#00ff00")])
    green = np.nonzero(eye.nearness(eye.grabbed(pane), "#00ff00") < 60)
    assert (green[0].min(), green[0].max()) == pytest.approx(edges, abs=2)


def test_a_map_lies_with_the_slices_however_uneven(make_pane, eye, link):
    pane = make_pane(uneven(), 400, 400)
    link.set_view(1, 0.6, None)
    pane.show_plane(Plane(1, 5))
    pane.set_interpolate(False)
    heat = np.zeros((3, 12), np.float32)
    heat[1] = 0.25
    pane.set_heatmap(heat)
    pixels = eye.grabbed(pane)[:, 200].astype(int)
    coloured = np.nonzero(pixels.max(axis=1) - pixels.min(axis=1) > 40)[0]
    assert (coloured.min(), coloured.max()) == pytest.approx((200 - 0.25 * 20, 200 + 3.25 * 20), abs=10)
