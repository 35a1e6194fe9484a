"""The radiological arrangement, by letters and by where a known voxel is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from proseg_gui.gui.views.orientation import PlaneLayout, letters_towards, slice_position
from proseg_gui.volume import Geometry, Volume

L, P, S = (1, 0, 0), (0, 1, 0), (0, 0, 1)
R, A, I = (-1, 0, 0), (0, -1, 0), (0, 0, -1)  # noqa: E741
AXIAL, CORONAL, SAGITTAL = ("R", "L", "A", "P"), ("R", "L", "S", "I"), ("A", "P", "S", "I")

# name: (x grows to, y grows to, z grows to, letters left right top bottom, where the corner towards L, P, S appears)
GRIDS = {
    "axial": (L, P, S, AXIAL, ("right", "bottom")),
    "axial, NIfTI order": (R, A, S, AXIAL, ("right", "bottom")),
    "axial, feet first": (L, P, I, AXIAL, ("right", "bottom")),
    "axial, rows and columns swapped": (P, L, S, AXIAL, ("right", "bottom")),
    "axial, swapped and turned": (A, R, S, AXIAL, ("right", "bottom")),
    "coronal": (L, I, P, CORONAL, ("right", "top")),
    "coronal, from the feet": (R, S, A, CORONAL, ("right", "top")),
    "coronal, swapped": (S, R, P, CORONAL, ("right", "top")),
    "sagittal": (P, I, L, SAGITTAL, ("right", "top")),
    "sagittal, NIfTI order": (A, S, R, SAGITTAL, ("right", "top")),
    "sagittal, swapped": (I, P, L, SAGITTAL, ("right", "top")),
}


def grid(x: tuple, y: tuple, z: tuple, spacing=(3.0, 2.0, 1.0), shape=(3, 20, 30)) -> Geometry:
    return Geometry(shape, np.zeros(3), spacing, np.array([x, y, z], dtype=float).T)


@pytest.mark.parametrize("name", GRIDS)
def test_letters_stand_where_radiologists_expect_them(name):
    x, y, z, letters, _ = GRIDS[name]
    layout = PlaneLayout.of(grid(x, y, z))
    assert (layout.left, layout.right, layout.top, layout.bottom) == letters


@pytest.mark.parametrize("name", GRIDS)
def test_the_voxel_towards_left_posterior_superior_is_drawn_there(name, make_pane, eye):
    x, y, z, _, (side, end) = GRIDS[name]
    geometry = grid(x, y, z, shape=(3, 40, 40), spacing=(3.0, 1.0, 1.0))
    reached = geometry.index_to_world([(1, j, i) for j in range(40) for i in range(40)]) @ np.ones(3)
    row, column = divmod(int(reached.argmax()), 40)
    values = np.full(geometry.shape, -1000.0, dtype=np.float32)
    values[:, max(row - 9, 0) : row + 10, max(column - 9, 0) : column + 10] = 1000.0
    pane = make_pane(Volume(values, geometry, window=(0.0, 2000.0)), 400, 400)
    bright = eye.grabbed(pane).mean(axis=2) > 128
    quarter = {"left": slice(20, 80), "right": slice(320, 380), "top": slice(40, 80), "bottom": slice(320, 360)}
    for vertical in ("top", "bottom"):
        for horizontal in ("left", "right"):
            found = bright[quarter[vertical], quarter[horizontal]].mean()
            wanted = (horizontal, vertical) == (side, end)
            assert found > 0.9 if wanted else found < 0.35, (horizontal, vertical, found)


@pytest.mark.parametrize("name", GRIDS)
def test_neighbours_lie_as_far_apart_as_in_the_patient(name):
    x, y, z, _, _ = GRIDS[name]
    layout = PlaneLayout.of(grid(x, y, z))
    to_plane = layout.to_plane()
    origin = to_plane.map(QPointF(4.5, 7.5))
    step_x, step_y = to_plane.map(QPointF(5.5, 7.5)) - origin, to_plane.map(QPointF(4.5, 8.5)) - origin
    assert np.hypot(step_x.x(), step_x.y()) == pytest.approx(1.0)
    assert np.hypot(step_y.x(), step_y.y()) == pytest.approx(2.0)
    corners = [to_plane.map(QPointF(*corner)) for corner in ((0, 0), (30, 0), (0, 20), (30, 20))]
    assert min(c.x() for c in corners) == min(c.y() for c in corners) == 0
    assert (max(c.x() for c in corners), max(c.y() for c in corners)) == pytest.approx(layout.size_mm)


def test_oblique_slices_name_both_directions():
    turn = np.radians(30)
    x = np.array([np.cos(turn), np.sin(turn), 0.0])
    y = np.array([-np.sin(turn), np.cos(turn), 0.0])
    layout = PlaneLayout.of(Geometry((2, 8, 8), np.zeros(3), (1, 1, 1), np.stack([x, y, [0, 0, 1.0]], axis=1)))
    assert (layout.left, layout.right, layout.top, layout.bottom) == ("RA", "LP", "AL", "PR")
    assert letters_towards(np.array([np.cos(0.1), np.sin(0.1), 0.0])) == "L"


def test_the_position_is_named_by_the_axis_nearest_to_the_normal():
    geometry = Geometry((5, 4, 4), np.array([-10.0, -20.0, -4.0]), (2.0, 1.0, 1.0), np.eye(3))
    assert [slice_position(geometry, k) for k in (0, 2, 4)] == ["I 4.0 mm", "S 0.0 mm", "S 4.0 mm"]
    sagittal = Geometry((5, 4, 4), np.array([-10.0, 0.0, 0.0]), (4.0, 1.0, 1.0), np.array([P, I, L], dtype=float).T)
    assert [slice_position(sagittal, k) for k in (0, 4)] == ["R 10.0 mm", "L 6.0 mm"]
