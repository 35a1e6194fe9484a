"""A mask's slice to polygons that give it back exactly, and polygons to a mask, both by the pixel-centre rule.

Points lie half way between the centre of a pixel inside and one outside, so that no edge comes nearer than 0.35
pixel to any centre: rounding, or a reader's own half-open convention, cannot change which centres are inside. Holes
are joined to their outline by a keyhole (there and back along one line), because nested contours come out filled in
readers that do not XOR. Pixels that touch at a corner only are separate polygons.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
from contourpy import FillType, contour_generator

Polygon = np.ndarray
"""``(n, 2)`` float64 points (x, y) in pixel indices; the last point is not the first again."""
_HALF = 0.501
"""Pixels reach half a pixel beyond their centres; a contour that goes further leaves the slice."""


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
    flips = np.zeros((shape[0], shape[1] + 1), np.int32)
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


@dataclass
class Filled:
    """One slice's region, and what there is to say about the polygons that it was made of.

    ``array`` is ``(y, x)`` bool. ``crossing`` counts polygons that overlap another one without lying in it,
    ``beyond`` those that reach beyond the slice's edge, ``hollow`` those that hold no pixel's centre, ``twice`` those
    that hold the same pixels as another one.
    """

    array: np.ndarray
    crossing: int = 0
    beyond: int = 0
    hollow: int = 0
    twice: int = 0


def fill_region(polygons: Sequence[Polygon], shape: tuple[int, int], *, xor: bool = False) -> Filled:
    """The polygons of one region in one slice as pixels.

    A polygon inside another is a hole, one inside the hole an island, and so on. Polygons that cross each other were
    drawn as parts of one region: their union is inside. Two that hold the same pixels are one, drawn twice. With
    ``xor`` (DICOM's CLOSEDPLANAR_XOR) whatever lies inside an odd number of them is.
    """
    found = Filled(np.zeros(shape, dtype=bool))
    pieces: list[_Piece] = []
    for points in polygons:
        low, high = points.min(axis=0), points.max(axis=0)
        found.beyond += bool((low < -_HALF).any() or (high > np.array(shape[::-1]) - 1 + _HALF).any())
        piece = _piece(points, low, high, shape)
        if piece is None:
            found.hollow += 1
        else:
            pieces.append(piece)
    if not xor:
        once = {(piece.top, piece.left, piece.array.shape, piece.array.tobytes()): piece for piece in pieces}
        found.twice, pieces = len(pieces) - len(once), list(once.values())
    groups = [[piece] for piece in pieces] if xor else _crossing_together(pieces)
    found.crossing = sum(len(group) for group in groups if len(group) > 1)
    for group in groups:
        part = _union(group)
        found.array[part.box] ^= part.array
    return found


@dataclass(frozen=True)
class _Piece:
    """A polygon's pixels: a bool array at ``top, left`` of the slice, never without a pixel."""

    top: int
    left: int
    array: np.ndarray

    @property
    def box(self) -> tuple[slice, slice]:
        rows, columns = self.array.shape
        return slice(self.top, self.top + rows), slice(self.left, self.left + columns)


def _piece(points: Polygon, low: np.ndarray, high: np.ndarray, shape: tuple[int, int]) -> _Piece | None:
    """The pixels of one polygon; ``None`` where it holds no pixel's centre."""
    left, top = (int(v) for v in np.clip(np.floor(low), 0, shape[::-1]))
    right, bottom = (int(v) for v in np.clip(np.ceil(high) + 1, 0, shape[::-1]))
    if right <= left or bottom <= top:
        return None
    array = fill([points - (left, top)], (bottom - top, right - left))
    rows, columns = np.flatnonzero(array.any(axis=1)), np.flatnonzero(array.any(axis=0))
    if not rows.size:
        return None
    cut = array[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _Piece(top + int(rows[0]), left + int(columns[0]), cut)


def _crossing_together(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Pieces that cross each other, directly or through others, as one group; every other piece alone."""
    pieces = sorted(pieces, key=lambda piece: piece.top)
    boxes = np.array([(p.top, p.left, p.box[0].stop, p.box[1].stop) for p in pieces]).reshape(-1, 4)
    below = np.searchsorted(boxes[:, 0], boxes[:, 2])  # the first piece that begins below each one's end
    leader = list(range(len(pieces)))

    def first_of(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for i, piece in enumerate(pieces):
        others = boxes[i + 1 : below[i]]
        meets = (others[:, 1] < boxes[i, 3]) & (others[:, 3] > boxes[i, 1])
        for j in np.flatnonzero(meets) + i + 1:
            if first_of(i) != first_of(int(j)) and _cross(piece, pieces[j]):
                leader[first_of(int(j))] = first_of(i)
    together: dict[int, list[_Piece]] = {}
    for i, piece in enumerate(pieces):
        together.setdefault(first_of(i), []).append(piece)
    return list(together.values())


def _cross(a: _Piece, b: _Piece) -> bool:
    """Whether two pieces have pixels in common and each has pixels of its own."""
    top, left = max(a.top, b.top), max(a.left, b.left)
    bottom = min(a.box[0].stop, b.box[0].stop)
    right = min(a.box[1].stop, b.box[1].stop)
    ours = a.array[top - a.top : bottom - a.top, left - a.left : right - a.left]
    theirs = b.array[top - b.top : bottom - b.top, left - b.left : right - b.left]
    common = int(np.count_nonzero(ours & theirs))
    return 0 < common < min(int(a.array.sum()), int(b.array.sum()))


def _union(pieces: list[_Piece]) -> _Piece:
    if len(pieces) == 1:
        return pieces[0]
    top, left = min(p.top for p in pieces), min(p.left for p in pieces)
    array = np.zeros((max(p.box[0].stop for p in pieces) - top, max(p.box[1].stop for p in pieces) - left), dtype=bool)
    for p in pieces:
        array[p.top - top : p.top - top + p.array.shape[0], p.left - left : p.left - left + p.array.shape[1]] |= p.array
    return _Piece(top, left, array)
