"""Isolines of a probability map or mask as painter paths: what the screen shows (files have their own tracer)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import contourpy
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QPainterPath

from proseg_gui.planes import Plane, PlaneGrid

TOLERANCE = 0.03
"""Pixels by which one pass of thinning may move the line."""
THINNING_PASSES = 2

Points = npt.NDArray[Any]
BLOCK = 32
"""Traced blocks grow in steps of so many pixels, so that neighbouring slider positions share their coordinate grid."""


def trace(probability: npt.NDArray[np.floating], level: float = 0.5) -> QPainterPath:
    """Outline the pixels with ``probability > level``, with sub-pixel crossings between pixel centres.

    Parameters
    ----------
    probability:
        ``(y, x)`` floating point, finite.
    level:
        Where the line runs. Beyond the image's border the probability counts as 0, so that a region that touches the
        border is closed along it.

    Returns
    -------
    QPainterPath
        Closed polygons in picture coordinates: the centre of pixel ``(y, x)`` lies at ``(x + 0.5, y + 0.5)``. Holes
        have their own polygon; with the path's fill rule (odd-even) they stay empty. Empty where nothing exceeds
        ``level``. A path may be made in any thread.
    """
    inside = probability > level
    rows = np.flatnonzero(inside.any(axis=1))
    if not len(rows):
        return QPainterPath()
    columns = np.flatnonzero(inside[rows[0] : rows[-1] + 1].any(axis=0))
    # One pixel more on each side holds every crossing; where the image ends there, zeros stand in for it.
    top, left = int(rows[0]) - 1, int(columns[0]) - 1
    bottom, right = int(rows[-1]) + 2, int(columns[-1]) + 2
    block = np.zeros((_rounded_up(bottom - top), _rounded_up(right - left)), dtype=np.float64)
    y0, x0 = max(top, 0), max(left, 0)
    part = probability[y0:bottom, x0:right]
    block[y0 - top : y0 - top + part.shape[0], x0 - left : x0 - left + part.shape[1]] = part
    return _path(block, level, left, top)


def trace_mask(mask: npt.NDArray[np.bool_]) -> QPainterPath:
    """Outline a ``(y, x)`` boolean mask half way between the pixel centres in and out; see :func:`trace`."""
    return trace(mask.astype(np.float32), 0.5)


def trace_plane(mask: npt.NDArray[np.bool_], plane: Plane, grid: PlaneGrid) -> QPainterPath:
    """Outline a ``(z, y, x)`` mask where ``plane`` cuts it, as a pane draws it on its picture of that plane."""
    return trace_flat(plane.take(mask), grid)


def trace_flat(inside: npt.NDArray[np.bool_], grid: PlaneGrid) -> QPainterPath:
    """Outline what a mask holds of one plane; see :func:`trace_plane`."""
    return trace(grid.picture(inside).astype(np.float32, copy=False), 0.5)


def _rounded_up(pixels: int) -> int:
    return -(-pixels // BLOCK) * BLOCK


@lru_cache(maxsize=4)
def _grid(shape: tuple[int, int]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    x, y = np.meshgrid(np.arange(shape[1], dtype=np.float64), np.arange(shape[0], dtype=np.float64))
    return x, y


def _path(block: npt.NDArray[np.float64], level: float, left: int, top: int) -> QPainterPath:
    generator = contourpy.contour_generator(
        *_grid(block.shape), block, name="serial", line_type=contourpy.LineType.ChunkCombinedOffset
    )
    (points,), (starts,) = cast("tuple[list[Points | None], list[Points | None]]", generator.lines(level))  # one chunk
    if points is None or starts is None:
        return QPainterPath()
    points, starts = _thinned(points, starts.astype(np.int64))
    joined = np.ones(len(points), dtype=np.int32)
    joined[starts[1:-1] - 1] = 0  # the last point of a polygon does not lead to the next one
    from pyqtgraph import arrayToQPath  # late: a fifth of a second that no window's start needs

    return arrayToQPath(points[:, 0] + (left + 0.5), points[:, 1] + (top + 0.5), connect=joined, finiteCheck=False)


def _thinned(points: Points, starts: Points) -> tuple[Points, Points]:
    """Leave out points that lie on the line between their neighbours: strokes cost by the point, not by the length.

    ``points`` is ``(N, 2)``; polygon ``i`` is ``points[starts[i] : starts[i + 1]]`` and keeps its two ends.
    """
    for _ in range(THINNING_PASSES):
        middle = np.arange(1, len(points) - 1, 2)
        chord, way = points[middle + 1] - points[middle - 1], points[middle] - points[middle - 1]
        area = np.abs(chord[:, 0] * way[:, 1] - chord[:, 1] * way[:, 0])
        kept = np.ones(len(points), dtype=bool)
        kept[middle[area < TOLERANCE * np.hypot(chord[:, 0], chord[:, 1])]] = False
        kept[starts[:-1]] = kept[starts[1:] - 1] = True
        starts = np.concatenate([[0], np.cumsum(kept)])[starts]
        points = points[kept]
    return points, starts
