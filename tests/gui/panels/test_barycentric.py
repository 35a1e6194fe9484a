"""Weights over a polygon: closed forms, and the properties that make them a blend."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.gui.panels import barycentric

every_count = pytest.mark.parametrize("n", range(1, 10))


def plane(n: int) -> np.ndarray:
    """Points all over and around the polygon, some of them on its outline."""
    random = np.random.default_rng(n).uniform(-2, 2, (200, 2))
    polygon = barycentric.corners(n)
    outline = 0.3 * polygon + 0.7 * np.roll(polygon, -1, axis=0)
    return np.concatenate([random, outline, polygon, 1.0001 * polygon])


@every_count
def test_weights_are_a_mixture_that_reproduces_the_point(n):
    polygon = barycentric.corners(n)
    for raw in plane(n):
        point = barycentric.clip(raw, polygon)
        weights = barycentric.weights(point, polygon)
        assert len(weights) == n
        assert min(weights) >= -1e-9
        assert sum(weights) == pytest.approx(1.0, abs=1e-9)
        assert np.allclose(barycentric.point_of(weights, polygon), point, atol=1e-6)


@every_count
def test_clipping_changes_nothing_inside_and_is_stable(n):
    polygon = barycentric.corners(n)
    for raw in plane(n):
        once = barycentric.clip(raw, polygon)
        assert np.allclose(barycentric.clip(once, polygon), once, atol=1e-9)
    assert barycentric.clip((0.01, 0.0), polygon) == pytest.approx((0.01, 0.0) if n > 1 else (0.0, 0.0))


@every_count
def test_a_corner_is_its_rater_alone_and_the_middle_is_all_alike(n):
    polygon = barycentric.corners(n)
    for i in range(n):
        assert barycentric.weights(polygon[i], polygon) == pytest.approx([float(j == i) for j in range(n)])
    assert barycentric.weights((0.0, 0.0), polygon) == pytest.approx([1 / n] * n)


def test_on_an_edge_only_its_two_raters_count():
    polygon = barycentric.corners(5)
    point = 0.25 * polygon[3] + 0.75 * polygon[4]
    assert barycentric.weights(point, polygon) == pytest.approx([0, 0, 0, 0.25, 0.75], abs=1e-6)


def test_triangle_weights_are_the_classic_areas():
    polygon = barycentric.corners(3)
    mix = (0.2, 0.5, 0.3)
    assert barycentric.weights(barycentric.point_of(mix, polygon), polygon) == pytest.approx(mix)


def test_square_weights_are_bilinear():
    polygon = barycentric.corners(4)
    x, y = polygon[0] + 0.3 * (polygon[1] - polygon[0]) + 0.6 * (polygon[3] - polygon[0])
    expected = (0.7 * 0.4, 0.3 * 0.4, 0.3 * 0.6, 0.7 * 0.6)  # s and t along the two sides
    assert barycentric.weights((x, y), polygon) == pytest.approx(expected)


def test_the_nearest_point_of_the_outline_is_taken_from_outside():
    square = barycentric.corners(4)
    side = square[1, 0]
    assert barycentric.clip((5.0, 0.1), square) == pytest.approx((side, 0.1))
    assert barycentric.clip((5.0, -5.0), square) == pytest.approx(tuple(square[1]))


def test_wrong_counts_are_refused():
    with pytest.raises(ValueError, match="corner"):
        barycentric.corners(0)
    with pytest.raises(ValueError, match="3 weights"):
        barycentric.point_of((0.5, 0.5), barycentric.corners(3))
