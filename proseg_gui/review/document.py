"""One case's work as a document: named gestures as deltas, undo that appends, and what the case looks like after them.

A document is a map from keys to plain values (``"point/lesion"``, ``"remembered"``, ``"flagged"`` ...) and volumes of
evidence (``"evidence/lesion"``). It changes only by *gestures*: one named command of the person (a drag from press to
release, an accept, opening contours), holding what each key was before and is after. Undo and redo are gestures too, so
the log only ever grows, and the state and both stacks are found again by playing it from the start.

The document knows no Qt, no files and no model; what a key means for the window is the desk's
(:mod:`proseg_gui.review.desk`), and how gestures are kept is the project's (:mod:`proseg_gui.review.project`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from proseg_gui.review.edits import Bricks, Patch

Value = Any
"""A plain value: None, bool, int, finite float, str, tuple of values, dict from str to value."""

EVIDENCE = "evidence/"
ACCEPTED = "accepted/"
POINT = "point/"
SHAPE = "shape/"
"""A structure's voxels as another model drew them, by digest: they stay until they are drawn anew."""
STRUCTURE = "structure/"
"""What the person said of a structure: ``{"own": added by hand, "colour": "#rrggbb" or None, "locked": bool}``."""
ORDER = "structure order"
"""Names of structures as the person ordered them; those that it does not name follow."""
SETTLED = "settled/"
"""Digest of what the hand had said when a proposal was taken over whole or rejected: none is offered from the same."""
DOUBT = "doubt/"
"""What the person said of a structure's regions of doubt: marks as :mod:`proseg_gui.review.doubts` keeps them."""
REMEMBERED, OPENED, FLAGGED, MODEL = "remembered", "opened", "flagged", "model"


@dataclass(frozen=True, eq=False)
class Change:
    """What a gesture does to one key: plain values before and after, or a :class:`Patch` of an evidence volume."""

    key: str
    before: Value = None
    after: Value = None
    patch: Patch | None = None

    @property
    def inverse(self) -> Change:
        """The change that takes this one back."""
        return Change(self.key, self.after, self.before, None if self.patch is None else self.patch.inverse)


@dataclass(frozen=True, eq=False)
class AcceptedReading:
    """A structure's voxels as a person accepted them; never changed afterwards.

    Parameters
    ----------
    id:
        Names it within the case: ``<structure>#<version>``.
    structure, person:
        What was outlined, and by whom (a pseudonym).
    at, sequence:
        UTC time as ISO 8601, and the number of the gesture that accepted it: clocks are set back, sequences are not.
    how:
        ``by hand``, ``proposal seen`` or ``blind``.
    point, who, model:
        Where the latents stood, what that stood for in words, and the bundle (``{"name": ..., "sha256": ...}``); all
        ``None`` where no model looked.
    seconds:
        Time that the case was in view until then.
    mask:
        :attr:`Bricks.digest` of its voxels, found in :attr:`Document.masks`.
    """

    id: str
    structure: str
    person: str
    at: str
    sequence: int
    how: str
    mask: str
    point: Value = None
    who: str | None = None
    model: Value = None
    seconds: float | None = None
    edits: Value = None
    """Origin of evidence -> how many voxels it decided (``{"hand": 310, "tool": 20}``); ``None`` where none did."""


@dataclass(frozen=True, eq=False)
class Gesture:
    """One step of a case's history.

    ``number`` counts from 1 without gaps. ``undoes`` and ``redoes`` are the numbers of the gesture that this one takes
    back, or does again. ``masks`` are volumes that it brings in, by digest; ``reading`` what it accepts.
    """

    number: int
    name: str
    changes: tuple[Change, ...]
    at: str
    person: str = ""
    undoes: int | None = None
    redoes: int | None = None
    masks: Mapping[str, Bricks] = field(default_factory=dict)
    reading: AcceptedReading | None = None


def utc_now() -> str:
    """This moment as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _number(key: str) -> int:
    return int(key.rsplit("/", 1)[1])


class Document:
    """A case's state and history.

    Parameters
    ----------
    shape:
        ``(z, y, x)`` of the image's grid.
    history:
        Gestures in order, as kept by a project.
    person:
        Who works now: a pseudonym, written into each gesture.
    clock:
        Gives the time of a gesture.

    Raises
    ------
    ValueError
        If the history has a gap, or a step that does not follow from those before it.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        history: Iterable[Gesture] = (),
        *,
        person: str = "",
        clock: Callable[[], str] = utc_now,
    ) -> None:
        z, y, x = shape
        self.shape = (int(z), int(y), int(x))
        self.nothing = Bricks.empty(self.shape)
        """A volume of zeros: one object, so that "still nothing" is seen by identity."""
        self.person = person
        self.masks: dict[str, Bricks] = {}
        """Volumes that gestures brought in, by digest."""
        self.readings: dict[str, AcceptedReading] = {}
        """All that was ever accepted, also what was taken back since; see :meth:`withdrawn`."""
        self._clock = clock
        self._log: list[Gesture] = []
        self._done: list[int] = []
        self._undone: list[int] = []
        self._values: dict[str, Value] = {}
        self._volumes: dict[str, Bricks] = {}
        self._listeners: list[Callable[[Gesture], None]] = []
        for gesture in history:
            self._play(gesture)

    # -- state ----------------------------------------------------------------------------------------------------
    @property
    def history(self) -> tuple[Gesture, ...]:
        """Every gesture, undos included."""
        return tuple(self._log)

    @property
    def length(self) -> int:
        """How many gestures there are; each makes it grow."""
        return len(self._log)

    def value(self, key: str, default: Value = None) -> Value:
        """The plain value of a key; ``default`` where nothing was ever set (``None`` can be a value of its own)."""
        return self._values.get(key, default)

    def keys(self, prefix: str = "") -> tuple[str, ...]:
        """Keys that hold something, in the order in which they came."""
        found = [key for key, value in self._values.items() if value is not None]
        found += [key for key, bricks in self._volumes.items() if bricks.packed]
        return tuple(key for key in found if key.startswith(prefix))

    def numbered(self, prefix: str) -> tuple[str, ...]:
        """Keys ``<prefix>/<number>`` that hold something, by number."""
        return tuple(sorted(self.keys(f"{prefix}/"), key=_number))

    def next_number(self, prefix: str) -> int:
        """The number for the next ``<prefix>/<number>``; none is given twice, also where its step was undone."""
        changed = (change.key for gesture in self._log for change in gesture.changes)
        return 1 + max((_number(key) for key in changed if key.startswith(f"{prefix}/")), default=0)

    def evidence(self, structure: str) -> Bricks:
        """What was said of a structure's voxels, as codes of :mod:`proseg_gui.review.edits`."""
        return self._volumes.get(EVIDENCE + structure, self.nothing)

    def accepted(self, structure: str) -> AcceptedReading | None:
        """The reading that stands for a structure now, if it is accepted."""
        found = self._values.get(ACCEPTED + structure)
        return None if found is None else self.readings[found]

    def withdrawn(self, reading_id: str) -> bool:
        """Whether the acceptance of a reading was undone: it is kept, but neither exported nor trained on."""
        return self.readings[reading_id].sequence not in self._done

    # -- gestures -------------------------------------------------------------------------------------------------
    def listen(self, listener: Callable[[Gesture], None]) -> Callable[[], None]:
        """Call ``listener`` with each new gesture, after the state has changed; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def set(
        self, name: str, values: Mapping[str, Value], *, masks: Mapping[str, Bricks] | None = None
    ) -> Gesture | None:
        """Do a gesture that gives keys new plain values; ``None`` and no gesture where nothing would change.

        ``masks`` are volumes that the values refer to by digest.

        Raises
        ------
        ValueError
            If a value is not plain (see :data:`Value`).
        """
        plain_values = {key: plain_value(value) for key, value in values.items()}
        changes = tuple(
            Change(key, self._values.get(key), value)
            for key, value in plain_values.items()
            if value != self._values.get(key)
        )
        return self._do(name, changes, masks=masks or {}) if changes else None

    def edit(self, name: str, structure: str, patch: Patch) -> Gesture | None:
        """Do a gesture that changes a structure's evidence; ``None`` where the patch is empty.

        Raises
        ------
        ValueError
            If the patch does not start from the evidence as it is, or the structure is accepted (and so locked).
        """
        self._check_patch(structure, patch)
        return self._do(name, (Change(EVIDENCE + structure, patch=patch),)) if patch else None

    def change(self, name: str, changes: Iterable[Change], *, masks: Mapping[str, Bricks] | None = None) -> Gesture:
        """Do a gesture of several changes at once, of plain values and evidence.

        Raises
        ------
        ValueError
            If a change does not start from what stands, or edits the evidence of an accepted structure.
        """
        changes = tuple(changes)
        for change in changes:
            if change.patch is not None:
                self._check_patch(change.key.removeprefix(EVIDENCE), change.patch)
        return self._do(name, changes, masks=masks)

    def _check_patch(self, structure: str, patch: Patch) -> None:
        if self.accepted(structure) is not None:
            raise ValueError(f"{structure} is accepted; reopen it first")
        current = self.evidence(structure)
        if any(current.packed.get(index) != data for index, data in patch.before.items()):
            raise ValueError("the patch was made from another state")

    def accept(
        self,
        structure: str,
        mask: Bricks,
        *,
        how: str,
        point: Value = None,
        who: str | None = None,
        model: Value = None,
        seconds: float | None = None,
        edits: Value = None,
    ) -> Gesture:
        """Freeze ``mask`` as a reading of ``structure``; a later acceptance is a new version beside it."""
        version = 1 + sum(reading.structure == structure for reading in self.readings.values())
        reading = AcceptedReading(
            id=f"{structure}#{version}",
            structure=structure,
            person=self.person,
            at=self._clock(),
            sequence=len(self._log) + 1,
            how=how,
            mask=mask.digest,
            point=plain_value(point),
            who=who,
            model=plain_value(model),
            seconds=None if seconds is None else round(float(seconds), 1),
            edits=plain_value(edits),
        )
        key = ACCEPTED + structure
        change = Change(key, self._values.get(key), reading.id)
        return self._do(f"accept {structure}", (change,), masks={reading.mask: mask}, reading=reading)

    def reopen(self, structure: str) -> Gesture | None:
        """End the acceptance of a structure; its reading stays in the history as a version."""
        return self.set(f"reopen {structure}", {ACCEPTED + structure: None})

    def _do(
        self,
        name: str,
        changes: tuple[Change, ...],
        *,
        masks: Mapping[str, Bricks] | None = None,
        reading: AcceptedReading | None = None,
    ) -> Gesture:
        at = self._clock() if reading is None else reading.at
        gesture = Gesture(len(self._log) + 1, name, changes, at, self.person, masks=masks or {}, reading=reading)
        return self._new(gesture)

    # -- undo -----------------------------------------------------------------------------------------------------
    @property
    def undo_name(self) -> str:
        """What undo would take back, in words; empty where there is nothing."""
        return self._log[self._done[-1] - 1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        """What redo would do again; empty where there is nothing."""
        return self._log[self._undone[-1] - 1].name if self._undone else ""

    def undo(self) -> Gesture | None:
        """Take the last gesture back, as a new gesture; ``None`` where there is none."""
        if not self._done:
            return None
        old = self._log[self._done[-1] - 1]
        changes = tuple(change.inverse for change in reversed(old.changes))
        return self._new(Gesture(len(self._log) + 1, old.name, changes, self._clock(), self.person, undoes=old.number))

    def redo(self) -> Gesture | None:
        """Do what was taken back last again, as a new gesture; ``None`` where there is none."""
        if not self._undone:
            return None
        old = self._log[self._undone[-1] - 1]
        return self._new(
            Gesture(len(self._log) + 1, old.name, old.changes, self._clock(), self.person, redoes=old.number)
        )

    def _new(self, gesture: Gesture) -> Gesture:
        self._play(gesture)
        for listener in tuple(self._listeners):
            listener(gesture)
        return gesture

    # -- playing --------------------------------------------------------------------------------------------------
    def _play(self, gesture: Gesture) -> None:
        """Take a gesture into the log, the stacks and the state; nothing has changed where it does not fit."""
        if gesture.number != len(self._log) + 1:
            raise ValueError(f"gesture {gesture.number} follows {len(self._log)}")
        self._check_stacks(gesture)
        volumes = dict(self._volumes)
        for change in gesture.changes:
            if change.patch is not None:
                volumes[change.key] = volumes.get(change.key, self.nothing).patched(change.patch)
            elif change.before != self._values.get(change.key):
                raise ValueError(f"gesture {gesture.number} starts from another {change.key}")
        self._volumes = volumes
        for change in gesture.changes:
            if change.patch is None:
                self._values[change.key] = change.after
        self.masks.update(gesture.masks)
        if gesture.reading is not None:
            self.readings[gesture.reading.id] = gesture.reading
        self._move_stacks(gesture)
        self._log.append(gesture)

    def _check_stacks(self, gesture: Gesture) -> None:
        if gesture.undoes is not None and (not self._done or self._done[-1] != gesture.undoes):
            raise ValueError(f"gesture {gesture.number} undoes {gesture.undoes}, which is not the last one")
        if gesture.redoes is not None and (not self._undone or self._undone[-1] != gesture.redoes):
            raise ValueError(f"gesture {gesture.number} redoes {gesture.redoes}, which was not undone last")

    def _move_stacks(self, gesture: Gesture) -> None:
        if gesture.undoes is not None:
            self._undone.append(self._done.pop())
        elif gesture.redoes is not None:
            self._done.append(self._undone.pop())
        else:
            self._done.append(gesture.number)
            self._undone.clear()


def plain_value(value: Value) -> Value:
    """``value`` with lists as tuples, as it also comes back from a file.

    Raises
    ------
    ValueError
        If it is not made of None, bool, int, finite float, str, sequences and dicts with str keys.
    """
    try:
        return _tupled(json.loads(json.dumps(value, allow_nan=False)))
    except TypeError as error:
        raise ValueError(f"{type(value).__name__} is not a plain value") from error


def _tupled(value: Value) -> Value:
    if isinstance(value, list):
        return tuple(_tupled(item) for item in value)
    if isinstance(value, dict):
        return {key: _tupled(item) for key, item in value.items()}
    return value
