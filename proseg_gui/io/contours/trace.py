"""A mask's slice to polygons that give it back exactly, and polygons to a mask, both by the pixel-centre rule.

Points lie half way between the centre of a pixel inside and one outside, so that no edge comes nearer than 0.35
pixel to any centre: rounding, or a reader's own half-open convention, cannot change which centres are inside. Holes
are joined to their outline by a keyhole (there and back along one line), because nested contours come out filled in
readers that do not XOR. Pixels that touch at a corner only are separate polygons.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import cast

import numpy as np
from contourpy import FillType, contour_generator

Polygon = np.ndarray
"""``(n, 2)`` float64 points (x, y) in pixel indices; the last point is not the first again."""


def trace(mask: np.ndarray) -> list[Polygon]:
    """Polygons of a ``(y, x)`` bool mask: one for each 4-connected region, its holes joined by keyholes.

    A region inside a hole is a polygon of its own. The pixels at the image's border are traced like any other; points
    may lie up to half a pixel outside.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return []
    top, left = int(rows[0]) - 1, int(columns[0]) - 1
    cut = np.pad(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 1)
    # Level 1/2 on 0 and 1 interpolates to the exact midpoint. In a saddle the middle value is 1/2, which is not above
    # the level, so that pixels touching at a corner are kept apart (tested).
    generator = contour_generator(z=cut.astype(np.float64), name="serial", fill_type=FillType.OuterOffset)
    polygons = []
    regions, ends_of = cast(tuple[list[np.ndarray], list[np.ndarray]], generator.filled(0.5, 2.0))
    for region, ends in zip(regions, ends_of, strict=True):
        loops = [region[a : b - 1] for a, b in pairwise(ends)]
        polygon = _join_holes(loops[0], loops[1:])
        polygons.append(_without_straight_points(polygon) + (left, top))
    return polygons


def _join_holes(outline: np.ndarray, holes: list[np.ndarray]) -> np.ndarray:
    """One closed path through the outline and all holes.

    From each hole a line runs up (to smaller y) between two columns of pixel centres until it meets the path. The
    highest holes come first: what lies above the next one is then part of the path already.
    """
    path = outline
    for hole in sorted(holes, key=lambda loop: float(loop[:, 1].min())):
        loop = _from_keyhole(hole)
        path, at = _meeting_point(path, loop[0])
        path = np.concatenate([path[: at + 1], loop, loop[:1], path[at:]])
    return path


def _from_keyhole(hole: np.ndarray) -> np.ndarray:
    """The hole's points in order, beginning with the one on a half column from which its keyhole leaves.

    Of its points between two columns of centres the highest is taken: straight above it lie pixels inside only.
    """
    halves = np.flatnonzero(hole[:, 0] % 1.0 == 0.5)
    return np.roll(hole, -int(halves[hole[halves, 1].argmin()]), axis=0)


def _meeting_point(path: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, int]:
    """``path`` and the index in it of the nearest point straight above ``start``.

    Where the path is met in the middle of a level edge that point is put in.
    """
    ends = np.roll(path, -1, axis=0)
    x, y = start
    low, high = np.minimum(path[:, 0], ends[:, 0]), np.maximum(path[:, 0], ends[:, 0])
    level = (path[:, 1] == ends[:, 1]) & (low < x) & (x < high)
    met = (level | (path[:, 0] == x)) & (path[:, 1] < y)
    at = int(np.where(met, path[:, 1], -np.inf).argmax())
    if path[at, 0] == x:
        return path, at
    return np.insert(path, at + 1, (x, path[at, 1]), axis=0), at + 1


def _without_straight_points(points: np.ndarray) -> np.ndarray:
    """``points`` without those in the middle of a straight run; both ends of a keyhole stay, so that it cancels."""
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    ahead = (before * after).sum(axis=1) > 0
    _, index, count = np.unique(points, axis=0, return_inverse=True, return_counts=True)
    return points[~((cross == 0) & ahead & (count[index.ravel()] == 1))]


def fill(polygons: Iterable[Polygon], shape: tuple[int, int]) -> np.ndarray:
    """``(y, x)`` bool: pixels whose centre lies inside an odd number of times (XOR over polygons, keyholes included).

    Even-odd rule by scan lines: an edge that crosses the row of centres at ``y`` flips every centre to its right.
    A row counts for an edge when ``min(y) <= row < max(y)``, so that a point shared by two edges counts once.
    """
    flips = np.zeros((shape[0], shape[1] + 1), np.int64)
    for points in polygons:
        ends = np.roll(points, -1, axis=0)
        upper = np.minimum(points[:, 1], ends[:, 1])
        lower = np.maximum(points[:, 1], ends[:, 1])
        first = np.clip(np.ceil(upper), 0, shape[0]).astype(np.int64)
        last = np.clip(np.ceil(lower), 0, shape[0]).astype(np.int64)
        count = last - first
        edge = np.repeat(np.arange(len(points)), count)
        row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
        slope = (ends[edge, 0] - points[edge, 0]) / (ends[edge, 1] - points[edge, 1])
        crossing = points[edge, 0] + (row - points[edge, 1]) * slope
        column = np.clip(np.floor(crossing) + 1, 0, shape[1]).astype(np.int64)
        np.add.at(flips, (row, column), 1)
    return (np.cumsum(flips, axis=1)[:, :-1] % 2).astype(bool)
