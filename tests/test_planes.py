"""Planes of every axis against tables worked out by hand: letters, places, distances, uneven slices."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from proseg_gui.planes import MAX_PICTURE_ROWS, Plane, PlaneGrid, letters_towards
from proseg_gui.volume import Geometry

L, P, S = (1, 0, 0), (0, 1, 0), (0, 0, 1)
R, A, I = (-1, 0, 0), (0, -1, 0), (0, 0, -1)  # noqa: E741
BORDERS = {"Axial": ("R", "L", "A", "P"), "Coronal": ("R", "L", "S", "I"), "Sagittal": ("A", "P", "S", "I")}
"""Letters at the left, right, top and bottom, as radiologists hang a picture."""
ACROSS_DOWN = {"Axial": (L, P), "Coronal": (L, I), "Sagittal": (P, I)}

# name: (x grows to, y grows to, z grows to, names of the planes of axis 0, 1 and 2)
GRIDS = {
    "axial": (L, P, S, ("Axial", "Coronal", "Sagittal")),
    "axial, NIfTI order": (R, A, S, ("Axial", "Coronal", "Sagittal")),
    "axial, feet first": (L, P, I, ("Axial", "Coronal", "Sagittal")),
    "axial, rows and columns swapped": (P, L, S, ("Axial", "Sagittal", "Coronal")),
    "axial, swapped and turned": (A, R, S, ("Axial", "Sagittal", "Coronal")),
    "coronal": (L, I, P, ("Coronal", "Axial", "Sagittal")),
    "coronal, from the feet": (R, S, A, ("Coronal", "Axial", "Sagittal")),
    "coronal, swapped": (S, R, P, ("Coronal", "Sagittal", "Axial")),
    "sagittal": (P, I, L, ("Sagittal", "Axial", "Coronal")),
    "sagittal, NIfTI order": (A, S, R, ("Sagittal", "Axial", "Coronal")),
    "sagittal, swapped": (I, P, L, ("Sagittal", "Coronal", "Axial")),
}
ORIGIN = np.array([-7.0, 11.0, 23.0])
SPACING, SHAPE = (3.0, 2.0, 0.5), (4, 5, 6)
EVERY = list(itertools.product(GRIDS, range(3)))


def grid(name: str) -> Geometry:
    x, y, z, _ = GRIDS[name]
    return Geometry(SHAPE, ORIGIN, SPACING, np.array([x, y, z], dtype=float).T)


def oblique() -> Geometry:
    """Turned by 30 degrees about the body's long axis."""
    c, s = np.cos(np.radians(30)), np.sin(np.radians(30))
    return Geometry(SHAPE, ORIGIN, SPACING, np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]).T)


def tilted() -> Geometry:
    """A gantry tilt: each slice is 3 mm further back and 4 mm higher than the one before."""
    return Geometry(SHAPE, ORIGIN, (5.0, 2.0, 0.5), np.array([L, P, (0.0, 0.6, 0.8)], dtype=float).T)


def stack(origins: list[tuple[float, float, float]], shape=(3, 5, 6)) -> Geometry:
    """Axial slices of 2.0 x 0.5 mm pixels at these places."""
    places = ORIGIN + np.array(origins)
    step = (places[-1] - places[0]) / (len(places) - 1)
    length = float(np.linalg.norm(step))
    direction = np.stack([L, P, step / length], axis=1).astype(float)
    return Geometry(shape, places[0], (length, 2.0, 0.5), direction, places)


def uneven() -> Geometry:
    """Gaps of 2 and 5 mm."""
    return stack([(0, 0, 0), (0, 0, 2), (0, 0, 7)])


def uneven_and_tilted() -> Geometry:
    """Steps of (0, 3, 4) mm, once and twice."""
    return stack([(0, 0, 0), (0, 3, 4), (0, 9, 12)])


FLAT = {"oblique": oblique, "tilted": tilted, "uneven": uneven, "uneven and tilted": uneven_and_tilted}
"""Stacks in which every plane is truly flat: the screen must keep all distances."""


def world(geometry: Geometry, z: int, y: int, x: int) -> np.ndarray:
    """LPS mm, by hand: the slice's own origin and the steps in it."""
    start = geometry.origin_mm + z * geometry.spacing_mm[0] * geometry.direction[:, 2]
    if geometry.slice_origins_mm is not None:
        start = geometry.slice_origins_mm[z]
    _, down, right = geometry.spacing_mm
    return start + y * down * geometry.direction[:, 1] + x * right * geometry.direction[:, 0]


def on_screen(planes: PlaneGrid, row: float, column: float) -> np.ndarray:
    return planes.to_screen @ [*planes.to_picture(row, column), 1.0]


# -- planes of an array -----------------------------------------------------------------------------------------------
def test_a_plane_takes_the_voxels_that_it_names():
    array = np.array([[[100 * z + 10 * y + x for x in range(6)] for y in range(5)] for z in range(4)])
    assert Plane(0, 2).take(array)[3, 5] == 235
    assert Plane(1, 2).take(array)[3, 5] == 325
    assert Plane(2, 2).take(array)[3, 4] == 342
    for plane in (Plane(0, 2), Plane(1, 2), Plane(2, 2)):
        values = plane.take(array)
        assert np.shares_memory(values, array)
        for row, column in np.ndindex(*values.shape):
            voxel = plane.voxel(row, column)
            assert array[voxel] == values[row, column]
            assert plane.place_of(voxel) == (row, column)
            assert plane.holds(voxel)


def test_a_voxel_beside_a_plane_falls_straight_onto_it():
    assert Plane(1, 2).place_of((3, 4, 5)) == (3, 5)
    assert not Plane(1, 2).holds((3, 4, 5))
    assert Plane(2, 1).index_of(0.5, 2.25) == (0.5, 2.25, 1.0)


@pytest.mark.parametrize(("axis", "last"), [(0, 3), (1, 4), (2, 5)])
def test_steps_end_where_the_array_ends(axis, last):
    assert Plane(axis, 1).stepped(2, SHAPE) == Plane(axis, min(3, last))
    assert Plane(axis, 1).stepped(99, SHAPE) == Plane(axis, last)
    assert Plane(axis, 1).stepped(-99, SHAPE) == Plane(axis, 0)
    assert Plane(axis, 99).within(SHAPE) == Plane(axis, last)
    assert Plane.middle(SHAPE, axis) == Plane(axis, (2, 2, 3)[axis])


@pytest.mark.parametrize("numbers", [(3, 0), (-1, 0), (0, -1)])
def test_planes_that_cannot_be_are_refused(numbers):
    with pytest.raises(ValueError, match="no plane"):
        Plane(*numbers)


# -- the radiological arrangement -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "axis"), EVERY)
def test_letters_stand_where_radiologists_expect_them(name, axis):
    planes, expected = PlaneGrid.of(grid(name), axis), GRIDS[name][3][axis]
    assert planes.name == expected
    assert (planes.left, planes.right, planes.top, planes.bottom) == BORDERS[expected]


@pytest.mark.parametrize(("name", "axis"), EVERY)
def test_every_voxel_lies_on_the_screen_where_it_lies_in_the_body(name, axis):
    geometry = grid(name)
    planes = PlaneGrid.of(geometry, axis)
    across, down = (np.array(v) for v in ACROSS_DOWN[GRIDS[name][3][axis]])
    plane = Plane(axis, 1)
    start, first = world(geometry, *plane.voxel(0, 0)), on_screen(planes, 0, 0)
    for row, column in np.ndindex(*planes.shape):
        away = world(geometry, *plane.voxel(row, column)) - start
        assert on_screen(planes, row, column) - first == pytest.approx([away @ across, away @ down])


@pytest.mark.parametrize(
    ("axis", "shape", "count", "size"), [(0, (5, 6), 4, (3, 10)), (1, (4, 6), 5, (3, 12)), (2, (4, 5), 6, (10, 12))]
)
def test_sizes_in_voxels_and_mm(axis, shape, count, size):
    planes = PlaneGrid.of(grid("axial"), axis)
    assert (planes.shape, planes.picture_shape, planes.count) == (shape, shape, count)
    assert planes.size_mm == pytest.approx(size)
    assert planes.step_text() == f"{SPACING[axis]:g} mm"


@pytest.mark.parametrize(
    ("axis", "borders", "name"),
    [
        (0, ("RA", "LP", "AL", "PR"), "Axial"),
        (1, ("RA", "LP", "S", "I"), "Coronal oblique"),
        (2, ("AL", "PR", "S", "I"), "Sagittal oblique"),
    ],
)
def test_oblique_planes_name_both_directions(axis, borders, name):
    planes = PlaneGrid.of(oblique(), axis)
    assert (planes.left, planes.right, planes.top, planes.bottom) == borders
    assert planes.name == name
    assert letters_towards(np.array([np.cos(0.1), np.sin(0.1), 0.0])) == "L"


def test_positions_are_named_by_the_axis_nearest_to_the_normal():
    geometry = Geometry((5, 4, 3), np.array([-10.0, -20.0, -4.0]), (2.0, 1.0, 5.0), np.eye(3))
    assert [PlaneGrid.of(geometry, 0).position_text(k) for k in (0, 2, 4)] == ["I 4.0 mm", "S 0.0 mm", "S 4.0 mm"]
    assert [PlaneGrid.of(geometry, 1).position_text(k) for k in (0, 3)] == ["A 20.0 mm", "A 17.0 mm"]
    assert [PlaneGrid.of(geometry, 2).position_text(k) for k in (0, 2)] == ["R 10.0 mm", "L 0.0 mm"]
    sagittal = Geometry((5, 4, 4), np.array([-10.0, 0.0, 0.0]), (4.0, 1.0, 1.0), np.array([P, I, L], dtype=float).T)
    assert [PlaneGrid.of(sagittal, 0).position_text(k) for k in (0, 4)] == ["R 10.0 mm", "L 6.0 mm"]


# -- distances --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "axis"), list(itertools.product(FLAT, range(3))))
def test_the_screen_keeps_every_distance(name, axis):
    geometry = FLAT[name]()
    planes, plane = PlaneGrid.of(geometry, axis), Plane(axis, 1)
    places = list(np.ndindex(*planes.shape))
    for (r1, c1), (r2, c2) in itertools.combinations(places, 2):
        shown = np.linalg.norm(on_screen(planes, r1, c1) - on_screen(planes, r2, c2))
        true = np.linalg.norm(world(geometry, *plane.voxel(r1, c1)) - world(geometry, *plane.voxel(r2, c2)))
        assert shown == pytest.approx(true)


@pytest.mark.parametrize(("name", "axis"), list(itertools.product(FLAT, range(3))))
def test_every_voxel_is_found_where_it_is_drawn_and_within_the_picture(name, axis):
    planes = PlaneGrid.of(FLAT[name](), axis)
    for row, column in np.ndindex(*planes.shape):
        x, y = planes.to_picture(row, column)
        assert planes.voxel_at(x, y) == (row, column)
        assert planes.from_picture(x, y) == pytest.approx((row, column))
        u, v = on_screen(planes, row, column)
        assert 0 < u < planes.size_mm[0]
        assert 0 < v < planes.size_mm[1]
    height, width = planes.picture_shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ planes.to_screen.T
    assert corners.min(axis=0) == pytest.approx((0, 0), abs=1e-9)
    assert corners.max(axis=0) == pytest.approx(planes.size_mm)
    for x, y in ((-0.01, 1.0), (1.0, -0.01), (width + 0.01, 1.0), (1.0, height + 0.01)):
        assert planes.voxel_at(x, y) is None


def test_a_gantry_tilt_is_seen_as_a_lean_from_the_side():
    side = PlaneGrid.of(tilted(), 2)  # 4 slices, 5 rows of 2 mm: each slice 3 mm further back, 4 mm higher
    assert side.size_mm == pytest.approx((5 * 2 + 4 * 3, 4 * 4))
    assert side.name == "Sagittal"
    assert on_screen(side, 1, 0) - on_screen(side, 0, 0) == pytest.approx((3, -4))
    assert on_screen(side, 0, 1) - on_screen(side, 0, 0) == pytest.approx((2, 0))
    front = PlaneGrid.of(tilted(), 1)
    assert front.name == "Coronal oblique"
    assert (front.left, front.right, front.top, front.bottom) == ("R", "L", "SP", "IA")
    assert front.size_mm == pytest.approx((3, 4 * 5))
    assert [PlaneGrid.of(tilted(), axis).step_text() for axis in range(3)] == ["4 mm", "1.6 mm", "0.5 mm"]


def test_one_slice_seen_from_the_side_is_as_high_as_its_step():
    geometry = Geometry((1, 8, 6), np.zeros(3), (5.0, 1.0, 2.0), np.eye(3))
    front = PlaneGrid.of(geometry, 1)
    assert (front.shape, front.count, front.size_mm) == ((1, 6), 8, (12.0, 5.0))
    assert front.voxel_at(3.2, 0.9) == (0, 3)
    assert PlaneGrid.of(geometry, 0).step_text() == ""


# -- uneven slices ----------------------------------------------------------------------------------------------------
def test_uneven_slices_lie_at_their_true_heights():
    front = PlaneGrid.of(uneven(), 1)
    # From 1 mm below the lowest slice to 2.5 mm above the highest: 1 + 2 + 5 + 2.5. The head is up.
    assert front.size_mm == pytest.approx((3.0, 10.5))
    assert [on_screen(front, k, 0)[1] for k in range(3)] == pytest.approx([9.5, 7.5, 2.5])
    rows, row_mm = front.picture_shape[0], 10.5 / front.picture_shape[0]
    assert rows == 11  # at most half the smallest gap
    for height, slice_ in ((0.01, 0), (1.99, 0), (2.01, 1), (5.49, 1), (5.51, 2), (10.49, 2)):
        assert front.voxel_at(0.9, height / row_mm) == (slice_, 0)
        assert front.voxel_at(1.1, height / row_mm) == (slice_, 1)
    assert PlaneGrid.of(uneven(), 0).step_text() == "2 to 5 mm"
    assert front.step_text() == "2 mm"


def test_between_uneven_slices_values_run_straight_or_stand_in_blocks():
    front = PlaneGrid.of(uneven(), 1)
    values = np.repeat(np.array([[10.0], [20.0], [70.0]]), 6, axis=1)
    heights = (np.arange(11) + 0.5) * 10.5 / 11 - 1.0  # above the lowest slice
    expected = [10 if h < 0 else 10 + 5 * h if h < 2 else 20 + 10 * (h - 2) if h < 7 else 70 for h in heights]
    assert front.picture(values)[:, 3] == pytest.approx(expected, rel=1e-6)
    blocks = [10 if h < 1 else 20 if h < 4.5 else 70 for h in heights]
    assert front.picture(values, blend=False)[:, 3].tolist() == blocks


def test_even_planes_are_shown_as_they_are():
    values = np.arange(30).reshape(5, 6)
    assert PlaneGrid.of(uneven(), 0).picture(values) is values
    front = values[:4]
    assert PlaneGrid.of(grid("axial"), 1).picture(front) is front


@pytest.mark.parametrize(("sideways", "shifts", "value"), [(1.0, (0, 2, 0), 4.5), (-1.0, (2, 0, 2), 3.5)])
def test_slices_that_stray_sideways_are_drawn_where_they_are(sideways, shifts, value):
    geometry = stack([(0, 0, 0), (sideways, 0, 3), (0, 0, 6)])  # 1 mm is two pixels
    front = PlaneGrid.of(geometry, 1)
    assert front.picture_shape[1] == 6 + 2
    values = np.tile(np.arange(1.0, 7.0), (3, 1))
    shown = front.picture(values)
    for k, shift in enumerate(shifts):
        x, y = front.to_picture(k, 3)
        assert x == pytest.approx(3.5 + shift)
        assert front.voxel_at(x, y) == (k, 3)
    # Six rows of 1.5 mm; the middle of the third lies at three quarters of the way to slice 1, so 1.5 columns aside.
    assert shown[2, 3 + shifts[1]] == pytest.approx(value)
    assert not front.picture(np.ones((3, 6), dtype=bool)).all()  # nothing is there beside a slice that strays
    shown_mm = np.linalg.norm(on_screen(front, 0, 2) - on_screen(front, 1, 2))
    assert shown_mm == pytest.approx(np.hypot(1, 3))


def test_a_tiny_gap_makes_no_endless_picture():
    front = PlaneGrid.of(stack([(0, 0, 0), (0, 0, 0.0001), (0, 0, 50)]), 1)
    assert front.picture_shape == (MAX_PICTURE_ROWS, 6)
    assert front.voxel_at(0.5, front.to_picture(2, 0)[1]) == (2, 0)
