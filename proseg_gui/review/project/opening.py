"""Opening a project file: everything that must be true of it is checked before anything could be written to it."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import write_error
from proseg_gui.review.project import chain, lease, migrate, place, records, schema
from proseg_gui.review.project.file import Written, written_by
from proseg_gui.review.project.store import Project

_MAGIC = b"SQLite format 3\0"
_HEADER = 100


def default_project_path() -> Path:
    """The private project that a window without a chosen one works in."""
    from platformdirs import user_data_path

    return user_data_path("proseg-gui") / "private.project"


def is_project(path: Path) -> bool:
    """Whether a file says of itself that it is a project; nothing but its first bytes is read."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError:
        return False
    return header[:16] == _MAGIC and int.from_bytes(header[68:72], "big") == schema.APPLICATION_ID


def open_project(path: str | Path, *, create: bool = False, write: bool = True) -> Project:
    """Open a project file.

    Parameters
    ----------
    path:
        The file.
    create:
        Make it if there is none.
    write:
        Ask to be its writer. Without it, or where that cannot be (somebody else writes it now, part of it is damaged,
        it lies in a place that cannot be written to), the project is read only and ``read_only`` says why.

    Raises
    ------
    UserError
        If it is no project, was made by a newer version, or is damaged beyond reading; the file is untouched.
    """
    path = Path(path).absolute()
    if path.is_dir():
        raise UserError("this is a folder, a project is a file", path=path, remedy="Give the project's file")
    if not path.exists():
        if not create:
            raise UserError("there is no such project", path=path, remedy="Check the name")
        _create(path)
    path = path.resolve()
    _check_header(path)
    reader = _connected(path)
    try:
        damage = _damage(reader, path)
        if damage:
            return Project(path, _newest(reader), (None, None, damage))
        if not write:
            return _listed(Project(path, _newest(reader), (None, None, "The project was opened to be read only")))
        older = migrate.version_of(reader) < schema.VERSION
        if older:
            reader.close()  # the file can only be exchanged while nobody has it open
        written = _writer(path)
        if older:
            reader = _connected(path)
        return _listed(Project(path, _newest(reader), written, lambda: _writer(path)))
    except place.UNREADABLE as error:
        reader.close()
        raise _unreadable(path, error) from error
    except BaseException:
        reader.close()
        raise


def _listed(project: Project) -> Project:
    """``project``, whose list can be made: hashes tell what was damaged, not what somebody made to be odd."""
    try:
        project.cases()
    except UserError:
        project.close()
        raise
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        project.close()
        raise UserError("this is not a project that can be trusted: its list of cases is not as it should be",
                        path=project.path, remedy="Go back to a copy") from error  # fmt: skip
    return project


def _newest(reader: sqlite3.Connection) -> sqlite3.Connection:
    """``reader``, or a copy in memory of a file whose format is older and that is not written now."""
    if migrate.version_of(reader) == schema.VERSION:
        return reader
    copy = migrate.in_memory(reader)
    reader.close()
    return copy


def _unreadable(path: Path, error: Exception) -> UserError:
    what = "its structure" if isinstance(error, UnicodeDecodeError) else str(error)
    return UserError(f"the project is damaged ({what})", path=path, remedy="Nothing was changed; go back to a copy")


def _check_header(path: Path) -> None:
    """Refuse what is no project of ours by its first bytes, before SQLite touches it."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError as error:
        raise UserError(f"the project cannot be read ({error.strerror or error})", path=path) from error
    if not header:
        raise UserError("the file is empty", path=path, remedy="Delete it, or choose another project")
    if header[:16] != _MAGIC or len(header) < _HEADER:
        raise UserError("this is not a project", path=path, remedy="Choose a project file, or a new name")
    if int.from_bytes(header[68:72], "big") != schema.APPLICATION_ID:
        raise UserError("this is a database of another program", path=path, remedy="Choose a project file")
    version = int.from_bytes(header[60:64], "big")
    if version < 1:
        raise UserError("the project is damaged (it has no format)", path=path, remedy="Go back to a copy of it")
    if version > schema.VERSION:
        raise UserError(
            f"the project was made by a newer version of this program (its format is {version}, known is "
            f"{schema.VERSION})", path=path, remedy="Nothing was changed; update the program",
        )  # fmt: skip


def _connected(path: Path) -> sqlite3.Connection:
    """A reading connection; of a file that was left in mid-write, after SQLite has put that right."""
    problem: Exception | None = None
    for mode in _modes(path):
        try:
            db = place.connect(path, mode)
        except place.UNREADABLE as error:
            problem = error
            continue
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except place.UNREADABLE as error:
            db.close()
            problem = error
            if not isinstance(error, sqlite3.OperationalError):
                break  # damaged: nobody may write to it
        else:
            if mode != "rw":
                return db
            db.close()
            return place.connect(path, "ro")
    assert problem is not None
    if "immutable" not in _modes(path) and not os.access(path.parent, os.W_OK):
        raise UserError("the project was left in mid-write and lies in a place that cannot be written to", path=path,
                        remedy="Copy it, together with its -wal file, to a folder of yours")  # fmt: skip
    raise _unreadable(path, problem)


def _modes(path: Path) -> list[str]:
    """Ways to open a file, in turn. A rollback journal beside it has to be played back before it can be read."""
    modes = ["ro"]
    if path.with_name(path.name + "-journal").exists() and os.access(path, os.W_OK):
        modes.append("rw")
    log = path.with_name(path.name + "-wal")
    if not (log.exists() and log.stat().st_size):  # what only the log holds must not be overlooked
        modes.append("immutable")
    return modes


def _damage(db: sqlite3.Connection, path: Path) -> str:
    """What is wrong with a file that can be read at all, as a sentence; empty where it is sound."""
    found = [row[0] for row in db.execute("PRAGMA quick_check(1)")]
    if found != ["ok"]:
        what = "its structure"
    elif _cut_short(path):
        what = "its end is missing"
    else:
        what = schema.difference(db, migrate.version_of(db))
        if what:
            raise UserError(f"this is not a project that can be trusted: {what}", path=path, remedy="Go back to a copy")
        what = "; ".join(dict.fromkeys(chain.follow(db).problems))
    return f"Part of the project is damaged ({what}), so it is only read; go back to a copy of it" if what else ""


def _cut_short(path: Path) -> bool:
    """Whether a file at rest is shorter than it says; SQLite takes what is missing of its last page for zeros."""
    if any(path.with_name(path.name + ending).exists() for ending in ("-wal", "-journal")):
        return False
    with path.open("rb") as file:
        header = file.read(_HEADER)
    page = int.from_bytes(header[16:18], "big")
    return path.stat().st_size < (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")


def _writer(path: Path) -> Written:
    """Become the writer of a sound file, or say why not."""
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        return None, None, "The project lies in a place that cannot be written to, so it is only read"
    db = place.connect(path, "rw")
    try:
        own = lease.mine()
        holder = lease.take(db, own)
        if holder is None:
            if migrate.version_of(db) < schema.VERSION:
                try:
                    _migrate(path, db, own)
                except UserError as error:
                    return None, None, f"The project has an older format, and {error.what}, so it is only read here"
                return _writer(path)
            place.set_journal(db, path)
            return db, own, ""
        reason = written_by(holder.owner)
    except sqlite3.OperationalError as error:
        reason = f"The project cannot be written to ({error}), so it is only read"
    except BaseException:
        db.close()
        raise
    db.close()
    return None, None, reason


def _migrate(path: Path, db: sqlite3.Connection, own: lease.Lease) -> None:
    """Bring an older file to the newest format; ``db`` is closed, since the file that it has open is gone then."""
    try:
        migrate.in_place(path, db)
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            lease.give_back(db, own.token)  # never after the exchange: its journal would be taken for the new file's
        raise
    finally:
        db.close()


def _create(path: Path) -> None:
    """Make an empty project that only its owner can read; it appears whole or not at all."""
    temporary = path.parent / f".part-{secrets.token_hex(6)}.project"
    try:
        private = path == default_project_path().absolute()
        path.parent.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        db = place.connect(temporary, "rw")
        try:
            db.execute("BEGIN")
            schema.create(db)
            salt = secrets.token_hex(16)
            for key, value in (("salt", salt), ("homes", [records.salted(salt, place.this_user())])):
                data = records.pack(value)
                db.execute("INSERT INTO meta VALUES (?, ?, ?)", (key, data, records.seal(key, data)))
            db.execute("COMMIT")
        finally:
            db.close()
        _publish(temporary, path)
    except OSError as error:
        raise write_error(error, path) from error
    except sqlite3.Error as error:
        raise place.failure(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _publish(temporary: Path, path: Path) -> None:
    """Give a new file its name, unless somebody made one of that name meanwhile: then theirs is opened."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not path.exists():
            temporary.rename(path)
