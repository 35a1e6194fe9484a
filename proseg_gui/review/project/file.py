"""The file under a project: sealed rows, the log, and transactions that only the holder of the lease can make.

Reads and writes have a connection each, so that a reader never waits for the disc. Every write is a transaction that
first renews the lease: whoever lost it writes nothing more.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.review.document import Value
from proseg_gui.review.project import chain, lease, place, records

Written = tuple[sqlite3.Connection | None, lease.Lease | None, str]
"""A connection that writes, the lease under which it does, and why there is none (a sentence)."""


class ProjectFile:
    """One opened project file.

    Parameters
    ----------
    path:
        The file.
    reader:
        A connection that cannot write.
    written:
        The writing side.
    regain:
        Tries again to become the writer; ``None`` where that can never be (a damaged or newer file).
    """

    def __init__(
        self, path: Path, reader: sqlite3.Connection, written: Written, regain: Callable[[], Written] | None = None
    ) -> None:
        self.path = path
        self._reader = reader
        self._writer, self._own, self.read_only = written
        self._regain = regain
        self._read_lock, self._writing = threading.RLock(), threading.RLock()
        self._batch_of: int | None = None
        """The thread that is in a batch."""
        self._prepare()
        self._start()

    def _prepare(self) -> None:
        """What else an opened file begins with."""

    def _start(self) -> None:
        stat = self.path.stat()
        self._file = (stat.st_dev, stat.st_ino)
        self._seq, self._hash = 0, records.FIRST
        with contextlib.suppress(UserError):  # a damaged head is said in `read_only`; nothing is appended then
            head = self.meta(chain.HEAD)
            if head is not None:
                self._seq, self._hash = head["seq"], bytes.fromhex(head["hash"])

    # -- reading --------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from: inside a batch the one that sees what was written so far."""
        with self._read_lock:
            inside = self._writer if self._batch_of == threading.get_ident() else None
            try:
                yield inside or self._reader
            except records.DamagedError as error:
                raise UserError(
                    f"part of the project is damaged ({error})", path=self.path, remedy="Go back to a copy of it"
                ) from error
            except place.UNREADABLE as error:
                kind = type(error).__name__
                raise UserError(
                    f"the project cannot be read ({kind})", path=self.path, remedy="Go back to a copy of it"
                ) from error

    def meta(self, key: str, default: Value = None) -> Value:
        """A plain value that belongs to the project as a whole."""
        with self.reading() as db:
            row = db.execute("SELECT data, sha256 FROM meta WHERE key = ?", (key,)).fetchone()
            return default if row is None else records.unpack(records.unsealed(key, *row))

    def _state(self, case_id: str, key: str) -> bytes | None:
        query = "SELECT data, sha256 FROM state WHERE case_id = ? AND key = ?"
        with self.reading() as db:
            row = db.execute(query, (case_id, key)).fetchone()
            return None if row is None else records.unsealed(f"{case_id}/{key}", *row)

    def salted(self, text: str) -> str:
        """A hash of ``text`` that only this project can make again."""
        return records.salted(str(self.meta("salt", "")), text)

    # -- writing --------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """Do several writes in one transaction: all of them reach the file, or none.

        Raises
        ------
        UserError
            If the file cannot be written now; nothing of the batch is in it then.
        """
        with self._writing:
            if self._batch_of is not None:
                yield
                return
            if self._writer is None:
                raise UserError(self.read_only, path=self.path)
            before = self._seq, self._hash
            try:
                self._begin(self._writer)
                self._batch_of = threading.get_ident()
                self._first()
                yield
                self._last()
                if (self._seq, self._hash) != before:
                    self.put_meta(chain.HEAD, {"seq": self._seq, "hash": self._hash.hex()})
                self._writer.execute("COMMIT")
            except BaseException as error:
                self._seq, self._hash = before
                self._undo_batch()
                if isinstance(error, sqlite3.Error | OSError):
                    raise place.failure(error, self.path) from error
                raise
            finally:
                self._batch_of = None
            self._written()

    def _begin(self, db: sqlite3.Connection) -> None:
        """Start a transaction on the file that was opened, as long as the lease is ours."""
        stat = self.path.stat() if self.path.exists() else None
        if stat is None or (stat.st_dev, stat.st_ino) != self._file:
            raise UserError("the project was moved, replaced or deleted", path=self.path, remedy="Save it as a new one")
        db.execute("BEGIN IMMEDIATE")
        assert self._own is not None
        if not lease.renew(db, self._own.token):
            holder = lease.read(db)
            db.execute("ROLLBACK")
            self._let_go(written_by("another window" if holder is None else holder.owner))
            raise UserError(self.read_only, path=self.path)

    def _undo_batch(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._writer is not None and self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    def _first(self) -> None:
        """What else each transaction begins with."""

    def _last(self) -> None:
        """What else each transaction ends with."""

    def _written(self) -> None:
        """Called after each transaction that reached the file."""

    def _let_go(self, reason: str) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer, self._own, self.read_only = None, None, reason

    def regain(self) -> bool:
        """Try to become the writer of a file that somebody else wrote; whether it is written now."""
        with self._writing:
            if self._writer is None and self._regain is not None:
                self._writer, self._own, self.read_only = self._regain()
                if self._writer is not None:
                    with self._read_lock:  # the file may have been exchanged for one of the newest format
                        self._reader.close()
                        self._reader = place.connect(self.path, "ro")
                    self._start()
            return self._writer is not None

    def _compact(self) -> bool:
        """Write the file anew, so that nothing of what was erased is left in unused parts of it or of its log."""
        try:
            assert self._writer is not None
            self._writer.execute("VACUUM")
            busy = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error:  # the disk is full, or another program reads just now
            return False
        return not busy

    def beat(self) -> None:
        """Renew the lease while there is nothing to write."""
        with self.batch():
            pass

    def close(self) -> None:
        """Give the lease back and close the file."""
        with self._writing, self._read_lock:
            self._reader.close()
            if self._writer is not None and self._own is not None:
                with contextlib.suppress(sqlite3.Error):
                    lease.give_back(self._writer, self._own.token)
                    place.rest(self._writer)
            self._let_go("The project is closed")
            self._regain = None

    @property
    def _db(self) -> sqlite3.Connection:
        assert self._writer is not None and self._batch_of is not None
        return self._writer

    def put_meta(self, key: str, value: Value) -> None:
        """Replace a value of the project as a whole, inside a batch."""
        data = records.pack(value)
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, data, records.seal(key, data)))

    def put_state(self, case_id: str, key: str, data: bytes) -> None:
        """Replace what is kept of a case under ``key``, inside a batch."""
        row = (case_id, key, data, records.seal(f"{case_id}/{key}", data))
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)", row)

    def _log(self, kind: str, case_id: str, number: int, at: str, person: str, payload: bytes) -> int:
        """Append an entry; returns its sequence number."""
        seq, digest = self._seq + 1, hashlib.sha256(payload).digest()
        own = records.link(self._hash, (seq, kind, case_id, number, at, person), digest)
        self._db.execute(
            "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (seq, kind, case_id, number, at, person, digest, own)
        )
        self._seq, self._hash = seq, own
        return seq


def written_by(who: str) -> str:
    """Why a file that ``who`` writes is only read."""
    return f"The project is written by {who} now, so it is only read here"
