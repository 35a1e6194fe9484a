"""Qt side of ``proseg_gui.jobs``: callbacks arrive as calls on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from proseg_gui.jobs import CancelToken, Job, JobRunner, Progress


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
    """Runs work in lanes; ``done``, ``failed`` and ``progress`` are called on the GUI thread.

    A job that was cancelled calls nothing any more, not even what was already on its way to the GUI thread.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = JobRunner()
        self._relay = _Relay(self)

    def start(
        self,
        lane: str,
        work: Callable[[CancelToken, Progress], Any],
        *,
        title: str,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        progress: Progress | None = None,
        ended: Callable[[], None] | None = None,
        latest: bool = False,
    ) -> Job:
        """Queue ``work(token, progress)`` in ``lane``; see :class:`~proseg_gui.jobs.JobRunner`."""
        token = CancelToken()

        def unless_cancelled(function: Callable[..., None]) -> Callable[..., None]:
            def post(*values: Any) -> None:
                self._relay.call.emit(lambda: None if token.cancelled else function(*values))

            return post

        job = Job(
            work=work,
            title=title,
            done=unless_cancelled(done),
            failed=unless_cancelled(failed),
            ended=(lambda: self._relay.call.emit(ended)) if ended is not None else None,
            token=token,
        )
        if progress is not None:
            job.progress = unless_cancelled(progress)
        return self._runner.submit(lane, job, latest=latest)

    def post(self, token: CancelToken, function: Callable[..., None], *values: Any) -> None:
        """From a worker: call ``function(*values)`` on the GUI thread unless ``token`` is cancelled by then."""
        self._relay.call.emit(lambda: None if token.cancelled else function(*values))

    def cancel(self, lane: str) -> None:
        """Cancel everything in ``lane``."""
        self._runner.cancel(lane)

    def busy(self, lane: str) -> bool:
        """Whether ``lane`` has work that was not cancelled."""
        return self._runner.busy(lane)

    def close(self) -> None:
        """Cancel everything and wait until the threads have ended."""
        self._runner.close()
