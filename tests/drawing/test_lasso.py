"""Lasso: against the winding of every voxel centre's ray through all edges, one by one, in the plane's own mm."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.drawing.lasso import polygon
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.volume import Geometry


def by_rays(geometry: Geometry, plane: Plane, corners_lps: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Even-odd by a ray in a direction of its own, in coordinates made from three places of the plane."""
    at = plane.take(centres).reshape(-1, 3)
    start = geometry.index_to_world(plane.index_of(0, 0))
    e1 = geometry.index_to_world(plane.index_of(0, 1)) - start
    e2 = geometry.index_to_world(plane.index_of(1, 0)) - start
    e1 = e1 / np.linalg.norm(e1)
    e2 = e2 - (e2 @ e1) * e1
    axes = np.stack([e1, e2 / np.linalg.norm(e2)], axis=1)
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    at, corners = (at - start) @ axes @ turn, (corners_lps - start) @ axes @ turn
    odd = np.zeros(len(at), bool)
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        spans = (a[1] > at[:, 1]) != (b[1] > at[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            x = a[0] + (at[:, 1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        odd ^= spans & (at[:, 0] < x)
    return odd.reshape(plane.take(centres).shape[:2])


@pytest.mark.parametrize("corners", [3, 5, 12])  # random corners: with 5 and 12 it crosses itself
def test_polygon_takes_the_centres_inside(geometry, axis, corners, plain):
    random = np.random.default_rng(corners)
    grid = PlaneGrid.of(geometry, axis)
    plane = Plane(axis, int(random.integers(grid.count)))
    places = random.uniform(-3, np.array(grid.shape) + 2, (corners, 2))
    drawn = polygon(grid, plane, plain.on_screen(grid, places)).mask(geometry.shape)
    if min(grid.shape) > 1:
        lps = geometry.index_to_world([plane.index_of(*place) for place in places])
        assert (plane.take(drawn) == by_rays(geometry, plane, lps, plain.world(geometry))).all()
    assert not np.delete(drawn, plane.index, axis).any()


def test_a_plane_of_one_row_is_cut_by_a_polygon(grids, plain):
    geometry = grids["single slice"]
    grid, plane = PlaneGrid.of(geometry, 1), Plane(1, 4)
    around = plain.on_screen(grid, np.array([(-0.4, 2.6), (-0.4, 7.4), (0.4, 7.4), (0.4, 2.6)]))
    assert np.flatnonzero(polygon(grid, plane, around).mask(geometry.shape)[0, 4]).tolist() == [3, 4, 5, 6, 7]


def square(grid: PlaneGrid, plain, rows: tuple[float, float], columns: tuple[float, float]) -> np.ndarray:
    (top, bottom), (left, right) = rows, columns
    return plain.on_screen(grid, np.array([(top, left), (top, right), (bottom, right), (bottom, left)]))


def test_a_centre_on_an_edge_belongs_to_the_side_of_the_next_row_and_column(geometry, axis, plain):
    grid, plane = PlaneGrid.of(geometry, axis), Plane.middle(geometry.shape, axis)
    if min(grid.shape) < 6:
        return
    drawn = plane.take(polygon(grid, plane, square(grid, plain, (1, 4), (2, 5))).mask(geometry.shape))
    assert np.argwhere(drawn).tolist() == [[r, c] for r in (1, 2, 3) for c in (2, 3, 4)]


def test_polygons_that_share_an_edge_share_no_voxel_and_leave_none_out(geometry, axis, plain):
    grid, plane = PlaneGrid.of(geometry, axis), Plane.middle(geometry.shape, axis)
    if min(grid.shape) < 6:
        return
    whole = square(grid, plain, (1, 5), (1, 5))
    middle = plain.on_screen(grid, np.array([(3, 3)]))
    parts = [
        polygon(grid, plane, [*whole[[i, (i + 1) % 4]], *middle]).mask(geometry.shape).astype(int) for i in range(4)
    ]
    assert (sum(parts) == polygon(grid, plane, whole).mask(geometry.shape)).all()


def test_where_the_line_surrounds_twice_is_outside():
    geometry = Geometry.plain((1, 12, 12))
    grid = PlaneGrid.of(geometry, 0)
    outer = [(0.2, 0.2), (10.2, 0.2), (10.2, 10.2), (0.2, 10.2)]
    inner = [(0.2, 0.2), (5.2, 0.2), (5.2, 5.2), (0.2, 5.2)]
    drawn = polygon(grid, Plane(0, 0), [*outer, *inner]).mask(geometry.shape)[0]
    assert drawn[7, 7] and drawn[2, 7] and not drawn[2, 2] and drawn.sum() == 75


def test_direction_and_first_corner_do_not_matter(geometry, axis, plain):
    grid, plane = PlaneGrid.of(geometry, axis), Plane.middle(geometry.shape, axis)
    places = np.random.default_rng(1).uniform(0, np.array(grid.shape) - 1, (7, 2))
    screen = plain.on_screen(grid, places)
    one = polygon(grid, plane, screen).mask(geometry.shape)
    for other in (screen[::-1], np.roll(screen, 3, axis=0), np.repeat(screen, 2, axis=0)):
        assert (polygon(grid, plane, other).mask(geometry.shape) == one).all()


def test_a_long_free_line_is_cut_by_its_corners_in_parts(plain):
    """More edges than are worked on at once."""
    geometry = Geometry.plain((1, 60, 60))
    grid = PlaneGrid.of(geometry, 0)
    angle = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    circle = 30.0 + 20.3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    drawn = polygon(grid, Plane(0, 0), circle).mask(geometry.shape)
    away = np.linalg.norm(plain.world(geometry)[..., :2] + 0.5 - 30.0, axis=-1)
    assert (drawn == (away < 20.3)).all()


def test_what_surrounds_nothing_is_empty(grids):
    grid = PlaneGrid.of(grids["tilted"], 0)
    for points in ([], [(1.0, 1.0)], [(1.0, 1.0), (9.0, 9.0)], [(1.0, 1.0), (9.0, 9.0), (5.0, 5.0)]):
        assert not polygon(grid, Plane(0, 0), points)
    assert not polygon(grid, Plane(0, 0), [(-50.0, -50.0), (-40.0, -50.0), (-40.0, -60.0)])


def test_a_polygon_far_larger_than_the_image_takes_all(geometry, axis):
    grid = PlaneGrid.of(geometry, axis)
    drawn = polygon(grid, Plane(axis, 0), [(-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6)])
    assert drawn.inside.all() and drawn.inside.shape[axis] == 1
    assert drawn.inside.size == np.prod(grid.shape)


@pytest.mark.parametrize("bad", [float("nan"), float("-inf"), 1e300])
def test_corners_must_be_numbers_of_this_world(grids, bad):
    grid = PlaneGrid.of(grids["oblique"], 0)
    with pytest.raises(ValueError, match="places"):
        polygon(grid, Plane(0, 0), [(0.0, 0.0), (5.0, 0.0), (bad, 5.0)])
    with pytest.raises(ValueError, match="plane"):
        polygon(grid, Plane(2, 0), [(0.0, 0.0), (5.0, 0.0), (0.0, 5.0)])
