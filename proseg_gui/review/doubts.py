"""Doubt first: the regions of doubt of the open case, which of them are done, and the way from one to the next. No Qt.

A region is done when its structure is accepted, the person agreed with the contour there, or drew there after going to
it; and when what was said, there or elsewhere, leaves nothing of its doubt above the floor. What was said of a region
(agree, disagree, later) is a step in the case's document; that it was visited is no step and is kept with where one
stood. What is left of the doubt is worked out in the background: :mod:`proseg_gui.review.remaining`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from proseg_gui.inference.calibration import calibration_of
from proseg_gui.planes import Voxel
from proseg_gui.review.document import DOUBT
from proseg_gui.review.doubt import doubt_floor, next_slice
from proseg_gui.review.figures import ml_text
from proseg_gui.review.regions import Found, Region
from proseg_gui.review.remaining import SURE, Remaining, RemainingRequest
from proseg_gui.review.state import Announce
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

AGREE, DISAGREE, LATER = "agree", "disagree", "later"
OPEN, VISITED, DRAWN, SETTLED, ACCEPTED = "open", "visited", "drawn", "settled", "accepted"
DONE, LEFT = (AGREE, DRAWN, SETTLED, ACCEPTED), (OPEN, DISAGREE, LATER)
WORDS = {
    OPEN: "not seen yet",
    AGREE: "agreed",
    DISAGREE: "disagreed",
    LATER: "left for later",
    DRAWN: "drawn on",
    SETTLED: "settled by what you drew",
    ACCEPTED: "accepted",
    VISITED: "visited",
}
ASK_EVERY_S = 2.0
"""While the volume is being measured."""
GROWN = 1.5
"""A mark no longer holds where its region has since become this many times as large."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A region and how it stands: one of the words above; ``current`` where one has gone to it.

    ``left_ml``: what is in doubt after what was said, ``None`` until that is worked out.
    """

    region: Region
    state: str
    current: bool
    left_ml: float | None = None

    @property
    def ml(self) -> float:
        """What is in doubt, as far as it is known."""
        return self.region.ml if self.left_ml is None else self.left_ml


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
        self._remaining: Remaining | None = None
        """Of the regions that are known, after what was said when it was worked out last."""
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
        self._found = self.current = self._remaining = None
        self._asked = float("-inf")
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
        self._tell()
        self.weigh()

    def _at(self, voxel: Voxel) -> Region | None:
        return next((region for region in self.regions if region.holds(voxel)), None)

    def follow(self, *, said: bool) -> None:
        """A region was marked, or something was ``said`` or accepted, or undone: how the regions stand."""
        if self._found is not None:
            self._tell()
            if said:
                self.weigh()

    def weigh(self) -> None:
        """Ask what is left of the doubt; not while a proposal is awaited, which comes first and asks again."""
        desk, found = self._desk, self._found
        if desk.review is None or found is None or not found.regions or desk.proposals.awaited:
            return
        name, number = self._structure, desk.model_structure
        kept, figures = desk.shapes.kept(number), desk.figures
        shown = figures.voxels if kept is None and figures is not None and figures.exact else kept
        follows = desk.proposals.wanted and desk.review.bundle.method.capabilities.samples
        hand = desk.proposals.hand(name) if follows else None
        point, evidence = desk.latents.stand(number)[0], desk.document.evidence(name)
        desk.worker.weigh_regions(desk.review, RemainingRequest(found, evidence, shown, hand, point))

    def take_remaining(self, remaining: Remaining) -> None:
        """What is left of the doubt has come; of regions that are no more it is dropped."""
        if remaining.found is self._found:
            self._remaining = remaining
            self._tell()

    def _tell(self) -> None:
        self._announce("doubts_changed", self.seen())

    def seen(self) -> tuple[Seen, ...]:
        """Every region and how it stands."""
        known = self._remaining
        left = None if known is None or known.found is not self._found else known.left
        marks = self._marks()
        visited = [tuple(place) for place in self._visited.get(self._structure, ())] if self.regions else []
        accepted = bool(self.regions) and self._desk.shapes.locked(self._desk.model_structure) is not None
        found = []
        for number, region in enumerate(self.regions):
            state = VISITED if any(region.holds((z, y, x)) for z, y, x in visited) else OPEN
            state = next((mark["mark"] for mark in marks if _covers(mark, region)), state)
            ml = None if left is None else left[number].ml
            if left is not None and known is not None:
                if left[number].said and state != OPEN:
                    state = DRAWN
                elif left[number].ml < known.floor_ml and state != AGREE:
                    state = SETTLED
            found.append(Seen(region, ACCEPTED if accepted else state, region is self.current, ml))
        return tuple(found)

    def could_change_ml(self) -> float | None:
        """By how much the volume could change at most if all that is left were drawn anew, with the chance ``SURE``.

        By the model's draws, and by how often that held on its validation cases where its card knows. ``None`` while it
        is not known.
        """
        known, review = self._remaining, self._desk.review
        if known is None or known.found is not self._found or review is None:
            return None
        change = known.could_change_ml([number for number, one in enumerate(self.seen()) if one.state in LEFT])
        measured = calibration_of(review.bundle.card)
        if change is None or measured is None or measured.stop is None:
            return change
        return change * measured.stop

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
        unseen = [one for one in seen if one.state == OPEN]
        target = max(unseen, key=lambda one: one.ml).region if unseen else None
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
            self._announce("noticed", self._told(self.current))
        self._tell()

    def _go(self, region: Region) -> None:
        self.current = region
        places = self._visited.setdefault(self._structure, [])
        if not any(region.holds((z, y, x)) for z, y, x in places):
            places.append(list(region.middle))
        self._desk.set_slice(region.middle[0])
        self._announce("doubt_reached", region)
        self._announce("noticed", self._told(region))
        self._tell()

    def _told(self, region: Region) -> str:
        left = next((one.left_ml for one in self.seen() if one.region is region), None)
        return f"{region.told(left)}{self._so_far}"

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
        left = [one for one in self.seen() if one.state in LEFT]
        if not left:
            return f"no region of doubt is left{self._so_far}"
        doubt, change = ml_text(sum(one.ml for one in left)), self.could_change_ml()
        stop = "" if change is None else f"; {stop_rule(change)}"
        return f"{plural(len(left), 'region')} left with {doubt} in doubt{self._so_far}{stop}"


def stop_rule(change_ml: float) -> str:
    """Whether it is time to stop, in one sentence."""
    return f"what is left could change the volume by at most {ml_text(change_ml)} ({100 * SURE:.0f} %)"


def _covers(mark: Mapping[str, Any], region: Region) -> bool:
    return region.ml <= GROWN * mark["ml"] and region.holds(tuple(mark["at"]))


def _is_voxel(place: object) -> bool:
    return isinstance(place, list | tuple) and len(place) == 3 and all(type(n) is int for n in place)
