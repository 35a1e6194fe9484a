"""The archive panel's work: every request to an archive runs in the background and can be stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.gui.dialogs.pacs_dialog import PacsDialog
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import tr
from proseg_gui.io.pacs.archive import connect
from proseg_gui.io.pacs.nodes import FoundSeries, Node, Query, read_nodes, write_nodes
from proseg_gui.io.pacs.queue import KeptSend, SendQueue
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.wording import plural

LANE = "archive"
FILES = "archive-files"
"""Saved nodes and sends that wait are read and written here: stopping a request must not stop that."""


class Archives:
    """Opens the panel and carries out what it asks for.

    ``folder`` holds the saved nodes and the sends that wait, both for their owner only. ``open_paths`` opens what was
    fetched.
    """

    def __init__(self, host: Host, open_paths: Callable[[Sequence[Path]], None], folder: Path) -> None:
        self._host, self._jobs, self._open_paths = host, host.jobs, open_paths
        self._store = folder / "archives.json"
        self._queue = SendQueue(folder / "sends")
        self.dialog: PacsDialog | None = None

    def ask(self) -> None:
        """Open the panel."""

        def work(_token: CancelToken, _progress: Progress) -> tuple[list[Node], list[KeptSend]]:
            return list(read_nodes(self._store)), self._queue.entries()

        self._jobs.start(FILES, work, title=tr("Reading the archives"), done=lambda found: self._open(*found),
                         failed=self._host.failed)  # fmt: skip

    def _open(self, nodes: Sequence[Node], kept: Sequence[KeptSend]) -> None:
        dialog = self.dialog = PacsDialog(nodes, Path.home() / "proseg-gui-archive", parent=self._host.parent)
        dialog.nodes_changed.connect(self._save)
        dialog.find_asked.connect(self._find)
        dialog.fetch_asked.connect(self._fetch)
        dialog.send_asked.connect(self._send)
        dialog.retry_asked.connect(self._retry)
        dialog.drop_asked.connect(self._drop)
        dialog.cancel_asked.connect(self._stop)
        dialog.finished.connect(lambda _code: self._stop())
        dialog.show_kept(kept)
        self._host.show_dialog(dialog)

    def _save(self, nodes: Sequence[Node]) -> None:
        self._jobs.start(FILES, lambda _token, _progress: write_nodes(self._store, nodes), title=tr("Saving the nodes"),
                         done=lambda _none: None, failed=self._failed)  # fmt: skip

    def _find(self, node: Node, query: Query) -> None:
        def done(found: list[FoundSeries]) -> None:
            if self.dialog is not None:
                self.dialog.show_series(found)

        self._start(tr("Finding"), lambda token, _progress: connect(node).find(query, token), done)

    def _fetch(self, node: Node, series: FoundSeries, folder: Path) -> None:
        def work(token: CancelToken, progress: Progress) -> Path:
            place = _new_folder(folder)
            connect(node).fetch(series, place, progress, token)
            return place

        def done(place: Path) -> None:
            if self.dialog is not None:
                self.dialog.accept()
            self._open_paths([place])

        self._start(tr("Fetching"), work, done)

    def _send(self, node: Node, files: Sequence[Path]) -> None:
        def work(token: CancelToken, progress: Progress) -> int:
            self._queue.send(connect(node), node.name, files, progress, token)
            return len(files)

        self._start(
            tr("Sending"),
            work,
            lambda count: self._say(
                tr("{files} sent to {name}.").format(
                    files=plural(count, tr("file was"), tr("files were")), name=node.name
                )
            ),
        )

    def _retry(self, node: Node, key: str) -> None:
        self._start(
            tr("Sending"),
            lambda token, progress: self._queue.retry(key, connect(node), progress, token),
            lambda _none: self._say(tr("The files were sent to {name}.").format(name=node.name)),
        )

    def _drop(self, key: str) -> None:
        def work(_token: CancelToken, _progress: Progress) -> None:
            self._queue.drop(key)

        if self.dialog is not None:
            self.dialog.set_busy(True)
        self._jobs.start(FILES, work, title=tr("Forgetting"), done=lambda _none: None, failed=self._failed,
                         ended=self._ended)  # fmt: skip

    def _start(self, title: str, work: Callable[[CancelToken, Progress], Any], done: Callable[[Any], None]) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        dialog.say("")
        dialog.set_busy(True)
        self._jobs.start(
            LANE,
            work,
            title=title,
            done=done,
            failed=self._failed,
            progress=self._progress,
            ended=self._ended,
            latest=True,
        )

    def _progress(self, share: float, text: str) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(share, text)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, UserError):
            self._say(str(error))
        else:
            self._host.failed(error)

    def _ended(self) -> None:
        if self.dialog is not None:
            self.dialog.set_busy(False)
            self._show_kept()

    def _show_kept(self) -> None:
        def done(kept: list[KeptSend]) -> None:
            if self.dialog is not None:
                self.dialog.show_kept(kept)

        title = tr("Reading the sends")
        self._jobs.start(FILES, lambda _token, _progress: self._queue.entries(), title=title, done=done,
                         failed=self._failed)  # fmt: skip

    def _say(self, text: str) -> None:
        if self.dialog is not None:
            self.dialog.say(text)

    def _stop(self) -> None:
        self._jobs.cancel(LANE)
        if self.dialog is not None:
            self.dialog.set_busy(False)


def _new_folder(parent: Path) -> Path:
    """A new folder below ``parent`` whose name is a number: nothing about the patient."""
    number = 1
    while (parent / f"series_{number:03d}").exists():
        number += 1
    place = parent / f"series_{number:03d}"
    try:
        place.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise UserError(
            tr("the folder cannot be made ({strerror})").format(strerror=error.strerror), path=place
        ) from error
    return place
