"""Flat cuts through a volume along any axis of its array: how they lie on the screen, and where a place in them is.

Three kinds of coordinates, each with one meaning:

* *in the plane*: ``(row, column)`` of the 2D array that :meth:`Plane.take` gives; whole numbers are voxel centres;
* *in the picture*: ``(x, y)`` in pixels of what is drawn, (0, 0) at its corner, the centre of the first pixel at
  (0.5, 0.5). A picture has one pixel a voxel, except across uneven slices, see :class:`PlaneGrid`;
* *on the screen*: ``(u, v)`` in mm, u to the right, v downwards, (0, 0) at the corner of the box around the picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proseg_gui.volume import FloatArray, Geometry, name_of_normal, piecewise_linear

Voxel = tuple[int, int, int]
IN_PLANE = {0: (1, 2), 1: (0, 2), 2: (0, 1)}
"""The array axes that are rows and columns of a plane, by the axis that the plane cuts."""

# (to the right, downwards) in LPS for each plane, by the axis of its normal: the patient's right is on the left of
# the screen for axial and coronal, and a sagittal slice looks to the left.
ARRANGEMENT = {
    0: ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),  # sagittal: P right, I down
    1: ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),  # coronal: L right, I down
    2: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),  # axial: L right, P down
}
SECOND_LETTER = 0.34
"""A component of a direction above this (20 degrees off the main axis) adds its letter: ``LA`` for oblique slices."""
MAX_PICTURE_ROWS = 2048
"""A picture across uneven slices has no more rows, however close two of the slices lie."""


@dataclass(frozen=True)
class Plane:
    """The voxels with number ``index`` along ``axis`` of a ``(z, y, x)`` array; axis 0 gives the acquired slices."""

    axis: int
    index: int

    def __post_init__(self) -> None:
        if self.axis not in IN_PLANE or self.index < 0:
            raise ValueError(f"there is no plane {self.index} of axis {self.axis}")

    @classmethod
    def middle(cls, shape: Voxel, axis: int = 0) -> Plane:
        """The plane in the middle of an array of ``shape``."""
        return cls(axis, shape[axis] // 2)

    def within(self, shape: Voxel) -> Plane:
        """The nearest plane of the same axis that an array of ``shape`` has."""
        return Plane(self.axis, min(self.index, shape[self.axis] - 1))

    def stepped(self, steps: int, shape: Voxel) -> Plane:
        """The plane ``steps`` further along its normal, kept within an array of ``shape``."""
        return Plane(self.axis, max(self.index + steps, 0)).within(shape)

    def take(self, array: np.ndarray) -> np.ndarray:
        """``(z, y, x)`` -> ``(row, column)``: a view, not a copy."""
        where: list[int | slice] = [slice(None)] * 3
        where[self.axis] = self.index
        return array[tuple(where)]

    def index_of(self, row: float, column: float) -> tuple[float, float, float]:
        """``(z, y, x)`` index, fractions allowed, of a place in the plane."""
        place = [float(self.index)] * 3
        rows, columns = IN_PLANE[self.axis]
        place[rows], place[columns] = row, column
        return place[0], place[1], place[2]

    def voxel(self, row: int, column: int) -> Voxel:
        """``(z, y, x)`` of the voxel at a row and a column."""
        z, y, x = self.index_of(row, column)
        return int(z), int(y), int(x)

    def place_of(self, index_zyx: tuple[float, float, float]) -> tuple[float, float]:
        """Row and column of a voxel, or where it falls when it is moved straight along the cut axis."""
        rows, columns = IN_PLANE[self.axis]
        return index_zyx[rows], index_zyx[columns]

    def holds(self, voxel: Voxel) -> bool:
        """Whether the voxel lies in the plane."""
        return voxel[self.axis] == self.index


@dataclass(frozen=True, eq=False)
class PlaneGrid:
    """How all planes of one axis of a volume lie on the screen, in the radiological arrangement; see :meth:`of`.

    Nothing is stretched or straightened. Unequal spacing and shear (a gantry tilt seen from the side) are in
    ``to_screen``, so that a mm is a mm in every direction of the picture. Across *uneven* slices the picture is
    sampled anew on rows of even height, at most half the smallest gap, linearly between the slices: each slice is
    where it was taken. Beyond the outer slices the picture reaches half a gap, filled with the outer slice.

    Parameters
    ----------
    axis, shape, count:
        The cut axis, ``(rows, columns)`` of a plane, and how many planes there are.
    picture_shape:
        ``(rows, columns)`` of the picture: ``shape`` unless slices are uneven.
    to_screen:
        ``(2, 3)``: picture ``(x, y, 1)`` to screen mm ``(u, v)``.
    size_mm:
        ``(u, v)`` of the box around the picture.
    left, right, top, bottom:
        Patient letters at the borders.
    name:
        ``Axial``, ``Coronal`` or ``Sagittal`` by the nearest direction of the body; ``oblique`` beyond 5 degrees.
    gaps_mm:
        Smallest and largest distance between neighbouring planes, at right angles to them.
    """

    geometry: Geometry
    axis: int
    shape: tuple[int, int]
    count: int
    picture_shape: tuple[int, int]
    to_screen: FloatArray
    size_mm: tuple[float, float]
    left: str
    right: str
    top: str
    bottom: str
    name: str
    gaps_mm: tuple[float, float]
    uneven: _UnevenRows | None

    @classmethod
    def of(cls, geometry: Geometry, axis: int) -> PlaneGrid:
        """Lay out the planes of ``axis``: the turn and mirroring nearest to how radiologists hang pictures.

        Columns keep right angles to the screen's edges; a shear shows in the rows.
        """
        rows, columns = IN_PLANE[axis]
        steps = geometry.lps_matrix()[:3, 2::-1]  # columns: LPS mm of one step along z, y, x
        row_step, column_step = steps[:, rows], steps[:, columns]
        along_row = column_step / np.linalg.norm(column_step)
        across_rows = row_step - (row_step @ along_row) * along_row
        across_rows = across_rows / np.linalg.norm(across_rows)
        normal = np.cross(along_row, across_rows)
        shape = (geometry.shape[rows], geometry.shape[columns])
        uneven = None
        if axis != 0 and not geometry.is_even and shape[0] > 1:
            uneven = _UnevenRows.of(geometry, along_row, across_rows, column_step, row_step)
        picture_shape = shape if uneven is None else (len(uneven.rows), shape[1] + uneven.margin)
        row_mm = float(row_step @ across_rows) if uneven is None else uneven.row_mm
        slope = float(row_step @ along_row) / float(row_step @ across_rows)
        flat = np.array([[float(np.linalg.norm(column_step)), row_mm * slope], [0.0, row_mm]])
        turn, to_right, to_bottom = _arrangement(along_row, across_rows, normal)
        to_screen, size_mm = _boxed(turn @ flat, picture_shape)
        return cls(
            geometry=geometry,
            axis=axis,
            shape=shape,
            count=geometry.shape[axis],
            picture_shape=picture_shape,
            to_screen=to_screen,
            size_mm=size_mm,
            left=letters_towards(-to_right),
            right=letters_towards(to_right),
            top=letters_towards(-to_bottom),
            bottom=letters_towards(to_bottom),
            name=name_of_normal(normal),
            gaps_mm=_gaps_mm(geometry, axis, steps, normal),
            uneven=uneven,
        )

    # -- where a place is -----------------------------------------------------------------------------------------
    def to_picture(self, row: float, column: float) -> tuple[float, float]:
        """``(x, y)`` in the picture of a place in the plane."""
        if self.uneven is None:
            return column + 0.5, row + 0.5
        return column + 0.5 + float(self.uneven.shift_at(row)), self.uneven.y_of(row)

    def from_picture(self, x: float, y: float) -> tuple[float, float]:
        """``(row, column)`` in the plane, fractions allowed, of a place in the picture."""
        if self.uneven is None:
            return y - 0.5, x - 0.5
        row = self.uneven.row_of(y)
        return row, x - 0.5 - float(self.uneven.shift_at(row))

    def voxel_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the voxel that covers a place in the picture; ``None`` outside."""
        row, column = (math.floor(value + 0.5) for value in self.from_picture(x, y))
        return (row, column) if 0 <= row < self.shape[0] and 0 <= column < self.shape[1] else None

    def picture(self, values: np.ndarray, *, blend: bool = True) -> np.ndarray:
        """Bring ``(row, column)`` values of a plane to the picture's pixels: the same array where slices are even.

        Across uneven slices the result is float32 (a mask becomes 0..1, its outline at 0.5 runs half way between two
        slices); ``blend=False`` gives each slice its own extent instead, without values between.
        """
        if self.uneven is None:
            return values
        from scipy.ndimage import map_coordinates  # late: only uneven stacks need it

        at, columns = self.uneven, np.arange(self.picture_shape[1], dtype=np.float64)
        places = np.broadcast_arrays(at.rows[:, None], columns[None, :] - at.shift_at(at.rows)[:, None])
        numbers = values.astype(np.float32)
        beside = 0.0 if values.dtype == bool else float(numbers.min())  # where slices that stray leave no voxels
        sampled = map_coordinates(
            numbers, places, output=np.float32, order=1 if blend else 0, mode="grid-constant", cval=beside
        )
        return np.asarray(sampled)

    # -- what is written ------------------------------------------------------------------------------------------
    def position_text(self, index: int) -> str:
        """Where plane ``index`` lies along the body's axis nearest to its normal, at its middle: ``S 12.1 mm``."""
        steps = self.geometry.lps_matrix()[:3, 2::-1]
        rows, columns = IN_PLANE[self.axis]
        direction = int(np.abs(np.cross(steps[:, columns], steps[:, rows])).argmax())
        middle = Plane(self.axis, index).index_of((self.shape[0] - 1) / 2, (self.shape[1] - 1) / 2)
        value = round(float(self.geometry.index_to_world(middle)[direction]), 1) + 0.0  # no "-0.0"
        return f"{('LPS' if value >= 0 else 'RAI')[direction]} {abs(value):.1f} mm"

    def step_text(self) -> str:
        """The distance between neighbouring planes, ``2.5 mm``, or ``2.5 to 5 mm``; empty for a single plane."""
        if self.count == 1:
            return ""
        low, high = (f"{gap:.3g}" for gap in self.gaps_mm)
        return f"{low} mm" if low == high else f"{low} to {high} mm"


@dataclass(frozen=True, eq=False)
class _UnevenRows:
    """Where uneven slices lie as rows of a picture.

    ``heights`` (n,) mm across the rows from the picture's edge; ``shifts`` (n,) columns >= 0 by which each slice lies
    sideways of a straight stack; ``rows`` is the fractional slice at each row of the picture, ``row_mm`` high.
    """

    heights: FloatArray
    shifts: FloatArray
    rows: FloatArray
    row_mm: float
    margin: int

    @classmethod
    def of(
        cls,
        geometry: Geometry,
        along_row: FloatArray,
        across_rows: FloatArray,
        column_step: FloatArray,
        row_step: FloatArray,
    ) -> _UnevenRows:
        """Measure the stack of ``geometry`` in a plane across its slices; ``row_step`` is the mean step."""
        away = geometry.slice_origins() - geometry.slice_origins()[0]
        # Along the slices' normal, as slices are ordered there, and from there to the plane, which a tilted stack
        # crosses at an angle. Where slices stray from a straight stack at right angles to the plane, it is a fold.
        heights = (away @ geometry.normal) * float(row_step @ across_rows) / float(row_step @ geometry.normal)
        slope = float(row_step @ along_row) / float(row_step @ across_rows)
        shifts = (away @ along_row - slope * heights) / float(np.linalg.norm(column_step))
        shifts[np.abs(shifts) < 1e-6] = 0.0  # rounding of a straight stack, which needs no margin
        shifts -= shifts.min()
        gaps = np.diff(heights)
        heights = heights + gaps[0] / 2
        extent = float(heights[-1] + gaps[-1] / 2)
        # Half the smallest gap: then no row of pixels reaches past a slice and the middle of the gap beside it, so
        # that an outline half way between two slices comes out exactly there.
        n = min(math.ceil(extent / (float(gaps.min()) / 2)), MAX_PICTURE_ROWS)
        centres = (np.arange(n) + 0.5) * (extent / n)
        rows = np.interp(centres, heights, np.arange(len(heights), dtype=np.float64))
        return cls(heights, shifts, rows, extent / n, math.ceil(float(shifts.max())))

    def y_of(self, row: float) -> float:
        """Place in the picture of a slice, fractions allowed."""
        numbers = np.arange(len(self.heights), dtype=np.float64)
        return float(piecewise_linear(np.asarray(row), numbers, self.heights)) / self.row_mm

    def row_of(self, y: float) -> float:
        """The slice, fractions allowed, at a place in the picture."""
        numbers = np.arange(len(self.heights), dtype=np.float64)
        return float(piecewise_linear(np.asarray(y * self.row_mm), self.heights, numbers))

    def shift_at(self, row: npt.ArrayLike) -> FloatArray:
        """Columns by which slices lie sideways of the picture's first column."""
        return np.interp(np.asarray(row, dtype=np.float64), np.arange(len(self.shifts)), self.shifts)


def _arrangement(
    along_row: FloatArray, across_rows: FloatArray, normal: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """``(2, 2)`` turn from (along a row, across rows) to (u, v), and the LPS directions of u and v."""
    across, down = (np.array(v) for v in ARRANGEMENT[int(np.abs(normal).argmax())])
    upright = abs(along_row @ across) + abs(across_rows @ down)
    turned = abs(across_rows @ across) + abs(along_row @ down)
    u_axis, v_axis = (across_rows, along_row) if turned > upright else (along_row, across_rows)
    turn = np.array([[0.0, 1.0], [1.0, 0.0]]) if turned > upright else np.eye(2)
    u_sign, v_sign = (-1.0 if u_axis @ across < 0 else 1.0), (-1.0 if v_axis @ down < 0 else 1.0)
    return turn * np.array([[u_sign], [v_sign]]), u_sign * u_axis, v_sign * v_axis


def _boxed(matrix: FloatArray, picture_shape: tuple[int, int]) -> tuple[FloatArray, tuple[float, float]]:
    """Add the offset that puts the picture's box at (0, 0); the ``(2, 3)`` map and the box's size in mm."""
    height, width = picture_shape
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], dtype=np.float64) @ matrix.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    return np.column_stack([matrix, -low]), (float(high[0] - low[0]), float(high[1] - low[1]))


def _gaps_mm(geometry: Geometry, axis: int, steps: FloatArray, normal: FloatArray) -> tuple[float, float]:
    if axis == 0 and not geometry.is_even and geometry.shape[0] > 1:
        gaps = np.abs(np.diff(geometry.slice_origins() @ normal))
        return float(gaps.min()), float(gaps.max())
    step = abs(float(steps[:, axis] @ normal))
    return step, step


def letters_towards(direction_lps: np.ndarray) -> str:
    """Patient letters (of L R P A S I) of a unit direction, largest component first, those above 20 degrees only."""
    order = np.argsort(-np.abs(direction_lps))
    letters = [("LPS" if direction_lps[axis] > 0 else "RAI")[axis] for axis in order]
    return letters[0] + "".join(
        letter for letter, axis in zip(letters[1:], order[1:], strict=True) if abs(direction_lps[axis]) > SECOND_LETTER
    )
