"""Qt side of ``proseg_gui.jobs``: callbacks arrive as calls on the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, QObject, Qt, Signal, Slot

from proseg_gui.jobs import CancelToken, Job, JobRunner, Progress, RunnerClosed, no_progress

T = TypeVar("T")


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
        self.cancel, self.busy, self.post, self.at_end, self.close = (
            self._runner.cancel, self._runner.busy, self._runner.post, self._runner.at_end, self._runner.close,
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
        """Queue ``work(token, progress)`` in ``lane``; see :class:`~proseg_gui.jobs.JobRunner`.

        A window that is closing still gets its timers: what they ask for then is a job that was cancelled.
        """
        job = Job(work, title, done, failed, progress, ended)
        try:
            return self._runner.submit(lane, job, latest=latest)
        except RunnerClosed:
            job.cancel()
            return job


def wait_for(work: Callable[[], T]) -> T:
    """Do ``work`` on a thread of its own, and come back when it has ended; raises what it raised.

    Meanwhile windows are painted and take no input. For the end of the program only, when nothing else is left to do
    than to wait; everything else is a job.
    """
    loop, relay = QEventLoop(), _Relay()
    found: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            failures.append(error)
        relay.call.emit(loop.quit)

    thread = threading.Thread(target=run, name="waited for", daemon=True)
    thread.start()
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    thread.join()  # where the program was told to quit, the loop ends at once
    if failures:
        raise failures[0]
    return found[0]
