"""Connections to a project file: how it is opened, and on what kind of disc it lies."""

from __future__ import annotations

import contextlib
import os
import platform
import sqlite3
from pathlib import Path, PurePath
from urllib.parse import quote

import psutil

from proseg_gui.errors import UserError

BUSY_S = 5.0
LOCAL = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "tmpfs", "ramfs", "overlay", "apfs",
     "hfs", "ufs", "ntfs", "ntfs3", "refs", "fat32", "vfat", "exfat", "msdos", "fuseblk", "bcachefs", "nilfs2"}
)  # fmt: skip
"""File systems on which the write-ahead log's shared memory works. Every other one counts as a network's."""


UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises on a damaged file; the second where damaged bytes are in its own message."""


def connect(path: Path, mode: str, *, busy_s: float = BUSY_S) -> sqlite3.Connection:
    """Open ``path`` with ``mode`` ``ro``, ``rw`` or ``immutable``; never makes a file, loads no extension."""
    options = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    text = quote(path.as_posix(), safe="/:")
    uri = f"file://{text if text.startswith('/') else '/' + text}?{options}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=busy_s)
    try:
        for pragma in ("foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON", "secure_delete = ON"):
            db.execute(f"PRAGMA {pragma}")
        if mode != "rw":
            db.execute("PRAGMA query_only = ON")
    except BaseException:
        db.close()
        raise
    return db


def set_journal(db: sqlite3.Connection, path: Path) -> None:
    """A write-ahead log on a local disc, a rollback journal elsewhere; every commit reaches the disc."""
    if is_local(path):
        with contextlib.suppress(sqlite3.OperationalError):  # others read just now: the rollback journal does as well
            db.execute("PRAGMA journal_mode = WAL")
    else:
        db.execute("PRAGMA journal_mode = DELETE")
    db.execute("PRAGMA synchronous = FULL")


def rest(db: sqlite3.Connection) -> None:
    """Leave one file without a log beside it, which can be read without making any other; not while others read."""
    db.execute("PRAGMA busy_timeout = 0")
    with contextlib.suppress(sqlite3.OperationalError):
        db.execute("PRAGMA journal_mode = DELETE")


def is_local(path: Path) -> bool:
    """Whether a file lies on a disc of this computer; false where that is not known."""
    if os.name == "nt" and str(path).startswith("\\\\"):
        return False
    return file_system(path) in LOCAL


def file_system(path: Path) -> str:
    """Name of the file system that ``path`` lies on, in small letters; empty where it is not known."""
    best, kind = -1, ""
    for part in psutil.disk_partitions(all=True):
        mount = PurePath(part.mountpoint)
        if path.is_relative_to(mount) and len(mount.parts) >= best:
            remote = "remote" in part.opts.split(",")
            best, kind = len(mount.parts), "remote" if remote else part.fstype.lower()
    return kind


def failure(error: sqlite3.Error | OSError, path: Path) -> UserError:
    """The sentence for a write that failed."""
    text = str(error).lower()
    if "full" in text or getattr(error, "errno", None) == 28:
        what = "the disk is full, so the project cannot be saved"
        remedy = "Free some space; your work is kept in memory meanwhile"
    elif "locked" in text or "busy" in text:
        what, remedy = "the project is in use by another program", "Close the other program"
    elif "readonly" in text or "read-only" in text:
        what, remedy = "the project cannot be written to", "Save it in a folder that you may write to"
    else:
        what, remedy = f"the project could not be saved ({error})", "Save it in another place"
    return UserError(what, path=path, remedy=remedy)


def this_user() -> str:
    """This person's account on this computer, which image paths are true for."""
    return f"{platform.node()}|{os.getuid() if hasattr(os, 'getuid') else os.environ.get('USERNAME', '')}"
