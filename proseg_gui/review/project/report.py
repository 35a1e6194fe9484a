"""What a project holds, as plain values for ``project info --json`` and scripts."""

from __future__ import annotations

from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.review.document import Document
from proseg_gui.review.edits import said_in
from proseg_gui.review.project import schema
from proseg_gui.review.project.check import problems
from proseg_gui.review.project.store import Project


def describe(project: Project) -> dict[str, Any]:
    """Format, integrity (``ok`` or what is wrong) and every case; nothing in it is an image's path."""
    return {
        "schema_version": schema.VERSION,
        "integrity": "; ".join(problems(project)) or "ok",
        "persons": list(project.persons()),
        "cases": [
            {
                "id": entry.id,
                "name": entry.name,
                "version": entry.version,
                "state": entry.state,
                "flagged": entry.flagged,
                "doubt_ml": entry.doubt,
                "gestures": entry.n_gestures,
                "readings": entry.n_readings,
                "draft_voxels": _draft_voxels(project, entry.id),
            }
            for entry in project.cases()
        ],
    }


def _draft_voxels(project: Project, case_id: str) -> dict[str, int] | None:
    """Voxels of each structure's draft; ``None`` where they are damaged, so that nobody takes them for none.

    They are those that the draft showed last; where none were kept those of the reading that stands, and else those
    that were said to be in.
    """
    entry = project.entry(case_id)
    try:
        assert entry.geometry is not None
        document = Document(entry.geometry.shape, project.history(case_id))
        found: dict[str, int] = {}
        for key in document.keys("evidence/"):
            structure = key.removeprefix("evidence/")
            found[structure] = int(said_in(document.evidence(structure).array()).sum())
        for key in document.keys("accepted/"):
            structure = key.removeprefix("accepted/")
            reading = document.accepted(structure)
            if reading is not None:
                found[structure] = document.masks[reading.mask].count()
        for structure in project.shown_structures(case_id):
            shown = project.shown(case_id, structure)
            if shown is not None:
                found[structure] = shown[0].count()
    except (UserError, ValueError, KeyError):
        return None
    return found
