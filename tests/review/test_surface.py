"""Surfaces against counted voxels on hard grids, and doubt on them against sums over voxels."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from proseg_gui.inference.doubted import DoubtedPixels
from proseg_gui.inference.uncertainty import PARTS
from proseg_gui.review import surface as surfaces
from proseg_gui.review.edits import Bricks
from proseg_gui.review.surface import SMOOTHING, Surface, doubt_on, surface_of
from proseg_gui.volume import Geometry

SHAPE = (20, 90, 70)
needs_pyvista = pytest.mark.skipif(importlib.util.find_spec("pyvista") is None, reason="view3d is not installed")


def turned(degrees: float) -> np.ndarray:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]]) @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


GRIDS = {
    "anisotropic": Geometry(SHAPE, np.array([-10.0, 5.0, 100.0]), (3.0, 0.7, 0.9), np.eye(3)),
    "oblique": Geometry(SHAPE, np.array([3.0, 5.0, -7.0]), (2.5, 1.0, 0.8), turned(25.0)),
    "left hand": Geometry(SHAPE, np.zeros(3), (2.0, 1.0, 1.0), np.diag([-1.0, 1.0, 1.0])),
    "turned over": Geometry(SHAPE, np.zeros(3), (2.0, 1.0, 1.0), np.diag([-1.0, -1.0, 1.0])),
}


def ball() -> np.ndarray:
    z, y, x = np.mgrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    return ((z - 10) / 6) ** 2 + ((y - 66) / 15) ** 2 + ((x - 30) / 20) ** 2 < 1


@needs_pyvista
@pytest.mark.parametrize("name", GRIDS)
def test_it_encloses_the_voxels_volume_and_keeps_within_half_a_voxel(name: str):
    geometry, inside = GRIDS[name], ball()
    found = surface_of(Bricks.of(inside), geometry)
    counted = inside.sum() * np.prod(geometry.spacing_mm) / 1000
    assert found.volume_ml == pytest.approx(counted, rel=0.04)  # positive: triangles face outwards on every grid
    index = geometry.world_to_index(found.points_mm)
    places = np.argwhere(inside)
    assert (index.min(0) >= places.min(0) - 0.5 - 1e-3).all() and (index.max(0) <= places.max(0) + 0.5 + 1e-3).all()
    # every point lies between a voxel inside and one outside
    for point in index[:: max(1, len(index) // 200)]:
        low = np.floor(point - SMOOTHING).astype(int)
        around = inside[tuple(slice(max(a, 0), a + 3) for a in low)]
        assert around.any() and not around.all()


@needs_pyvista
def test_a_shape_at_the_edge_of_the_scan_is_closed():
    inside = np.zeros(SHAPE, bool)
    inside[:3, :5, :7] = True
    found = surface_of(Bricks.of(inside), GRIDS["anisotropic"])
    edges = np.sort(np.concatenate([found.triangles[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    assert surface_of(Bricks.empty(SHAPE), GRIDS["anisotropic"]) is None


@needs_pyvista
def test_one_voxel_has_a_surface_and_a_large_box_is_thinned(monkeypatch):
    inside = np.zeros(SHAPE, bool)
    inside[4, 5, 6] = True
    assert 0 < surface_of(Bricks.of(inside), GRIDS["anisotropic"]).volume_ml < 3 * 0.7 * 0.9 / 1000 + 1e-6
    whole = surface_of(Bricks.of(ball()), GRIDS["oblique"])
    monkeypatch.setattr(surfaces, "MOST_VOXELS", 3000)
    thinned = surface_of(Bricks.of(ball()), GRIDS["oblique"])
    assert len(thinned.points_mm) < len(whole.points_mm) / 2
    assert thinned.volume_ml == pytest.approx(whole.volume_ml, rel=0.2)


def octahedron() -> Surface:
    points = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]) * 10.0
    faces = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    return Surface(points, np.array(faces))


def pixels(places: list[tuple[int, int]], total: list[float]) -> DoubtedPixels:
    parts = np.zeros((len(PARTS), len(places)), np.float16)
    parts[PARTS.index("total")] = total
    nothing = np.zeros((len(places), 1), np.uint8)
    return DoubtedPixels(np.array(places, np.uint16), parts, nothing, nothing)


def test_volume_and_areas_of_a_known_solid():
    solid = octahedron()
    assert solid.volume_ml == pytest.approx(4 / 3 * 10**3 / 1000)
    assert solid.areas_mm2().sum() == pytest.approx(8 * np.sqrt(3) / 4 * 200)
    far = Surface(solid.points_mm + 1e4, solid.triangles)
    assert far.volume_ml == pytest.approx(solid.volume_ml)


def test_doubt_lies_where_it_is_and_none_of_it_is_lost():
    solid = octahedron()
    geometry = Geometry((41, 41, 41), np.full(3, -20.0), (1.0, 1.0, 1.0), np.eye(3))
    lobe = {20: pixels([(20, 38), (20, 39)], [0.25, 0.125])}  # beyond x = +10
    found = doubt_on(solid, lobe, geometry)
    assert found.argmax() == 0 and found.argmin() == 1
    # all six points have the same part of the surface, and keep it when it is shared out
    assert (found * solid.areas_mm2()).sum() == pytest.approx(0.375)
    assert doubt_on(solid, {3: pixels([], [])}, geometry).tolist() == [0.0] * 6
