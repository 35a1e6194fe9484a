"""Qt side of ``proseg_gui.jobs``: callbacks arrive as calls on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from proseg_gui.jobs import CancelToken, Job, JobRunner, Progress, no_progress


class _Relay(QObject):
    """Carries a function call from any thread to the thread that it lives on."""

    call = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.call.connect(self._run, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _run(self, function: Callable[[], None]) -> None:
        function()


class QtJobs(QObject):
    """Runs work in lanes; ``done``, ``failed``, ``progress`` and ``ended`` are called on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._relay = _Relay(self)
        self._runner = JobRunner(self._relay.call.emit)
        self.cancel, self.busy, self.post, self.close = (
            self._runner.cancel, self._runner.busy, self._runner.post, self._runner.close,
        )  # fmt: skip

    def start(
        self,
        lane: str,
        work: Callable[[CancelToken, Progress], Any],
        *,
        title: str,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        progress: Progress = no_progress,
        ended: Callable[[], None] | None = None,
        latest: bool = False,
    ) -> Job:
        """Queue ``work(token, progress)`` in ``lane``; see :class:`~proseg_gui.jobs.JobRunner`."""
        return self._runner.submit(lane, Job(work, title, done, failed, progress, ended), latest=latest)
