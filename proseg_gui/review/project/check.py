"""Everything that a project says of itself, checked: structure, log, hashes of all content, and that it plays back."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator

from proseg_gui.errors import UserError
from proseg_gui.review.document import Document
from proseg_gui.review.project import chain, records
from proseg_gui.review.project.cases import CaseEntry
from proseg_gui.review.project.ledger import Ledger
from proseg_gui.review.project.store import Project

_SEALED = {"meta": "key", "cases": "id", "local": "case_id || '/local'", "state": "case_id || '/' || key",
           "persons": "'person/' || name"}  # fmt: skip
"""Tables of replaceable rows, and what names a row in its seal."""


def problems(project: Project) -> list[str]:
    """What is wrong with a project, as sentences without a final stop; empty where nothing is.

    SQLite's own check does not see a flipped bit in a blob: every hash is worked out again, every history played back.
    """
    found: list[str] = []
    try:
        with project.reading() as db:
            found += _structure(db)
            found += chain.follow(db).problems
            found += list(_seals(db))
            found += list(_blobs(db))
        for entry in project.cases():
            found += list(_case(project, entry))
    except UserError as error:
        found.append(error.what)
    return list(dict.fromkeys(found))


def _structure(db: sqlite3.Connection) -> list[str]:
    found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(3)")]
    found = [] if found == ["ok"] else [f"its structure is damaged ({found[0]})"]
    rows = db.execute("PRAGMA foreign_key_check").fetchall()
    return found + [f"its table {rows[0][0]!r} refers to something that is missing" for _ in rows[:1]]


def _seals(db: sqlite3.Connection) -> Iterator[str]:
    for table, name in _SEALED.items():
        for key, data, sha256 in db.execute(f"SELECT {name}, data, sha256 FROM {table}"):
            if not isinstance(data, bytes) or records.seal(str(key), data) != sha256:
                yield f"an entry of its table {table!r} is damaged"


def _blobs(db: sqlite3.Connection) -> Iterator[str]:
    for case_id, sha256, data in db.execute("SELECT case_id, sha256, data FROM blob"):
        if not records.is_whole(data, sha256):
            yield f"voxels of case {case_id} are damaged"


def _case(project: Project, entry: CaseEntry) -> Iterator[str]:
    """Play a case back, unpack every brick of it, and compare with what the list says."""
    try:
        history = project.history(entry.id)
        assert entry.geometry is not None
        document = Document(entry.geometry.shape, history)
        for digest, mask in document.masks.items():
            if mask.digest != digest:
                yield f"an accepted reading of case {entry.id} is not the one that was accepted"
        for key in document.keys("evidence/"):
            document.evidence(key.removeprefix("evidence/")).count()
        for structure in project.shown_structures(entry.id):
            found = project.shown(entry.id, structure)
            if found is not None and found[0].shape != document.shape:
                yield f"shown voxels of case {entry.id} are of another grid"
            elif found is not None:
                found[0].count()
        if history:
            summary = Ledger(history).summary(entry.structures)
            listed = (entry.flagged, entry.n_gestures, entry.n_readings)
            if (bool(summary["flagged"]), summary["gestures"], summary["readings"]) != listed:
                yield f"the list says something else of case {entry.id} than its history"
    except UserError as error:
        yield f"{error.what}, of case {entry.id}"
    except (ValueError, KeyError, IndexError, zlib.error) as error:
        yield f"the history of case {entry.id} does not play back ({error})"
