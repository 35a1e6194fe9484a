"""What a killed process left beside its targets, found and removed by the next one that writes there or starts.

A name that is not meant to last says who made it: this computer, the process and when that began. So a file of a
process that is still at work is told from one of a process that is gone, and nobody else's file is ever touched. Such
files hold patients' results: they must not stay.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import shutil
import time
import uuid
from functools import cache
from pathlib import Path

_OWNED = re.compile(r"\.(?P<kind>part|old)-(?P<place>[0-9a-f]{8})-(?P<pid>\d+)-(?P<born>\d+)-[0-9a-f]{8}(?P<rest>.*)")
_OLD_STYLE = re.compile(r"\.(?:part-[0-9a-f]{12}(?:\..*)?|export-[a-z0-9_]{8})")
"""Without an owner, as versions up to 0.9 named them: these go by their age alone."""
_STALE_S = 86_400.0
"""Nothing is written for a day; so old a file of another computer, or of nobody known, is left over."""
_CLOCK_S = 60.0
"""A process' beginning may seem to move so much when the clock is set."""


def hidden_name(ending: str = "") -> str:
    """A name for what is still being written: nobody has it yet, and it says that it is this process'."""
    return _name("part", ending)


def set_aside_name(name: str) -> str:
    """A name for a folder called ``name`` while another takes its place; lost, it gets its own name back."""
    return _name("old", f"-{name}")


def is_hidden_name(name: str) -> bool:
    """Whether a file or folder of this name is only there for a moment, or left over: no result, and no input."""
    return bool(_OWNED.fullmatch(name) or _OLD_STYLE.fullmatch(name))


def remove_leftovers(folder: Path) -> int:
    """Remove what processes that are gone left straight in ``folder``; returns how much.

    A folder that had been set aside for a new one that never came gets its name back. What cannot be looked at or
    removed stays: this never fails.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.startswith((".part-", ".old-", ".export-"))]
    except OSError:
        return 0
    removed = 0
    for name in names:
        with contextlib.suppress(OSError):
            removed += _remove(folder / name)
    return removed


def _remove(path: Path) -> bool:
    found = _OWNED.fullmatch(path.name)
    if not found and not _OLD_STYLE.fullmatch(path.name):
        return False
    old = time.time() - path.lstat().st_mtime > _STALE_S
    gone = bool(found and found["place"] == _place() and not _lives(int(found["pid"]), int(found["born"])))
    if not (old or gone):
        return False
    if found and found["kind"] == "old":
        home = path.with_name(found["rest"].removeprefix("-"))
        if not home.exists():
            path.rename(home)
            return True
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    return True


def _name(kind: str, ending: str) -> str:
    return f".{kind}-{_place()}-{os.getpid()}-{_born(os.getpid())}-{uuid.uuid4().hex[:8]}{ending}"


@cache
def _place() -> str:
    """Where process numbers mean the same processes: this computer, and on Linux this container of it."""
    numbers = ""
    with contextlib.suppress(OSError):
        numbers = str(Path("/proc/self/ns/pid").stat().st_ino)
    return hashlib.sha256(f"{platform.node()}|{numbers}".encode()).hexdigest()[:8]


@cache
def _born(pid: int) -> int:
    """When a process began, in seconds since the epoch; 0 where there is none of this number."""
    import psutil  # takes a moment, and only writers need it

    try:
        return int(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0


def _lives(pid: int, born: int) -> bool:
    if pid == os.getpid():
        return abs(_born(pid) - born) <= _CLOCK_S
    _born.cache_clear()
    began = _born(pid)
    return bool(began) and abs(began - born) <= _CLOCK_S
