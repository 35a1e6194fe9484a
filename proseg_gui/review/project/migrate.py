"""Bringing a project of an older format to the newest: in a new file that takes the old one's place when it is whole.

Until that moment the old file holds everything and is what a start after a kill finds. A project that can only be read
is brought over in memory, and its file stays as it is.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import flush, write_error
from proseg_gui.review.project import chain, lease, place, records, schema


def _to_2(db: sqlite3.Connection) -> None:
    """Persons have a table; until then the file knew only who worked last."""
    db.execute(schema.TABLES["persons"])
    row = db.execute("SELECT data, sha256 FROM meta WHERE key = 'person'").fetchone()
    name = "" if row is None else str(records.unpack(records.unsealed("person", *row)))
    if name:
        data = records.pack({})
        db.execute("INSERT INTO persons VALUES (?, ?, ?)", (name, data, records.seal(f"person/{name}", data)))


STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _to_2}
"""From each older version to the next one."""


def version_of(db: sqlite3.Connection) -> int:
    """The format of a file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def in_memory(db: sqlite3.Connection) -> sqlite3.Connection:
    """A project of the newest format with the content of ``db``, which is only read."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        db.backup(copy)
        _bring_over(copy)
        copy.execute("PRAGMA query_only = ON")
    except BaseException:
        copy.close()
        raise
    return copy


def in_place(path: Path, old: sqlite3.Connection) -> None:
    """Replace the file at ``path``, which ``old`` holds the lease of, by one of the newest format.

    Raises
    ------
    UserError
        If the new file cannot be written; the old one is as it was.
    """
    temporary = path.with_name(f".{path.name}.migrating")
    try:
        temporary.unlink(missing_ok=True)  # left by a start that was killed
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        temporary.chmod(path.stat().st_mode & 0o777)
        # Without its log the old file is whole by itself, and no log can be taken for the new file's.
        old.execute("PRAGMA journal_mode = DELETE")
        new = place.connect(temporary, "rw")
        try:
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
            _bring_over(new)
        finally:
            new.close()
        flush(temporary)
        temporary.replace(path)
        flush(path.parent)
    except OSError as error:
        raise write_error(error, path) from error
    except sqlite3.Error as error:
        raise place.failure(error, path) from error


def _bring_over(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    for version in range(version_of(db), schema.VERSION):
        STEPS[version](db)
        db.execute(f"PRAGMA user_version = {version + 1}")
    lease.clear(db)
    problems = chain.follow(db).problems
    what = schema.difference(db, schema.VERSION) or "; ".join(problems)
    if what:
        db.execute("ROLLBACK")
        raise UserError(f"the project could not be brought to the newest format ({what})")
    db.execute("COMMIT")
