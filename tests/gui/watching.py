"""Notes every look at a disk, a network or another process that the window's thread makes while it is watched.

Python tells of most of it by audit events; a hook for them cannot be taken out again, so there is one, which hears only
while a :class:`Watch` is on. What raises no event is wrapped: questions about files (``os.stat``), ``fsync``, whatever
a connection to SQLite executes, reads and writes of open files, and Qt's settings.
"""

from __future__ import annotations

import builtins
import io
import os
import sqlite3
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings

EVENTS = ("open", "os.", "shutil.", "sqlite3.", "socket.", "subprocess.", "tempfile.", "glob.", "fcntl.", "mmap.")
ASKED = ("stat", "lstat", "access", "readlink", "statvfs", "fsync", "fdatasync", "getxattr", "kill")
"""Functions of ``os`` that go to the system without an audit event (``kill``: with one on some)."""
MODULES = (".py", ".pyc", ".so")
NO_DISK = frozenset({"os.putenv", "os.unsetenv", "os.add_dll_directory"})
"""Events that touch neither disk nor network."""
IMPORTS = ("importlib", "zipimport", "linecache", "tokenize", "traceback")
"""What reads modules and their source: each once, and none of the person's files."""
HERE = Path(__file__).resolve().parent


class Watch:
    """``faults`` has a line for each thing that the window's thread did, with the code that did it."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.thread = threading.get_ident()
        self.busy = False

    def note(self, what: str, on: object = None) -> None:
        """Something was done, ``on`` a file: a fault where the window's thread does it, unless that is a module."""
        if threading.get_ident() != self.thread or self.busy or str(on).endswith(MODULES):
            return
        self.busy = True  # looking at the stack reads source
        try:
            frames = traceback.extract_stack()[:-1]
            if any(part in frame.filename for frame in frames for part in IMPORTS):
                return
            ours = [frame for frame in frames if "proseg_gui" in frame.filename and "/tests/" not in frame.filename]
            where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(ours[-5:]))
            if any("/gui/" in frame.filename for frame in ours) and not _begins(ours):  # else the test itself does it
                self.faults.append(f"{what}: {where}")
        finally:
            self.busy = False


def _begins(frames: list[traceback.FrameSummary]) -> bool:
    """Whether a window is being built: it is not on the screen yet."""
    starts = ("main_window.py", "link.py", "tab.py", "application.py", "model_before.py")
    return any(frame.name == "__init__" and frame.filename.endswith(starts) for frame in frames)


_watch: Watch | None = None


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _watch is not None and event.startswith(EVENTS) and event not in NO_DISK:
        if event == "open" and isinstance(arguments[0], int):
            return  # a file that is open already
        _watch.note(f"{event} {arguments[:1]}", arguments[0] if arguments else None)


class Connection(sqlite3.Connection):
    """A connection that tells of what it does."""


for _name in ("execute", "executemany", "executescript", "commit", "backup", "blobopen", "close"):

    def _told(self: sqlite3.Connection, *values: Any, _name: str = _name, **named: Any) -> Any:
        if _watch is not None:
            _watch.note(f"sqlite3 {_name} {values[:1]}")
        return getattr(sqlite3.Connection, _name)(self, *values, **named)

    setattr(Connection, _name, _told)


class WatchedSettings(QSettings):
    """Qt's settings, which read and write their file behind Python's back."""


for _name in ("value", "setValue", "remove", "sync", "childKeys", "allKeys"):

    def _noted(self: QSettings, *values: Any, _name: str = _name, **named: Any) -> Any:
        if _watch is not None:
            _watch.note(f"QSettings {_name} {values[:1]}")
        return getattr(QSettings, _name)(self, *values, **named)

    setattr(WatchedSettings, _name, _noted)


def _told_of(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def told(*values: Any, **named: Any) -> Any:
        if _watch is not None:
            _watch.note(f"{name} {values[:1]}", values[0] if values else None)
        return function(*values, **named)

    return told


_hooked = False


def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Prepare to watch the calling thread; connections that are made from now on tell. Off until :func:`on`."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_hear)
        _hooked = True
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *values, **named: connect(*values, **{"factory": Connection} | named)
    )
    for name in ASKED:
        monkeypatch.setattr(os, name, _told_of(f"os.{name}", getattr(os, name)))
    return Watch()


def on(found: Watch | None) -> None:
    """Watch with ``found``; with ``None`` no more."""
    global _watch
    _watch = found


assert builtins.open is io.open  # one function, one event
