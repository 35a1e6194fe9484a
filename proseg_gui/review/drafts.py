"""The structures of the open case and what the hand has said of each: strokes, as they are drawn and as steps.

Evidence is kept in the case's document as compressed bricks. While a case is open, a plain array a structure holds the
same codes, so that a stroke costs only the voxels that it touches; its pages are taken from memory as they are drawn
on. A stroke changes that array at once and the document when it ends: one stroke is one step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from proseg_gui.drawing.boxes import joined, of_plane, relative, whole
from proseg_gui.drawing.painted import Painted
from proseg_gui.planes import Plane
from proseg_gui.review.colours import structure_colour
from proseg_gui.review.document import ACCEPTED, EVIDENCE, ORDER, POINT, SHAPE, STRUCTURE, Change, Document, Gesture
from proseg_gui.review.edits import Box, code, overlaid, said_in, said_out
from proseg_gui.review.state import Announce

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

Codes = npt.NDArray[np.uint8]
Words = tuple[Codes | None, ...]
"""What was said of one plane, by structure of the model; ``None`` where nothing was."""
IN, OUT, UNKNOWN = "in", "out", "unknown"
"""What a stroke says of the voxels that it covers; unknown gives them back to the model."""
KEEP = 255
"""In what is put: the voxel stays as it is said."""
SURE_IN, SURE_OUT = np.float32(1.0), np.float32(0.0)


@dataclass(frozen=True)
class Entry:
    """A structure of the case.

    ``own``: the person added it, so it can be renamed and deleted. ``modelled``: the model in use draws it.
    ``colour``: ``#rrggbb``, ``None`` for the palette's. ``locked``: nobody draws on it until it is unlocked.
    """

    name: str
    own: bool = False
    modelled: bool = False
    colour: str | None = None
    locked: bool = False


@dataclass(frozen=True)
class DraftChange:
    """Evidence of a structure has changed in ``box``; ``live`` while a stroke goes on."""

    structure: str
    box: Box
    live: bool


@dataclass
class _Stroke:
    structure: str
    name: str
    word: int
    box: Box | None = None


class Drafts:
    """What the hand has said of the desk's case.

    Parameters
    ----------
    desk:
        Whose case it is.
    announce:
        Called with ``draft_changed`` (a :class:`DraftChange`) and ``noticed``.
    """

    def __init__(self, desk: Desk, announce: Announce) -> None:
        self._desk, self._announce = desk, announce
        self._codes: dict[str, Codes] = {}
        self._stroke: _Stroke | None = None
        self._named: tuple[tuple[Any, ...], tuple[str, ...]] | None = None
        """The names of structures, and of which state they are."""
        self.versions: Counter[str] = Counter()
        """Structure -> grows with each change of what was said of it: what was drawn earlier is out of date."""

    def forget(self) -> None:
        """Another case comes: what was drawn is in its document."""
        self._stroke = None
        self._codes.clear()
        self._named = None

    # -- structures -----------------------------------------------------------------------------------------------
    @property
    def names(self) -> tuple[str, ...]:
        """Every structure of the case: the model's in its order, then those that only the person's work has."""
        desk = self._desk
        if desk.case is None:
            return desk.modelled
        document = desk.document
        state = document, document.length, desk.modelled, tuple(desk.shapes.voxels), desk.review is None
        if self._named is None or self._named[0] != state:  # asked for dozens of times a move
            self._named = state, self._names(document)
        return self._named[1]

    def _names(self, document: Document) -> tuple[str, ...]:
        desk = self._desk
        known = [*desk.modelled]
        for prefix in (STRUCTURE, EVIDENCE, ACCEPTED, SHAPE):
            known += [key.removeprefix(prefix) for key in document.keys(prefix)]
        stood = (key.removeprefix(POINT) for key in document.keys(POINT))
        known += [name for name in stood if name in desk.shapes.voxels]
        if desk.review is None:
            known += desk.shapes.voxels
        return tuple(dict.fromkeys(known))

    @property
    def listed(self) -> tuple[int, ...]:
        """Numbers of the structures in the order in which the person wants to see them."""
        names = self.names
        wanted = self._desk.document.value(ORDER, ()) if self._desk.case is not None else ()
        place = {name: number for number, name in enumerate(wanted or ())}
        return tuple(sorted(range(len(names)), key=lambda number: place.get(names[number], len(place) + number)))

    def _said(self, name: str) -> Mapping[str, Any]:
        return self._desk.document.value(STRUCTURE + name) or {}

    def entry(self, name: str) -> Entry:
        """What is known of a structure."""
        said = self._said(name) if self._desk.case is not None else {}
        modelled = name in self._desk.modelled
        colour = said.get("colour")
        return Entry(name, bool(said.get("own")), modelled, colour, bool(said.get("locked")))

    def colour(self, number: int) -> str:
        """Colour ``#rrggbb`` of a structure, by number: the person's choice, else the palette's."""
        names = self.names
        chosen = self.entry(names[number]).colour if number < len(names) else None
        return chosen or structure_colour(number)

    def add(self, name: str) -> bool:
        """Add a structure of one's own and make it the active one; ``False`` with a notice where it cannot be."""
        name = self._fresh_name(name)
        if not name:
            return False
        self._desk.document.set(f"add structure {name}", {STRUCTURE + name: {"own": True}})
        self._desk.set_structure(self.names.index(name))
        return True

    def rename(self, old: str, new: str) -> bool:
        """Call one's own structure otherwise; earlier readings keep the name that they were accepted under."""
        new = "" if new == old else self._fresh_name(new)
        if not new or not self.may_change(old, own=True):
            return False
        document, evidence = self._desk.document, self._desk.document.evidence(old)
        empty = document.nothing
        changes = [
            Change(STRUCTURE + old, document.value(STRUCTURE + old), None),
            Change(STRUCTURE + new, document.value(STRUCTURE + new), document.value(STRUCTURE + old)),
        ]
        if evidence.packed:
            everything = whole(document.shape)
            out = evidence.changed(everything, np.zeros(document.shape, np.uint8))
            changes.append(Change(EVIDENCE + old, patch=out))
            changes.append(Change(EVIDENCE + new, patch=empty.changed(everything, evidence.array())))
        shape = document.value(SHAPE + old)
        if shape is not None:
            changes += [Change(SHAPE + old, shape, None), Change(SHAPE + new, document.value(SHAPE + new), shape)]
        document.change(f"rename {old} to {new}", changes)
        self._desk.set_structure(self.names.index(new))
        return True

    def delete(self, name: str) -> bool:
        """Take one's own structure away with all that was drawn of it; undo brings it back."""
        if not self.may_change(name, own=True):
            return False
        document, evidence = self._desk.document, self._desk.document.evidence(name)
        changes = [Change(STRUCTURE + name, document.value(STRUCTURE + name), None)]
        if evidence.packed:
            patch = evidence.changed(whole(document.shape), np.zeros(document.shape, np.uint8))
            changes.append(Change(EVIDENCE + name, patch=patch))
        if document.value(SHAPE + name) is not None:
            changes.append(Change(SHAPE + name, document.value(SHAPE + name), None))
        document.change(f"delete structure {name}", changes)
        return True

    def recolour(self, name: str, colour: str | None) -> None:
        """Draw a structure in ``#rrggbb``, or in the palette's colour again."""
        self._say(f"colour of {name}", name, colour=colour)

    def lock(self, name: str, locked: bool) -> None:
        """Let nobody draw on a structure, or let them again."""
        self._say(f"{'lock' if locked else 'unlock'} {name}", name, locked=locked)

    def move(self, name: str, steps: int) -> None:
        """Move a structure up (negative) or down in the list."""
        names = self.names
        order = [names[number] for number in self.listed]
        place = order.index(name)
        order.insert(max(0, place + steps), order.pop(place))
        self._desk.document.set(f"move {name}", {ORDER: tuple(order)})

    def _say(self, title: str, name: str, **what: Any) -> None:
        if self._desk.case is not None:
            self._desk.document.set(title, {STRUCTURE + name: {**self._said(name), **what}})

    def _fresh_name(self, name: str) -> str:
        name = " ".join(name.split())
        if self._desk.case is None:
            self._announce("noticed", "Open a scan first")
        elif not name:
            self._announce("noticed", "A structure needs a name")
        elif name.casefold() in {other.casefold() for other in self.names}:
            self._announce("noticed", f"There is a structure called {name} already")
        else:
            return name
        return ""

    def may_change(self, name: str, *, own: bool = False) -> bool:
        """Whether a structure can be drawn on (with ``own``: renamed and deleted); says why not."""
        desk = self._desk
        if desk.case is None:
            return False
        entry = self.entry(name)
        if own and not entry.own:
            self._announce("noticed", f"{name} comes from the model; it can be hidden, but not renamed or deleted")
        elif desk.document.accepted(name) is not None:
            self._announce("noticed", f"{name} is accepted; reopen it first")
        elif entry.locked:
            self._announce("noticed", f"{name} is locked; unlock it in the list of structures first")
        else:
            return True
        return False

    # -- what was said --------------------------------------------------------------------------------------------
    def has(self, name: str) -> bool:
        """Whether anything was said of a structure, by a stroke that goes on too."""
        if self._desk.case is None:
            return False
        going = self._stroke is not None and self._stroke.structure == name and self._stroke.box is not None
        return going or bool(self._desk.document.evidence(name).packed)

    def codes(self, name: str) -> Codes:
        """``(z, y, x)`` what was said of each voxel, as codes of :mod:`proseg_gui.review.edits`; not to be changed."""
        found = self._codes.get(name)
        if found is None:
            found = self._codes[name] = np.zeros(self._desk.document.shape, np.uint8)
            evidence = self._desk.document.evidence(name)
            for index in evidence.packed:
                found[evidence.box(index)] = evidence.brick(index)
        return found

    def plane_codes(self, name: str, plane: Plane) -> Codes | None:
        """What was said of a plane's voxels: a copy, or ``None`` where nothing was."""
        if not self.has(name):
            return None
        found = plane.take(self.codes(name))
        return found.copy() if found.any() else None

    def words(self, k: int) -> Words:
        """What was said of slice ``k``, for each structure that the model draws."""
        return tuple(self.plane_codes(name, Plane(0, k)) for name in self._desk.modelled)

    def said_of(self, name: str) -> npt.NDArray[np.float64]:
        """``(z,)`` which part of each slice's voxels was said to be in or out; 1 where no slider changes any of it."""
        shape = self._desk.document.shape
        counts = self._desk.document.evidence(name).counts()
        return np.asarray(counts / (shape[1] * shape[2]), np.float64)

    # -- strokes --------------------------------------------------------------------------------------------------
    @property
    def drawing(self) -> bool:
        """Whether a stroke goes on."""
        return self._stroke is not None

    def begin(self, name: str, title: str, word: str, origin: str = "hand") -> bool:
        """Start a stroke on a structure; ``False`` with a notice where nothing can be drawn.

        ``title`` names the step for undo; ``word`` is :data:`IN`, :data:`OUT` or :data:`UNKNOWN`.
        """
        self.end()
        if not self.may_change(name):
            return False
        self._desk.latents.commit()
        number = 0 if word == UNKNOWN else code(origin, word == IN)
        self._stroke = _Stroke(name, title, number)
        return True

    def add_to_stroke(self, painted: Painted) -> None:
        """The stroke covers these voxels too; they change at once."""
        stroke = self._stroke
        if stroke is None or not painted.inside.size:
            return
        part = self.codes(stroke.structure)[painted.box]
        part[painted.inside] = stroke.word
        stroke.box = painted.box if stroke.box is None else joined((stroke.box, painted.box))
        self._changed(DraftChange(stroke.structure, painted.box, live=True))

    def end(self) -> Gesture | None:
        """Let go: what the stroke changed is one step; ``None`` where it changed nothing."""
        stroke, self._stroke = self._stroke, None
        if stroke is None or stroke.box is None:
            return None
        document = self._desk.document
        patch = document.evidence(stroke.structure).changed(stroke.box, self.codes(stroke.structure)[stroke.box])
        return document.edit(stroke.name, stroke.structure, patch)

    def drop(self) -> None:
        """Take a stroke back that goes on."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None and stroke.box is not None:
            before = self._desk.document.evidence(stroke.structure).region(stroke.box)
            self.codes(stroke.structure)[stroke.box] = before
            self._changed(DraftChange(stroke.structure, stroke.box, live=False))

    # -- whole changes --------------------------------------------------------------------------------------------
    def put(self, title: str, name: str, words: Sequence[tuple[Box, Codes]]) -> Gesture | None:
        """One step that sets codes in boxes: what a tool made of a structure; ``None`` where nothing changes.

        A voxel with the code :data:`KEEP` stays as it is said.
        """
        if not self.may_change(name) or not words:
            return None
        self.end()
        self._desk.latents.commit()
        around = joined([box for box, _ in words])
        new = self.codes(name)[around].copy()
        for box, codes in words:
            part = new[relative(box, around)]
            np.copyto(part, codes, where=codes != KEEP)
        patch = self._desk.document.evidence(name).changed(around, new)
        return self._desk.document.edit(title, name, patch)

    def clear(self, name: str, plane: Plane | None = None) -> Gesture | None:
        """Forget what was said of a structure, on a plane or everywhere: the model's contour comes back."""
        if not self.may_change(name) or not self.has(name):
            return None
        shape = self._desk.document.shape
        box = whole(shape) if plane is None else of_plane(plane, shape)
        where = "" if plane is None else f" on {plane_words(plane)}"
        return self.put(f"forget strokes{where}", name, [(box, np.zeros([s.stop - s.start for s in box], np.uint8))])

    def follow(self, gesture: Gesture) -> None:
        """A step was taken, undone or redone: the open arrays follow the document."""
        for change in gesture.changes:
            if change.patch is None or not change.key.startswith(EVIDENCE):
                continue
            name = change.key.removeprefix(EVIDENCE)
            evidence, touched = self._desk.document.evidence(name), list(change.patch.after)
            if name in self._codes:
                for index in touched:
                    self._codes[name][evidence.box(index)] = evidence.brick(index)
            if touched:
                box = joined([evidence.box(index) for index in touched])
                self._changed(DraftChange(name, box, live=False))

    def _changed(self, change: DraftChange) -> None:
        self.versions[change.structure] += 1
        self._announce("draft_changed", change)

    # -- what is shown --------------------------------------------------------------------------------------------
    def probability(self, name: str, k: int, drawn: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """``(y, x)`` the model's probability on slice ``k`` with what was said; the same array where nothing was."""
        codes = self.plane_codes(name, Plane(0, k))
        return drawn if codes is None else with_words(drawn, codes)

    def shown(self, name: str, plane: Plane, base: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_] | None:
        """``(row, column)`` of a plane: ``base`` with what was said; ``None`` where there is neither."""
        codes = self.plane_codes(name, plane)
        if codes is None:
            return base
        return said_in(codes) if base is None else overlaid(base, codes)


def plane_words(plane: Plane) -> str:
    """A plane for the name of a step: ``slice 31``, as counted on the screen."""
    return f"{'slice' if plane.axis == 0 else 'plane'} {plane.index + 1}"


def with_words(drawn: npt.NDArray[np.float32], codes: Codes) -> npt.NDArray[np.float32]:
    """A probability, certain where something was said."""
    found = np.where(said_in(codes), SURE_IN, drawn)
    return np.where(said_out(codes), SURE_OUT, found)


def words_for(inside: npt.NDArray[np.bool_], origin: str) -> Codes:
    """Codes that say of every voxel of an array that it is in, or out."""
    return np.where(inside, code(origin, True), code(origin, False)).astype(np.uint8)
