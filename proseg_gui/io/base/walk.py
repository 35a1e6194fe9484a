"""The files below a folder, each once: links are followed, loops end, what cannot be reached is counted."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

BROKEN_LINK = "link that leads nowhere"
UNREADABLE_FOLDER = "folder that cannot be read"
REPEATED = "repeated file"


@dataclass(frozen=True)
class Found:
    """Files in a stable order, and by kind how many entries were passed over."""

    files: tuple[Path, ...]
    skipped: Counter[str] = field(default_factory=Counter)


def files_below(folder: Path) -> Found:
    """All files below ``folder`` but hidden ones.

    Folders that hold ``folder`` are not entered by a link, and no folder is entered twice: data stores link back and
    forth. A file that several links lead to is found once.
    """
    files: list[Path] = []
    links: list[Path] = []
    skipped: Counter[str] = Counter()
    seen: set[tuple[int, int]] = {_identity(parent) for parent in (folder.resolve(), *folder.resolve().parents)}
    waiting = [folder]
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name)
        except OSError:
            skipped[UNREADABLE_FOLDER] += 1
            continue
        inner: list[Path] = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir():
                    identity = _identity(Path(entry.path))
                    if identity not in seen:
                        seen.add(identity)
                        inner.append(Path(entry.path))
                    continue
                if not entry.is_file():
                    skipped[BROKEN_LINK] += entry.is_symlink()
                    continue
            except OSError:
                skipped[BROKEN_LINK] += entry.is_symlink()
                continue
            (links if entry.is_symlink() else files).append(Path(entry.path))
        waiting += reversed(inner)
    if links:
        known = {_identity(path) for path in files}
        for path in sorted(links):
            identity = _identity(path)
            if identity in known:
                skipped[REPEATED] += 1
            else:
                known.add(identity)
                files.append(path)
    return Found(tuple(sorted(files)), skipped)


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
