"""Brush: against the distances of all voxel centres in LPS mm, and a finely sampled line."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from proseg_gui.drawing.brush import LARGEST_RADIUS_MM, ball_stroke, disc_stroke
from proseg_gui.drawing.painted import Painted
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.volume import Geometry

RADII = (0.2, 1.3, 4.0, 11.0)


def assert_stroke(drawn: np.ndarray, distance: np.ndarray, radius: float, line_index: np.ndarray) -> None:
    """All within the radius, all that the sampled line passes, and beyond the radius only what the line touches."""
    near = distance <= radius + 1e-6
    assert not (near & ~drawn).any()
    cells = np.floor(line_index + 0.5).astype(int)
    cells = cells[((cells >= 0) & (cells < distance.shape)).all(axis=1)]
    assert drawn[tuple(cells.T)].all()
    for voxel in np.argwhere(drawn & ~near):
        assert np.abs(line_index - voxel).max(axis=1).min() <= 0.5 + 0.01


def sampled(line: np.ndarray, n: int = 3000) -> np.ndarray:
    t = np.linspace(0, 1, n)[:, None]
    return np.concatenate([line[:1], *(a + t * (b - a) for a, b in itertools.pairwise(line))])


def random_line(random: np.random.Generator, shape: tuple[int, ...], n: int) -> np.ndarray:
    """Indices, a few outside the image."""
    return random.uniform(-2, np.array(shape) + 1, (n, len(shape)))


@pytest.mark.parametrize("points", [1, 2, 4])
def test_a_disc_takes_the_centres_within_its_radius(geometry, axis, points, plain):
    random = np.random.default_rng(points)
    grid = PlaneGrid.of(geometry, axis)
    centres = plain.world(geometry)
    for radius in RADII:
        plane = Plane(axis, int(random.integers(grid.count)))
        places = random_line(random, grid.shape, points)
        line = geometry.index_to_world([plane.index_of(*place) for place in places])
        drawn = disc_stroke(grid, plane, plain.on_screen(grid, places), radius).mask(geometry.shape)
        along = geometry.world_to_index(sampled(line))
        distance = np.where(np.indices(geometry.shape)[axis] == plane.index, plain.to_line(centres, line), np.inf)
        assert_stroke(drawn, distance, radius, along)
        assert not np.delete(drawn, plane.index, axis).any()


@pytest.mark.parametrize("points", [1, 2, 4])
def test_a_ball_takes_the_centres_within_its_radius(geometry, points, plain):
    random = np.random.default_rng(points)
    for radius in RADII:
        line = geometry.index_to_world(random_line(random, geometry.shape, points))
        drawn = ball_stroke(geometry, line, radius).mask(geometry.shape)
        assert_stroke(drawn, plain.to_line(plain.world(geometry), line), radius, geometry.world_to_index(sampled(line)))


def test_the_pieces_of_a_stroke_are_the_stroke(geometry, axis, plain):
    random = np.random.default_rng(3)
    grid, shape = PlaneGrid.of(geometry, axis), geometry.shape
    plane = Plane.middle(shape, axis)
    flat = plain.on_screen(grid, random_line(random, grid.shape, 6))
    pieces = [disc_stroke(grid, plane, flat[i : i + 2], 2.5) for i in range(5)]
    whole = disc_stroke(grid, plane, flat, 2.5)
    assert whole
    assert (np.any([p.mask(shape) for p in pieces], axis=0) == whole.mask(shape)).all()
    united = Painted.empty()
    for piece in pieces:
        united = united.united(piece)
    assert (united.mask(shape) == whole.mask(shape)).all()

    line = geometry.index_to_world(random_line(random, shape, 6))
    parts = [ball_stroke(geometry, line[i : i + 2], 2.5).mask(shape) for i in range(5)]
    assert (np.any(parts, axis=0) == ball_stroke(geometry, line, 2.5).mask(shape)).all()


def test_a_disc_is_a_cap_of_the_ball_around_the_same_place(geometry, axis, plain):
    grid, plane = PlaneGrid.of(geometry, axis), Plane.middle(geometry.shape, axis)
    place = np.array([[(n - 1) / 2 + 0.2 for n in grid.shape]])
    disc = disc_stroke(grid, plane, plain.on_screen(grid, place), 5.0).mask(geometry.shape)
    ball = ball_stroke(geometry, geometry.index_to_world([plane.index_of(*place[0])]), 5.0).mask(geometry.shape)
    assert disc.any()
    assert (plane.take(disc) == plane.take(ball)).all()


def test_a_stroke_moved_by_voxels_takes_the_moved_voxels(grids):
    for name in ("isotropic", "tilted", "oblique"):
        geometry = grids[name]
        start = np.array([3.2, 6.1, 7.3])
        line = np.array([start, start + [1.5, 0.7, 2.2]])
        moved = np.array([1, 2, -1])
        here = ball_stroke(geometry, geometry.index_to_world(line), 2.0).mask(geometry.shape)
        there = ball_stroke(geometry, geometry.index_to_world(line + moved), 2.0).mask(geometry.shape)
        assert (np.argwhere(there) == np.argwhere(here) + moved).all()


def test_a_disc_of_a_whole_radius_is_symmetric():
    geometry = Geometry.plain((1, 31, 31), (1.0, 0.7, 0.7))  # 0.7 is no binary fraction: 5 steps of it are not 3.5
    grid = PlaneGrid.of(geometry, 0)
    middle = grid.to_screen @ [*grid.to_picture(15, 15), 1.0]
    disc = disc_stroke(grid, Plane(0, 0), [middle], 3.5).mask(geometry.shape)[0]
    assert disc[15, 10] and disc[15, 20] and disc[10, 15] and disc[20, 15]
    for other in (disc.T, disc[::-1], disc[:, ::-1]):
        assert (disc == other).all()


def test_only_the_box_around_the_stroke_is_given():
    geometry = Geometry.plain((3, 512, 512), (1.0, 0.7, 0.7))
    drawn = disc_stroke(PlaneGrid.of(geometry, 0), Plane(0, 1), [(100.0, 100.0), (104.0, 100.0)], 5.0)
    assert drawn.inside.shape == (1, 14, 20)
    assert drawn.box[0] == slice(1, 2)


def test_a_stroke_outside_the_image_is_empty(geometry, axis):
    grid = PlaneGrid.of(geometry, axis)
    away = [(-500.0, -500.0), (-400.0, -900.0)]
    assert not disc_stroke(grid, Plane.middle(geometry.shape, axis), away, 5.0)
    assert not disc_stroke(grid, Plane.middle(geometry.shape, axis), [], 5.0)
    assert not ball_stroke(geometry, [(900.0, 0.0, 0.0)], 5.0)
    assert not ball_stroke(geometry, np.zeros((0, 3)), 5.0)


def test_a_stroke_through_the_image_from_far_away_is_clipped(geometry, plain):
    middle = geometry.index_to_world((np.array(geometry.shape) - 1) / 2)
    line = np.array([middle - [9e5, 0, 0], middle + [9e5, 0, 0]])
    drawn = ball_stroke(geometry, line, 2.0)
    assert drawn
    across = np.linalg.norm((plain.world(geometry) - middle)[..., 1:], axis=-1)
    far = across[drawn.mask(geometry.shape)].max()
    assert far <= max(2.0, np.linalg.norm(geometry.spacing_mm)) + 1e-3


@pytest.mark.parametrize("radius", [0.0, -1.0, float("nan"), float("inf"), 1e9, LARGEST_RADIUS_MM * 1.01])
def test_a_radius_must_be_a_size(grids, radius):
    geometry = grids["tilted"]
    with pytest.raises(ValueError, match="radius"):
        disc_stroke(PlaneGrid.of(geometry, 0), Plane(0, 0), [(1.0, 1.0)], radius)
    with pytest.raises(ValueError, match="radius"):
        ball_stroke(geometry, [geometry.origin_mm], radius)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e300])
def test_places_must_be_numbers_of_this_world(grids, bad):
    geometry = grids["tilted"]
    with pytest.raises(ValueError, match="places"):
        disc_stroke(PlaneGrid.of(geometry, 0), Plane(0, 0), [(1.0, 1.0), (bad, 1.0)], 3.0)
    with pytest.raises(ValueError, match="places"):
        ball_stroke(geometry, [(1.0, bad, 1.0)], 3.0)
    with pytest.raises(ValueError, match="places"):
        ball_stroke(geometry, [(1.0, 1.0)], 3.0)


def test_the_plane_must_be_one_of_the_grid(grids):
    grid = PlaneGrid.of(grids["tilted"], 0)
    for plane in (Plane(1, 0), Plane(0, grid.count)):
        with pytest.raises(ValueError, match="plane"):
            disc_stroke(grid, plane, [(1.0, 1.0)], 3.0)


def test_the_largest_brush_takes_all():
    geometry = Geometry.plain((4, 50, 60))
    assert ball_stroke(geometry, [(0.0, 0.0, 0.0)], LARGEST_RADIUS_MM).mask(geometry.shape).all()
    grid = PlaneGrid.of(geometry, 1)
    assert disc_stroke(grid, Plane(1, 3), [(0.0, 0.0)], LARGEST_RADIUS_MM).mask(geometry.shape).sum() == 4 * 60
