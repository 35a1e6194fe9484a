"""The box around what a tool works on: tools look at that, never at the whole volume."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from proseg_gui.planes import Plane
from proseg_gui.volume import FloatArray, Geometry

BoolArray = npt.NDArray[np.bool_]
Box = tuple[slice, slice, slice]
"""``(z, y, x)``, with starts and stops inside the image."""


def check_mask(mask: BoolArray, shape: tuple[int, ...]) -> None:
    """``ValueError`` unless ``mask`` is bool and has the image's ``(z, y, x)`` shape."""
    if mask.dtype != bool or mask.shape != tuple(shape):
        raise ValueError(f"a mask of {shape} bool voxels is needed, got {mask.shape} {mask.dtype}")


def bounds(mask: BoolArray) -> Box | None:
    """The smallest box that holds all true voxels of a 3D array; ``None`` where there is none."""
    found: list[slice] = []
    for axis in range(3):  # slices first, so that the other axes are looked at in those that hold something
        part = mask[tuple(found)]
        filled = np.flatnonzero(part.any(axis=tuple(a for a in range(3) if a != axis)))
        if not len(filled):
            return None
        found.append(slice(int(filled[0]), int(filled[-1]) + 1))
    return found[0], found[1], found[2]


def whole(shape: tuple[int, ...]) -> Box:
    """The box that is the image."""
    z, y, x = (slice(0, n) for n in shape)
    return z, y, x


def of_plane(plane: Plane, shape: tuple[int, ...]) -> Box:
    """The box that is a plane; ``ValueError`` where the image has no such plane."""
    if plane.index >= shape[plane.axis]:
        raise ValueError(f"there is no plane {plane.index} of axis {plane.axis} in {shape}")
    box = list(whole(shape))
    box[plane.axis] = slice(plane.index, plane.index + 1)
    return box[0], box[1], box[2]


def filled_box(mask: BoolArray, shape: tuple[int, ...], plane: Plane | None) -> Box | None:
    """The box around what the mask (in the plane) holds."""
    check_mask(mask, shape)
    if plane is None:
        return bounds(mask)
    box = of_plane(plane, shape)
    own = bounds(mask[box])
    return None if own is None else absolute(own, box)


def common(a: Box, b: Box) -> Box | None:
    """Where two boxes overlap."""
    z, y, x = (slice(max(p.start, q.start), min(p.stop, q.stop)) for p, q in zip(a, b, strict=True))
    return None if any(s.start >= s.stop for s in (z, y, x)) else (z, y, x)


def relative(box: Box, to: Box) -> Box:
    """Where ``box``, which lies in the box ``to``, is in an array of that one's shape."""
    z, y, x = (slice(b.start - t.start, b.stop - t.start) for b, t in zip(box, to, strict=True))
    return z, y, x


def absolute(part: Box, box: Box) -> Box:
    """Where the ``part`` of an array of the box's shape lies in the image."""
    z, y, x = (slice(b.start + p.start, b.start + p.stop) for p, b in zip(part, box, strict=True))
    return z, y, x


def joined(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of them, at least one."""
    z, y, x = (slice(min(box[a].start for box in boxes), max(box[a].stop for box in boxes)) for a in range(3))
    return z, y, x


def widened(box: Box, geometry: Geometry, mm: float, plane: Plane | None = None) -> Box:
    """The box of all voxels, of the image or of ``plane``, whose centre may lie within ``mm`` of one in ``box``."""
    origins = geometry.slice_origins()
    heights = origins @ geometry.normal
    away = np.abs(heights[:, None] - heights[box[0]])
    near = away <= mm  # (slice of the image, slice of the box)
    slices = np.flatnonzero(near.any(axis=1))
    to_steps = in_slice(geometry)
    found = [slice(int(slices[0]), int(slices[-1]) + 1)]
    for axis, to_step in ((1, to_steps[0]), (2, to_steps[1])):
        at = origins @ to_step
        shifts = (at[box[0]] - at[:, None])[near]  # by which a place of the box's slice lies further on in the other
        margin = mm * float(np.linalg.norm(to_step))
        low = math.floor(box[axis].start + float(shifts.min()) - margin)
        high = math.ceil(box[axis].stop - 1 + float(shifts.max()) + margin)
        found.append(slice(max(low, 0), min(high + 1, geometry.shape[axis])))
    if plane is not None:
        found[plane.axis] = of_plane(plane, geometry.shape)[plane.axis]
    return found[0], found[1], found[2]


def in_slice(geometry: Geometry) -> FloatArray:
    """``(2, 3)``: LPS mm to the steps along rows (y) and columns (x) that they are within a slice."""
    return np.asarray(np.linalg.pinv(geometry.lps_matrix()[:3, 1::-1]))
