"""What a case's history comes to, without its voxels: its state in the list, its flag, and how many readings stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from proseg_gui.review.document import ACCEPTED, EVIDENCE, FLAGGED, POINT, SHAPE, Gesture, Value

NOT_STARTED, IN_PROGRESS, ACCEPTED_STATE = "not started", "in progress", "accepted"
STATES = (NOT_STARTED, IN_PROGRESS, ACCEPTED_STATE)

_WHOLE_CASE = ""
"""What a gesture touches that is about no structure: it counts as work on the case."""


class Ledger:
    """Follows the gestures of a case as :class:`~proseg_gui.review.document.Document` does."""

    def __init__(self, gestures: Iterable[Gesture] = ()) -> None:
        self.count = 0
        self._done: list[int] = []
        self._undone: list[int] = []
        self._touched: dict[int, frozenset[str]] = {}
        self._values: dict[str, Value] = {}
        self._readings: dict[int, str] = {}
        for gesture in gestures:
            self.add(gesture)

    def add(self, gesture: Gesture) -> None:
        """Take the next gesture in.

        Raises
        ------
        ValueError
            If it is not the next one.
        """
        if gesture.number != self.count + 1:
            raise ValueError(f"gesture {gesture.number} follows {self.count}")
        if gesture.undoes is not None:
            self._undone.append(self._done.pop())
        elif gesture.redoes is not None:
            self._done.append(self._undone.pop())
        else:
            self._done.append(gesture.number)
            self._undone.clear()
            self._touched[gesture.number] = frozenset(
                _structure(change.key) for change in gesture.changes if change.key != FLAGGED
            )
        for change in gesture.changes:
            if change.key == FLAGGED or change.key.startswith(ACCEPTED):
                self._values[change.key] = change.after
        if gesture.reading is not None:
            self._readings[gesture.number] = gesture.reading.id
        self.count = gesture.number

    def summary(self, structures: Iterable[str] = ()) -> dict[str, Any]:
        """What the list of cases shows. ``structures`` are those that the case is about, drawn or not."""
        touched = {name for number in self._done for name in self._touched[number]}
        wanted = {*structures, *touched} - {_WHOLE_CASE}
        state = IN_PROGRESS if touched else NOT_STARTED
        if wanted and all(self._values.get(ACCEPTED + name) is not None for name in wanted):
            state = ACCEPTED_STATE
        return {
            "state": state,
            "flagged": self._values.get(FLAGGED),
            "gestures": self.count,
            "readings": sum(number in self._done for number in self._readings),
        }


def _structure(key: str) -> str:
    for prefix in (EVIDENCE, ACCEPTED, POINT, SHAPE):
        if key.startswith(prefix):
            return key.removeprefix(prefix)
    return _WHOLE_CASE
