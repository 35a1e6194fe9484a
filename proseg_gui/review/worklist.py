"""The cases of the session: what was looked at, accepted, flagged, and how doubtful each is. Kept between starts.

The store is one JSON file readable by its owner only; it names cases by a hash of their path, never by a patient.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.io.atomic import atomic_json
from proseg_gui.io.json_in import read_json
from proseg_gui.review.state import WorkItem

STATES = ("new", "in review", "accepted", "flagged")


def _key(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]


class Worklist:
    """An ordered list of cases with their states.

    Parameters
    ----------
    store:
        File that keeps states and doubts between starts; ``None`` keeps nothing.
    """

    def __init__(self, store: Path | None = None) -> None:
        self._store = store
        self._known = _load(store)
        self.items: tuple[WorkItem, ...] = ()

    def show(self, cases: list[tuple[Path, str]], current: Path | None) -> None:
        """Replace the list by ``(path, name)`` cases; what is known about them comes back."""
        self.items = tuple(self._item(path, name, path == current) for path, name in cases)

    def add(self, path: Path, name: str) -> None:
        """Make ``path`` the current case, adding it to the list if it is not there."""
        if any(item.path == path for item in self.items):
            self.items = tuple(replace(item, current=item.path == path) for item in self.items)
        else:
            others = tuple(replace(item, current=False) for item in self.items)
            self.items = (*others, self._item(path, name, True))

    def _item(self, path: Path, name: str, current: bool) -> WorkItem:
        known = self._known.get(_key(path), {})
        return WorkItem(path, name, known.get("state", "new"), known.get("doubt"), current)

    @property
    def current(self) -> WorkItem | None:
        """The case that is open."""
        return next((item for item in self.items if item.current), None)

    def neighbour(self, offset: int) -> WorkItem | None:
        """The case ``offset`` places after the open one, or ``None`` at the ends."""
        at = next((i for i, item in enumerate(self.items) if item.current), None)
        if at is None or not 0 <= at + offset < len(self.items):
            return None
        return self.items[at + offset]

    def update(self, path: Path, *, state: str | None = None, doubt: float | None = None) -> None:
        """Set the state or the measured doubt of a case and keep it.

        Raises
        ------
        ValueError
            For a state that is not one of :data:`STATES`.
        """
        if state is not None and state not in STATES:
            raise ValueError(f"state must be one of {STATES}, got {state!r}")
        changes: dict[str, Any] = {}
        if state is not None:
            changes["state"] = state
        if doubt is not None:
            changes["doubt"] = doubt
        self.items = tuple(replace(item, **changes) if item.path == path else item for item in self.items)
        self._known.setdefault(_key(path), {}).update(changes)
        if self._store is not None:
            self._store.parent.mkdir(parents=True, exist_ok=True)
            atomic_json(self._store, self._known, overwrite=True)
            self._store.chmod(0o600)

    def clear(self) -> None:
        """Forget all states, on disk too."""
        self._known = {}
        self.items = tuple(replace(item, state="new", doubt=None) for item in self.items)
        if self._store is not None:
            self._store.unlink(missing_ok=True)


def _load(store: Path | None) -> dict[str, dict[str, Any]]:
    """What the store holds; a missing or damaged one holds nothing."""
    if store is None or not store.is_file():
        return {}
    try:
        data = read_json(store)
    except UserError:
        return {}
    known: dict[str, dict[str, Any]] = {}
    for key, entry in data.items() if isinstance(data, dict) else ():
        if not isinstance(entry, dict):
            continue
        kept: dict[str, Any] = {}
        if entry.get("state") in STATES:
            kept["state"] = entry["state"]
        if isinstance(entry.get("doubt"), int | float) and not isinstance(entry["doubt"], bool):
            kept["doubt"] = float(entry["doubt"])
        known[str(key)] = kept
    return known
