"""Brush strokes: a disc swept in a plane, a ball swept in the patient.

A voxel is taken when its centre lies within the radius of the line through the places of the cursor, and also when
the line passes through the voxel itself: a brush that is smaller than a voxel still takes what is under the cursor.

Each piece of the line (two places) is worked out in the box around it and for itself, so that the pieces of a stroke,
painted one by one as the mouse moves, give exactly the voxels of the whole stroke.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from proseg_gui.drawing.boxes import BoolArray, in_slice
from proseg_gui.drawing.painted import TOLERANCE_MM, Painted, checked_mm, checked_points
from proseg_gui.drawing.places import (
    cells_along,
    check_plane,
    plane_cells,
    row_starts,
    rows_between,
    to_picture,
    whole_between,
)
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.volume import FloatArray, Geometry

LARGEST_RADIUS_MM = 500.0
"""A brush is not larger than a patient."""


def disc_stroke(grid: PlaneGrid, plane: Plane, points_mm: npt.ArrayLike, radius_mm: float) -> Painted:
    """The voxels of ``plane`` within ``radius_mm`` of a line.

    Parameters
    ----------
    grid, plane:
        The plane and how it lies on the screen; distances are those on the plane as it lies in the patient.
    points_mm:
        ``(n, 2)`` screen mm ``(u, v)``; one place is a disc, none is nothing.
    radius_mm:
        Above 0, at most :data:`LARGEST_RADIUS_MM`.

    Raises
    ------
    ValueError
        For places that are not finite, a radius out of range, and a plane that is none of ``grid``'s.
    """
    check_plane(grid, plane)
    reach = checked_mm(radius_mm, "the radius", LARGEST_RADIUS_MM) + TOLERANCE_MM
    points = checked_points(points_mm, 2)
    pixels = to_picture(grid, points)
    pieces = _pieces(len(points))
    return Painted.united_all(
        [p for i, j in pieces for p in _disc_piece(grid, plane, points[[i, j]], pixels[[i, j]], reach)]
    )


def ball_stroke(geometry: Geometry, points_lps_mm: npt.ArrayLike, radius_mm: float) -> Painted:
    """The voxels within ``radius_mm`` of a line in the patient: a ball swept along it.

    Parameters
    ----------
    points_lps_mm:
        ``(n, 3)`` LPS mm (x, y, z); one place is a ball, none is nothing.
    radius_mm:
        Above 0, at most :data:`LARGEST_RADIUS_MM`.

    Raises
    ------
    ValueError
        For places that are not finite and for a radius out of range.
    """
    reach = checked_mm(radius_mm, "the radius", LARGEST_RADIUS_MM) + TOLERANCE_MM
    points = checked_points(points_lps_mm, 3)
    pieces = _pieces(len(points))
    return Painted.united_all([p for i, j in pieces for p in _ball_piece(geometry, points[i], points[j], reach)])


def _pieces(count: int) -> Iterator[tuple[int, int]]:
    """First and last place of each straight piece of a line of ``count`` places."""
    return iter([(0, 0)] if count == 1 else [(i, i + 1) for i in range(count - 1)])


def _disc_piece(
    grid: PlaneGrid, plane: Plane, ends_mm: FloatArray, ends: FloatArray, reach: float
) -> Iterator[Painted]:
    """What one straight piece takes; its two ends are given in screen mm and in the picture."""
    to_screen = grid.to_screen
    margin = reach * np.linalg.norm(np.linalg.inv(to_screen[:, :2]), axis=1)  # pixels of x and of y
    low, high = ends.min(axis=0) - margin, ends.max(axis=0) + margin
    rows = rows_between(grid, low[1], high[1])
    if rows:
        starts = row_starts(grid, rows)
        columns = whole_between(low[0] - starts[:, 0].max(), high[0] - starts[:, 0].min(), grid.shape[1])
        if columns:
            firsts = starts @ to_screen[:, :2].T + to_screen[:, 2] - ends_mm[0]
            steps = np.arange(columns.start, columns.stop)
            across = [firsts[:, None, i] + steps * to_screen[i, 0] for i in range(2)]
            inside = _within(across, ends_mm[1] - ends_mm[0], reach)
            yield Painted.in_plane(plane, slice(rows.start, rows.stop), slice(columns.start, columns.stop), inside)
    for row, column in plane_cells(grid, ends[0], ends[1]).tolist():
        yield Painted.in_plane(plane, slice(row, row + 1), slice(column, column + 1), np.ones((1, 1), bool))


def _ball_piece(geometry: Geometry, start: FloatArray, end: FloatArray, reach: float) -> Iterator[Painted]:
    """What one straight piece takes."""
    origins, normal = geometry.slice_origins(), geometry.normal
    heights = origins @ normal
    ends = np.array([start @ normal, end @ normal])
    near = np.flatnonzero((heights >= ends.min() - reach) & (heights <= ends.max() + reach))
    steps = geometry.lps_matrix()[:3, 1::-1]  # columns: LPS mm of a row and of a column
    to_steps = in_slice(geometry)
    margin = reach * np.linalg.norm(to_steps, axis=1)
    for k in near.tolist():  # a slice at a time: a large ball needs no copy of the volume
        places = (np.stack([start, end]) - origins[k]) @ to_steps.T
        low, high = places.min(axis=0) - margin, places.max(axis=0) + margin
        rows, columns = (whole_between(low[a], high[a], geometry.shape[a + 1]) for a in range(2))
        if rows and columns:
            firsts = origins[k] - start + np.arange(rows.start, rows.stop)[:, None] * steps[:, 0]
            along = np.arange(columns.start, columns.stop)
            inside = _within([firsts[:, None, i] + along * steps[i, 1] for i in range(3)], end - start, reach)
            box = slice(k, k + 1), slice(rows.start, rows.stop), slice(columns.start, columns.stop)
            yield Painted(box, inside[None])
    bends = np.empty(0)
    if not geometry.is_even and ends[0] != ends[1]:
        bends = (heights - ends[0]) / (ends[1] - ends[0])
        bends = bends[(bends > 0) & (bends < 1)]
    for z, y, x in cells_along(start, end, geometry.world_to_index, geometry.shape, bends).tolist():
        yield Painted((slice(z, z + 1), slice(y, y + 1), slice(x, x + 1)), np.ones((1, 1, 1), bool))


def _within(away: list[FloatArray], line: FloatArray, reach: float) -> BoolArray:
    """Whether places, given by their components from the start of ``line``, lie within ``reach`` of it."""
    length = float(line @ line)
    if length > 0:
        share = sum(part * component for part, component in zip(away, line, strict=True)) / length
        np.clip(share, 0.0, 1.0, out=share)
        away = [part - share * component for part, component in zip(away, line, strict=True)]
    return np.asarray(sum(part * part for part in away) <= reach * reach)
