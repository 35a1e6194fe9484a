"""Background work without Qt: lanes of one thread each, progress, cancel, and "the newest request wins".

The window and the command line use the same runner. Callbacks are called on the worker's thread; ``gui.jobs``
turns them into Qt signals.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from proseg_gui.errors import Cancelled

log = logging.getLogger(__name__)

Progress = Callable[[float, str], None]
"""Called with the share done (0..1) and a short text such as ``"slice 12 of 48"``."""


def no_progress(_share: float, _text: str) -> None:
    """Report nothing."""


class CancelToken:
    """A flag that the owner of some work raises and the work looks at between its stages."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop; safe from any thread, and more than once."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise :class:`~proseg_gui.errors.Cancelled` if a stop was asked for."""
        if self._event.is_set():
            raise Cancelled


@dataclass(eq=False)
class Job:
    """One piece of work in a lane. ``work(token, progress)`` runs on the lane's thread."""

    work: Callable[[CancelToken, Progress], Any]
    title: str
    done: Callable[[Any], None]
    failed: Callable[[BaseException], None]
    progress: Progress = no_progress
    ended: Callable[[], None] | None = None
    token: CancelToken = field(default_factory=CancelToken)

    def cancel(self) -> None:
        """Stop this job: it reports no result from now on, whether or not it has begun."""
        self.token.cancel()


class JobRunner:
    """Named lanes, each a queue with one thread that starts with its first job.

    A job submitted with ``latest=True`` cancels what the lane holds, so the newest request wins. A cancelled job
    never calls ``done`` or ``failed``; ``ended`` is always called exactly once, whatever happened.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: dict[str, queue.SimpleQueue[Job | None]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._pending: dict[str, list[Job]] = {}
        self._closed = False

    def submit(self, lane: str, job: Job, *, latest: bool = False) -> Job:
        """Queue ``job`` in ``lane``; with ``latest`` everything older in the lane is cancelled first."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the job runner is closed")
            if lane not in self._queues:
                self._queues[lane] = queue.SimpleQueue()
                self._pending[lane] = []
                thread = threading.Thread(target=self._serve, args=(lane,), name=f"job-{lane}", daemon=True)
                self._threads[lane] = thread
                thread.start()
            if latest:
                for older in self._pending[lane]:
                    older.cancel()
            self._pending[lane].append(job)
            self._queues[lane].put(job)
        return job

    def cancel(self, lane: str) -> None:
        """Cancel everything that ``lane`` holds, running or waiting."""
        with self._lock:
            for job in self._pending.get(lane, []):
                job.cancel()

    def busy(self, lane: str) -> bool:
        """Whether ``lane`` holds work that was not cancelled."""
        with self._lock:
            return any(not job.token.cancelled for job in self._pending.get(lane, []))

    def close(self, timeout_s: float = 10.0) -> None:
        """Cancel everything and wait for the threads to end; the runner takes no more work."""
        with self._lock:
            self._closed = True
            for lane, waiting in self._pending.items():
                for job in waiting:
                    job.cancel()
                self._queues[lane].put(None)
            threads = list(self._threads.values())
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout_s)

    def _serve(self, lane: str) -> None:
        while True:
            job = self._queues[lane].get()
            if job is None:
                return
            self._run(job)
            with self._lock:
                self._pending[lane].remove(job)
            if job.ended is not None:
                job.ended()

    @staticmethod
    def _run(job: Job) -> None:
        token = job.token
        if token.cancelled:
            return

        def progress(share: float, text: str) -> None:
            if not token.cancelled:
                job.progress(share, text)

        try:
            result = job.work(token, progress)
        except Cancelled:
            return
        except BaseException as error:  # noqa: BLE001 - whatever a worker hits belongs to the job's owner
            if token.cancelled:
                log.debug("cancelled job %r ended with %r", job.title, error)
                return
            job.failed(error)
            return
        if not token.cancelled:
            job.done(result)
