"""Doubt first: the regions of doubt of the open case, which of them are done, and the way from one to the next. No Qt.

A region is done when the person agreed with the contour there, or said something of it by hand or tool, or took a
proposal there. What was said (agree, disagree, later) is a step in the case's document; that a region was visited is
no step and is kept with where one stood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from proseg_gui.planes import Voxel
from proseg_gui.review.document import DOUBT
from proseg_gui.review.doubt import doubt_floor, next_slice
from proseg_gui.review.edits import Bricks
from proseg_gui.review.figures import ml_text
from proseg_gui.review.regions import Found, Region
from proseg_gui.review.state import Announce
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

AGREE, DISAGREE, LATER = "agree", "disagree", "later"
OPEN, VISITED, DRAWN = "open", "visited", "drawn"
DONE, LEFT = (AGREE, DRAWN), (OPEN, DISAGREE, LATER)
WORDS = {
    OPEN: "not seen yet",
    AGREE: "agreed",
    DISAGREE: "disagreed",
    LATER: "left for later",
    DRAWN: "drawn on",
    VISITED: "visited",
}
ASK_EVERY_S = 2.0
"""While the volume is being measured."""
GROWN = 1.5
"""A mark no longer holds where its region has since become this many times as large."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A region and how it stands: one of the words above; ``current`` where one has gone to it."""

    region: Region
    state: str
    current: bool


class Doubts:
    """See the module's text.

    Parameters
    ----------
    announce:
        Called with ``doubts_changed`` (a tuple of :class:`Seen`), ``doubt_reached`` (a region) and ``noticed``.
    """

    def __init__(self, desk: Desk, announce: Announce, clock: Callable[[], float]) -> None:
        self._desk, self._announce, self._clock = desk, announce, clock
        self._found: Found | None = None
        self.current: Region | None = None
        self._visited: dict[str, list[list[int]]] = {}
        self._drawn: frozenset[int] = frozenset()
        """Numbers of the regions in which something was said."""
        self._came_from: list[tuple[int, Voxel | None]] = []
        self._asked = float("-inf")

    # -- what is known --------------------------------------------------------------------------------------------
    @property
    def visited(self) -> dict[str, list[list[int]]]:
        """Structure -> the middle of each region that was gone to: plain values, to be kept with the case."""
        return {name: [list(place) for place in places] for name, places in self._visited.items()}

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions known so far, the largest first."""
        return () if self._found is None else self._found.regions

    @property
    def _structure(self) -> str:
        return self._desk.modelled[self._desk.model_structure]

    def begin(self, visited: object) -> None:
        """Another case; ``visited`` is what its view kept."""
        self._came_from = []
        kept = visited if isinstance(visited, Mapping) else {}
        self._visited = {
            name: [list(place) for place in places if _is_voxel(place)]
            for name, places in kept.items()
            if isinstance(places, list | tuple)
        }
        self.forget()

    def forget(self) -> None:
        """Another structure, another model, or none: no region is known."""
        self._found = self.current = None
        self._drawn, self._asked = frozenset(), float("-inf")
        self._announce("doubts_changed", ())

    def ask(self, *, pressing: bool = True) -> None:
        """Find the regions anew, now or, while the volume is being measured, every now and then."""
        desk, now = self._desk, self._clock()
        if desk.review is not None and (pressing or now - self._asked > ASK_EVERY_S):
            self._asked = now
            desk.worker.find_regions(desk.review, desk.model_structure)

    def take(self, found: Found) -> None:
        """The regions have come."""
        if self._desk.review is None or found.structure != self._desk.model_structure:
            return
        stood = None if self.current is None else self.current.middle
        self._found = found
        self.current = None if stood is None else self._at(stood)
        self.follow()

    def _at(self, voxel: Voxel) -> Region | None:
        return next((region for region in self.regions if region.holds(voxel)), None)

    def follow(self) -> None:
        """Something was said, marked or undone: how the regions stand."""
        if self._found is None:
            return
        evidence = self._desk.document.evidence(self._structure)
        self._drawn = frozenset(
            number for number, region in enumerate(self.regions) if _values(evidence, region.voxels).any()
        )
        self._tell()

    def _tell(self) -> None:
        self._announce("doubts_changed", self.seen())

    def seen(self) -> tuple[Seen, ...]:
        """Every region and how it stands."""
        marks = self._marks()
        visited = [tuple(place) for place in self._visited.get(self._structure, ())] if self.regions else []
        found = []
        for number, region in enumerate(self.regions):
            state = VISITED if any(region.holds((z, y, x)) for z, y, x in visited) else OPEN
            state = next((mark["mark"] for mark in marks if _covers(mark, region)), state)
            state = DRAWN if number in self._drawn else state
            found.append(Seen(region, state, region is self.current))
        return tuple(found)

    def _marks(self) -> tuple[dict[str, Any], ...]:
        return self._desk.document.value(DOUBT + self._structure) or ()

    # -- the way --------------------------------------------------------------------------------------------------
    def next(self) -> None:
        """Go through the region gone to, most doubtful slice first; then to the largest open one, then to those aside.

        By slices alone while no region is known.
        """
        if not self.regions:
            self._next_slice()
            return
        seen = self.seen()
        inside = self._next_inside(seen)
        if inside is not None:
            self._came_from.append((self._desk.slice_index, None if self.current is None else self.current.middle))
            self._desk.set_slice(inside)
            return
        target = next((one.region for one in seen if one.state == OPEN), None)
        if target is None:
            aside = [one.region for one in seen if one.state in (DISAGREE, LATER)]
            after = aside.index(self.current) + 1 if self.current in aside else 0
            target = next(iter(aside[after:] + aside[:after]), None)
        if target is None or (target is self.current and self._desk.slice_index == target.middle[0]):
            only = "This is the only region that is left" if target is not None else ""
            self._announce("noticed", only or f"Every region of doubt{self._so_far} was looked at")
            return
        self._came_from.append((self._desk.slice_index, None if self.current is None else self.current.middle))
        self._go(target)

    def _next_inside(self, seen: tuple[Seen, ...]) -> int | None:
        """The most doubtful slice of the region gone to that was not in view yet; ``None``: it is dealt with."""
        desk, region = self._desk, self.current
        here = next((one for one in seen if one.current), None)
        if region is None or here is None or here.state not in (OPEN, VISITED) or desk.summary is None:
            return None
        desk.visited |= {desk.slice_index}
        doubt = desk.summary.by_slice
        floor = doubt_floor(doubt)
        own = np.isin(np.arange(len(doubt)), region.voxels[:, 0])
        worth = np.where(own & (doubt >= (np.inf if floor is None else floor)), doubt, np.nan)
        return next_slice(worth, desk.visited, desk.slice_index)

    def back(self) -> None:
        """Go back to where the last jump began."""
        if not self._came_from:
            self._announce("noticed", "There is no earlier place to go back to")
            return
        k, middle = self._came_from.pop()
        self.current = None if middle is None else self._at(middle)
        self._desk.set_slice(k)
        if self.current is not None:
            self._announce("doubt_reached", self.current)
            self._announce("noticed", f"{self.current.sentence}{self._so_far}")
        self._tell()

    def _go(self, region: Region) -> None:
        self.current = region
        places = self._visited.setdefault(self._structure, [])
        if not any(region.holds((z, y, x)) for z, y, x in places):
            places.append(list(region.middle))
        self._desk.set_slice(region.middle[0])
        self._announce("doubt_reached", region)
        self._announce("noticed", f"{region.sentence}{self._so_far}")
        self._tell()

    @property
    def _so_far(self) -> str:
        return "" if self._found is None or self._found.complete else " (of the slices measured so far)"

    def _next_slice(self) -> None:
        desk = self._desk
        if desk.review is None or desk.summary is None or not np.isfinite(desk.summary.by_slice).any():
            self._announce("noticed", "The uncertainty of the slices is still being measured")
            return
        desk.visited |= {desk.slice_index}
        target = next_slice(desk.summary.by_slice, desk.visited, desk.slice_index)
        if target is None:
            rest = "" if desk.summary.complete else " of those measured so far"
            self._announce("noticed", f"Every slice with more than 5 % of the highest doubt{rest} was looked at")
            return
        self._came_from.append((desk.slice_index, None))
        desk.set_slice(target)

    # -- what the person makes of it ------------------------------------------------------------------------------
    def mark(self, word: str) -> None:
        """Say :data:`AGREE`, :data:`DISAGREE` or :data:`LATER` of the region gone to; the same again takes it back."""
        region = self.current
        if region is None:
            self._announce("noticed", "Go to a region of doubt first")
            return
        marks = self._marks()
        others = tuple(mark for mark in marks if not region.holds(tuple(mark["at"])))
        again = any(mark["mark"] == word and _covers(mark, region) for mark in marks)
        new = () if again else ({"at": region.middle, "ml": region.ml, "mark": word},)
        name = f"take back what was said of {region.slices_told}" if again else f"{word}: doubt in {region.slices_told}"
        self._desk.document.set(name, {DOUBT + self._structure: (*others, *new)})
        said = "No longer marked" if again else WORDS[word].capitalize()
        self._announce("noticed", f"{said}; {self.rest_told()}")

    def rest_told(self) -> str:
        """How many regions are left, and their doubt."""
        left = [one.region for one in self.seen() if one.state in LEFT]
        if not left:
            return f"no region of doubt is left{self._so_far}"
        doubt = ml_text(sum(region.ml for region in left))
        return f"{plural(len(left), 'region')} left with {doubt} in doubt{self._so_far}"


def _covers(mark: Mapping[str, Any], region: Region) -> bool:
    return region.ml <= GROWN * mark["ml"] and region.holds(tuple(mark["at"]))


def _is_voxel(place: object) -> bool:
    return isinstance(place, list | tuple) and len(place) == 3 and all(type(n) is int for n in place)


def _values(bricks: Bricks, voxels: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    """``(n,)`` what a volume holds at voxels ``(n, 3)``."""
    found = np.zeros(len(voxels), np.uint8)
    for index in bricks.packed:
        box = bricks.box(index)
        first, last = np.array([s.start for s in box]), np.array([s.stop for s in box])
        here = ((voxels >= first) & (voxels < last)).all(1)
        if here.any():
            found[here] = bricks.brick(index)[tuple((voxels[here] - first).T)]
    return found
