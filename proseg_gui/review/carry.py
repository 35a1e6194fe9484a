"""Steps that another window came before: done again on what that window left of the case.

Two windows on one project may work on the same case, and only one of them writes. When the other one gets to write,
its steps follow from a case that is no longer so. They are work all the same, and come after what is there.
"""

from __future__ import annotations

from collections.abc import Iterable

from proseg_gui.review.document import ACCEPTED, OPENED, REMEMBERED, Change, Document, Gesture

NUMBERED = (f"{REMEMBERED}/", f"{OPENED}/")


def carry(document: Document, steps: Iterable[Gesture]) -> list[str]:
    """Do ``steps`` of another document of this case again in ``document``; returns the names of those that cannot be.

    Readings are accepted anew, as versions after those that are there, and signed with the time of now. What was put
    into a list (remembered settings, opened contours) gets a number of its own. Steps of the hand that start from other
    voxels than there are cannot be done again.
    """
    moved: dict[str, str] = {}
    """Keys and reading ids of the steps -> what stands for them here."""
    left_out = []
    for step in steps:
        try:
            _carry(document, step, moved)
        except (ValueError, LookupError):
            left_out.append(step.name)
    return left_out


def _carry(document: Document, step: Gesture, moved: dict[str, str]) -> None:
    if step.reading is not None:
        old = step.reading
        new = document.accept(
            old.structure, step.masks[old.mask], how=old.how, point=old.point, who=old.who, model=old.model,
            seconds=old.seconds, edits=old.edits,
        ).reading  # fmt: skip
        assert new is not None
        moved[old.id] = new.id
        return
    changes: list[Change] = []
    for change in step.changes:
        if change.patch is not None:
            changes.append(change)
            continue
        key, value = change.key, change.after
        if key.startswith(NUMBERED):
            key = moved.setdefault(key, _own_number(document, key, new=change.before is None))
        elif key.startswith(ACCEPTED) and value is not None:
            value = moved.get(str(value), value)
            if value not in document.readings:
                raise LookupError(value)
        if value != document.value(key):
            changes.append(Change(key, document.value(key), value))
    if changes:
        document.change(step.name, changes, masks=step.masks)


def _own_number(document: Document, key: str, *, new: bool) -> str:
    """Where an entry of a list goes: its own number, or the next one where that was given to something else."""
    prefix, number = key.split("/")
    following = document.next_number(prefix)
    return f"{prefix}/{following}" if new and int(number) < following else key
