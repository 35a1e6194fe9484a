"""Lasso and polygon: the voxels whose centre lies inside a closed line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from proseg_gui.drawing.painted import Painted, checked_points
from proseg_gui.drawing.places import check_plane, row_starts, rows_between, to_picture, whole_between
from proseg_gui.planes import Plane, PlaneGrid

_DIGITS = 9
"""Corners are rounded to this many decimals of a pixel: an edge meant to run through centres then does."""
_SLACK = 1e-6
_EDGES_AT_ONCE = 1024


def polygon(grid: PlaneGrid, plane: Plane, points_mm: npt.ArrayLike) -> Painted:
    """The voxels of ``plane`` whose centre is inside a closed line, by the even-odd rule.

    Where the line crosses itself, what it surrounds twice is outside. A centre exactly on an edge is inside when the
    polygon lies on the side of the next column (for an edge along a row: of the next row), so polygons that share an
    edge share no voxel and leave none out.

    Parameters
    ----------
    points_mm:
        ``(n, 2)`` corners in screen mm ``(u, v)``; the last is joined to the first. Fewer than three surround nothing.

    Raises
    ------
    ValueError
        For places that are not finite, and a plane that is none of ``grid``'s.
    """
    check_plane(grid, plane)
    corners = np.round(to_picture(grid, checked_points(points_mm, 2)), _DIGITS)
    if len(corners) < 3:
        return Painted.empty()
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    rows = rows_between(grid, top - _SLACK, bottom + _SLACK)
    if not rows:
        return Painted.empty()
    starts = np.round(row_starts(grid, rows), _DIGITS)
    columns = whole_between(left - starts[:, 0].max() - _SLACK, right - starts[:, 0].min() + _SLACK, grid.shape[1])
    if not columns:
        return Painted.empty()
    # Parity of how many edges lie further along the row: each crossing toggles all columns before it.
    width = len(columns)
    toggles = np.zeros((len(rows), width + 1), np.int64)
    following = np.roll(corners, -1, axis=0)
    for first in range(0, len(corners), _EDGES_AT_ONCE):
        part = slice(first, first + _EDGES_AT_ONCE)
        row, x = _crossings(corners[part], following[part], starts[:, 1])
        before = np.clip(np.ceil(np.round(x - starts[row, 0], _DIGITS)) - columns.start, 0, width)
        toggles += np.bincount(row * (width + 1) + before.astype(np.int64), minlength=toggles.size).reshape(
            toggles.shape
        )
    inside = np.cumsum(toggles[:, ::-1], axis=1)[:, ::-1][:, 1:] % 2 == 1
    if not inside.any():
        return Painted.empty()
    return Painted.in_plane(plane, slice(rows.start, rows.stop), slice(columns.start, columns.stop), inside)


def _crossings(
    start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Where edges meet rows at growing ``heights``: row number and x of each. Of its ends an edge has the upper one."""
    upper = np.where((start[:, 1] <= end[:, 1])[:, None], start, end)
    lower = np.where((start[:, 1] <= end[:, 1])[:, None], end, start)
    first, stop = np.searchsorted(heights, upper[:, 1]), np.searchsorted(heights, lower[:, 1])
    counts = stop - first
    edge = np.repeat(np.arange(len(start)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    share = (heights[row] - upper[edge, 1]) / (lower[edge, 1] - upper[edge, 1])
    return row, upper[edge, 0] + share * (lower[edge, 0] - upper[edge, 0])
