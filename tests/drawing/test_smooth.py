"""Smoothing: against Gaussian weights between all voxel centres in LPS mm, and how far borders move."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion
from scipy.spatial.distance import cdist

from proseg_gui.drawing.smooth import LARGEST_SMOOTHING_MM, smooth
from proseg_gui.planes import Plane
from proseg_gui.volume import Geometry

PAD = {0: 9, 1: 16, 2: 16}
"""Voxels beyond the image by axis: more than four standard deviations on all of the grids."""


def lump(geometry: Geometry, plain, mm: float = 6.0) -> np.ndarray:
    """Two balls grown together, with noise at the border."""
    centres = plain.world(geometry)
    middle = geometry.index_to_world((np.array(geometry.shape) - 1) / 2)
    away = np.linalg.norm(centres - middle, axis=-1)
    beside = np.linalg.norm(centres - middle - [mm, 0, 0], axis=-1)
    noise = np.random.default_rng(4).normal(0, 0.8, geometry.shape)
    return (away + noise < mm) | (beside + noise < 0.6 * mm)


def continued(geometry: Geometry, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Voxels of the image and beyond it: numbers inside that they repeat, LPS mm, thickness of their slice."""
    ranges = [np.arange(-PAD[a], n + PAD[a]) if a in axes else np.arange(n) for a, n in enumerate(geometry.shape)]
    z, n = ranges[0], geometry.shape[0]
    origins = geometry.slice_origins()
    step = geometry.spacing_mm[0] * geometry.direction[:, 2]
    first, last = (origins[1] - origins[0], origins[-1] - origins[-2]) if n > 1 else (step, step)
    at = np.array(
        [origins[0] + k * first if k < 0 else origins[-1] + (k - n + 1) * last if k >= n else origins[k] for k in z]
    )
    heights = at @ geometry.normal
    thick = np.abs(np.gradient(heights)) if len(z) > 1 else np.ones(1)
    index = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1)
    steps = geometry.lps_matrix()[:3, 2::-1]
    places = at[:, None, None] + index[..., 1:2] * steps[:, 1] + index[..., 2:3] * steps[:, 2]
    return (
        np.clip(index, 0, np.array(geometry.shape) - 1),
        places,
        np.broadcast_to(thick[:, None, None], index.shape[:3]),
    )


def by_weights(mask: np.ndarray, geometry: Geometry, mm: float, asked: np.ndarray) -> np.ndarray:
    """``(n,)`` blurred values at ``(n, 3)`` voxels."""
    index, places, thick = continued(geometry, (0, 1, 2))
    values = mask[tuple(np.moveaxis(index, -1, 0))].ravel()
    weights = np.exp(-0.5 * cdist(geometry.index_to_world(asked), places.reshape(-1, 3), "sqeuclidean") / mm**2)
    weights *= thick.ravel()
    return weights @ values / weights.sum(axis=1)


def assert_more_than_half(drawn: np.ndarray, values: np.ndarray) -> None:
    sure = np.abs(values - 0.5) > 1e-3  # the tools cut the Gaussian at four standard deviations
    assert sure.mean() > 0.95
    assert (drawn == (values > 0.5))[sure].all()


def test_smoothing_keeps_what_is_more_than_half_in_under_a_gaussian_in_the_patient(geometry, plain):
    mask = lump(geometry, plain)
    drawn = smooth(mask, geometry, 1.8).mask(mask.shape)
    edge = np.argwhere((binary_dilation(mask) & ~binary_erosion(mask)) | (drawn != mask))
    asked = np.random.default_rng(6).permutation(edge)[:250]
    assert drawn.any() and (drawn != mask).any()
    assert_more_than_half(drawn[tuple(asked.T)], by_weights(mask, geometry, 1.8, asked))


def test_in_a_plane_only_that_plane_counts(geometry, axis, plain):
    mask, plane = lump(geometry, plain), Plane.middle(geometry.shape, axis)
    there = np.indices(mask.shape)[axis] == plane.index
    drawn = smooth(mask, geometry, 1.5, plane=plane).over(mask)
    assert (drawn == mask)[~there].all()
    box = tuple(slice(plane.index, plane.index + 1) if a == axis else slice(None) for a in range(3))
    index, places, thick = continued(geometry, tuple(a for a in range(3) if a != axis))
    index, places = index[box], places[box]
    thick = thick[box] if axis else np.ones(index.shape[:3])
    values, where = mask[tuple(np.moveaxis(index, -1, 0))].ravel(), places.reshape(-1, 3)
    weights = np.exp(-0.5 * cdist(plain.world(geometry)[there], where, "sqeuclidean") / 1.5**2) * thick.ravel()
    assert_more_than_half(drawn[there], weights @ values / weights.sum(axis=1))


def sphere(geometry: Geometry, plain, radius: float) -> np.ndarray:
    middle = geometry.index_to_world((np.array(geometry.shape) - 1) / 2)
    return np.linalg.norm(plain.world(geometry) - middle, axis=-1) < radius


@pytest.mark.parametrize("mm", [1.0, 2.0, 4.0])
def test_a_ball_loses_three_squares_of_mm_over_its_radius(mm, plain):
    geometry = Geometry.plain((33, 64, 64), (2.0, 1.0, 1.0))
    mask = sphere(geometry, plain, 25.0)
    lost = 1 - smooth(mask, geometry, mm).inside.sum() / mask.sum()
    assert 0 <= lost <= 3 * mm**2 / 25**2 * 1.35 + 0.002


def test_a_tilted_ball_loses_as_much(plain):
    direction = np.array([(1, 0, 0), (0, 1, 0), (0, -0.6, 0.8)], dtype=float).T
    geometry = Geometry((33, 90, 64), np.zeros(3), (2.0 / 0.8, 1.0, 1.0), direction)
    mask = sphere(geometry, plain, 25.0)
    lost = 1 - smooth(mask, geometry, 2.0).inside.sum() / mask.sum()
    assert 0 <= lost <= 3 * 2.0**2 / 25**2 * 1.35 + 0.002


def test_what_is_deep_inside_and_far_outside_stays(geometry, plain):
    mask = lump(geometry, plain)
    drawn = smooth(mask, geometry, 2.0).mask(mask.shape)
    centres = plain.world(geometry).reshape(-1, 3)
    reach = 1.6 * 2.0 + float(max(geometry.slice_thickness_mm().max(), max(geometry.spacing_mm[1:]))) / 2
    to_in = cdist(centres, centres[mask.ravel()]).min(axis=1)
    to_out = cdist(centres, centres[~mask.ravel()]).min(axis=1)
    assert drawn.ravel()[to_out > reach].all() and not drawn.ravel()[to_in > reach].any()


def test_a_flat_border_stays_and_a_shape_at_the_image_border_is_not_eaten(geometry, axis):
    mask = np.indices(geometry.shape)[axis] >= geometry.shape[axis] // 2
    even = geometry.is_even or axis != 0  # between unequal slices the border has no middle to stay at
    if even:
        assert (smooth(mask, geometry, 2.0).mask(mask.shape) == mask).all()
    full = np.ones(geometry.shape, bool)
    assert smooth(full, geometry, 3.0).mask(mask.shape).all()


def test_a_speck_goes_and_a_hole_closes():
    geometry = Geometry.plain((11, 21, 21))
    mask = np.zeros(geometry.shape, bool)
    mask[5, 10, 10] = True
    assert not smooth(mask, geometry, 1.5)
    full = np.ones(geometry.shape, bool)
    full[5, 10, 10] = False
    assert smooth(full, geometry, 1.5).inside.all()
    assert (smooth(mask, geometry, 0.05).mask(mask.shape) == mask).all()


@pytest.mark.parametrize("mm", [0.0, -1.0, float("nan"), float("inf"), 1e9, LARGEST_SMOOTHING_MM * 1.01])
def test_bad_sizes(grids, mm):
    geometry = grids["uneven"]
    with pytest.raises(ValueError, match="distance"):
        smooth(np.ones(geometry.shape, bool), geometry, mm)
    with pytest.raises(ValueError, match="mask"):
        smooth(np.ones((1, 1, 1), bool), geometry, 2.0)
    assert not smooth(np.zeros(geometry.shape, bool), geometry, 2.0)
