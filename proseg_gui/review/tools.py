"""The tools of the hand: from places on a plane to strokes on the active structure. Plain code without Qt.

A pane tells where the pen went, in mm of its plane; what that means in voxels is :mod:`proseg_gui.drawing`'s, and what
becomes of them :mod:`proseg_gui.review.drafts`'s. A drag from press to release is one stroke and one step. A polygon is
begun by a click, grows with each further one, and is closed by a double click or by :meth:`Tools.close`. The tool
:data:`CLICK` draws nothing itself: it points, and a model that takes clicks follows
(:mod:`proseg_gui.review.clicking`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from proseg_gui.drawing.brush import ball_stroke, disc_stroke
from proseg_gui.drawing.lasso import polygon
from proseg_gui.drawing.painted import Painted
from proseg_gui.drawing.places import to_picture
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.review.drafts import IN, OUT, UNKNOWN, plane_words
from proseg_gui.review.state import Announce
from proseg_gui.volume import FloatArray

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

BRUSH, ERASER, RESTORE, LASSO, THRESHOLD, FLOOD = "brush", "eraser", "restore", "lasso", "threshold brush", "flood fill"
CLICK = "click"
TOOLS = (BRUSH, ERASER, RESTORE, LASSO, THRESHOLD, FLOOD, CLICK)
ROUND = (BRUSH, ERASER, RESTORE, THRESHOLD)
"""Tools with a radius."""
LEAST_MM, MOST_MM, STEP = 0.25, 100.0, 1.15
BOX_MM = 3.0
"""A drag of the tool that points is a box from here on."""
CLICK_MM = 1.0
"""A lasso that went less far than this is a click: the first corner of a polygon."""
Place = tuple[float, float]


@dataclass(frozen=True)
class Pen:
    """How the tool looks under the pointer: the circle of what it covers, or none."""

    radius_mm: float | None
    colour: str
    both: bool = False
    """Whether the right button clicks too, the other way round."""


@dataclass(frozen=True, eq=False)
class PenPlace:
    """Where the pen is: a plane, how it lies on the screen, and the place in screen mm ``(u, v)``."""

    plane: Plane
    grid: PlaneGrid
    mm: Place

    def lps(self) -> FloatArray:
        """``(3,)`` the place in the patient."""
        x, y = to_picture(self.grid, np.array([self.mm]))[0]
        index = self.plane.index_of(*self.grid.from_picture(float(x), float(y)))
        return np.asarray(self.grid.geometry.index_to_world(index))


@dataclass(frozen=True)
class ToolState:
    """The tool in the hand.

    ``kind``: one of :data:`TOOLS`, empty for none. ``ball``: whether it works in 3D. ``low``, ``high``: values of the
    shown channel that the threshold brush and the flood fill are limited to; ``None``: not limited. ``reach_mm``: how
    far a flood goes from where it began.
    """

    kind: str = ""
    radius_mm: float = 5.0
    ball: bool = False
    low: float | None = None
    high: float | None = None
    reach_mm: float = 30.0


class Tools:
    """The desk's tools.

    Parameters
    ----------
    announce:
        Called with ``tool_changed`` (a :class:`ToolState`), ``tool_line`` (points of a lasso in progress, in screen mm)
        and ``noticed``.
    """

    def __init__(self, desk: Desk, announce: Announce) -> None:
        self._desk, self._announce = desk, announce
        self.state = ToolState()
        self._last: PenPlace | None = None
        self._line: list[Place] = []
        self._line_on: PenPlace | None = None
        self._inverted = False
        self._freely = False
        self._from: tuple[PenPlace, bool] | None = None
        """Where the tool that points was put down, and whether it says out."""

    @property
    def holds_click(self) -> bool:
        """Whether the tool that points is in the hand."""
        return self.state.kind == CLICK

    @property
    def line_plane(self) -> Plane | None:
        """The plane of the lasso in progress."""
        return self._line_on.plane if self._line and self._line_on is not None else None

    # -- the tool -------------------------------------------------------------------------------------------------
    def choose(self, kind: str) -> None:
        """Take a tool; the same one again lays it down."""
        self.drop()
        self._set(kind="" if kind == self.state.kind else kind)

    def lay_down(self) -> None:
        """No tool is in the hand any more."""
        self.drop()
        self._set(kind="")

    def resize(self, steps: int) -> None:
        """Make the pen larger or smaller by so many steps."""
        self.set_radius(self.state.radius_mm * STEP**steps)

    def set_radius(self, radius_mm: float) -> None:
        """Radius of the pen in mm, kept within what makes sense."""
        if math.isfinite(radius_mm):
            self._set(radius_mm=round(min(max(radius_mm, LEAST_MM), MOST_MM), 2))

    def set_ball(self, ball: bool) -> None:
        """Whether the tool works in 3D."""
        self._set(ball=ball)

    def set_range(self, low: float | None, high: float | None) -> None:
        """Values that the threshold brush and the flood fill keep to."""
        if low is not None and high is not None and low > high:
            low, high = high, low
        self._set(low=low, high=high)

    def range_from_contour(self) -> None:
        """Keep to the values inside the active structure's contour on the slice in view: 5th to 95th percentile."""
        desk = self._desk
        inside = desk.shown_on_slice()
        if inside is None or not inside.any():
            self._announce("noticed", "There is no contour on this slice to take values from")
            return
        values = desk.display.shown.array[desk.slice_index][inside]
        low, high = np.percentile(values, (5.0, 95.0))
        self._set(low=round(float(low), 1), high=round(float(high), 1))

    def set_reach(self, reach_mm: float) -> None:
        """How far a flood goes from where it began."""
        if math.isfinite(reach_mm) and reach_mm > 0:
            self._set(reach_mm=reach_mm)

    def _set(self, **changes: Any) -> None:
        state = replace(self.state, **changes)
        if state != self.state:
            self.state = state
            self._announce("tool_changed", state)

    # -- the hand -------------------------------------------------------------------------------------------------
    def press(self, place: PenPlace, inverted: bool = False) -> None:
        """The pen was put down; ``inverted``: in becomes out, and the other way round."""
        kind = self.state.kind
        if not kind or self._desk.case is None:
            return
        if not self._desk.structures:
            self._announce("noticed", "There is no structure to draw on: add one in the list of structures")
            return
        if kind == CLICK:
            self._from = (place, inverted)
        elif kind == FLOOD:
            self._flood(place, inverted)
        elif kind == LASSO:
            self._press_lasso(place, inverted)
        elif self._begin(kind, place.plane, inverted):
            self._last = place
            self._paint(place, place)

    def move(self, place: PenPlace) -> None:
        """The pen went on."""
        if self._from is not None:
            self._stretch(place)
            return
        if self._last is not None and self._same_plane(self._last, place):
            last, self._last = self._last, place
            self._paint(last, place)
        elif self._line and self._freely:
            self._line.append(place.mm)
            self._announce("tool_line", tuple(self._line))

    def lift(self, place: PenPlace) -> None:
        """The pen was lifted: a stroke is complete, and so is a lasso that went some way."""
        if self._from is not None:
            self._point(place)
            return
        if self._last is not None:
            self._last = None
            self._desk.drafts.end()
        elif self._line and self._freely:
            self._freely = False
            if _length(self._line) >= CLICK_MM and len(self._line) > 3:
                self.close()

    def close(self) -> None:
        """Close the polygon that was begun and fill it."""
        line, on, self._line = self._line, self._line_on, []
        self._announce("tool_line", ())
        if on is None or len(line) < 3 or not self._begin(LASSO, on.plane, self._inverted):
            return
        self._desk.drafts.add_to_stroke(polygon(on.grid, on.plane, line))
        self._desk.drafts.end()

    def drop(self) -> bool:
        """Forget what is being drawn; whether there was anything."""
        was = self._last is not None or bool(self._line)
        self._last, self._line, self._freely, self._from = None, [], False, None
        self._desk.drafts.drop()
        if was:
            self._announce("tool_line", ())
        return was

    @staticmethod
    def _same_plane(one: PenPlace, other: PenPlace) -> bool:
        return one.plane == other.plane

    def _begin(self, kind: str, plane: Plane, inverted: bool) -> bool:
        word = {ERASER: OUT, RESTORE: UNKNOWN}.get(kind, IN)
        if inverted and word != UNKNOWN:
            word = OUT if word == IN else IN
        return self._desk.drafts.begin(self._desk.structure_name, f"{kind} on {plane_words(plane)}", word)

    def _paint(self, start: PenPlace, end: PenPlace) -> None:
        state = self.state
        if state.ball:
            covered = ball_stroke(end.grid.geometry, np.stack([start.lps(), end.lps()]), state.radius_mm)
        else:
            covered = disc_stroke(end.grid, end.plane, [start.mm, end.mm], state.radius_mm)
        if state.kind == THRESHOLD:
            covered = self._within_range(covered)
        self._desk.drafts.add_to_stroke(covered)

    def _within_range(self, covered: Painted) -> Painted:
        from proseg_gui.drawing.threshold import restrict

        low, high = self.range
        return restrict(covered, self._desk.display.shown.array, low, high)

    @property
    def range(self) -> tuple[float, float]:
        """Values that threshold tools take; infinite where an end is not set."""
        low, high = self.state.low, self.state.high
        return -math.inf if low is None else low, math.inf if high is None else high

    # -- pointing -------------------------------------------------------------------------------------------------
    def _stretch(self, place: PenPlace) -> None:
        """Show the box from where the pen was put down to where it is."""
        assert self._from is not None
        start, inverted = self._from
        if inverted or not self._same_plane(start, place) or _length([start.mm, place.mm]) < BOX_MM:
            return
        (a, b), (c, d) = start.mm, place.mm
        self._line, self._line_on = [(a, b), (c, b), (c, d), (a, d), (a, b)], start
        self._announce("tool_line", tuple(self._line))

    def _point(self, place: PenPlace) -> None:
        """A click where the pen stayed, a box where it went some way."""
        assert self._from is not None
        start, inverted = self._from
        boxed, self._line, self._from = bool(self._line), [], None
        self._announce("tool_line", ())
        if boxed and start.plane.axis == 0 and self._same_plane(start, place):
            self._desk.clicking.box(_in_patient(start), _in_patient(place))
        elif boxed:
            self._announce("noticed", "Draw the box on an acquired slice")
        else:
            self._desk.clicking.click(_in_patient(start), not inverted)

    # -- lasso ----------------------------------------------------------------------------------------------------
    def _press_lasso(self, place: PenPlace, inverted: bool) -> None:
        if self._line and self._line_on is not None and self._same_plane(self._line_on, place):
            self._line.append(place.mm)
        else:
            self._line, self._line_on, self._inverted = [place.mm], place, inverted
        self._freely = len(self._line) == 1
        self._announce("tool_line", tuple(self._line))

    # -- flood ----------------------------------------------------------------------------------------------------
    def _flood(self, place: PenPlace, inverted: bool) -> None:
        """Fill what is connected to the place within the range of values, or near the value there."""
        voxel = self._voxel(place)
        if voxel is None:
            return
        state, image = self.state, self._desk.display.shown
        low, high = self.range
        if state.low is None and state.high is None:
            low, high = near_value(image.array, voxel)
        if not low <= float(image.array[voxel]) <= high:
            self._announce("noticed", "The value there lies outside the range of the tool")
            return
        plane = None if state.ball else place.plane

        def work(_token: Any, _progress: Any) -> Painted:
            from proseg_gui.drawing.flood import flood

            return flood(image.array, image.geometry, voxel, low, high, plane=plane, within_mm=state.reach_mm)

        self._in_background(FLOOD, work, place.plane, inverted)

    def _in_background(self, kind: str, work: Callable[..., Painted], plane: Plane, inverted: bool) -> None:
        case, name = self._desk.case, self._desk.structure_name

        def done(covered: Painted) -> None:
            if self._desk.case is case and name == self._desk.structure_name and self._begin(kind, plane, inverted):
                self._desk.drafts.add_to_stroke(covered)
                self._desk.drafts.end()

        self._desk.worker.carry_out(kind, work, done)

    @staticmethod
    def _voxel(place: PenPlace) -> tuple[int, int, int] | None:
        x, y = to_picture(place.grid, np.array([place.mm]))[0]
        found = place.grid.voxel_at(float(x), float(y))
        return None if found is None else place.plane.voxel(*found)


def _in_patient(place: PenPlace) -> tuple[float, float, float]:
    x, y, z = place.lps().tolist()
    return x, y, z


def near_value(values: np.ndarray, voxel: tuple[int, int, int]) -> tuple[float, float]:
    """Values like those around a voxel: mean and two standard deviations of its 5 x 5 neighbours in the slice."""
    k, y, x = voxel
    around = values[k, max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].astype(np.float64)
    spread = max(2.0 * float(around.std()), 1e-6)
    value = float(values[voxel])
    return min(value, float(around.mean()) - spread), max(value, float(around.mean()) + spread)


def _length(line: list[Place]) -> float:
    return float(np.linalg.norm(np.diff(np.asarray(line), axis=0), axis=1).sum())
