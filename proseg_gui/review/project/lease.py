"""Who writes a project now: one row with host, process and a heartbeat. Everybody else only reads.

On the same machine a process that is gone is seen at once. Of another machine nothing but its heartbeat is seen, and
its clock may be wrong; so a lease that looks old is watched for a while and taken over only if it does not beat.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

BEAT_S = 4.0
"""A writer renews its lease at least this often."""
OLD_S = 60.0
"""A lease of another machine that was not renewed for so long is watched, and taken over if it is dead."""
WATCH_S = 2.5 * BEAT_S


@dataclass(frozen=True)
class Lease:
    """A row of the table: ``token`` names one opened project, ``scope`` the machine as far as process numbers reach."""

    token: str
    host: str
    scope: str
    pid: int
    started: float
    beats: int
    at: float

    @property
    def owner(self) -> str:
        """Who it is, in words."""
        return f"process {self.pid} on {self.host}"

    def dead_here(self) -> bool:
        """Whether its process ran on this machine and is gone; false where that cannot be seen from here."""
        if self.scope != scope():
            return False
        try:
            return abs(_started(self.pid) - self.started) > 1.0
        except (psutil.NoSuchProcess, ValueError, OverflowError):
            return True
        except (psutil.Error, OSError):
            return False


def scope() -> str:
    """Names this machine since it was started, and this container: where a process number means the same process."""
    parts = [platform.node()]
    for source in ("/proc/sys/kernel/random/boot_id",):
        path = Path(source)
        parts.append(path.read_text().strip() if path.exists() else str(round(psutil.boot_time())))
    if Path("/proc/self/ns/pid").exists():
        parts.append(os.readlink("/proc/self/ns/pid"))  # noqa: PTH115 - it leads to no file
    return "|".join(parts)


def mine() -> Lease:
    """A new lease for this process."""
    return Lease(uuid.uuid4().hex, platform.node(), scope(), os.getpid(), _started(os.getpid()), 0, time.time())


def _started(pid: int) -> float:
    """When a process started, in seconds: on Linux since the machine did, which no setting of the clock moves."""
    file = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = file.read_text().rpartition(")")[2].split()
            if fields[0] in ("Z", "X"):  # it has ended, and only whoever started it has not looked yet
                raise psutil.NoSuchProcess(pid)
            return int(fields[19]) / os.sysconf("SC_CLK_TCK")
        except FileNotFoundError as error:
            raise psutil.NoSuchProcess(pid) from error
    return float(psutil.Process(pid).create_time())


def read(db: sqlite3.Connection) -> Lease | None:
    """The lease as it stands in the file; ``None`` where there is none, or none that can be made sense of."""
    row = db.execute("SELECT token, host, scope, pid, started, beats, at FROM lease WHERE id = 1").fetchone()
    kinds = (str, str, str, int, float, int, float)
    if row is None or not all(isinstance(value, kind) for value, kind in zip(row, kinds, strict=True)):
        return None
    return Lease(*row)


def take(
    db: sqlite3.Connection, own: Lease, *, sleep: Callable[[float], None] = time.sleep, watch_s: float = WATCH_S
) -> Lease | None:
    """Take the lease for ``own``; returns who holds it instead, ``None`` where it was taken."""
    holder = read(db)
    if holder is not None and not holder.dead_here():
        if holder.scope == own.scope or abs(time.time() - holder.at) < OLD_S:
            return holder
        sleep(watch_s)
    db.execute("BEGIN IMMEDIATE")
    try:
        now = read(db)
        if now is not None and (holder is None or (now.token, now.beats) != (holder.token, holder.beats)):
            db.execute("ROLLBACK")
            return now
        db.execute("DELETE FROM lease")
        row = (own.token, own.host, own.scope, own.pid, own.started, own.beats, time.time())
        db.execute("INSERT INTO lease VALUES (1, ?, ?, ?, ?, ?, ?, ?)", row)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return None


def renew(db: sqlite3.Connection, token: str) -> bool:
    """Beat, inside a transaction; false where somebody else has the lease now."""
    changed = db.execute("UPDATE lease SET beats = beats + 1, at = ? WHERE id = 1 AND token = ?", (time.time(), token))
    return changed.rowcount == 1


def clear(db: sqlite3.Connection) -> None:
    """Let nobody be the writer: for a copy, which the writer of the original does not write."""
    db.execute("DELETE FROM lease")


def give_back(db: sqlite3.Connection, token: str) -> None:
    """Let the next one write."""
    db.execute("DELETE FROM lease WHERE token = ?", (token,))
