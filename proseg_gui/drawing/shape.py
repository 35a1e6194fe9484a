"""What is done to a whole drawn shape: grow, shrink, fill holes, keep the largest part, drop small ones, combine.

Every tool gives a :class:`Painted` whose box is where it has decided: what ``inside`` leaves out there is out. In 3D
nothing is in outside of the box. With ``plane`` a tool works on that plane alone, by distances and neighbours within
it, and decides there. ``Painted.over`` puts a result into the mask that it came from.

Beyond the image nothing is known: a shape that the image's border cuts off is not eaten from there.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_fill_holes, label

from proseg_gui.drawing.boxes import (
    BoolArray,
    Box,
    check_mask,
    filled_box,
    joined,
    relative,
    widened,
)
from proseg_gui.drawing.distance import near
from proseg_gui.drawing.painted import Painted, checked_mm
from proseg_gui.planes import Plane
from proseg_gui.volume import Geometry

LARGEST_CHANGE_MM = 100.0
"""By how much a shape can be grown, shrunk or smoothed at once."""
Operation = Literal["union", "intersect", "subtract", "exclusive or"]


def grow(mask: BoolArray, geometry: Geometry, mm: float, *, plane: Plane | None = None) -> Painted:
    """Dilation by a ball: all voxels whose centre lies within ``mm`` of the centre of a voxel of the mask.

    Parameters
    ----------
    mask:
        ``(z, y, x)`` bool on ``geometry``.
    mm:
        Above 0, at most :data:`LARGEST_CHANGE_MM`. Less than the distance to the next voxel changes nothing there.
    plane:
        Work on this plane only, with a disc.

    Raises
    ------
    ValueError
        For a size out of range, a mask that does not fit the grid and a plane that the image does not have.
    """
    mm = checked_mm(mm, "the distance", LARGEST_CHANGE_MM)
    box = filled_box(mask, geometry.shape, plane)
    if box is None:
        return Painted.empty()
    box = widened(box, geometry, mm, plane)
    return Painted(box, near(mask[box], geometry, box, mm))


def shrink(mask: BoolArray, geometry: Geometry, mm: float, *, plane: Plane | None = None) -> Painted:
    """Erosion by a ball: the voxels of the mask from whose centre no centre outside of it is within ``mm``.

    Parameters and errors as of :func:`grow`; growing what is outside is the same thing.
    """
    mm = checked_mm(mm, "the distance", LARGEST_CHANGE_MM)
    box = filled_box(mask, geometry.shape, plane)
    if box is None:
        return Painted.empty()
    wide = widened(box, geometry, mm, plane)
    return Painted(box, ~near(~mask[wide], geometry, wide, mm)[relative(box, wide)])


def hollow(mask: BoolArray, geometry: Geometry, mm: float, *, plane: Plane | None = None) -> Painted:
    """What :func:`shrink` would take away: a shell inside the mask's outline, ``mm`` thick.

    Parameters and errors as of :func:`grow`.
    """
    left = shrink(mask, geometry, mm, plane=plane)
    return left if not left.inside.size else Painted(left.box, mask[left.box] & ~left.inside)


def fill_holes(mask: BoolArray, *, axis: int | None = None, plane: Plane | None = None) -> Painted:
    """Fill what is surrounded: background that no path over voxel faces joins to the outside.

    In 3D (neither given), in each plane of ``axis`` for itself, or in ``plane`` only. What opens to the image's border
    is no hole.
    """
    box = filled_box(mask, mask.shape, plane)
    if box is None:
        return Painted.empty()
    if plane is not None:
        axis = plane.axis
    part = mask[box]
    if axis is None:
        return Painted(box, binary_fill_holes(part))
    filled = np.stack([binary_fill_holes(flat) for flat in np.moveaxis(part, axis, 0)])
    return Painted(box, np.moveaxis(filled, 0, axis))


def keep_largest(mask: BoolArray, geometry: Geometry, *, plane: Plane | None = None) -> Painted:
    """Keep the part with the largest volume. Parts hang together over voxel faces; of equal ones the first stays."""
    box = filled_box(mask, geometry.shape, plane)
    if box is None:
        return Painted.empty()
    parts, volumes = _parts(mask[box], geometry, box)
    return Painted(box, parts == 1 + int(volumes.argmax()))


def remove_small(mask: BoolArray, geometry: Geometry, ml: float, *, plane: Plane | None = None) -> Painted:
    """Drop parts of less than ``ml``. Parts hang together over voxel faces; those of a plane are as thick as voxels.

    Raises
    ------
    ValueError
        Unless ``ml`` is finite and above 0, and as for :func:`grow`.
    """
    if not (np.isfinite(ml) and ml > 0):
        raise ValueError(f"the volume must be finite and above 0 ml, got {ml}")
    box = filled_box(mask, geometry.shape, plane)
    if box is None:
        return Painted.empty()
    parts, volumes = _parts(mask[box], geometry, box)
    kept = np.concatenate([[False], volumes >= ml * (1 - 1e-9)])
    return Painted(box, kept[parts])


def combine(a: BoolArray, b: BoolArray, operation: Operation, *, plane: Plane | None = None) -> Painted:
    """Of two masks of one shape: both together, what they share, ``a`` without ``b``, or what only one of them has."""
    if operation not in ("union", "intersect", "subtract", "exclusive or"):
        raise ValueError(f"there is no operation {operation!r}")
    check_mask(b, a.shape)
    boxes = [box for box in (filled_box(a, a.shape, plane), filled_box(b, a.shape, plane)) if box is not None]
    if not boxes:
        return Painted.empty()
    box = joined(boxes)
    one, other = a[box], b[box]
    if operation == "union":
        return Painted(box, one | other)
    if operation == "intersect":
        return Painted(box, one & other)
    return Painted(box, one & ~other if operation == "subtract" else one ^ other)


def _parts(inside: BoolArray, geometry: Geometry, box: Box) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Each voxel's part, from 1, and ``(parts,)`` volumes in ml: uneven slices stand for different thicknesses."""
    parts, count = label(inside)
    per_voxel = geometry.pixel_ml()[box[0]]
    volumes = np.zeros(count + 1)
    for flat, ml in zip(parts, per_voxel, strict=True):
        volumes += np.bincount(flat.ravel(), minlength=count + 1) * ml
    return parts, volumes[1:]
