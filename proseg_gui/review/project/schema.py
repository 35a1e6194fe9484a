"""The tables of a project file, and what must be true of a file before anything is read from it.

Everything that can be replaced (view, shown voxels, doubt, names) is a row with a seal: the SHA-256 of its own name
and data. Gestures are never replaced; they lie in ``log`` as a chain of hashes, their content in ``payload`` and their
voxels in ``blob``, so that content can be erased and the chain still be checked.
"""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x50525347
"""``PRSG``: tells a project from every other SQLite file."""
VERSION = 2

_PERSONS = "CREATE TABLE persons (name TEXT PRIMARY KEY, data BLOB NOT NULL, sha256 BLOB NOT NULL)"

TABLES = {
    "meta": "CREATE TABLE meta (key TEXT PRIMARY KEY, data BLOB NOT NULL, sha256 BLOB NOT NULL)",
    "cases": "CREATE TABLE cases (id TEXT PRIMARY KEY, data BLOB NOT NULL, sha256 BLOB NOT NULL)",
    "local": (
        "CREATE TABLE local (case_id TEXT PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE, "
        "data BLOB NOT NULL, sha256 BLOB NOT NULL)"
    ),
    "state": (
        "CREATE TABLE state (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, key TEXT NOT NULL, "
        "data BLOB NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (case_id, key))"
    ),
    "log": (
        "CREATE TABLE log (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, case_id TEXT NOT NULL, "
        "number INTEGER NOT NULL, at TEXT NOT NULL, person TEXT NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL)"
    ),
    "payload": (
        "CREATE TABLE payload (seq INTEGER PRIMARY KEY REFERENCES log (seq), "
        "case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, data BLOB NOT NULL)"
    ),
    "blob": (
        "CREATE TABLE blob (id INTEGER PRIMARY KEY, "
        "case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, sha256 BLOB NOT NULL, data BLOB NOT NULL, "
        "UNIQUE (case_id, sha256))"
    ),
    "persons": _PERSONS,
    "lease": (
        "CREATE TABLE lease (id INTEGER PRIMARY KEY CHECK (id = 1), token TEXT NOT NULL, host TEXT NOT NULL, "
        "scope TEXT NOT NULL, pid INTEGER NOT NULL, started REAL NOT NULL, beats INTEGER NOT NULL, at REAL NOT NULL)"
    ),
}


def create(db: sqlite3.Connection) -> None:
    """Make the tables of the newest version in an empty database."""
    for statement in TABLES.values():
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def tables(version: int) -> dict[str, str]:
    """The tables of a version that was ever released."""
    return TABLES if version == VERSION else {name: sql for name, sql in TABLES.items() if name != "persons"}


def difference(db: sqlite3.Connection, version: int) -> str:
    """What the tables have that a project's do not, or the other way round; empty where they are as they should be.

    A file from elsewhere may hold views and triggers, which would act on what is written; none is ours.
    """
    found = {
        str(name): str(sql)
        for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master")
        if not (kind == "index" and sql is None)
    }
    wanted = tables(version)
    for name in sorted({*found, *wanted}):
        if found.get(name) != wanted.get(name):
            return f"its table {name!r} is not as it should be"
    return ""
