"""From where a surface is looked at: directions, what a click hits."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.review.camera import MAX_ZOOM, MIN_ZOOM, Camera

LEFT, POSTERIOR, SUPERIOR = np.eye(3) * 10


def test_from_the_front_the_patients_left_is_at_the_right_and_the_head_above():
    seen = Camera(radius_mm=20.0).on_screen(np.array([LEFT, SUPERIOR, -POSTERIOR]), 200, 100)
    assert seen[0, 0] > 100 and seen[1, 1] < 50 and seen[2, 2] == pytest.approx(10)
    assert seen[2, :2].tolist() == [100, 50]


@pytest.mark.parametrize(("right", "up"), [(np.pi / 2, 0.0), (0.0, np.pi / 2), (0.3, -1.1), (-2.0, 0.4)])
def test_turning_keeps_a_right_hand_and_pushes_the_front(right: float, up: float):
    axes = np.array(Camera().turned(right, up).axes)
    assert np.allclose(axes @ axes.T, np.eye(3)) and np.linalg.det(axes) == pytest.approx(1)
    front = -POSTERIOR[None]
    seen = Camera(radius_mm=20.0).turned(right, up).on_screen(front, 100, 100)[0]
    if up == 0.0:
        assert np.sign(seen[0] - 50) == np.sign(np.sin(right))
    if right == 0.0:
        assert seen[1] < 50  # upwards


def test_turning_a_thousand_times_stays_a_rotation():
    camera = Camera()
    for number in range(1000):
        camera = camera.turned(0.1 * np.sin(number), 0.07)
    axes = np.array(camera.axes)
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-9)


def test_all_points_are_in_sight_from_everywhere_and_zoom_has_ends():
    points = np.random.default_rng(0).normal(size=(50, 3)) * (30, 5, 80) + (200, -40, 9)
    for turn in np.linspace(0, 6, 7):
        seen = Camera().around(points).turned(turn, turn / 2).on_screen(points, 120, 300)
        assert (seen[:, 0] > 0).all() and (seen[:, 0] < 120).all() and (seen[:, 1] > 0).all()
    assert Camera().zoomed(1e9).zoom == MAX_ZOOM and Camera().zoomed(1e-9).zoom == MIN_ZOOM


def test_a_click_takes_what_is_nearest_to_the_eye():
    points = np.array([POSTERIOR, -POSTERIOR, LEFT])
    camera = Camera(radius_mm=20.0)
    assert camera.nearest(points, (50, 50), (100, 100), 5) == 1
    assert camera.turned(np.pi, 0).nearest(points, (50, 50), (100, 100), 5) == 0
    assert camera.nearest(points, (1, 1), (100, 100), 5) is None
