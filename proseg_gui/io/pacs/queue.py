"""Sends that failed, kept until they go through: copies of the files in a folder that only their owner can read."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.base.atomic import atomic_folder, atomic_json
from proseg_gui.io.base.json_in import read_json
from proseg_gui.io.pacs.nodes import Archive
from proseg_gui.jobs import CancelToken, Progress, no_progress

_ENTRY = "entry.json"


@dataclass(frozen=True)
class KeptSend:
    """A send that waits: ``key`` names it, ``node`` is where it was to go, ``reason`` is why it did not."""

    key: str
    node: str
    reason: str
    created: str
    files: tuple[Path, ...]


class SendQueue:
    """Failed sends below one folder. The files are copies: what was exported may be moved or deleted meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entries(self) -> list[KeptSend]:
        """All that wait, oldest first; folders that are no entries are left out."""
        found = []
        for path in sorted(self._folder.glob(f"*/{_ENTRY}")):
            try:
                entry = read_json(path)
                node, reason, created = (str(entry[name]) for name in ("node", "reason", "created"))
            except (UserError, KeyError, TypeError):
                continue
            files = tuple(sorted(path.parent.glob("*.dcm")))
            found.append(KeptSend(path.parent.name, node, reason, created, files))
        return sorted(found, key=lambda entry: entry.created)

    def send(
        self,
        archive: Archive,
        node: str,
        files: Sequence[Path],
        progress: Progress = no_progress,
        token: CancelToken | None = None,
    ) -> None:
        """Send ``files``; when that fails or is stopped they are kept, and the error says so."""
        try:
            archive.send(files, progress, token)
        except (UserError, Cancelled) as error:
            stopped = isinstance(error, Cancelled)
            self._keep(
                node, files, "stopped on request" if stopped else error.what if isinstance(error, UserError) else ""
            )
            if stopped:
                raise
            assert isinstance(error, UserError)
            remedy = f"{error.remedy}; the files are kept to be sent again" if error.remedy else "The files are kept"
            raise UserError(error.what, path=error.path, remedy=remedy) from error

    def retry(
        self, key: str, archive: Archive, progress: Progress = no_progress, token: CancelToken | None = None
    ) -> None:
        """Send a kept entry again; it goes from the queue when all of it went through."""
        entry = next((entry for entry in self.entries() if entry.key == key), None)
        if entry is None:
            raise UserError("this send is not waiting any more")
        archive.send(entry.files, progress, token)
        self.drop(key)

    def drop(self, key: str) -> None:
        """Forget a kept entry and its files."""
        if key in {entry.key for entry in self.entries()}:
            shutil.rmtree(self._folder / key, ignore_errors=True)

    def _keep(self, node: str, files: Sequence[Path], reason: str) -> None:
        key = uuid.uuid4().hex[:12]

        def fill(temporary: Path) -> None:
            temporary.chmod(0o700)
            for number, path in enumerate(files):
                shutil.copyfile(path, temporary / f"{number:05d}.dcm")
            created = datetime.now().isoformat(timespec="seconds")
            atomic_json(temporary / _ENTRY, {"node": node, "reason": reason, "created": created})

        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic_folder(self._folder / key, fill)
