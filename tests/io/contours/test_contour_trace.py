"""Traced polygons give the mask back by independent rasterisers, also when every point is nudged."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.io.contours.trace import fill, trace


def _winding(polygons, shape):
    """Non-zero winding rule per polygon, union over polygons: how other readers fill."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    inside = np.zeros(shape, bool)
    for polygon in polygons:
        turns = np.zeros(shape, int)
        for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            left = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
            turns += (y0 <= y) & (y1 > y) & (left > 0)
            turns -= (y0 > y) & (y1 <= y) & (left < 0)
        inside |= turns != 0
    return inside


def test_one_pixel_is_a_diamond_of_midpoints():
    mask = np.zeros((5, 5), bool)
    mask[2, 3] = True
    (polygon,) = trace(mask)
    assert {tuple(p) for p in polygon} == {(2.5, 2.0), (3.0, 1.5), (3.5, 2.0), (3.0, 2.5)}


def test_rectangle_has_eight_points_half_a_pixel_out():
    mask = np.zeros((6, 8), bool)
    mask[1:4, 2:6] = True
    (polygon,) = trace(mask)
    expected = {(2, 0.5), (5, 0.5), (5.5, 1), (5.5, 3), (5, 3.5), (2, 3.5), (1.5, 3), (1.5, 1)}
    assert {tuple(p) for p in polygon} == expected


def test_hole_is_a_keyhole_in_one_polygon_and_an_island_is_its_own():
    mask = np.ones((9, 9), bool)
    mask[2:7, 2:7] = False
    mask[4, 4] = True
    polygons = trace(mask)
    assert len(polygons) == 2
    points = [tuple(p) for p in max(polygons, key=len)]
    twice = {p for p in points if points.count(p) == 2}
    assert len(twice) == 2, "the keyhole is walked there and back"
    assert len({p[0] for p in twice}) == 1
    assert next(iter(twice))[0] % 1 == 0.5, "between two columns of centres"


def test_pixels_that_touch_at_a_corner_are_apart():
    assert len(trace(np.eye(4, dtype=bool))) == 4


def test_no_edge_comes_near_a_pixel_centre(hard_masks):
    for mask in (hard_masks["noise"][0], hard_masks["nested"][1]):
        centres = np.argwhere(np.ones(mask.shape, bool))[:, ::-1].astype(float)
        for polygon in trace(mask):
            for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
                t = np.clip(((centres - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
                assert np.linalg.norm(a + t[:, None] * (b - a) - centres, axis=1).min() > 0.35


def test_hard_masks_come_back_with_no_voxel_different(hard_masks, naive_fill):
    for name, mask in hard_masks.items():
        for part in mask:
            polygons = trace(part)
            for rule in (naive_fill, fill, _winding):
                assert np.array_equal(rule(polygons, part.shape), part), (name, rule)


@pytest.mark.parametrize("seed", range(60))
def test_random_masks_come_back_also_when_nudged(seed, naive_fill):
    rng = np.random.default_rng(seed)
    mask = rng.random(tuple(rng.integers(1, 14, 2))) < rng.choice([0.3, 0.5, 0.7, 0.9])
    polygons = trace(mask)
    shift = rng.choice([-0.02, 0.02], 2)
    jitter = [p + rng.choice([-0.02, 0.02], p.shape) for p in polygons]
    for variant in (polygons, [p + shift for p in polygons], jitter):
        for rule in (naive_fill, fill, _winding):
            assert np.array_equal(rule(variant, mask.shape), mask)


def test_fill_is_xor_over_polygons_and_clips_at_the_border():
    square = np.array([[-5.0, -5.0], [20.0, -5.0], [20.0, 20.0], [-5.0, 20.0]])
    inner = np.array([[1.5, 1.5], [3.5, 1.5], [3.5, 3.5], [1.5, 3.5]])
    expected = np.ones((6, 7), bool)
    expected[2:4, 2:4] = False
    assert np.array_equal(fill([square, inner], (6, 7)), expected)
    assert not fill([], (3, 4)).any()
