"""The worklist of older versions, a JSON file of states by a hash of each case's path, taken over once.

It says of no case where it lies. So its entries wait in the project until a case is opened whose path has that hash.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proseg_gui.errors import UserError
from proseg_gui.io.base.json_in import read_json
from proseg_gui.review.document import FLAGGED, Change, Gesture, utc_now
from proseg_gui.review.project import records
from proseg_gui.review.project.ledger import ACCEPTED_STATE, IN_PROGRESS, NOT_STARTED

if TYPE_CHECKING:
    from proseg_gui.review.project.store import Project

_STATES = {"new": NOT_STARTED, "in review": IN_PROGRESS, "accepted": ACCEPTED_STATE, "flagged": IN_PROGRESS}
_WAITING = "older worklist"


def take_over_worklist(project: Project, old: str | Path) -> int:
    """Take over the worklist file of an older version, and delete it; returns how many cases it knew.

    Accepted cases are so by that mark only: it kept no voxels, and :attr:`CaseEntry.note` says so.

    Raises
    ------
    UserError
        If the file cannot be read as one, or the project cannot be written; the file then stays.
    """
    old = Path(old)
    if not old.is_file():
        return 0
    try:
        content = read_json(old)
        entries = {str(key): _entry(value) for key, value in content.items() if isinstance(value, dict)}
    except (UserError, AttributeError) as error:
        raise UserError(
            "the worklist of an older version cannot be read", path=old, remedy="Delete it if it is not needed"
        ) from error
    with project.batch():
        project.put_meta(_WAITING, {**project.meta(_WAITING, {}), **entries})
    old.unlink()
    return len(entries)


def _entry(value: dict[str, Any]) -> dict[str, Any]:
    doubt = value.get("doubt")
    known = isinstance(doubt, int | float) and 0 <= doubt < float("inf")
    state = value.get("state")
    return {
        "state": _STATES.get(str(state), NOT_STARTED),
        "flagged": state == "flagged",
        "doubt": float(doubt) if known and doubt is not None else None,
    }


def mark(project: Project, case_id: str, path: Path) -> None:
    """Give a case what an older worklist said of what lies at ``path``, once."""
    waiting = project.meta(_WAITING, {})
    key = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]
    if key not in waiting:
        return
    entry = waiting[key]
    with project.batch():
        project.put_meta(_WAITING, {name: value for name, value in waiting.items() if name != key})
        fresh = not project.entry(case_id).n_gestures
        if entry["flagged"] and fresh:
            change = Change(FLAGGED, None, True)
            project.append(case_id, Gesture(1, "flag", (change,), utc_now()))
        if fresh:
            project.put_state(case_id, "mark", records.pack({"state": entry["state"]}))
        if entry["doubt"] is not None:
            project.set_doubt(case_id, entry["doubt"], None)
