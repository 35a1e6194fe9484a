"""Distances in the patient between voxel centres, on any grid, exact."""

from __future__ import annotations

import math

import numpy as np
from scipy.ndimage import distance_transform_edt, minimum_filter
from scipy.spatial import cKDTree

from proseg_gui.drawing.boxes import BoolArray, Box, bounds, in_slice
from proseg_gui.drawing.painted import TOLERANCE_MM
from proseg_gui.volume import SHEAR_TOLERANCE, FloatArray, Geometry

_STRAY_MM = 1e-3
"""A stack stands upright when no slice lies further aside than this (beside the tolerance for shear)."""


def near(seeds: BoolArray, geometry: Geometry, box: Box, mm: float) -> BoolArray:
    """Which voxels of ``box`` have a centre within ``mm`` of the centre of a seed.

    ``seeds`` is bool of the box's shape. Where the slices stand upright on each other, evenly or not, this is an
    exact distance transform within each slice (scipy) and Pythagoras across them. Where they are tilted, no transform
    of the array is exact, and the nearest seed is looked up in LPS (a k-d tree).
    """
    reach = mm + TOLERANCE_MM
    within = np.zeros(seeds.shape, bool)
    filled = bounds(seeds)
    if filled is None:
        return within
    if not is_upright(geometry):
        return _near_by_tree(seeds, geometry, box, reach)
    heights = (geometry.slice_origins() @ geometry.normal)[box[0]]
    for j in range(filled[0].start, filled[0].stop):
        if not seeds[j].any():
            continue
        flat = distance_transform_edt(~seeds[j], sampling=geometry.spacing_mm[1:])
        away = np.abs(heights - heights[j])
        for k in np.flatnonzero(away <= reach).tolist():
            within[k] |= flat <= np.sqrt(reach * reach - away[k] * away[k])
    return within


def plane_distance(seeds: BoolArray, geometry: Geometry, box: Box) -> FloatArray:
    """The distance in mm from each voxel of a box that is one voxel thick to the nearest seed in it.

    ``seeds`` is bool of the box's shape and holds at least one.
    """
    rows, columns = (axis for axis in range(3) if axis != _thin_axis(box))
    steps = geometry.lps_matrix()[:3, 2::-1]
    spacing = np.linalg.norm(steps, axis=0)
    even = geometry.is_even or rows != 0
    if even and abs(steps[:, rows] @ steps[:, columns]) <= SHEAR_TOLERANCE * spacing[rows] * spacing[columns]:
        flat = seeds.reshape([box[axis].stop - box[axis].start for axis in (rows, columns)])
        distance = distance_transform_edt(~flat, sampling=(spacing[rows], spacing[columns]))
        return np.asarray(distance.reshape(seeds.shape))
    tree = cKDTree(_places(seeds, geometry, box))
    return np.asarray(tree.query(_places(np.ones(seeds.shape, bool), geometry, box))[0]).reshape(seeds.shape)


def is_upright(geometry: Geometry) -> bool:
    """Whether slices have rectangular pixels and stand straight on each other, at whatever distances."""
    if abs(geometry.direction[:, 0] @ geometry.direction[:, 1]) > SHEAR_TOLERANCE:
        return False
    away = geometry.slice_origins() - geometry.slice_origins()[0]
    height = away @ geometry.normal
    aside = np.linalg.norm(away - height[:, None] * geometry.normal, axis=1)
    return bool((aside <= SHEAR_TOLERANCE * np.abs(height) + _STRAY_MM).all())


def _thin_axis(box: Box) -> int:
    thin = [axis for axis, part in enumerate(box) if part.stop - part.start == 1]
    if not thin:
        raise ValueError(f"the box {box} is not one voxel thick")
    return thin[0]


def _places(chosen: BoolArray, geometry: Geometry, box: Box) -> FloatArray:
    """``(n, 3)`` LPS mm of the chosen voxels of a box."""
    return geometry.index_to_world(np.argwhere(chosen) + [part.start for part in box])


def _near_by_tree(seeds: BoolArray, geometry: Geometry, box: Box, reach: float) -> BoolArray:
    tree = cKDTree(_places(_shell(seeds, geometry), geometry, box))
    within = seeds.copy()
    for k in range(len(seeds)):  # a slice at a time, so that memory stays that of the seeds
        asked = ~seeds[k : k + 1]
        part = box[0].start + k
        places = _places(asked, geometry, (slice(part, part + 1), box[1], box[2]))
        if len(places):
            within[k][asked[0]] = np.isfinite(tree.query(places, distance_upper_bound=reach)[0])
    return within


def _shell(seeds: BoolArray, geometry: Geometry) -> BoolArray:
    """The seeds that can be the nearest one to a voxel that is none, and some more.

    No place between voxels is further than r from the nearest voxel. A seed around which all within 2 r are seeds is
    the nearest to none: on the way from it to the voxel, r away from it, there is a seed that is nearer. On a tilted
    stack face neighbours are not enough to say this. What lies outside of the box counts as no seed.
    """
    origins = geometry.slice_origins()
    heights = origins @ geometry.normal
    gap = float(np.abs(np.diff(heights)).max()) if len(heights) > 1 else 0.0
    reach = math.hypot(sum(geometry.spacing_mm[1:]), gap) + TOLERANCE_MM
    near = np.abs(heights[:, None] - heights) <= reach
    first, second = np.nonzero(near)
    sizes = [2 * int(np.abs(first - second).max()) + 1]
    for to_step in in_slice(geometry):
        at = origins @ to_step
        aside = float(np.abs(at[first] - at[second]).max())
        sizes.append(2 * math.ceil(aside + reach * float(np.linalg.norm(to_step))) + 1)
    return seeds & (minimum_filter(seeds.view(np.uint8), sizes, mode="constant", cval=0) == 0)
