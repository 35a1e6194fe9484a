"""Threshold brush and flood fill: against a voxel by voxel walk with distances in LPS mm."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.drawing.brush import ball_stroke
from proseg_gui.drawing.flood import flood
from proseg_gui.drawing.painted import Painted
from proseg_gui.drawing.threshold import restrict
from proseg_gui.planes import Plane
from proseg_gui.volume import Geometry


def walk(allowed: np.ndarray, start: tuple[int, ...]) -> np.ndarray:
    """What hangs together with ``start`` over faces."""
    found, todo = np.zeros_like(allowed), [start]
    while todo:
        at = todo.pop()
        if all(0 <= i < n for i, n in zip(at, allowed.shape, strict=True)) and allowed[at] and not found[at]:
            found[at] = True
            for axis in range(allowed.ndim):
                todo += [(*at[:axis], at[axis] + step, *at[axis + 1 :]) for step in (-1, 1)]
    return found


def noise(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 100, shape).astype(np.float32)


def lowest(array: np.ndarray, where: np.ndarray) -> tuple[int, int, int]:
    z, y, x = np.unravel_index(np.where(where, array, np.inf).argmin(), array.shape)
    return int(z), int(y), int(x)


@pytest.mark.parametrize("within_mm", [None, 2.1, 6.0])
def test_flood_takes_what_a_walk_over_faces_reaches(geometry, axis, within_mm, plain):
    array, centres = noise(geometry.shape), plain.world(geometry)
    plane = Plane.middle(geometry.shape, axis)
    there = np.indices(geometry.shape)[axis] == plane.index
    seed = lowest(array, there)
    away = np.linalg.norm(centres - centres[seed], axis=-1)
    close = away <= (np.inf if within_mm is None else within_mm + 1e-6)
    open_ = np.ones(geometry.shape, bool)
    open_[:, :, seed[2] + 2 :] = False
    for inside in (None, open_):
        allowed = (array <= 40) & close & (open_ if inside is not None else True)
        drawn = flood(array, geometry, seed, -np.inf, 40, within_mm=within_mm, inside=inside)
        assert (drawn.mask(geometry.shape) == walk(allowed, seed)).all()
        flat = flood(array, geometry, seed, -np.inf, 40, plane=plane, within_mm=within_mm, inside=inside)
        assert (flat.mask(geometry.shape) == walk(allowed & there, seed)).all()


def test_a_region_longer_than_the_first_look_is_found_whole():
    """A snake that leaves and comes back, over many times the box that is looked at first."""
    array = np.zeros((3, 300, 310), np.int16)
    array[1, 10:290:4, 5:300] = 100
    array[1, 12:290:8, 299] = array[1, 16:290:8, 5] = 100
    array[1, 11:290:8, 299] = array[1, 13:290:8, 299] = 100
    array[1, 15:290:8, 5] = array[1, 17:290:8, 5] = 100
    geometry = Geometry.plain(array.shape)
    drawn = flood(array, geometry, (1, 150, 150), 100, 100)
    assert (drawn.mask(array.shape) == walk(array == 100, (1, 150, 150))).all()
    assert drawn.inside.sum() > 15_000


def test_a_leak_is_bounded():
    array = np.zeros((40, 60, 60), np.float32)
    drawn = flood(array, Geometry.plain(array.shape, (3.0, 1.0, 1.0)), (20, 30, 30), -1, 1, within_mm=6.0)
    assert drawn.inside.shape == (5, 13, 13)


def test_limits_are_included_and_nan_is_in_no_range():
    array = np.array([[[1.0, 2.0, 3.0, np.nan, 3.0]]], np.float32)
    geometry = Geometry.plain(array.shape)
    assert flood(array, geometry, (0, 0, 0), 1, 3).mask(array.shape).ravel().tolist() == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert not flood(array, geometry, (0, 0, 3), -np.inf, np.inf)


def test_a_seed_outside_or_out_of_range_floods_nothing(grids):
    geometry = grids["tilted"]
    array = np.zeros(geometry.shape)
    for seed in ((-1, 0, 0), (0, 0, geometry.shape[2]), (10**9, 0, 0)):
        assert not flood(array, geometry, seed, -1, 1)
    assert not flood(array, geometry, (1, 1, 1), 1, 2)
    assert not flood(array, geometry, (1, 1, 1), -1, 1, inside=np.zeros(geometry.shape, bool))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"low": float("nan")}, "range"),
        ({"low": 5.0}, "range"),
        ({"within_mm": 0.0}, "distance"),
        ({"within_mm": float("nan")}, "distance"),
        ({"within_mm": 1e9}, "distance"),
        ({"seed_zyx": (float("nan"), 0, 0)}, "NaN"),
        ({"seed_zyx": (0.5, 0, 0)}, "seed"),
        ({"plane": Plane(0, 3)}, "seed"),
        ({"inside": np.ones((1, 1, 1), bool)}, "mask"),
        ({"array": np.zeros((1, 1, 1))}, "array"),
    ],
)
def test_what_makes_no_sense_is_refused(grids, change, message):
    geometry = grids["oblique"]
    asked = {"array": np.zeros(geometry.shape), "geometry": geometry, "seed_zyx": (1, 1, 1), "low": -1, "high": 1}
    with pytest.raises(ValueError, match=message):
        flood(**{**asked, **change})


def test_a_stroke_is_restricted_to_a_range(geometry):
    array = noise(geometry.shape)
    stroke = ball_stroke(geometry, [geometry.index_to_world((np.array(geometry.shape) - 1) / 2)], 5.0)
    kept = restrict(stroke, array, -50, 80)
    whole = stroke.mask(geometry.shape)
    assert (kept.mask(geometry.shape) == (whole & (array >= -50) & (array <= 80))).all()
    assert 0 < kept.inside.sum() < stroke.inside.sum()
    assert not restrict(stroke, array, 1e6, np.inf)
    assert not restrict(Painted.empty(), array, 0, 1)
    for low, high in ((float("nan"), 1), (0, float("nan")), (2, 1)):
        with pytest.raises(ValueError, match="range"):
            restrict(stroke, array, low, high)
