"""Fill the slices between drawn ones: shape-based interpolation by signed distances in mm."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import numpy as np
from scipy.ndimage import center_of_mass, shift

from proseg_gui.drawing.boxes import BoolArray, Box, bounds, check_mask, of_plane
from proseg_gui.drawing.distance import plane_distance
from proseg_gui.drawing.painted import Painted
from proseg_gui.planes import Plane
from proseg_gui.volume import FloatArray, Geometry

_TIE_MM = 1e-9


def fill_between(mask: BoolArray, geometry: Geometry, drawn: Iterable[int], *, axis: int = 0) -> tuple[Painted, ...]:
    """The shape on the slices between drawn ones: one result a gap, which holds no drawn slice.

    Each drawn slice becomes a map of the distance to its outline, in mm in the slice, positive inside; in between the
    two maps are averaged by how far the slice lies from both, in mm, and what is not negative is in. So an outline
    moves and bends evenly, and on uneven stacks as fast as the gaps are wide.

    *Moving shapes.* Without overlap such an average is empty. Where the two shapes overlap more after their centroids
    are laid on each other, they are, and the shape travels; not in planes across unevenly spaced slices.
    *Branching.* The maps join and split by themselves: two lobes that lie over a wider trunk grow out of it; a lobe
    with nothing below it shrinks to nothing, the sooner the further it is from the other slice's shape. Nothing tracks
    which part becomes which.

    Measured on the phantom (seeds 100 to 107, 1.5 mm pixels, 2.5 mm slices; mean Dice of the left-out slices when every
    2nd, 4th and 6th is drawn; the nearest drawn slice copied -> this): lesion .9134 -> .9786, .8876 -> .9352,
    .8530 -> .8782 (16 readings); vena cava .9875 -> .9902, .9845 -> .9885, .9778 -> .9860 (8). Centroids never laid on
    each other: .9784, .9356, .8784 and .9883, .9861, .9821; always: .9785, .9333, .8751 and .9915, .9889, .9863.

    Parameters
    ----------
    mask:
        ``(z, y, x)`` bool on ``geometry``. On slices that are not drawn its voxels do not matter.
    drawn:
        Numbers of the drawn slices, in any order. Fewer than two leave no gap.
    axis:
        That the slices cut.

    Returns
    -------
    One :class:`Painted` for each gap of at least one slice between two drawn slices that both hold something: all of
    what the gap's slices are to hold, in a box that covers what they held before. A gap beside an empty slice has none.

    Raises
    ------
    ValueError
        When the mask does not fit the grid, or the image does not have a drawn slice.
    """
    check_mask(mask, geometry.shape)
    planes = [Plane(axis, number) for number in sorted({int(index) for index in drawn})]
    boxes = [of_plane(plane, geometry.shape) for plane in planes]
    places = geometry.slice_origins() @ geometry.normal if axis == 0 else np.arange(geometry.shape[axis], dtype=float)
    found = []
    for (a, box_a), (b, box_b) in itertools.pairwise(zip(planes, boxes, strict=True)):
        if b.index - a.index > 1 and mask[box_a].any() and mask[box_b].any():
            shares = (places[a.index + 1 : b.index] - places[a.index]) / (places[b.index] - places[a.index])
            found.append(_gap(mask, geometry, a, b, shares))
    return tuple(found)


def _gap(mask: BoolArray, geometry: Geometry, a: Plane, b: Plane, shares: FloatArray) -> Painted:
    """The slices between two drawn ones; ``shares`` are how far along each lies."""
    axis = a.axis
    travel = np.zeros(2)
    if geometry.is_even or axis == 0:
        travel = _travel(a.take(mask), b.take(mask))
    stack = list(of_plane(a, geometry.shape))
    stack[axis] = slice(a.index, b.index + 1)
    filled = bounds(mask[tuple(stack)])
    assert filled is not None  # both ends hold something
    margin = math.ceil(float(np.abs(travel).max())) + 1
    box = [
        slice(max(s.start - margin, 0), min(s.stop + margin, n)) for s, n in zip(filled, geometry.shape, strict=True)
    ]
    box[axis] = slice(a.index + 1, b.index)
    here: Box = (box[0], box[1], box[2])
    start, end = (_depth(mask, geometry, plane, here) for plane in (a, b))
    slices = []
    for share in shares.tolist():
        first, second = start, end
        if travel.any():
            first = shift(start, travel * share, order=1, mode="nearest")
            second = shift(end, travel * (share - 1), order=1, mode="nearest")
        slices.append((1 - share) * first + share * second >= -_TIE_MM)
    return Painted(here, np.stack(slices, axis=axis))


def _travel(a: BoolArray, b: BoolArray) -> FloatArray:
    """``(rows, columns)`` from the centroid of ``a`` to that of ``b`` if the shapes then overlap more, else none."""
    way = np.array(center_of_mass(b)) - center_of_mass(a)
    moved = shift(a.astype(np.float32), way, order=1) >= 0.5
    return way if _overlap(moved, b) > _overlap(a, b) else np.zeros(2)


def _overlap(a: BoolArray, b: BoolArray) -> float:
    return float((a & b).sum() / (a | b).sum())


def _depth(mask: BoolArray, geometry: Geometry, plane: Plane, box: Box) -> FloatArray:
    """``(rows, columns)`` of the box: mm to the other side of the outline in ``plane``, positive inside."""
    flat = list(box)
    flat[plane.axis] = slice(plane.index, plane.index + 1)
    here: Box = (flat[0], flat[1], flat[2])
    inside = mask[here]
    depth = -plane_distance(inside, geometry, here)
    if inside.all():  # the outline lies outside the image: nowhere near
        corners = geometry.index_to_world([[s.start for s in here], [s.stop for s in here]])
        depth[:] = np.linalg.norm(corners[1] - corners[0])
    else:
        depth = depth + plane_distance(~inside, geometry, here)
    return np.asarray(np.squeeze(depth, plane.axis))
