"""Distances on tilted stacks: only the shell of a shape is looked up, and that must be enough."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from proseg_gui.drawing.distance import is_upright, near
from proseg_gui.drawing.shape import grow, shrink
from proseg_gui.volume import Geometry


def tilted(degrees: float, step_mm: float, pixel_mm: float, shape: tuple[int, int, int]) -> Geometry:
    """Slices that lie ``degrees`` from upright on each other, sideways along rows and columns."""
    t = np.radians(degrees)
    step = np.array([np.sin(t) * 0.6, -np.sin(t) * 0.8, np.cos(t)])
    return Geometry(
        shape, np.array([3.0, -8.0, 40.0]), (step_mm, pixel_mm, pixel_mm), np.stack([[1, 0, 0], [0, 1, 0], step], 1)
    )


@pytest.mark.parametrize(
    ("degrees", "step_mm", "pixel_mm", "shape", "mm"),
    [
        (20, 1.0, 1.0, (34, 50, 50), 2.7),
        (70, 2.4, 1.0, (38, 60, 70), 0.95),  # the nearest voxel is a slice on, two rows and a column back
        (30, 0.4, 1.2, (50, 40, 40), 2.7),
        (25, 5.0, 0.8, (9, 60, 60), 2.7),
    ],
)
def test_the_shell_is_enough(degrees, step_mm, pixel_mm, shape, mm, plain):
    geometry = tilted(degrees, step_mm, pixel_mm, shape)
    centres = plain.world(geometry)
    middle = geometry.index_to_world((np.array(shape) - 1) / 2)
    mask = np.linalg.norm(centres - middle, axis=-1) < 13.0
    mask |= np.random.default_rng(1).random(shape) < 0.0005  # specks inside and outside
    mask &= np.random.default_rng(2).random(shape) > 0.0005
    assert not is_upright(geometry)
    for seeds, tool in ((mask, grow), (~mask, shrink)):
        away = cKDTree(centres[seeds]).query(centres, distance_upper_bound=mm + 1e-6)[0]
        drawn = tool(mask, geometry, mm).mask(shape)
        assert (drawn == (np.isfinite(away) if tool is grow else np.isinf(away))).all()


def test_distances_are_to_the_nearest_seed_of_the_box_only():
    geometry = tilted(20, 1.0, 1.0, (6, 7, 8))
    none = np.zeros(geometry.shape, bool)
    box = (slice(0, 6), slice(0, 7), slice(0, 8))
    assert not near(none, geometry, box, 3.0).any()
    none[5, 6, 7] = True
    assert near(none, geometry, box, 0.5).sum() == 1


@pytest.mark.parametrize("degrees", [-65, 65])
def test_a_tilt_leads_far_aside(degrees, plain):
    """What is near to a voxel lies many rows and columns away in the next slices."""
    geometry = tilted(degrees, 2.0, 1.5, (15, 41, 31))
    mask = np.zeros(geometry.shape, bool)
    mask[7, 20, 15] = True
    centres = plain.world(geometry)
    drawn = grow(mask, geometry, 6.0)
    assert (drawn.mask(mask.shape) == (np.linalg.norm(centres - centres[7, 20, 15], axis=-1) <= 6.0 + 1e-6)).all()
    assert drawn.inside.sum() > 100 and drawn.inside.size < mask.size
