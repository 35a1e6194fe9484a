"""Flood fill: what hangs together with a voxel and looks like it, not further than asked for."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import label

from proseg_gui.drawing import boxes
from proseg_gui.drawing.boxes import BoolArray, Box
from proseg_gui.drawing.brush import LARGEST_RADIUS_MM, ball_stroke
from proseg_gui.drawing.painted import TOLERANCE_MM, Painted, checked_mm
from proseg_gui.drawing.threshold import checked_range, within
from proseg_gui.planes import Plane
from proseg_gui.volume import Geometry

_FIRST_REACH = 32
"""Voxels around the seed that are looked at first; the box doubles while the region reaches its side."""


def flood(
    array: np.ndarray,
    geometry: Geometry,
    seed_zyx: tuple[int, int, int],
    low: float,
    high: float,
    *,
    plane: Plane | None = None,
    within_mm: float | None = None,
    inside: BoolArray | None = None,
) -> Painted:
    """The voxels from ``low`` to ``high`` that hang together with the seed over voxel faces.

    Parameters
    ----------
    array:
        ``(z, y, x)`` values on ``geometry``.
    seed_zyx:
        The voxel under the cursor. Outside the image, outside ``inside`` or out of the range it floods nothing.
    low, high:
        In the image's unit, both included; infinite for no limit.
    plane:
        Flood within this plane only; the seed lies in it.
    within_mm:
        Take no voxel, and go through none, whose centre is further from the seed's (in the patient), so that a leak
        stays small. At most :data:`~proseg_gui.drawing.brush.LARGEST_RADIUS_MM`.
    inside:
        ``(z, y, x)`` bool: take no other voxel and go through none, for instance what is not locked.

    Raises
    ------
    ValueError
        When the range or the distance makes no sense, the seed is no voxel number or not in the plane, or an array
        does not fit the grid.
    """
    low, high = checked_range(low, high)
    if within_mm is not None:
        within_mm = checked_mm(within_mm, "the distance", LARGEST_RADIUS_MM)
    if array.shape != geometry.shape:
        raise ValueError(f"an array of {geometry.shape} voxels is needed, got {array.shape}")
    if inside is not None:
        boxes.check_mask(inside, geometry.shape)
    z, y, x = (int(i) for i in seed_zyx)
    if (z, y, x) != tuple(seed_zyx):
        raise ValueError(f"the seed must be a voxel, got {seed_zyx}")
    if plane is not None and not plane.holds((z, y, x)):
        raise ValueError(f"the seed {seed_zyx} is not in plane {plane.index} of axis {plane.axis}")
    if not all(0 <= i < n for i, n in zip((z, y, x), geometry.shape, strict=True)):
        return Painted.empty()
    most: Box = (slice(0, geometry.shape[0]), slice(0, geometry.shape[1]), slice(0, geometry.shape[2]))
    if plane is not None:
        most = boxes.of_plane(plane, geometry.shape)
    limit = None
    if within_mm is not None:
        limit = _around(geometry, (z, y, x), within_mm, plane)
        most = limit.box
    reach = _FIRST_REACH
    while True:
        box = boxes.common(most, (_span(z, reach), _span(y, reach), _span(x, reach)))
        assert box is not None  # it holds the seed
        allowed = within(array[box], low, high)
        if inside is not None:
            allowed &= inside[box]
        if limit is not None:
            allowed &= limit.inside[boxes.relative(box, limit.box)]
        found = _connected(allowed, (z - box[0].start, y - box[1].start, x - box[2].start))
        filled = boxes.bounds(found)
        if filled is None:
            return Painted.empty()
        region = boxes.absolute(filled, box)
        if not _may_go_on(region, box, most):
            return Painted(region, found[filled])
        reach *= 2


def _span(middle: int, reach: int) -> slice:
    return slice(middle - reach, middle + reach + 1)


def _may_go_on(region: Box, box: Box, most: Box) -> bool:
    """Whether a region found in ``box`` ends only where the box does, and the box could be larger."""
    parts = zip(region, box, most, strict=True)
    return any(
        (own.start == part.start > all_.start) or (own.stop == part.stop < all_.stop) for own, part, all_ in parts
    )


def _around(geometry: Geometry, seed: tuple[int, int, int], mm: float, plane: Plane | None) -> Painted:
    """The voxels whose centre lies within ``mm`` of the seed's."""
    centre = geometry.index_to_world(seed)
    if plane is None:
        return ball_stroke(geometry, [centre], mm)
    z, y, x = seed
    box = boxes.widened((slice(z, z + 1), slice(y, y + 1), slice(x, x + 1)), geometry, mm, plane)
    index = np.stack(np.meshgrid(*(np.arange(s.start, s.stop) for s in box), indexing="ij"), axis=-1)
    away = np.linalg.norm(geometry.index_to_world(index) - centre, axis=-1)
    return Painted(box, away <= mm + TOLERANCE_MM)


def _connected(allowed: BoolArray, seed: tuple[int, int, int]) -> BoolArray:
    if not allowed[seed]:
        return np.zeros(allowed.shape, bool)
    parts = label(allowed)[0]  # on a whole CT ten times as fast as ITK's region growing
    return np.asarray(parts == parts[seed])
