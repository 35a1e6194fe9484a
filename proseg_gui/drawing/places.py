"""Where the voxels of a plane lie in its picture, and which voxels a straight line passes through."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.volume import FloatArray


def check_plane(grid: PlaneGrid, plane: Plane) -> None:
    """``ValueError`` unless ``grid`` lays out ``plane``."""
    if plane.axis != grid.axis or plane.index >= grid.count:
        raise ValueError(f"plane {plane.index} of axis {plane.axis} is none of the {grid.count} of axis {grid.axis}")


def to_picture(grid: PlaneGrid, points_mm: FloatArray) -> FloatArray:
    """``(n, 2)`` screen mm to ``(n, 2)`` picture ``(x, y)``."""
    return (points_mm - grid.to_screen[:, 2]) @ np.linalg.inv(grid.to_screen[:, :2]).T


def row_starts(grid: PlaneGrid, rows: range) -> FloatArray:
    """``(len(rows), 2)`` picture ``(x, y)`` of the first voxel's centre of each row; the others follow at x + 1."""
    return np.array([grid.to_picture(row, 0.0) for row in rows], dtype=np.float64).reshape(-1, 2)


def rows_between(grid: PlaneGrid, low: float, high: float) -> range:
    """The rows of a plane whose centres lie at picture y from ``low`` to ``high``."""
    first, last = (grid.from_picture(0.0, y)[0] for y in (low, high))
    return whole_between(first, last, grid.shape[0])


def whole_between(low: float, high: float, count: int) -> range:
    """The whole numbers from ``low`` to ``high`` that are indices of ``count`` things."""
    return range(max(int(np.ceil(low)), 0), min(int(np.floor(high)), count - 1) + 1)


def plane_cells(grid: PlaneGrid, start: FloatArray, end: FloatArray) -> npt.NDArray[np.intp]:
    """``(m, 2)`` row and column of the voxels that a line of the picture passes, from ``start`` to ``end`` (x, y)."""
    bends = np.empty(0)
    if grid.uneven is not None:  # rows are of unequal height: straight in the picture is bent at every slice
        met = rows_between(grid, min(start[1], end[1]), max(start[1], end[1]))
        bends = _crossings(start[1], end[1], row_starts(grid, met)[:, 1])

    def to_index(places: FloatArray) -> FloatArray:
        return np.array([grid.from_picture(x, y) for x, y in places])

    return cells_along(start, end, to_index, grid.shape, bends)


def cells_along(
    start: FloatArray,
    end: FloatArray,
    to_index: Callable[[FloatArray], FloatArray],
    shape: tuple[int, ...],
    bends: FloatArray,
) -> npt.NDArray[np.intp]:
    """``(m, len(shape))`` indices of the voxels, inside ``shape``, that the line from ``start`` to ``end`` passes.

    ``to_index`` maps ``(n, d)`` places to fractional indices, affine between the shares ``bends`` (0 to 1) of the way.
    The ends belong to the voxel that covers them (half a voxel around its centre; at a border the upper one).
    """
    shares = np.concatenate([[0.0], np.sort(bends), [1.0]])
    corners = to_index(start + shares[:, None] * (end - start))
    found = [_straight(a, b, shape) for a, b in itertools.pairwise(corners)]
    cells = np.concatenate(found)
    return cells[((cells >= 0) & (cells < np.array(shape))).all(axis=1)]


def _straight(a: FloatArray, b: FloatArray, shape: tuple[int, ...]) -> npt.NDArray[np.intp]:
    shares = [np.array([0.0, 1.0])]
    for low, high, n in zip(a, b, shape, strict=True):
        borders = np.arange(max(np.ceil(min(low, high) - 0.5), -1), min(np.floor(max(low, high) - 0.5), n - 1) + 1)
        shares.append(_crossings(low, high, borders + 0.5))
    turns = np.sort(np.concatenate(shares))
    at = np.concatenate([[0.0], (turns[1:] + turns[:-1]) / 2, [1.0]])
    return np.floor(a + at[:, None] * (b - a) + 0.5).astype(np.intp)


def _crossings(start: float, end: float, values: FloatArray) -> FloatArray:
    """The shares of the way from ``start`` to ``end`` at which ``values`` are met."""
    if start == end:
        return np.empty(0)
    shares = (values - start) / (end - start)
    return shares[(shares > 0) & (shares < 1)]
